// Power is cut before every changing call. What was synced is there; of the rest, any mixture may
// be: single pages of a file, single entries of a directory. Nothing acknowledged may be missing.
#include "tests/unit/storage/blob/fault_injection.hpp"

namespace torhaus::storage::blob::test {
namespace {

using bytes_ptr = std::shared_ptr<const std::string>;
using entries = std::map<std::string, std::uint64_t>;  // name -> inode

// What the disk is sure to hold and what the page cache holds on top.
struct disk_state {
  std::map<std::uint64_t, bytes_ptr> durable_bytes;
  std::map<std::uint64_t, bytes_ptr> cached_bytes;
  std::map<std::uint64_t, entries> durable_entries;
  std::map<std::uint64_t, entries> cached_entries;
  std::uint64_t root = 0;
};

struct snapshot {
  disk_state disk;
  std::size_t acknowledged = 0;  // entries of the ledger at that moment
};

class recording_file_system : public hooked_file_system {
 public:
  explicit recording_file_system(const fs::path& root) {
    const int fd = ::open(root.c_str(), O_RDONLY | O_DIRECTORY);
    kept_.emplace_back(*this, fd);
    state_.root = inode_of(fd);
    note_directory(fd);
    state_.durable_entries = state_.cached_entries;
  }

  int open(int directory, const char* name, int flags) override {
    const int fd = hooked_file_system::open(directory, name, flags);
    if (fd < 0) return fd;
    const std::lock_guard lock(mutex_);
    if ((flags & O_DIRECTORY) != 0) {
      state_.durable_entries.try_emplace(inode_of(fd));
      note_directory(fd);
    } else if ((flags & O_CREAT) != 0) {
      note_directory(directory);
      state_.durable_bytes.try_emplace(inode_of(fd), std::make_shared<std::string>());
      note_file(fd);
    }
    return fd;
  }
  int link(int from, const char* name, int to, const char* to_name) override {
    const int outcome = hooked_file_system::link(from, name, to, to_name);
    const std::lock_guard lock(mutex_);
    note_directory(to);
    return outcome;
  }
  int unlink(int directory, const char* name) override {
    // An inode that stays open is not given to another file, which would confuse this record.
    if (const int fd = ::openat(directory, name, O_RDONLY | O_CLOEXEC); fd >= 0) {
      const std::lock_guard lock(mutex_);
      kept_.emplace_back(*this, fd);
    }
    const int outcome = hooked_file_system::unlink(directory, name);
    const std::lock_guard lock(mutex_);
    if (const auto slash = std::string_view(name).rfind('/'); slash != std::string_view::npos) {
      const std::string parent(name, slash);
      const handle at(*this, ::openat(directory, parent.c_str(), O_RDONLY | O_DIRECTORY));
      if (at) note_directory(at.fd());
    } else {
      note_directory(directory);
    }
    return outcome;
  }
  int make_directory(int directory, const char* name) override {
    const int outcome = hooked_file_system::make_directory(directory, name);
    const std::lock_guard lock(mutex_);
    struct stat about{};
    if (::fstatat(directory, name, &about, AT_SYMLINK_NOFOLLOW) == 0) {
      state_.durable_entries.try_emplace(about.st_ino);
      state_.cached_entries.try_emplace(about.st_ino);
    }
    note_directory(directory);
    return outcome;
  }

  std::atomic<std::size_t> acknowledged{0};
  std::vector<snapshot> snapshots() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 protected:
  int before(call, int) override {
    const std::lock_guard lock(mutex_);
    taken_.push_back({state_, acknowledged});
    return 0;
  }
  void after(call kind, int fd) override {
    const std::lock_guard lock(mutex_);
    const std::uint64_t inode = fd >= 0 ? inode_of(fd) : 0;
    switch (kind) {
      case call::write:
      case call::punch:
      case call::truncate:
        note_file(fd);
        break;
      case call::sync:
        // Other threads may have written meanwhile; that is a mixture which may happen as well.
        if (state_.cached_entries.contains(inode)) {
          state_.durable_entries[inode] = state_.cached_entries[inode];
        } else {
          state_.durable_bytes[inode] = state_.cached_bytes[inode];
        }
        break;
      default:
        break;
    }
  }

 private:
  void note_file(int fd) {
    const auto length = static_cast<std::size_t>(file_system::length(fd, ""));
    auto now = std::make_shared<std::string>(length, '\0');
    // The store's own descriptor may be for writing only.
    const std::string name = "/proc/self/fd/" + std::to_string(fd);
    const handle readable(*this, ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    const auto out = std::as_writable_bytes(std::span(*now));
    if (read_up_to(*this, readable.fd(), out, 0) < 0) throw std::runtime_error("cannot read back");
    state_.cached_bytes[inode_of(fd)] = now;
  }
  void note_directory(int fd) {
    entries now;
    file_system::list(fd, [&](const char* name) {
      struct stat about{};
      if (::fstatat(fd, name, &about, AT_SYMLINK_NOFOLLOW) == 0) now[name] = about.st_ino;
      return true;
    });
    state_.cached_entries[inode_of(fd)] = now;
  }

  std::mutex mutex_;
  disk_state state_;
  std::vector<snapshot> taken_;
  std::vector<handle> kept_;
};

enum class luck { nothing_more, everything, any_mixture };

// Writes the directory tree that a power cut may have left.
class after_power_cut {
 public:
  after_power_cut(const disk_state& disk, luck fortune, std::uint64_t seed)
      : disk_(disk), fortune_(fortune), random_(seed) {}
  void write_to(const fs::path& root) { directory(disk_.root, root); }

