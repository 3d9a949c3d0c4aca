// Agencies, users and keys over a real LMDB store in a temporary directory.
#include "auth/identity/store.hpp"
#include "storage/kv/lmdb.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/identity_edits.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temp_dir.hpp"

namespace identity_test {

using namespace torhaus;
using namespace torhaus::auth::identity;
using test::run_task;

namespace {

constexpr std::string_view master = "0123456789abcdef0123456789abcdef";
constexpr sys_micros start{std::chrono::sys_days(std::chrono::year(2026) / 6 / 1)};

struct fixture {
  test::temp_dir directory;
  test::fake_clock clock{start};
  std::unique_ptr<storage::kv::database> db =
      storage::kv::open_lmdb({.directory = directory.path() / "meta"});
  storage::crypto::sealer sealer{master};
  store identities{{.db = db.get(), .sealer = &sealer, .clock = &clock}};

  agency make_agency(std::string id, std::string email = {}) {
    agency a;
    a.id = std::move(id);
    a.email = std::move(email);
    return run_task(identities.create_agency(a)).value();
  }
  user make_user(std::string agency_id, std::string name) {
    user u;
    u.agency = std::move(agency_id);
    u.name = std::move(name);
    return run_task(identities.create_user(u)).value();
  }
  store::created_key make_key(std::string agency_id, std::string name) {
    access_key k;
    k.agency = std::move(agency_id);
    k.user = std::move(name);
    return run_task(identities.create_key(k, "")).value();
  }
};

std::string raw_value(storage::kv::database& db, const std::string& key) {
  std::string value;
  db.read_blocking([&](const storage::kv::snapshot& s) { value = s.get(key).value_or(""); });
  return value;
}

task<bool> note_use(store& identities, std::string id) {
  co_await identities.note_use(std::move(id));
  co_return true;
}

}  // namespace

TEST_CASE_METHOD(fixture, "a made key resolves to its user and agency") {
  const agency a = make_agency("bauamt", "post@bauamt.example");
  make_user("bauamt", "eva");
  const auto key = make_key("bauamt", "eva");
  CHECK(key.key.id.starts_with("AKIA"));
  CHECK(key.key.id.size() == 20);
  CHECK(key.secret.size() == 40);

  const auto found = run_task(identities.resolve(key.key.id));
  REQUIRE(found);
  CHECK(found->secret() == key.secret);
  CHECK(found->who().account == a.account);
  CHECK(found->who().canonical_id == a.canonical_id);
  CHECK(found->who().arn == "arn:aws:iam::" + a.account + ":user/eva");
  CHECK(found->who().type == auth::principal::kind::user);
}

TEST_CASE_METHOD(fixture, "a secret is not stored in the clear") {
  make_agency("bauamt");
  make_user("bauamt", "eva");
  const auto key = make_key("bauamt", "eva");
  const std::string record = raw_value(*db, "K" + key.key.id);
  REQUIRE_FALSE(record.empty());
  CHECK(record.find(key.secret) == std::string::npos);
}

TEST_CASE_METHOD(fixture, "a disabled key, user or agency is refused at the next request") {
  make_agency("bauamt");
  make_user("bauamt", "eva");
  const auto key = make_key("bauamt", "eva").key;
  REQUIRE(run_task(identities.resolve(key.id)));

  REQUIRE(run_task(identities.change_key(key.id, test::disable)));
  CHECK(run_task(identities.resolve(key.id)).error().code() == errc::invalid_access_key_id);
  REQUIRE(run_task(identities.change_key(key.id, test::enable)));
  REQUIRE(run_task(identities.resolve(key.id)));

  REQUIRE(run_task(identities.change_user("bauamt", "eva", test::disable)));
  CHECK(run_task(identities.resolve(key.id)).error().code() == errc::access_denied);
  REQUIRE(run_task(identities.change_user("bauamt", "eva", test::enable)));

  REQUIRE(run_task(identities.change_agency("bauamt", test::disable)));
  CHECK(run_task(identities.resolve(key.id)).error().code() == errc::access_denied);
}

TEST_CASE_METHOD(fixture, "a key stops at its expiry even when it is cached") {
  make_agency("bauamt");
  make_user("bauamt", "eva");
  access_key k;
  k.agency = "bauamt";
  k.user = "eva";
  k.expires = start + std::chrono::hours(2);
  const auto key = run_task(identities.create_key(k, "")).value();
  CHECK(run_task(identities.resolve(key.key.id)));
  clock.advance(std::chrono::hours(2));
  CHECK(run_task(identities.resolve(key.key.id)).error().code() == errc::access_denied);
}

TEST_CASE_METHOD(fixture, "the last use is noted to the hour") {
  make_agency("bauamt");
  make_user("bauamt", "eva");
  const auto key = make_key("bauamt", "eva");
  const auto noted = [&] {
    return run_task(identities.list_keys("bauamt", "eva")).value().at(0).last_used;
  };
  const auto use = [&] {
    CHECK(run_task(identities.resolve(key.key.id)).value().use_to_note);
    run_task(note_use(identities, key.key.id));
    CHECK_FALSE(run_task(identities.resolve(key.key.id)).value().use_to_note);
  };
  CHECK_FALSE(noted());
  use();
  CHECK(noted() == start);
  clock.advance(std::chrono::minutes(59));
  run_task(note_use(identities, key.key.id));
  CHECK(noted() == start);
  clock.advance(std::chrono::minutes(1));
  use();
  CHECK(noted() == start + std::chrono::hours(1));
}

TEST_CASE_METHOD(fixture, "looking a key up is no use of it") {
  make_agency("bauamt");
  make_user("bauamt", "eva");
  const auto key = make_key("bauamt", "eva");
  REQUIRE(run_task(identities.resolve(key.key.id)));
  CHECK_FALSE(run_task(identities.list_keys("bauamt", "eva")).value().at(0).last_used);
}

TEST_CASE_METHOD(fixture, "temporary keys count with their token only, also once they are cached") {
  make_agency("bauamt");
  const user eva = make_user("bauamt", "eva");
  session of;
  of.type = session::kind::user;
  of.agency = "bauamt";
  of.name = "eva";
  of.id = eva.id;
  of.expires = start + std::chrono::hours(1);
  const session_keys keys = identities.make_session(of);
  const session_keys others = identities.make_session(of);
  for (int turn = 0; turn < 2; ++turn) {
    CHECK(run_task(identities.resolve(keys.access_key_id, "")).error().code() ==
          errc::invalid_access_key_id);
    CHECK(run_task(identities.resolve(keys.access_key_id, others.token)).error().code() ==
          errc::invalid_token);
    REQUIRE(run_task(identities.resolve(keys.access_key_id, keys.token)));
  }
}

TEST_CASE_METHOD(fixture, "duplicates are refused and leave nothing behind") {
  const agency first = make_agency("bauamt", "post@bauamt.example");
  agency twin;
  twin.id = "forstamt";
  twin.email = "POST@bauamt.example";
  CHECK(run_task(identities.create_agency(twin)).error().code() == errc::entity_already_exists);
  twin.email = "";
  twin.account = first.account;
  CHECK(run_task(identities.create_agency(twin)).error().code() == errc::entity_already_exists);
  CHECK(run_task(identities.find_agency("forstamt")).error().code() == errc::no_such_entity);

  make_user("bauamt", "eva");
  user again;
  again.agency = "bauamt";
  again.name = "eva";
  CHECK(run_task(identities.create_user(again)).error().code() == errc::entity_already_exists);
}

TEST_CASE_METHOD(fixture, "bad names are refused with the field in the text") {
  agency bad;
  bad.id = "Bau Amt";
  const auto refused = run_task(identities.create_agency(bad));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message().starts_with("id must"));
  make_agency("bauamt");
  user u;
  u.agency = "bauamt";
  u.name = "a/b";
  CHECK(run_task(identities.create_user(u)).error().code() == errc::invalid_argument);
  u.agency = "nowhere";
  u.name = "ok";
  CHECK(run_task(identities.create_user(u)).error().code() == errc::no_such_entity);
}

