// What the disk changed is found and never handed out.
#include "tests/unit/storage/blob/support.hpp"

namespace torhaus::storage::blob::test {
namespace {

fs::path only_file_below(const fs::path& directory) {
  const auto files = files_below(directory);
  REQUIRE(files.size() == 1);
  return files.front();
}

// Where the promoted file of a blob ends up.
fs::path promoted_file(const fs::path& root) {
  REQUIRE(eventually([&] { return files_below(root / "tmp").empty(); }));
  return only_file_below(root / "blobs");
}

void refuse_to_read(store& from, const placed_blob& blob) {
  const auto got = try_read(from, blob);
  REQUIRE_FALSE(got);
  REQUIRE(got.error().code() == errc::internal_error);
  REQUIRE_FALSE(got.error().cause().empty());
  // The same for those who do not wait.
  const auto opened = from.open_at_once(blob);
  if (!opened || !*opened) return;
  std::string all(static_cast<std::size_t>(blob.size), '\0');
  REQUIRE_FALSE((*opened)->read(0, std::as_writable_bytes(std::span(all))));
  REQUIRE((*opened)->read_at_once(0, std::as_writable_bytes(std::span(all))) == 0);
}

}  // namespace

TEST_CASE("a flipped bit anywhere in an inline location is found") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const placed_blob good = put_committed(*store, content(300, 7));
  for (std::size_t at = 0; at < good.location.size(); ++at) {
    placed_blob bad = good;
    bad.location[at] = static_cast<char>(bad.location[at] ^ 4);
    CAPTURE(at);
    refuse_to_read(*store, bad);
  }
}

TEST_CASE("inline bytes of another blob are refused") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const placed_blob one = put_committed(*store, content(300, 1));
  placed_blob other = put_committed(*store, content(300, 2));
  other.location = one.location;
  refuse_to_read(*store, other);
}

TEST_CASE("a flipped bit anywhere in a needle is found") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::string bytes = content(300'000, 3);
  const placed_blob placed = put_committed(*store, bytes);
  const fs::path segment =
      dir.path() / "segments" / segment_name(parse_segment(placed)->number).data();
  const std::uint64_t start = parse_segment(placed)->offset();
  std::vector<std::uint64_t> spots;
  for (std::uint64_t at = 0; at < needle_header_bytes; ++at) spots.push_back(at);
  for (std::uint64_t at = needle_header_bytes; at < 300'000; at += 37'321) spots.push_back(at);
  spots.push_back(needle_header_bytes + 300'000 - 1);
  for (const std::uint64_t at : spots) {
    CAPTURE(at);
    flip_bit(segment, start + at);
    refuse_to_read(*store, placed);
    flip_bit(segment, start + at);
  }
  REQUIRE(reads_as(*store, placed, bytes));
}

TEST_CASE("a flipped bit is found by those who do not wait, too") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::string bytes = content(60'000, 4);
  const placed_blob placed = put_committed(*store, bytes);
  const fs::path segment =
      dir.path() / "segments" / segment_name(parse_segment(placed)->number).data();
  REQUIRE(reads_as(*store, placed, bytes));
  for (const std::uint64_t at : {std::uint64_t{20}, needle_header_bytes + std::uint64_t{59'999}}) {
    flip_bit(segment, parse_segment(placed)->offset() + at);
    const auto opened = store->open_at_once(placed);
    CHECK((!opened || !*opened));
    if (!opened) CHECK(opened.error().code() == errc::internal_error);
    flip_bit(segment, parse_segment(placed)->offset() + at);
  }
}

TEST_CASE("a flipped bit anywhere in a file is found") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::size_t size = 2'000'001;
  const std::string bytes = content(size, 3);
  const placed_blob placed = put_committed(*store, bytes);
  const fs::path file = promoted_file(dir.path());
  for (std::uint64_t at = 0; at < file_length(size); at += at < size ? 99'991 : 1) {
    CAPTURE(at);
    flip_bit(file, at);
    refuse_to_read(*store, placed);
    flip_bit(file, at);
  }
  REQUIRE(reads_as(*store, placed, bytes));
}

TEST_CASE("damage in one block does not keep the others from being read") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::string bytes = content(10 * block_bytes, 4);
  const placed_blob placed = put_committed(*store, bytes);
  flip_bit(promoted_file(dir.path()), 3 * block_bytes + 17);
  auto reader = store->open(placed);
  REQUIRE(reader);
  std::string out(1000, '\0');
  for (std::uint64_t block = 0; block < 10; ++block) {
    CAPTURE(block);
    // Far from the flipped bit, but in its block.
    const auto got =
        (*reader)->read(block * block_bytes + 5000, std::as_writable_bytes(std::span(out)));
    REQUIRE(got.has_value() == (block != 3));
    if (got) REQUIRE(out == bytes.substr(block * block_bytes + 5000, 1000));
  }
}

TEST_CASE("swapped blocks of one blob are found") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const placed_blob placed = put_committed(*store, content(8 * block_bytes, 5) + "xx");
  const fs::path file = promoted_file(dir.path());
  {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    std::string first(block_bytes, '\0');
    std::string second(block_bytes, '\0');
    stream.read(first.data(), static_cast<std::streamsize>(first.size()));
    stream.read(second.data(), static_cast<std::streamsize>(second.size()));
    stream.seekp(0);
    stream.write(second.data(), static_cast<std::streamsize>(second.size()));
    stream.write(first.data(), static_cast<std::streamsize>(first.size()));
    REQUIRE(stream);
  }
  refuse_to_read(*store, placed);
}

TEST_CASE("the file of another blob under this blob's name is found") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const placed_blob one = put_committed(*store, content(2'000'000, 1));
  const fs::path first = promoted_file(dir.path());
  const placed_blob two = put_committed(*store, content(2'000'000, 2));
  REQUIRE(eventually([&] { return files_below(dir.path() / "tmp").empty(); }));
  const fs::path second = first.parent_path() / file_name(two.id).data();
  REQUIRE(fs::exists(second));
  fs::copy_file(first, second, fs::copy_options::overwrite_existing);
  refuse_to_read(*store, two);
  REQUIRE(reads_as(*store, one, content(2'000'000, 1)));
}

TEST_CASE("a shortened, lengthened or missing file is an error") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const placed_blob placed = put_committed(*store, content(2'000'000, 1));
  const fs::path file = promoted_file(dir.path());
  const auto length = fs::file_size(file);
  fs::resize_file(file, length - 1);
  refuse_to_read(*store, placed);
  fs::resize_file(file, length + 1);
  refuse_to_read(*store, placed);
  fs::remove(file);
  refuse_to_read(*store, placed);
}

TEST_CASE("a location that means nothing is an error") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  placed_blob blob = put_committed(*store, content(20'000, 1));
  for (const std::string& location :
       {std::string(), std::string("x"), std::string("s"), std::string("ff"), std::string("i\1"),
        blob.location + "x", std::string("s\0\0\0\0\0\0\0\0\1\0\0\0", 13),
        std::string("s") + std::string(12, '\0')}) {
    placed_blob bad = blob;
    bad.location = location;
    CAPTURE(location);
    refuse_to_read(*store, bad);
  }
  blob.size += 1;
  refuse_to_read(*store, blob);
}

}  // namespace torhaus::storage::blob::test