 private:
  bool reached() {
    if (fortune_ == luck::any_mixture) return random_() % 2 == 0;
    return fortune_ == luck::everything;
  }
  void directory(std::uint64_t inode, const fs::path& path) {
    fs::create_directory(path);
    const entries& sure = disk_.durable_entries.at(inode);
    const entries& maybe = disk_.cached_entries.at(inode);
    entries out;
    for (const auto& [name, to] : sure) {
      if (maybe.contains(name) || !reached()) out[name] = to;
    }
    for (const auto& [name, to] : maybe) {
      if (!sure.contains(name) && reached()) out[name] = to;
    }
    for (const auto& [name, to] : out) {
      if (disk_.cached_entries.contains(to)) {
        directory(to, path / name);
      } else {
        std::ofstream(path / name, std::ios::binary) << file(to);
      }
    }
  }
  std::string file(std::uint64_t inode) {
    const std::string none;
    const auto found = disk_.durable_bytes.find(inode);
    const std::string& sure = found == disk_.durable_bytes.end() ? none : *found->second;
    const auto cached = disk_.cached_bytes.find(inode);
    const std::string& maybe = cached == disk_.cached_bytes.end() ? sure : *cached->second;
    std::string out = sure;
    if (reached()) out.resize(maybe.size(), '\0');
    for (std::size_t at = 0; at < std::min(out.size(), maybe.size()); at += page_bytes) {
      if (reached()) out.replace(at, page_bytes, maybe, at, page_bytes);
    }
    return out;
  }

  const disk_state& disk_;
  luck fortune_;
  std::mt19937_64 random_;
};

struct event {
  placed_blob blob;
  std::string bytes;
  bool removed = false;
};

// Returns what was acknowledged, in order.
std::vector<event> record(recording_file_system& files, const fs::path& root) {
  disk_options options = options_in(root);
  options.segment_limit_bytes = 150'000;
  const auto running = open_disk(options, files);
  std::vector<event> out;
  const auto acknowledge = [&](const event& one) {
    out.push_back(one);
    files.acknowledged = out.size();
  };
  std::uint64_t seed = 0;
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t size : {std::size_t{50}, std::size_t{30'000}, std::size_t{90'000},
                                   std::size_t{1'100'000}, std::size_t{20'000}}) {
      const std::string bytes = content(size, ++seed);
      sealed_blob sealed = put(*running, bytes, size);
      if (seed % 4 == 0) continue;  // discarded in the background
      acknowledge({sealed.placed(), bytes, false});
      sealed.committed();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(130));  // let the janitor work
    const event gone = out[static_cast<std::size_t>(round) * 3 + 1];
    acknowledge({gone.blob, "", true});  // the commit that drops the last reference comes first
    REQUIRE(running->remove(gone.blob));
  }
  return out;
}

void check(const fs::path& root, std::span<const event> acknowledged) {
  std::map<blob_id, const event*> alive;
  for (const event& one : acknowledged) {
    if (one.removed) {
      alive.erase(one.blob.id);
    } else {
      alive[one.blob.id] = &one;
    }
  }
  unsynced_file_system files;
  const auto running = open_disk(options_in(root), files);
  running->recover([&](const blob_id& id) { return alive.contains(id); });
  for (const auto& [id, one] : alive) REQUIRE(reads_as(*running, one->blob, one->bytes));
  REQUIRE(files_below(root / "tmp").empty());
  const std::string more = content(30'000, 99);
  REQUIRE(reads_as(*running, put_committed(*running, more), more));
  for (const auto& [id, one] : alive) REQUIRE(running->remove(one->blob));
}

}  // namespace

TEST_CASE("a power cut at any moment loses nothing that was acknowledged") {
  const temp_dir dir;
  const fs::path root = dir.path() / "data";
  fs::create_directory(root);
  recording_file_system files(root);
  const std::vector<event> events = record(files, root);
  const auto snapshots = files.snapshots();
  REQUIRE(snapshots.size() > 50);
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    for (const luck fortune : {luck::nothing_more, luck::everything, luck::any_mixture}) {
      CAPTURE(i, static_cast<int>(fortune));
      const temp_dir crashed;
      const fs::path left = crashed.path() / "data";
      after_power_cut(snapshots[i].disk, fortune, i).write_to(left);
      check(left, std::span(events).first(snapshots[i].acknowledged));
    }
  }
}

}  // namespace torhaus::storage::blob::test
