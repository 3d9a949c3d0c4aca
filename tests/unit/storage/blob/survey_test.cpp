// What a survey of a data directory hands out: all that is settled, and nothing else.
#include "storage/blob/disk_survey.hpp"

#include <algorithm>
#include <set>

#include "tests/unit/storage/blob/support.hpp"

namespace torhaus::storage::blob::test {
namespace {

std::set<blob_id> surveyed(const fs::path& directory) {
  std::set<blob_id> ids;
  survey_disk(directory, [&](const placed_blob& there) {
    ids.insert(there.id);
    return true;
  });
  return ids;
}

}  // namespace

TEST_CASE("a survey names needles and files once their segment is closed") {
  const temp_dir dir;
  std::set<blob_id> wanted;
  placed_blob gone;
  {
    const auto store = open_disk(options_in(dir.path()));
    wanted.insert(put_committed(*store, content(20'000, 1)).id);
    wanted.insert(put_committed(*store, content(300'000, 2)).id);
    wanted.insert(put_committed(*store, content(2'000'000, 3)).id);
    put_committed(*store, content(100, 4));  // rides in kv
    gone = put_committed(*store, content(30'000, 5));
    REQUIRE(store->remove(gone));
    CHECK(survey_disk(dir.path(), [](const placed_blob&) { return true; }).open_segments == 1);
  }
  CHECK(surveyed(dir.path()) == wanted);
}

TEST_CASE("what a survey hands out can be removed") {
  const temp_dir dir;
  {
    const auto store = open_disk(options_in(dir.path()));
    for (const std::size_t size : {20'000u, 2'000'000u}) put_committed(*store, content(size, size));
  }
  const auto store = open_disk(options_in(dir.path()));
  std::vector<placed_blob> all;
  survey_disk(dir.path(), [&](const placed_blob& there) {
    all.push_back(there);
    return true;
  });
  REQUIRE(all.size() == 2);
  for (const placed_blob& there : all) CHECK(store->remove(there));
  CHECK(surveyed(dir.path()).empty());
}

TEST_CASE("a survey ends when it is told to, and bears an empty directory") {
  const temp_dir dir;
  CHECK(surveyed(dir.path() / "nothing").empty());
  {
    const auto store = open_disk(options_in(dir.path()));
    put_committed(*store, content(20'000, 1));
    put_committed(*store, content(20'000, 2));
  }
  int calls = 0;
  survey_disk(dir.path(), [&](const placed_blob&) { return ++calls < 1; });
  CHECK(calls == 1);
}

}  // namespace torhaus::storage::blob::test
