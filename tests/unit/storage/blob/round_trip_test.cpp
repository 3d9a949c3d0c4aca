// What is written comes back, whatever its size and however it is read.
#include "tests/unit/storage/blob/support.hpp"

namespace torhaus::storage::blob::test {
namespace {

home expected_home(std::size_t size) {
  if (size <= max_inline_bytes) return home::inside;
  return size <= max_segment_bytes ? home::segment : home::file;
}

// A page cache that holds everything, or nothing.
class cached_file_system : public file_system {
 public:
  ssize_t read_cached(int fd, std::span<std::byte> out, std::uint64_t offset) override {
    ++asked;
    if (!everything) return -EAGAIN;
    const ssize_t got = file_system::read(fd, out, offset);
    if (flips && got > 0) out[static_cast<std::size_t>(got) / 2] ^= std::byte{1};
    return got;
  }
  int open_cached(int directory, const char* name) override {
    return names ? file_system::open_cached(directory, name) : -EAGAIN;
  }
  bool everything = true;
  bool names = true;  // the way to a file is in memory
  bool flips = false;
  int asked = 0;
};

bool opens_at_once(store& from, const placed_blob& placed, const std::string& bytes) {
  const auto opened = from.open_at_once(placed);
  REQUIRE(opened);
  if (!*opened) return false;
  REQUIRE((*opened)->resident() == (bytes.size() <= block_bytes));
  REQUIRE((*opened)->size() == bytes.size());
  std::string read(bytes.size(), '\0');
  REQUIRE((*opened)->read(0, std::as_writable_bytes(std::span(read))).value() == bytes.size());
  REQUIRE(read == bytes);
  const auto all = (*opened)->in_memory();
  if (all.empty()) return true;
  return std::string_view(reinterpret_cast<const char*>(all.data()), all.size()) == bytes;
}

}  // namespace

TEST_CASE("what is in the page cache is opened without waiting") {
  const temp_dir dir;
  cached_file_system files;
  for (const std::size_t size : boundary_sizes()) {
    CAPTURE(size);
    const std::string bytes = content(size, size + 3);
    const auto store = open_disk(options_in(dir.path()), files);
    const placed_blob placed = put_committed(*store, bytes);
    REQUIRE(reads_as(*store, placed, bytes));  // from now on its segment is open
    REQUIRE(eventually([&] { return files_below(dir.path() / "tmp").empty(); }));
    CHECK(opens_at_once(*store, placed, bytes));
    files.names = false;
    CHECK(opens_at_once(*store, placed, bytes) == (expected_home(size) != home::file));
    files.names = true;
    files.everything = false;
    CHECK(opens_at_once(*store, placed, bytes) == (size <= max_inline_bytes));
    files.everything = true;
  }
  CHECK(files.asked > 0);
}

TEST_CASE(
    "whole blocks in the page cache are read without waiting, others and damaged ones are not") {
  const temp_dir dir;
  cached_file_system files;
  for (const std::size_t size : boundary_sizes()) {
    if (size <= block_bytes) continue;
    CAPTURE(size);
    const std::string bytes = content(size, size + 5);
    const auto store = open_disk(options_in(dir.path()), files);
    const placed_blob placed = put_committed(*store, bytes);
    const auto opened = std::move(store->open(placed)).value();
    std::string read(2 * block_bytes, '\0');
    const auto into = std::as_writable_bytes(std::span(read));
    for (std::size_t at = 0; at < size; at += 2 * block_bytes) {
      const std::size_t left = std::min<std::size_t>(size - at, 2 * block_bytes);
      REQUIRE(opened->read_at_once(at, into) == left);
      REQUIRE(read.compare(0, left, bytes, at, left) == 0);
    }
    CHECK(opened->read_at_once(0, into.first(block_bytes)) == block_bytes);
    CHECK(opened->read_at_once(0, into.first(block_bytes - 1)) == 0);
    CHECK(opened->read_at_once(1, into) == 0);
    CHECK(opened->read_at_once(size, into) == 0);
    CHECK(opened->read_at_once(UINT64_MAX, into) == 0);
    files.everything = false;
    CHECK(opened->read_at_once(0, into) == 0);
    files.everything = true;
    files.flips = true;
    CHECK(opened->read_at_once(0, into) == 0);
    CHECK(read.find_first_not_of('\0') == std::string::npos);
    files.flips = false;
  }
}

TEST_CASE("a blob whose segment is not open yet waits for it") {
  const temp_dir dir;
  cached_file_system files;
  const std::string bytes = content(20'000, 1);
  placed_blob placed;
  {
    const auto store = open_disk(options_in(dir.path()), files);
    placed = put_committed(*store, bytes);
  }
  const auto store = open_disk(options_in(dir.path()), files);
  (void)store->recover([](const blob_id&) { return true; });
  CHECK_FALSE(opens_at_once(*store, placed, bytes));
  REQUIRE(reads_as(*store, placed, bytes));
  CHECK(opens_at_once(*store, placed, bytes));
}

TEST_CASE("a blob of any size comes back and lies in the home of its size") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  for (const std::size_t size : boundary_sizes()) {
    for (const bool announced : {true, false}) {
      CAPTURE(size, announced);
      const std::string bytes = content(size, size + 1);
      sealed_blob sealed =
          put(*store, bytes, announced ? std::optional<std::uint64_t>(size) : std::nullopt);
      REQUIRE(sealed.placed().size == size);
      REQUIRE(sealed.placed().location.size() <= max_inline_bytes + 64);
      REQUIRE(home_of(sealed.placed()) == expected_home(size));
      REQUIRE(reads_as(*store, sealed.placed(), bytes));  // durable, not yet committed
      const placed_blob placed = sealed.placed();
      sealed.committed();
      REQUIRE(reads_as(*store, placed, bytes));
    }
  }
}

TEST_CASE("committed blobs are read again by the next run") {
  const temp_dir dir;
  std::vector<std::pair<placed_blob, std::string>> kept;
  {
    const auto store = open_disk(options_in(dir.path()));
    for (const std::size_t size : boundary_sizes()) {
      const std::string bytes = content(size, size);
      kept.emplace_back(put_committed(*store, bytes), bytes);
    }
  }
  REQUIRE(files_below(dir.path() / "tmp").empty());
  REQUIRE(files_below(dir.path() / "segments" / "open").empty());
  const auto store = open_disk(options_in(dir.path()));
  const auto outcome = store->recover([](const blob_id&) { return false; });
  REQUIRE(outcome.promoted == 0);
  REQUIRE(outcome.discarded == 0);
  for (const auto& [placed, bytes] : kept) {
    CAPTURE(bytes.size());
    REQUIRE(reads_as(*store, placed, bytes));
  }
}

TEST_CASE("a wrong announcement of the size does no harm") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::vector<std::size_t> sizes{0, 5, 20'000, 300'000, 2'000'000};
  for (const std::size_t announced : sizes) {
    for (const std::size_t real : sizes) {
      CAPTURE(announced, real);
      const std::string bytes = content(real, real);
      const sealed_blob sealed = put(*store, bytes, announced);
      REQUIRE(sealed.placed().size == real);
      REQUIRE(reads_as(*store, sealed.placed(), bytes));
    }
  }
}

