// Buckets: names are taken once, ids never twice, and only empty buckets go.
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace buckets_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::catalog_world;
using test::run_task;

namespace {

bucket_record wanted(const std::string& name, const std::string& account) {
  bucket_record b;
  b.name = name;
  b.owner_account = account;
  b.owner_canonical_id = "c" + account;
  b.project = "p";
  b.region = "de";
  return b;
}

std::vector<std::string> names(const bucket_list_page& page) {
  std::vector<std::string> out;
  for (const bucket_record& b : page.buckets) out.push_back(b.name);
  return out;
}

}  // namespace

TEST_CASE("a bucket that was created is found with everything it was given") {
  catalog_world w;
  const auto made = run_task(w.cat->create_bucket(wanted("daten", "111111111111"))).value();
  const auto found = run_task(w.cat->find_bucket("daten")).value();
  CHECK(found.id == made.id);
  CHECK(found.owner_account == "111111111111");
  CHECK(found.owner_canonical_id == "c111111111111");
  CHECK(found.project == "p");
  CHECK(found.region == "de");
  CHECK(found.created == w.clock.now());
  CHECK(found.versioning == versioning_state::never_enabled);
  CHECK(run_task(w.cat->find_bucket("date")).error().code() == errc::no_such_bucket);
}

TEST_CASE("a taken name is refused, to its owner otherwise than to others") {
  catalog_world w;
  REQUIRE(run_task(w.cat->create_bucket(wanted("daten", "111111111111"))));
  CHECK(run_task(w.cat->create_bucket(wanted("daten", "111111111111"))).error().code() ==
        errc::bucket_already_owned_by_you);
  CHECK(run_task(w.cat->create_bucket(wanted("daten", "222222222222"))).error().code() ==
        errc::bucket_already_exists);
}

TEST_CASE("bucket ids are never used again, and an old id finds nothing in a new bucket") {
  catalog_world w;
  const auto first = w.bucket("daten");
  REQUIRE(w.put(first, "k", "x"));
  REQUIRE(w.remove(first, "k"));
  REQUIRE(run_task(w.cat->delete_bucket("daten")));
  w.reopen();
  const auto second = w.bucket("daten");
  CHECK(second > first);
  REQUIRE(w.put(second, "k", "y"));
  CHECK(w.get(first, "k") == "error:NoSuchBucket");
  CHECK(w.put(first, "k", "z").error().code() == errc::no_such_bucket);
  CHECK(w.remove(first, "k").error().code() == errc::no_such_bucket);
  CHECK(run_task(w.cat->list_objects(first, {})).error().code() == errc::no_such_bucket);
  CHECK(run_task(w.cat->create_upload(first, test::key_of("k"), {})).error().code() ==
        errc::no_such_bucket);
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("a bucket with a version or delete marker is not deleted") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  const auto put = w.put(b, "k", "x").value();
  const auto marker = w.remove(b, "k").value();
  CHECK(run_task(w.cat->delete_bucket("daten")).error().code() == errc::bucket_not_empty);
  REQUIRE(w.remove(b, "k", put.version_id));
  CHECK(run_task(w.cat->delete_bucket("daten")).error().code() == errc::bucket_not_empty);
  REQUIRE(w.remove(b, "k", marker.version_id));
  CHECK(run_task(w.cat->delete_bucket("daten")));
  CHECK(run_task(w.cat->delete_bucket("daten")).error().code() == errc::no_such_bucket);
}

TEST_CASE("unfinished uploads do not keep a bucket, and their bytes go with it") {
  catalog_world w;
  const auto b = w.bucket("daten");
  for (int i = 0; i < 300; ++i) {
    const auto upload = w.start_upload(b, "k" + std::to_string(i % 7));
    REQUIRE(w.part(b, "k" + std::to_string(i % 7), upload, 1, std::string(9'000, 'x')));
  }
  REQUIRE(run_task(w.cat->delete_bucket("daten")));
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
}

TEST_CASE("buckets are listed by owner, prefix and pages in order of their names") {
  catalog_world w;
  for (const char* name : {"b-2", "a-1", "b-1", "c-1", "b-3"}) {
    REQUIRE(run_task(w.cat->create_bucket(wanted(name, "111111111111"))));
  }
  REQUIRE(run_task(w.cat->create_bucket(wanted("b-0", "222222222222"))));
  using list = std::vector<std::string>;
  bucket_list_query q;
  CHECK(names(run_task(w.cat->list_buckets(q)).value()) ==
        list{"a-1", "b-0", "b-1", "b-2", "b-3", "c-1"});
  q.owner_account = "111111111111";
  CHECK(names(run_task(w.cat->list_buckets(q)).value()) == list{"a-1", "b-1", "b-2", "b-3", "c-1"});
  q.prefix = "b-";
  q.max_buckets = 2;
  const auto page = run_task(w.cat->list_buckets(q)).value();
  CHECK(names(page) == list{"b-1", "b-2"});
  CHECK(page.truncated);
  q.after = "b-2";
  const auto rest = run_task(w.cat->list_buckets(q)).value();
  CHECK(names(rest) == list{"b-3"});
  CHECK_FALSE(rest.truncated);
  q.owner_account = "11111111111";
  CHECK(names(run_task(w.cat->list_buckets(q)).value()).empty());
}

TEST_CASE("many buckets are listed over more than one snapshot") {
  catalog_world w;
  for (int i = 0; i < 1203; ++i) {
    REQUIRE(
        run_task(w.cat->create_bucket(wanted("b" + std::to_string(10'000 + i), "111111111111"))));
  }
  bucket_list_query q;
  CHECK(run_task(w.cat->list_buckets(q)).value().buckets.size() == 1203);
  q.max_buckets = 1000;
  const auto page = run_task(w.cat->list_buckets(q)).value();
  CHECK(page.buckets.size() == 1000);
  CHECK(page.truncated);
  q.max_buckets = 1203;
  CHECK_FALSE(run_task(w.cat->list_buckets(q)).value().truncated);
}

TEST_CASE("versioning is switched on and suspended but never taken back") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  CHECK(run_task(w.cat->set_versioning(b, versioning_state::suspended)));
  CHECK(run_task(w.cat->find_bucket("daten")).value().versioning == versioning_state::suspended);
  CHECK(run_task(w.cat->set_versioning(b, versioning_state::never_enabled)).error().code() ==
        errc::invalid_bucket_state);
  auto locked = wanted("gesperrt", "111111111111");
  locked.object_lock = true;
  locked.versioning = versioning_state::enabled;
  const auto id = run_task(w.cat->create_bucket(locked)).value().id;
  CHECK(run_task(w.cat->set_versioning(id, versioning_state::suspended)).error().code() ==
        errc::invalid_bucket_state);
}

TEST_CASE("another format of the store is refused with both numbers") {
  test::memory_database db;
  test::memory_store blobs;
  const auto written = db.write_blocking([](storage::kv::transaction& t) {
    t.put(schema::format_key(), schema::encode_number(99));
    return true;
  });
  REQUIRE(written);
  catalog::options o;
  o.db = &db;
  o.blobs = &blobs;
  CHECK_THROWS_WITH(catalog(o), Catch::Contains("format 99") && Catch::Contains("reads format 3"));
}

}  // namespace buckets_test
