// Files of their own: entries, promotion, removal, recovery. Bytes are written by file_output.
#include "storage/blob/disk_files.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>

#include "storage/base/log.hpp"

namespace torhaus::storage::blob {
namespace {

constexpr std::size_t promotion_batch = 512;
constexpr std::size_t remembered_shards = 1024;

std::string path_of(const blob_id& id) {
  const shard at = shard_of(id);
  std::string out(at.upper.data());
  out.append("/").append(at.lower.data()).append("/").append(file_name(id).data());
  return out;
}

}  // namespace

int directory_sync::run() {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = ++asked_;
  while (served_ < ticket) {
    if (failure_ < 0) return failure_;
    if (running_) {
      done_.wait(lock);
      continue;
    }
    running_ = true;
    const std::uint64_t last = asked_;
    lock.unlock();
    const int outcome = files_.sync(directory_);
    lock.lock();
    running_ = false;
    if (outcome < 0) {
      failure_ = outcome;
    } else {
      served_ = last;
    }
    done_.notify_all();
  }
  return 0;
}

file_home::file_home(file_system& files, handle blobs, handle tmp, disk_health& health)
    : files_(files),
      blobs_(std::move(blobs)),
      tmp_(std::move(tmp)),
      health_(health),
      tmp_sync_(files, tmp_.fd()) {}

result<handle> file_home::begin(const blob_id& id) {
  const auto name = file_name(id);
  const int fd = files_.open(tmp_.fd(), name.data(), O_WRONLY | O_CREAT | O_EXCL);
  if (fd < 0) return health_.create_failed("create tmp", name.data(), fd);
  return handle(files_, fd);
}

result<void> file_home::sync_entries() {
  const int outcome = tmp_sync_.run();
  if (outcome == 0) return {};
  // Nobody can tell which entries were lost, so even a full disk is final here.
  health_.fail("sync directory", "tmp", outcome);
  return health_.failure();
}

void file_home::discard(const blob_id& id) noexcept {
  const int outcome = files_.unlink(tmp_.fd(), file_name(id).data());
  if (outcome < 0 && outcome != -ENOENT) {
    log::warning("blob_discard_failed",
                 {{"name", file_name(id).data()}, {"cause", error_text(outcome)}});
  }
}

int file_home::make_durable_directory(int parent, const char* name) {
  const int made = files_.make_directory(parent, name);
  if (made < 0 && made != -EEXIST) return made;
  // Also when it was there: an earlier run may have ended before its sync.
  const int synced = files_.sync(parent);
  if (synced < 0) {
    health_.fail("sync directory above", name, synced);
    return synced;
  }
  return files_.open(parent, name, O_RDONLY | O_DIRECTORY);
}

int file_home::open_shard(const shard& at) {
  if (durable_shards_.contains(at)) {
    const std::string path = std::string(at.upper.data()) + "/" + at.lower.data();
    return files_.open(blobs_.fd(), path.c_str(), O_RDONLY | O_DIRECTORY);
  }
  const int upper = make_durable_directory(blobs_.fd(), at.upper.data());
  if (upper < 0) return upper;
  const handle guard(files_, upper);
  const int lower = make_durable_directory(upper, at.lower.data());
  if (lower < 0) return lower;
  if (durable_shards_.size() >= remembered_shards) durable_shards_.clear();
  durable_shards_.insert(at);
  return lower;
}

std::vector<blob_id> file_home::promote(std::span<const blob_id> ids) {
  struct target {
    handle directory;
    std::vector<blob_id> linked;
  };
  std::map<shard, target> targets;
  std::vector<blob_id> later;
  const auto postpone = [&](const blob_id& id, int code) {
    log::warning("blob_promotion_postponed",
                 {{"name", file_name(id).data()}, {"cause", error_text(code)}});
    later.push_back(id);
  };
  for (const blob_id& id : ids) {
    if (health_.failed())
      break;  // what stays in tmp/ is found there and promoted by the next start
    const shard at = shard_of(id);
    auto found = targets.find(at);
    if (found == targets.end()) {
      const int fd = open_shard(at);
      if (fd < 0) {
        postpone(id, fd);
        continue;
      }
      found = targets.emplace(at, target{handle(files_, fd), {}}).first;
    }
    const auto name = file_name(id);
    const int directory = found->second.directory.fd();
    int outcome = files_.link(tmp_.fd(), name.data(), directory, name.data());
    if (outcome == -EPERM || outcome == -EOPNOTSUPP) {  // a file system without hard links
      outcome = files_.rename(tmp_.fd(), name.data(), directory, name.data());
    }
    if (outcome == -ENOENT) continue;  // removed meanwhile
    if (outcome < 0 && outcome != -EEXIST) {
      postpone(id, outcome);
    } else {
      found->second.linked.push_back(id);
    }
  }
  for (auto& [at, place] : targets) {
    if (health_.failed()) break;
    const int synced = files_.sync(place.directory.fd());
    if (synced < 0) {
      health_.fail("sync directory", at.lower.data(), synced);
      break;
    }
    for (const blob_id& id : place.linked) discard(id);
  }
  return later;
}

result<handle> file_home::open(const blob_id& id) {
  const auto name = file_name(id);
  const std::string path = path_of(id);
  // Promotion links the new name before it drops the old one: a third look finds what moved in
  // between.
  int fd = -ENOENT;
  for (int attempt = 0; attempt < 3 && fd == -ENOENT; ++attempt) {
    fd = attempt == 1 ? files_.open(tmp_.fd(), name.data(), O_RDONLY)
                      : files_.open(blobs_.fd(), path.c_str(), O_RDONLY);
  }
  if (fd >= 0) return handle(files_, fd);
  log::error("blob_open_failed", {{"name", path}, {"cause", error_text(fd)}});
  return error(errc::internal_error).because(cause_text("open blobs", path, fd));
}

handle file_home::open_at_once(const blob_id& id) {
  const int fd = files_.open_cached(blobs_.fd(), path_of(id).c_str());
  return fd >= 0 ? handle(files_, fd) : handle();
}

bool file_home::remove(const blob_id& id) {
  // tmp/ first: once that name is gone, a promotion under way cannot make the other one again.
  const std::string path = path_of(id);
  int outcome = files_.unlink(tmp_.fd(), file_name(id).data());
  if (outcome == 0 || outcome == -ENOENT) outcome = files_.unlink(blobs_.fd(), path.c_str());
  if (outcome == 0 || outcome == -ENOENT) return true;
  log::warning("blob_remove_failed", {{"name", path}, {"cause", error_text(outcome)}});
  return false;
}

store::recovery file_home::recover(const std::function<bool(const blob_id&)>& known) {
  std::vector<blob_id> found;
  const int listed = files_.list(tmp_.fd(), [&](const char* name) {
    // Other names are not ours to delete.
    if (const auto id = parse_file_name(name)) found.push_back(*id);
    return true;
  });
  if (listed < 0) throw std::runtime_error(cause_text("list", "tmp", listed));
  const auto middle = std::partition(found.begin(), found.end(), known);
  std::span<const blob_id> committed(found.begin(), middle);
  store::recovery out;
  out.promoted = committed.size();
  while (!committed.empty()) {
    const auto batch = committed.first(std::min(promotion_batch, committed.size()));
    promote(batch);
    committed = committed.subspan(batch.size());
  }
  for (auto at = middle; at != found.end(); ++at) {
    discard(*at);
    ++out.discarded;
  }
  return out;
}

}  // namespace torhaus::storage::blob
