// Settings of buckets: stored as they come, counted, and gone with their bucket.
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace settings_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::catalog_world;
using test::run_task;

namespace {

bucket_record wanted(const std::string& name) {
  bucket_record b;
  b.name = name;
  b.owner_account = "111111111111";
  return b;
}

stored_settings settings_of(catalog_world& w, std::uint64_t bucket) {
  return run_task(w.cat->find_bucket_settings(bucket)).value();
}

std::size_t setting_rows(catalog_world& w) {
  std::size_t rows = 0;
  w.db.read_blocking([&](const storage::kv::snapshot& s) {
    rows = 0;
    const auto cursor = s.scan("s", "t");
    for (bool more = cursor->seek("s"); more; more = cursor->next()) ++rows;
  });
  return rows;
}

}  // namespace

TEST_CASE("a setting is found as it was stored, and every change counts") {
  catalog_world w;
  const auto bucket = run_task(w.cat->create_bucket(wanted("daten"))).value();
  CHECK(bucket.settings_revision == 0);
  CHECK(settings_of(w, bucket.id).documents.empty());
  REQUIRE(run_task(w.cat->set_bucket_setting(bucket.id, bucket_setting::policy, "{}")));
  REQUIRE(
      run_task(w.cat->set_bucket_setting(bucket.id, bucket_setting::cors, std::string("\0", 1))));
  REQUIRE(run_task(w.cat->set_bucket_setting(bucket.id, bucket_setting::policy, "{ }")));
  const auto now = settings_of(w, bucket.id);
  CHECK(now.documents == setting_documents{{bucket_setting::policy, "{ }"},
                                           {bucket_setting::cors, std::string("\0", 1)}});
  CHECK(now.revision == 3);
  CHECK(run_task(w.cat->find_bucket("daten")).value().settings_revision == 3);
}

TEST_CASE("a setting is changed against the revision that it was read with, or not at all") {
  catalog_world w;
  const auto bucket = run_task(w.cat->create_bucket(wanted("daten"))).value();
  const auto set = [&](std::optional<std::string> text, std::uint64_t revision) {
    return run_task(
        w.cat->set_bucket_setting(bucket.id, bucket_setting::tagging, std::move(text), revision));
  };
  REQUIRE(set("a", 0));
  CHECK(set("b", 0).error().code() == errc::operation_aborted);
  CHECK(set(std::nullopt, 0).error().code() == errc::operation_aborted);
  CHECK(settings_of(w, bucket.id).documents.at(bucket_setting::tagging) == "a");
  REQUIRE(set("b", 1));
  REQUIRE(set(std::nullopt, 2));
  CHECK(settings_of(w, bucket.id).revision == 3);
}

TEST_CASE("what was never set is removed without a change") {
  catalog_world w;
  const auto bucket = run_task(w.cat->create_bucket(wanted("daten"))).value();
  REQUIRE(run_task(w.cat->set_bucket_setting(bucket.id, bucket_setting::policy, std::nullopt)));
  CHECK(settings_of(w, bucket.id).revision == 0);
  REQUIRE(run_task(w.cat->set_bucket_setting(bucket.id, bucket_setting::policy, "{}")));
  REQUIRE(run_task(w.cat->set_bucket_setting(bucket.id, bucket_setting::policy, std::nullopt)));
  CHECK(settings_of(w, bucket.id).documents.empty());
  CHECK(settings_of(w, bucket.id).revision == 2);
}

TEST_CASE("settings given at creation are there at once, and go with the bucket") {
  catalog_world w;
  const auto first = run_task(w.cat->create_bucket(wanted("eins"), {{bucket_setting::acl, "a"}}));
  const auto other = run_task(w.cat->create_bucket(wanted("zwei"), {{bucket_setting::acl, "b"}}));
  REQUIRE(first);
  REQUIRE(other);
  CHECK(first->settings_revision == 1);
  CHECK(settings_of(w, first->id).documents.at(bucket_setting::acl) == "a");
  REQUIRE(run_task(w.cat->delete_bucket("eins")));
  CHECK(setting_rows(w) == 1);
  CHECK(settings_of(w, other->id).documents.at(bucket_setting::acl) == "b");
  CHECK(run_task(w.cat->find_bucket_settings(first->id)).error().code() == errc::no_such_bucket);
  CHECK(run_task(w.cat->set_bucket_setting(first->id, bucket_setting::acl, "c")).error().code() ==
        errc::no_such_bucket);
  CHECK(setting_rows(w) == 1);
}

TEST_CASE("an ACL changes while the version stays") {
  catalog_world w;
  const auto bucket = w.bucket("daten");
  REQUIRE(w.put(bucket, "k", "x"));
  REQUIRE(run_task(w.cat->set_object_acl(bucket, test::key_of("k"), std::nullopt, "grants")));
  const auto found = run_task(w.cat->find_object(bucket, test::key_of("k"), std::nullopt)).value();
  CHECK(found.acl == "grants");
  CHECK(found.etag == test::etag_of("x"));
  CHECK(run_task(w.cat->set_object_acl(bucket, test::key_of("no"), std::nullopt, ""))
            .error()
            .code() == errc::no_such_key);
}

}  // namespace settings_test