TEST_CASE_METHOD(fixture, "a given key pair is taken as it is, once") {
  make_agency("bauamt");
  make_user("bauamt", "eva");
  access_key k;
  k.id = "0555b35654ad1656d804";
  k.agency = "bauamt";
  k.user = "eva";
  const std::string secret = "h7GhxuBLTrlhVUyxSPUKUV8r/2EI4ngqJxD7iBdBYLhwluN30JaT3Q==";
  REQUIRE(run_task(identities.create_key(k, secret)));
  CHECK(run_task(identities.resolve(k.id))->secret() == secret);
  CHECK(run_task(identities.create_key(k, secret)).error().code() == errc::entity_already_exists);
  CHECK(run_task(identities.create_key(k, "short")).error().code() == errc::invalid_argument);
}

TEST_CASE_METHOD(fixture, "a user takes its keys along, an agency waits for its users") {
  make_agency("bauamt", "post@bauamt.example");
  make_user("bauamt", "eva");
  const auto key = make_key("bauamt", "eva");
  CHECK(run_task(identities.delete_agency("bauamt")).error().code() == errc::delete_conflict);
  REQUIRE(run_task(identities.delete_user("bauamt", "eva")));
  CHECK(run_task(identities.resolve(key.key.id)).error().code() == errc::invalid_access_key_id);
  REQUIRE(run_task(identities.delete_agency("bauamt")));
  CHECK(make_agency("other", "post@bauamt.example").id == "other");
}

