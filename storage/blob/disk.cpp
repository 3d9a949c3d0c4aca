// The disk store: puts the three homes, the pins and the background work together.
#include "storage/blob/disk.hpp"

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <unordered_map>

#include "storage/base/log.hpp"
#include "storage/blob/disk_io.hpp"
#include "storage/blob/disk_janitor.hpp"
#include "storage/blob/disk_reader.hpp"
#include "storage/blob/disk_writer.hpp"

namespace torhaus::storage::blob {
namespace {

constexpr unsigned own_pool_threads = 2;

[[noreturn]] void refuse(const std::string& what, int code) {
  throw std::system_error(std::error_code(std::abs(code), std::generic_category()), what);
}

// Directories below the data directory, made durable before anything is kept in them.
handle open_directory(file_system& files, int parent, const char* name) {
  const int made = files.make_directory(parent, name);
  if (made < 0 && made != -EEXIST) refuse(std::string("cannot make directory ") + name, made);
  // Also when it was there: an earlier run may have ended before its sync.
  const int synced = files.sync(parent);
  if (synced < 0) refuse(std::string("cannot sync the directory above ") + name, synced);
  const int fd = files.open(parent, name, O_RDONLY | O_DIRECTORY);
  if (fd < 0) refuse(std::string("cannot open directory ") + name, fd);
  return handle(files, fd);
}

handle open_root(file_system& files, const std::filesystem::path& path) {
  std::filesystem::create_directories(path);
  const int fd = files.open(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd < 0) refuse("cannot open directory " + path.string(), fd);
  return handle(files, fd);
}

// Two servers on one data directory would throw each other's bytes in flight away at their start.
handle lock_directory(file_system& files, handle directory, const std::filesystem::path& path) {
  if (files.lock(directory.fd()) != -EWOULDBLOCK) return directory;
  throw std::runtime_error("the blob store in " + path.string() + " is open in another process");
}

struct id_hash {
  std::size_t operator()(const blob_id& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};

// Blobs that someone reads right now, with the number of their pins.
class pin_table {
 public:
  void add(const blob_id& id) {
    part& in = part_of(id);
    const std::lock_guard lock(in.mutex);
    ++in.pins[id];
  }
  void drop(const blob_id& id) noexcept {
    part& in = part_of(id);
    const std::lock_guard lock(in.mutex);
    const auto found = in.pins.find(id);
    if (found != in.pins.end() && --found->second == 0) in.pins.erase(found);
  }
  bool holds(const blob_id& id) {
    part& in = part_of(id);
    const std::lock_guard lock(in.mutex);
    return in.pins.contains(id);
  }

 private:
  struct part {
    std::mutex mutex;
    std::unordered_map<blob_id, std::uint32_t, id_hash> pins;
  };
  // The last byte of an id is random.
  part& part_of(const blob_id& id) { return parts_[id.data.back() % parts_.size()]; }
  std::array<part, 16> parts_;
};

class disk_store : public store {
 public:
  disk_store(const disk_options& options, file_system& files, handle root)
      : options_(options),
        own_pool_(options.pool == nullptr ? std::make_unique<worker_pool>(own_pool_threads)
                                          : nullptr),
        pool_(options.pool == nullptr ? *own_pool_ : *options.pool),
        files_(files),
        root_(std::move(root)),
        lock_(lock_directory(files, open_directory(files, root_.fd(), "segments"),
                             options.directory)),
        health_(files, root_.fd(), options.reserve_bytes),
        large_(files, open_directory(files, root_.fd(), "blobs"),
               open_directory(files, root_.fd(), "tmp"), health_),
        segments_(files, open_directory(files, root_.fd(), "segments"),
                  open_directory(files, root_.fd(), "segments/open"), health_),
        janitor_(large_, segments_),
        appender_(files, segments_, health_,
                  {options.clock, options.random, options.segment_limit_bytes,
                   [this](std::uint64_t number) { janitor_.close_segment(number); }}) {
    janitor_.serve(appender_);
  }
  ~disk_store() override { disk_store::stop(); }

  std::unique_ptr<writer> create(std::optional<std::uint64_t> expected_bytes) override {
    began_writing_.store(true, std::memory_order_relaxed);
    const writer_homes homes{*this, files_, large_, appender_, health_, janitor_, pool_};
    return std::make_unique<disk_writer>(homes, new_id(), expected_bytes);
  }

