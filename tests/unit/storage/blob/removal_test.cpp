// Removing blobs: pins hold them, room comes back, twice is as good as once.
#include "tests/unit/storage/blob/support.hpp"

#include <sys/stat.h>

namespace torhaus::storage::blob::test {
namespace {

std::uint64_t allocated_below(const fs::path& directory) {
  std::uint64_t out = 0;
  for (const auto& file : files_below(directory)) {
    struct stat about{};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    out += static_cast<std::uint64_t>(about.st_blocks) * 512;
  }
  return out;
}

// A file system without holes.
class no_holes : public file_system {
 public:
  int punch(int, std::uint64_t, std::uint64_t) override { return -EOPNOTSUPP; }
  off_t next_data(int, std::uint64_t) override { return -EINVAL; }
};

// Counts the holes; the next one is refused when asked for.
class counted_holes : public file_system {
 public:
  int punch(int fd, std::uint64_t offset, std::uint64_t bytes) override {
    ++punched;
    if (std::exchange(refuse_next, false)) return -EIO;
    return file_system::punch(fd, offset, bytes);
  }
  int punched = 0;
  bool refuse_next = false;
};

// Committed needles of one segment, in their order there.
std::vector<placed_blob> needles_in_a_row(store& to, std::size_t count) {
  std::vector<placed_blob> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(put_committed(to, content(30'000, i)));
  return out;
}

}  // namespace

TEST_CASE("a removed blob is gone, and removing it again succeeds") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  for (const std::size_t size : boundary_sizes()) {
    CAPTURE(size);
    const placed_blob placed = put_committed(*store, content(size, size));
    const placed_blob neighbour = put_committed(*store, content(size, size + 1));
    REQUIRE(store->remove(placed));
    REQUIRE(store->remove(placed));
    if (size > max_inline_bytes) REQUIRE_FALSE(try_read(*store, placed));
    REQUIRE(reads_as(*store, neighbour, content(size, size + 1)));
  }
}

TEST_CASE("a pin holds a blob until the last one is released") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  for (const std::size_t size : {std::size_t{10}, std::size_t{20'000}, std::size_t{2'000'000}}) {
    const std::string bytes = content(size, size);
    const placed_blob placed = put_committed(*store, bytes);
    {
      const pin first = store->hold(placed.id);
      pin second = store->hold(placed.id);
      REQUIRE_FALSE(store->remove(placed));
      second = pin();
      REQUIRE_FALSE(store->remove(placed));
      REQUIRE(reads_as(*store, placed, bytes));
    }
    REQUIRE(store->remove(placed));
  }
}

TEST_CASE("the file of a removed blob disappears even while it is being promoted") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  for (int i = 0; i < 30; ++i) {
    const placed_blob placed = put_committed(*store, content(1'100'000, 1));
    if (i % 3 == 1) std::this_thread::sleep_for(std::chrono::milliseconds(i * 7 % 110));
    REQUIRE(store->remove(placed));
  }
  store->stop();
  REQUIRE(files_below(dir.path() / "tmp").empty());
  REQUIRE(files_below(dir.path() / "blobs").empty());
}

TEST_CASE("freed needles give their room back and dead segments disappear") {
  const temp_dir dir;
  disk_options options = options_in(dir.path());
  options.segment_limit_bytes = 1 << 20;
  std::vector<placed_blob> blobs;
  {
    const auto store = open_disk(options);
    for (std::uint64_t i = 0; i < 40; ++i) {
      blobs.push_back(put_committed(*store, content(100'000, i)));
    }
    const std::uint64_t before = allocated_below(dir.path() / "segments");
    REQUIRE(before >= 40 * 100'000);
    for (std::size_t i = 0; i < blobs.size(); i += 2) REQUIRE(store->remove(blobs[i]));
    REQUIRE(allocated_below(dir.path() / "segments") < before * 6 / 10);
    for (std::size_t i = 1; i < blobs.size(); i += 2) {
      REQUIRE(reads_as(*store, blobs[i], content(100'000, i)));
    }
    REQUIRE(store->stats().segments >= 4);
  }
  const auto store = open_disk(options);
  store->recover([](const blob_id&) { return true; });
  REQUIRE(eventually([&] { return store->stats().segments >= 4; }));
  for (const auto& blob : blobs) REQUIRE(store->remove(blob));
  REQUIRE(eventually([&] { return files_below(dir.path() / "segments").empty(); }));
  REQUIRE(eventually([&] { return store->stats().segments == 0; }));
  REQUIRE(store->stats().segment_bytes == 0);
}

TEST_CASE("without holes needles are marked dead and segments still disappear") {
  const temp_dir dir;
  disk_options options = options_in(dir.path());
  options.segment_limit_bytes = 1 << 20;
  no_holes files;
  std::vector<placed_blob> blobs;
  {
    const auto store = open_disk(options, files);
    for (std::uint64_t i = 0; i < 30; ++i) {
      blobs.push_back(put_committed(*store, content(100'000, i)));
    }
    for (std::size_t i = 0; i < blobs.size(); i += 2) REQUIRE(store->remove(blobs[i]));
    for (std::size_t i = 0; i < blobs.size(); ++i) {
      const auto got = try_read(*store, blobs[i]);
      REQUIRE(got.has_value() == (i % 2 == 1));
    }
  }
  const auto store = open_disk(options, files);
  for (const auto& blob : blobs) REQUIRE(store->remove(blob));
  REQUIRE(eventually([&] { return files_below(dir.path() / "segments").empty(); }));
}

TEST_CASE("needles in a row are freed by one call, whatever their order") {
  const temp_dir dir;
  counted_holes files;
  const auto store = open_disk(options_in(dir.path()), files);
  std::vector<placed_blob> blobs = needles_in_a_row(*store, 20);
  const placed_blob alive = blobs[12];
  blobs.erase(blobs.begin() + 12);
  std::ranges::reverse(blobs);
  const std::vector<bool> gone = store->remove(blobs);
  REQUIRE(gone == std::vector<bool>(19, true));
  REQUIRE(files.punched == 2);
  REQUIRE(reads_as(*store, alive, content(30'000, 12)));
  for (const placed_blob& blob : blobs) REQUIRE_FALSE(try_read(*store, blob));
  REQUIRE(store->remove(blobs) == gone);
  REQUIRE(files.punched == 2);
}

TEST_CASE("of many blobs each is judged by itself") {
  const temp_dir dir;
  counted_holes files;
  const auto store = open_disk(options_in(dir.path()), files);
  std::vector<placed_blob> blobs = needles_in_a_row(*store, 5);
  blobs.push_back(put_committed(*store, content(100, 5)));        // rides in its record
  blobs.push_back(put_committed(*store, content(1'200'000, 6)));  // a file
  const placed_blob victim = put_committed(*store, content(30'000, 7));
  placed_blob liar = put_committed(*store, content(30'000, 8));
  liar.location = victim.location;
  blobs.push_back(liar);
  {
    const pin held = store->hold(blobs[2].id);
    REQUIRE(store->remove(blobs) ==
            std::vector<bool>{true, true, false, true, true, true, true, true});
    REQUIRE(reads_as(*store, blobs[2], content(30'000, 2)));
  }
  REQUIRE(reads_as(*store, victim, content(30'000, 7)));
  REQUIRE(store->remove(blobs) == std::vector<bool>(8, true));
  REQUIRE_FALSE(try_read(*store, blobs[2]));
}

TEST_CASE("needles that could not be freed are asked for again") {
  const temp_dir dir;
  counted_holes files;
  const auto store = open_disk(options_in(dir.path()), files);
  const std::vector<placed_blob> blobs = needles_in_a_row(*store, 4);
  files.refuse_next = true;
  REQUIRE(store->remove(blobs) == std::vector<bool>(4, false));
  REQUIRE(store->remove(blobs) == std::vector<bool>(4, true));
  for (const placed_blob& blob : blobs) REQUIRE_FALSE(try_read(*store, blob));
}

TEST_CASE("a sealed blob that is never committed removes its bytes") {
  const temp_dir dir;
  disk_options options = options_in(dir.path());
  const auto store = open_disk(options);
  placed_blob small;
  placed_blob large;
  {
    const sealed_blob first = put(*store, content(50'000, 1), 50'000);
    const sealed_blob second = put(*store, content(2'000'000, 1), 2'000'000);
    small = first.placed();
    large = second.placed();
    REQUIRE(files_below(dir.path() / "tmp").size() == 1);
  }
  REQUIRE(eventually([&] { return files_below(dir.path() / "tmp").empty(); }));
  REQUIRE(eventually([&] { return !try_read(*store, small); }));
  REQUIRE_FALSE(try_read(*store, large));
  store->stop();
  REQUIRE(files_below(dir.path() / "segments").empty());  // nothing but a dead needle was in it
}

TEST_CASE("a location that points at another blob's needle frees nothing") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::string bytes = content(50'000, 1);
  const placed_blob victim = put_committed(*store, bytes);
  placed_blob liar = put_committed(*store, content(50'000, 2));
  liar.location = victim.location;
  REQUIRE(store->remove(liar));
  REQUIRE(reads_as(*store, victim, bytes));
}

}  // namespace torhaus::storage::blob::test