TEST_CASE("random range reads agree with the bytes in memory") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  std::mt19937_64 random(20240611);
  for (const std::size_t size : {std::size_t{7000}, std::size_t{100'000}, std::size_t{700'001},
                                 std::size_t{3 * block_bytes}, std::size_t{5'000'003}}) {
    const std::string bytes = content(size, size);
    const placed_blob placed = put_committed(*store, bytes);
    auto reader = store->open(placed);
    REQUIRE(reader);
    for (int i = 0; i < 400; ++i) {
      const std::uint64_t offset = random() % (size + 10);
      const std::size_t wanted = random() % (i % 2 == 0 ? 5000 : size + 5000);
      std::string out(wanted, '?');
      const auto got = (*reader)->read(offset, std::as_writable_bytes(std::span(out)));
      CAPTURE(size, offset, wanted);
      REQUIRE(got);
      const std::size_t expected =
          offset >= size ? 0 : std::min<std::size_t>(wanted, size - offset);
      REQUIRE(*got == expected);
      REQUIRE(out.compare(0, expected, bytes, std::min<std::size_t>(offset, size), expected) == 0);
    }
  }
}

TEST_CASE("only small blobs are resident") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const auto resident = [&](std::size_t size) {
    auto reader = store->open(put_committed(*store, content(size, 1)));
    REQUIRE(reader);
    return (*reader)->resident();
  };
  REQUIRE(resident(100));
  REQUIRE(resident(block_bytes));
  REQUIRE_FALSE(resident(block_bytes + 1));
  REQUIRE_FALSE(resident(2 * max_segment_bytes));
}

TEST_CASE("a writer that is dropped before seal leaves nothing behind") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::string bytes = content(3'000'000, 1);
  {
    const auto writer = store->create(bytes.size());
    REQUIRE(writer->append(bytes_of(bytes)));
    REQUIRE(files_below(dir.path() / "tmp").size() == 1);
  }
  REQUIRE(eventually([&] { return files_below(dir.path() / "tmp").empty(); }));
}

TEST_CASE("blob ids of one time sort together and never repeat") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const auto first = put(*store, "a", 1).placed().id;
  const auto second = put(*store, "a", 1).placed().id;
  REQUIRE(first != second);
  REQUIRE(first.view().substr(0, 4) == second.view().substr(0, 4));
  REQUIRE(blob_id::from(first.view()) == first);
}

TEST_CASE("a second store on the same directory is refused") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  REQUIRE_THROWS_AS(open_disk(options_in(dir.path())), std::runtime_error);
}

}  // namespace torhaus::storage::blob::test
