// What put and delete mean while versioning is enabled or suspended.
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace versioning_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::catalog_world;
using test::key_of;
using test::run_task;

namespace {

const std::string large(20'000, 'L');

// "bytes" of versions and "marker", newest first, with * in front of the latest and the null
// version as N.
std::vector<std::string> history(catalog_world& w, std::uint64_t b, const std::string& key) {
  version_list_query q;
  q.prefix = key;
  std::vector<std::string> out;
  const version_list_page page = run_task(w.cat->list_versions(b, q)).value();
  for (const object_version& v : page.versions) {
    std::string text = v.latest ? "*" : "";
    if (v.null_version) text += "N";
    out.push_back(text + w.get(b, key, v.version_id));
  }
  return out;
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("enabled versioning keeps every version under an id of its own") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  const auto one = w.put(b, "k", "one").value();
  const auto two = w.put(b, "k", "two").value();
  CHECK(one.versioned);
  CHECK(one.version_id.size() == 32);
  CHECK(one.version_id != two.version_id);
  CHECK(w.get(b, "k") == "two");
  CHECK(w.get(b, "k", one.version_id) == "one");
  const auto old = run_task(w.cat->find_object(b, key_of("k"), one.version_id)).value();
  CHECK_FALSE(old.latest);
  CHECK(old.version_id == one.version_id);
  CHECK(run_task(w.cat->find_object(b, key_of("k"), two.version_id))->latest);
  CHECK(history(w, b, "k") == lines{"*two", "one"});
}

TEST_CASE("a version id with one changed digit names nothing") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  auto id = w.put(b, "k", "one")->version_id;
  id.back() = id.back() == '0' ? '1' : '0';
  CHECK(w.get(b, "k", id) == "error:NoSuchVersion");
  const auto gone = w.remove(b, "k", id).value();
  CHECK(gone.version_id == id);
  CHECK(w.get(b, "k") == "one");
}

TEST_CASE("a delete makes a marker, and deleting the marker brings the object back") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  REQUIRE(w.put(b, "k", "one"));
  const auto marker = w.remove(b, "k").value();
  CHECK(marker.versioned);
  CHECK(marker.delete_marker);
  CHECK(marker.version_id.size() == 32);
  CHECK(w.get(b, "k") == "marker");
  CHECK(history(w, b, "k") == lines{"*marker", "one"});
  const auto again = w.remove(b, "k", marker.version_id).value();
  CHECK(again.delete_marker);
  CHECK(again.version_id == marker.version_id);
  CHECK(w.get(b, "k") == "one");
  CHECK(history(w, b, "k") == lines{"*one"});
}

TEST_CASE("a delete of a key that never was makes a marker too") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  CHECK(w.remove(b, "k")->delete_marker);
  CHECK(history(w, b, "k") == lines{"*marker"});
}

TEST_CASE("deleting a version by its id removes it for good and its bytes with it") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  const auto one = w.put(b, "k", large).value();
  const auto two = w.put(b, "k", large + "2").value();
  const auto gone = w.remove(b, "k", two.version_id).value();
  CHECK_FALSE(gone.delete_marker);
  CHECK(gone.version_id == two.version_id);
  CHECK(w.get(b, "k") == large);
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().size() == 1);
  CHECK(w.remove(b, "k", two.version_id));
  REQUIRE(w.remove(b, "k", one.version_id));
  CHECK(w.get(b, "k") == "error:NoSuchKey");
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("what was there before versioning is the null version and stays findable") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", "before"));
  w.set_versioning(b, versioning_state::enabled);
  REQUIRE(w.put(b, "k", "after"));
  CHECK(w.get(b, "k", "null") == "before");
  CHECK(history(w, b, "k") == lines{"*after", "Nbefore"});
  REQUIRE(w.remove(b, "k", "null"));
  CHECK(w.get(b, "k", "null") == "error:NoSuchVersion");
  CHECK(history(w, b, "k") == lines{"*after"});
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("suspended versioning replaces the null version wherever it stands") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", large));
  w.set_versioning(b, versioning_state::enabled);
  REQUIRE(w.put(b, "k", "kept"));
  w.set_versioning(b, versioning_state::suspended);
  const auto put = w.put(b, "k", "new null").value();
  CHECK(put.version_id == "null");
  CHECK(!put.versioned);
  CHECK(history(w, b, "k") == lines{"*Nnew null", "kept"});
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
  REQUIRE(w.put(b, "k", "newer null"));
  CHECK(history(w, b, "k") == lines{"*Nnewer null", "kept"});
}

TEST_CASE("a delete while suspended puts a null marker in place of the null version") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  REQUIRE(w.put(b, "k", "kept"));
  w.set_versioning(b, versioning_state::suspended);
  REQUIRE(w.put(b, "k", large));
  const auto marker = w.remove(b, "k").value();
  CHECK(marker.version_id == "null");
  CHECK(marker.delete_marker);
  CHECK(marker.versioned);
  CHECK(history(w, b, "k") == lines{"*Nmarker", "kept"});
  REQUIRE(w.remove(b, "k"));
  CHECK(history(w, b, "k") == lines{"*Nmarker", "kept"});
  w.set_versioning(b, versioning_state::enabled);
  REQUIRE(w.put(b, "k", "top"));
  CHECK(history(w, b, "k") == lines{"*top", "Nmarker", "kept"});
  CHECK(w.remove(b, "k", "null")->delete_marker);
  CHECK(history(w, b, "k") == lines{"*top", "kept"});
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("a null version that becomes the newest again is found, replaced and deleted") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", "null one"));
  w.set_versioning(b, versioning_state::enabled);
  const auto top = w.put(b, "k", "top").value();
  REQUIRE(w.remove(b, "k", top.version_id));
  CHECK(history(w, b, "k") == lines{"*Nnull one"});
  CHECK(w.get(b, "k", "null") == "null one");
  w.set_versioning(b, versioning_state::suspended);
  REQUIRE(w.put(b, "k", "null two"));
  CHECK(history(w, b, "k") == lines{"*Nnull two"});
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("a clock that steps back never puts a newer version below an older one") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  REQUIRE(w.put(b, "k", "one"));
  w.clock.advance(-std::chrono::hours(1));
  REQUIRE(w.put(b, "k", "two"));
  REQUIRE(w.put(b, "k", "three"));
  CHECK(history(w, b, "k") == lines{"*three", "two", "one"});
  w.clock.set(sys_micros(std::chrono::microseconds(-5)));
  REQUIRE(w.put(b, "k", "four"));
  REQUIRE(w.put(b, "new", "five"));
  CHECK(w.get(b, "k") == "four");
  CHECK(w.get(b, "new") == "five");
}

TEST_CASE("many deletes in an enabled bucket give every key a marker of its own") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  std::vector<delete_request> requests(3);
  requests[0].key = "a";
  requests[1].key = "b";
  requests[2].key = "a";
  const auto done = run_task(w.cat->delete_objects(b, requests)).value();
  std::set<std::string> ids;
  for (const auto& each : done) ids.insert(each->version_id);
  CHECK(ids.size() == 3);
  CHECK(history(w, b, "a") == lines{"*marker", "marker"});
}

}  // namespace versioning_test