  pin hold(const blob_id& id) override {
    pins_.add(id);
    return pin(*this, id);
  }

  result<std::unique_ptr<reader>> open(const placed_blob& blob) override {
    const auto where = home_of(blob);
    if (where == home::inside) return open_inline(blob);
    if (where == home::segment) return open_needle(files_, segments_, blob, patience::as_needed);
    if (where == home::file) return open_file(files_, large_, blob, patience::as_needed);
    log::error("blob_damaged", {{"name", file_name(blob.id).data()}, {"cause", "location"}});
    return error(errc::internal_error).because("a blob location that means nothing");
  }

  result<std::unique_ptr<reader>> open_at_once(const placed_blob& blob) override {
    const auto where = home_of(blob);
    if (where == home::inside) return open_inline(blob);
    if (where == home::segment) return open_needle(files_, segments_, blob, patience::none);
    if (where == home::file) return open_file(files_, large_, blob, patience::none);
    return std::unique_ptr<reader>();
  }

  std::vector<bool> remove(std::span<const placed_blob> blobs) override {
    std::vector<bool> gone(blobs.size());
    std::vector<doomed_needle> needles;
    std::vector<std::size_t> needle_at;
    for (std::size_t i = 0; i < blobs.size(); ++i) {
      const placed_blob& blob = blobs[i];
      if (pins_.holds(blob.id)) continue;
      if (home_of(blob) == home::file) {
        gone[i] = large_.remove(blob.id);
      } else if (const auto place = parse_segment(blob)) {
        needles.push_back({*place, blob.id});
        needle_at.push_back(i);
      } else {
        gone[i] = true;  // inline bytes go with their record
      }
    }
    segments_.free(needles);
    for (std::size_t n = 0; n < needles.size(); ++n) {
      gone[needle_at[n]] = needles[n].gone;
      if (needles[n].gone) janitor_.look_at_segment(needles[n].place.number);
    }
    return gone;
  }
  using store::remove;

  recovery recover(const std::function<bool(const blob_id&)>& known) override {
    if (began_writing_) throw std::logic_error("recover() comes before the first blob");
    recovery out = large_.recover(known);
    out.discarded += segments_.recover(known);
    janitor_.count_segments();
    return out;
  }

  statistics stats() const override {
    statistics out;
    out.segments = segments_.count();
    out.segment_bytes = segments_.total_bytes();
    out.free_bytes = health_.free_bytes();
    out.failed = health_.failed();
    return out;
  }

  void stop() override {
    appender_.stop();
    janitor_.stop();
  }

 private:
  // A broken location in on_… is impossible: it was made by our own writer.
  void on_committed(const placed_blob& blob) noexcept override {
    if (home_of(blob) == home::file) janitor_.promote(blob.id);
    if (const auto place = parse_segment(blob)) appender_.settled(*place);
  }
  void on_discarded(const placed_blob& blob) noexcept override {
    if (home_of(blob) == home::file) janitor_.drop_file(blob.id, handle());
    if (const auto place = parse_segment(blob)) janitor_.free_needle(*place, blob.id);
  }
  void on_released(const blob_id& id) noexcept override { pins_.drop(id); }

  blob_id new_id() {
    const auto since = options_.clock->now().time_since_epoch();
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    blob_id id;
    for (std::size_t i = 0; i < 6; ++i) {
      id.data[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(millis) >> (40 - 8 * i));
    }
    options_.random->fill(std::as_writable_bytes(std::span(id.data).subspan(6)));
    return id;
  }

  disk_options options_;
  std::unique_ptr<worker_pool> own_pool_;
  worker_pool& pool_;
  file_system& files_;
  handle root_;
  handle lock_;
  disk_health health_;
  file_home large_;
  segment_files segments_;
  janitor janitor_;
  segment_appender appender_;
  pin_table pins_;
  std::atomic<bool> began_writing_{false};
};

}  // namespace

std::unique_ptr<store> open_disk(const disk_options& options, file_system& files) {
  return std::make_unique<disk_store>(options, files, open_root(files, options.directory));
}

std::unique_ptr<store> open_disk(const disk_options& options) {
  return open_disk(options, real_file_system());
}

}  // namespace torhaus::storage::blob
