// A file system that is really full: refused, nothing lost, and it works again when room is back.
#include "tests/unit/storage/blob/support.hpp"

#include <sys/mount.h>

namespace torhaus::storage::blob::test {
namespace {

// A small file system in memory; needs root.
class small_disk {
 public:
  small_disk() : mounted_(::mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, "size=24m") == 0) {}
  ~small_disk() {
    if (mounted_) ::umount2(dir_.path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  fs::path data() const { return dir_.path() / "data"; }

 private:
  temp_dir dir_;
  bool mounted_;
};

}  // namespace

TEST_CASE("a full disk refuses new blobs, keeps the old ones and recovers") {
  const small_disk disk;
  if (!disk.mounted()) {
    WARN("not allowed to mount: the full disk is only tested by injected errors");
    return;
  }
  disk_options options = options_in(disk.data());
  options.segment_limit_bytes = 4 << 20;
  const auto store = open_disk(options);
  for (const std::size_t size :
       {std::size_t{20'000}, std::size_t{1'000'000}, std::size_t{3'000'000}}) {
    for (const bool announced : {true, false}) {
      CAPTURE(size, announced);
      const auto expected = announced ? std::optional<std::uint64_t>(size) : std::nullopt;
      std::vector<std::pair<placed_blob, std::string>> kept;
      std::optional<error> refused;
      for (std::uint64_t i = 0; i < 2000 && !refused; ++i) {
        const std::string bytes = content(size, i);
        auto sealed = try_put(*store, bytes, expected);
        if (sealed) {
          kept.emplace_back(sealed->placed(), bytes);
          sealed->committed();
        } else {
          refused = sealed.error();
        }
      }
      REQUIRE(refused);
      REQUIRE(refused->code() == errc::insufficient_storage);
      REQUIRE(kept.size() >= 5);
      REQUIRE_FALSE(store->stats().failed);
      for (const auto& [placed, bytes] : kept) REQUIRE(reads_as(*store, placed, bytes));
      REQUIRE(eventually([&] { return files_below(disk.data() / "tmp").empty(); }));
      for (const auto& [placed, bytes] : kept) REQUIRE(store->remove(placed));
      const std::string again = content(size, 7);
      const placed_blob fresh = put_committed(*store, again);
      REQUIRE(reads_as(*store, fresh, again));
      REQUIRE(store->remove(fresh));
    }
  }
}

TEST_CASE("new bytes are refused while less than the reserve is free") {
  const temp_dir dir;
  class shrinking : public file_system {
   public:
    off_t free_bytes(int) override { return left; }
    std::atomic<off_t> left{100 << 20};
  };
  shrinking files;
  disk_options options = options_in(dir.path());
  options.reserve_bytes = 50 << 20;
  const auto store = open_disk(options, files);
  REQUIRE(try_put(*store, content(10'000, 1), 10'000));
  files.left = 40 << 20;
  std::this_thread::sleep_for(std::chrono::milliseconds(120));  // the answer is kept for 100 ms
  for (const std::size_t size : boundary_sizes()) {
    const auto refused = try_put(*store, content(size, 1), size);
    CAPTURE(size);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().code() == errc::insufficient_storage);
  }
  REQUIRE(files_below(dir.path() / "tmp").empty());
  files.left = 100 << 20;
  for (const std::size_t size : boundary_sizes()) REQUIRE(try_put(*store, content(size, 1), size));
}

TEST_CASE("an announced size that cannot fit is refused before the bytes arrive") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const auto writer = store->create(std::uint64_t{1} << 50);
  const auto refused = writer->append(bytes_of(content(block_bytes, 1)));
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().code() == errc::insufficient_storage);
}

}  // namespace torhaus::storage::blob::test
