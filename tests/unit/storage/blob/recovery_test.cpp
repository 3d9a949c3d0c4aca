// What a killed process leaves is finished or undone by the next start.
#include "tests/unit/storage/blob/support.hpp"

#include <set>

namespace torhaus::storage::blob::test {
namespace {

using ids = std::set<blob_id>;

auto knowing(const ids& committed) {
  return [&committed](const blob_id& id) { return committed.contains(id); };
}

fs::path segment_file(const fs::path& root, const placed_blob& blob) {
  return root / "segments" / segment_name(parse_segment(blob)->number).data();
}

std::uint64_t end_of(const placed_blob& blob) {
  return parse_segment(blob)->offset() + whole_pages(needle_header_bytes + blob.size);
}

}  // namespace

TEST_CASE("after a kill committed blobs are promoted and the others are gone") {
  const temp_dir dir;
  const temp_dir crashed;
  const fs::path root = crashed.path() / "data";
  ids committed;
  std::vector<std::pair<placed_blob, std::string>> kept;
  std::vector<placed_blob> lost;
  {
    const auto store = open_disk(options_in(dir.path()));
    std::vector<sealed_blob> open;
    for (const std::size_t size :
         {std::size_t{20'000}, std::size_t{500'000}, std::size_t{1'500'000}}) {
      for (std::uint64_t i = 0; i < 4; ++i) {
        const std::string bytes = content(size, i);
        sealed_blob sealed = put(*store, bytes, size);
        if (i % 2 == 0) {
          // The kv commit happened; committed() did not get its turn any more.
          committed.insert(sealed.placed().id);
          kept.emplace_back(sealed.placed(), bytes);
        } else {
          lost.push_back(sealed.placed());
        }
        open.push_back(std::move(sealed));
      }
    }
    const auto unfinished = store->create(3'000'000);
    REQUIRE(unfinished->append(bytes_of(content(1'000'000, 9))));
    copy_tree(dir.path(), root);
  }
  const auto store = open_disk(options_in(root));
  const auto outcome = store->recover(knowing(committed));
  REQUIRE(outcome.promoted == 2);
  REQUIRE(outcome.discarded == 2 + 1 + 4);  // sealed files, the unfinished one, needles
  REQUIRE(files_below(root / "tmp").empty());
  REQUIRE(files_below(root / "segments" / "open").empty());
  for (const auto& [placed, bytes] : kept) REQUIRE(reads_as(*store, placed, bytes));
  for (const auto& placed : lost) REQUIRE_FALSE(try_read(*store, placed));

  const auto again = store->recover(knowing(committed));
  REQUIRE(again.promoted + again.discarded == 0);
  const std::string more = content(30'000, 77);
  REQUIRE(reads_as(*store, put_committed(*store, more), more));
}

TEST_CASE("an abandoned blob is left to the next start") {
  const temp_dir dir;
  std::vector<std::pair<placed_blob, std::string>> blobs;
  {
    const auto store = open_disk(options_in(dir.path()));
    for (const std::size_t size : {std::size_t{20'000}, std::size_t{1'500'000}}) {
      for (std::uint64_t i = 0; i < 2; ++i) {
        const std::string bytes = content(size, i);
        sealed_blob sealed = put(*store, bytes, size);
        blobs.emplace_back(sealed.placed(), bytes);
        sealed.abandon();
      }
    }
  }
  const ids committed{blobs[0].first.id, blobs[2].first.id};
  const auto store = open_disk(options_in(dir.path()));
  const auto outcome = store->recover(knowing(committed));
  REQUIRE(outcome.promoted == 1);
  REQUIRE(outcome.discarded == 2);
  for (const auto& [placed, bytes] : blobs) {
    REQUIRE(reads_as(*store, placed, bytes) == committed.contains(placed.id));
  }
}

TEST_CASE("the torn tail of a segment is cut off") {
  const temp_dir dir;
  const temp_dir crashed;
  const fs::path root = crashed.path() / "data";
  placed_blob last;
  ids committed;
  std::vector<std::pair<placed_blob, std::string>> kept;
  {
    const auto store = open_disk(options_in(dir.path()));
    for (std::uint64_t i = 0; i < 5; ++i) {
      const std::string bytes = content(30'000 + i, i);
      last = put_committed(*store, bytes);
      committed.insert(last.id);
      kept.emplace_back(last, bytes);
    }
    copy_tree(dir.path(), root);
  }
  const fs::path segment = segment_file(root, last);
  {
    // A needle whose first page never reached the disk, and another whose end did not.
    std::ofstream stream(segment, std::ios::binary | std::ios::app);
    stream << std::string(page_bytes, '\0') << content(50'000, 1);
  }
  {
    const auto store = open_disk(options_in(root));
    store->recover(knowing(committed));
    REQUIRE(fs::file_size(segment) == end_of(last));
    for (const auto& [placed, bytes] : kept) REQUIRE(reads_as(*store, placed, bytes));
    const placed_blob fresh = put_committed(*store, content(30'000, 8));
    REQUIRE(segment_file(root, fresh) != segment);  // never behind an old tail
  }
}

TEST_CASE("bytes of a user that look like a needle do not fool the scan") {
  const temp_dir dir;
  const temp_dir crashed;
  const fs::path root = crashed.path() / "data";
  // Every page of the blob holds the header of a needle that claims the rest of the segment.
  std::string evil(900'000, '\0');
  for (std::uint64_t at = 0; at + page_bytes <= evil.size(); at += page_bytes) {
    needle_header forged;
    forged.id.data.fill(0x5a);
    forged.offset = page_bytes + at;
    forged.length = max_segment_bytes;
    const std::uint64_t into = at == 0 ? 0 : at - needle_header_bytes;
    encode(forged,
           std::as_writable_bytes(std::span(evil)).subspan(into).first<needle_header_bytes>());
  }
  ids committed;
  placed_blob after;
  placed_blob first;
  const std::string bytes = content(400'000, 2);
  {
    const auto store = open_disk(options_in(dir.path()));
    first = put_committed(*store, evil);
    after = put_committed(*store, bytes);
    committed = {first.id, after.id};
    copy_tree(dir.path(), root);
  }
  // Even with the true header damaged, so that the scan walks through the blob page by page.
  flip_bit(segment_file(root, first), parse_segment(first)->offset() + 20);
  const auto store = open_disk(options_in(root));
  const auto outcome = store->recover(knowing(committed));
  REQUIRE(outcome.discarded == 0);
  REQUIRE(reads_as(*store, after, bytes));
}

TEST_CASE("a segment whose creation was cut short is cleared away") {
  const temp_dir dir;
  {
    const auto store = open_disk(options_in(dir.path()));
  }
  const auto mark = [&](std::uint64_t number) {
    std::ofstream(dir.path() / "segments" / "open" / segment_name(number).data());
  };
  const auto make = [&](std::uint64_t number, const std::string& bytes) {
    std::ofstream(dir.path() / "segments" / segment_name(number).data()) << bytes;
  };
  mark(1);  // no file yet
  mark(2);
  make(2, "");  // no page yet
  mark(3);
  make(3, std::string(page_bytes, '\0'));
  mark(4);  // damaged, but with bytes in it: not ours to delete
  make(4, std::string(3 * page_bytes, 'x'));
  const auto store = open_disk(options_in(dir.path()));
  store->recover([](const blob_id&) { return false; });
  REQUIRE(files_below(dir.path() / "segments" / "open").size() == 1);
  REQUIRE(fs::exists(dir.path() / "segments" / segment_name(4).data()));
  REQUIRE_FALSE(fs::exists(dir.path() / "segments" / segment_name(3).data()));
  REQUIRE_FALSE(fs::exists(dir.path() / "segments" / segment_name(2).data()));
}

TEST_CASE("names in tmp that are no blob ids are left alone") {
  const temp_dir dir;
  {
    const auto store = open_disk(options_in(dir.path()));
  }
  std::ofstream(dir.path() / "tmp" / "notes.txt") << "mine";
  std::ofstream(dir.path() / "tmp" / std::string(32, 'A')) << "upper case is not our spelling";
  const auto store = open_disk(options_in(dir.path()));
  REQUIRE(store->recover([](const blob_id&) { return false; }).discarded == 0);
  REQUIRE(files_below(dir.path() / "tmp").size() == 2);
}

TEST_CASE("recovery after the first blob was begun is refused") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const auto writer = store->create(std::nullopt);
  REQUIRE_THROWS_AS(store->recover([](const blob_id&) { return false; }), std::logic_error);
}

TEST_CASE("only segments that were open are looked into") {
  const temp_dir dir;
  disk_options options = options_in(dir.path());
  options.segment_limit_bytes = 200'000;
  std::vector<std::pair<placed_blob, std::string>> blobs;
  const temp_dir crashed;
  const fs::path root = crashed.path() / "data";
  {
    const auto store = open_disk(options);
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::string bytes = content(60'000, i);
      blobs.emplace_back(put_committed(*store, bytes), bytes);
    }
    const auto few = [&] { return files_below(dir.path() / "segments" / "open").size() <= 1; };
    REQUIRE(eventually(few));
    copy_tree(dir.path(), root);
  }
  std::size_t asked = 0;
  options.directory = root;
  const auto store = open_disk(options);
  store->recover([&](const blob_id&) {
    ++asked;
    return true;
  });
  REQUIRE(asked <= 4);
  for (const auto& [placed, bytes] : blobs) REQUIRE(reads_as(*store, placed, bytes));
}

}  // namespace torhaus::storage::blob::test