TEST_CASE_METHOD(fixture, "lists are paged in order and stay within their agency") {
  make_agency("a");
  make_agency("a-b");
  for (const char* name : {"carl", "anna", "berta"}) make_user("a", name);
  make_user("a-b", "zoe");
  const auto all = run_task(identities.list_users("a", "", 10)).value();
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "anna");
  CHECK(all[2].name == "carl");
  const auto rest = run_task(identities.list_users("a", "anna", 1)).value();
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].name == "berta");
  const auto agencies = run_task(identities.list_agencies("a", 10)).value();
  REQUIRE(agencies.size() == 1);
  CHECK(agencies[0].id == "a-b");
}

TEST_CASE_METHOD(fixture, "agencies are found by account, canonical id and e-mail") {
  const agency a = make_agency("bauamt", "Post@Bauamt.example");
  CHECK(run_task(identities.find_agency_by_account(a.account))->id == "bauamt");
  CHECK(run_task(identities.find_agency_by_canonical_id(a.canonical_id))->id == "bauamt");
  CHECK(run_task(identities.find_agency_by_email("post@bauamt.EXAMPLE"))->id == "bauamt");
  CHECK(run_task(identities.find_agency_by_email("x@y")).error().code() == errc::no_such_entity);
}

TEST_CASE_METHOD(fixture, "root is made once and then kept") {
  const auto made = identities.ensure_root(std::nullopt, std::nullopt);
  REQUIRE(made);
  REQUIRE(made->new_secret);
  const auto found = run_task(identities.resolve(made->access_key_id));
  REQUIRE(found);
  CHECK(found->who().type == auth::principal::kind::root);
  CHECK(found->who().arn == "arn:aws:iam::000000000000:root");
  const auto again = identities.ensure_root(std::nullopt, std::nullopt);
  CHECK(again->access_key_id == made->access_key_id);
  CHECK_FALSE(again->new_secret);
  CHECK_FALSE(identities.ensure_root("AKIAROOTROOTROOT", std::nullopt));
  REQUIRE(identities.ensure_root("AKIAROOTROOTROOT", "a-secret-of-good-length"));
  CHECK(run_task(identities.resolve("AKIAROOTROOTROOT"))->secret() == "a-secret-of-good-length");
}

TEST_CASE_METHOD(fixture, "another master key is noticed when the store opens") {
  const storage::crypto::sealer other("fedcba9876543210fedcba9876543210");
  CHECK_THROWS_WITH(store({.db = db.get(), .sealer = &other}),
                    Catch::Matchers::Contains("master key"));
  CHECK_NOTHROW(store({.db = db.get(), .sealer = &sealer}));
}

}  // namespace identity_test
