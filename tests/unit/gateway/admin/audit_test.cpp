// What is written down of administrative acts, and the routes that read it.
#include "gateway/audit/archive.hpp"
#include "gateway/audit/trail.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"
#include "tests/unit/storage/journal/journal_world.hpp"

namespace audit_test {

using namespace torhaus;
using test::admin_reply;
namespace audit = gateway::audit;

namespace {

struct audited_admin : test::admin_world {
  audited_admin() {
    journal.open();
    trail.emplace(audit::trail::options{journal.writing.get(), &clock});
    archive.emplace(
        audit::archive::options{journal.directory(), journal.key, journal.writing.get(), &pool});
    services.trail = &*trail;
    services.archive = &*archive;
  }
  ~audited_admin() { pool.join(); }

  boost::json::array records(const std::string& query) {
    return get("audit/records", query).json().at("records").as_array();
  }

  test::journal_world journal;
  worker_pool pool{1};
  std::optional<audit::trail> trail;
  std::optional<audit::archive> archive;
};

}  // namespace

TEST_CASE_METHOD(audited_admin, "administrative acts are written down without secrets") {
  CHECK(post("agencies", R"({"id": "bauamt", "name": "Bauamt"})").status == 201);
  CHECK(post("agencies/bauamt/users", R"({"name": "eva"})").status == 201);
  CHECK(post("agencies/bauamt/users/eva/keys",
             R"({"access_key_id": "AKIABAUAMT0000000001", "secret_key": "very-secret-0123456789"})")
            .status == 201);
  CHECK(post("agencies", R"({"id": "bauamt"})").status == 409);
  send({.method = "GET", .path = "/-/admin/v1/agencies"});
  const auto all = records("type=admin&order=oldest");
  REQUIRE(all.size() == 5);
  CHECK(all[0].at("op").as_string() == "POST agencies");
  CHECK(all[0].at("user").as_string() == "arn:aws:iam::000000000000:root");
  CHECK(all[0].at("because").as_string() == "operator");
  CHECK(all[0].at("input").as_string() == R"({"id":"bauamt","name":"Bauamt"})");
  CHECK(all[2].at("subject").as_string() == "agencies/bauamt/users/eva/keys");
  CHECK(all[3].at("error").as_string() == "EntityAlreadyExists");
  CHECK(all[4].at("error").as_string() == "AccessDenied");
  CHECK_FALSE(all[4].as_object().contains("user"));
  CHECK_FALSE(all[4].as_object().contains("because"));
  CHECK(journal.text(journal.file("2026-11-25")).find("very-secret") == std::string::npos);
}

TEST_CASE_METHOD(audited_admin, "where the operator wants it, an act waits for its record") {
  worker_pool waiting(1);
  audit::trail strict({.journal = journal.writing.get(), .clock = &clock, .waits_on = &waiting});
  services.trail = &strict;
  const auto before = journal.writing->head();
  CHECK(get("agencies").status == 200);
  CHECK(post("agencies", R"({"id": "bauamt", "name": "Bauamt"})").status == 201);
  CHECK(journal.writing->head() != before);
  CHECK(journal.writing->stats().queued_bytes == 0);
  CHECK(journal.text(journal.file("2026-11-25")).find("POST agencies") != std::string::npos);
  journal.files.no_sync = true;
  const auto late = post("agencies", R"({"id": "tiefbau", "name": "Tiefbau"})");
  CHECK(late.status == 503);
  CHECK(get("agencies").status == 200);
  journal.files.no_sync = false;
  CHECK(get("agencies/tiefbau").status == 200);  // it was done
  services.trail = &*trail;
  waiting.join();
}

TEST_CASE_METHOD(audited_admin, "records come in pages, filtered, in either order") {
  for (int i = 0; i < 5; ++i) get("agencies");
  CHECK(records("operation=GET%20agencies").size() == 5);
  CHECK(records("operation=GET%20agencies&result=failed").empty());
  const auto first = get("audit/records", "operation=GET%20agencies&limit=3").json();
  CHECK(first.at("records").as_array().size() == 3);
  const std::string after(first.at("next").as_string());
  const auto rest = get("audit/records", "operation=GET%20agencies&limit=3&after=" + after).json();
  CHECK(rest.at("records").as_array().size() == 2);
  CHECK(rest.at("next").is_null());
  CHECK_FALSE(rest.at("records").at(0).as_object().contains("mac"));
}

TEST_CASE_METHOD(audited_admin, "what is no search is refused by name") {
  const auto outcome = [&](const std::string& query) {
    const admin_reply r = get("audit/records", query);
    return r.outcome() + ": " + r.member("message");
  };
  CHECK(outcome("colour=red") == "400 InvalidArgument: unknown parameter colour");
  CHECK(outcome("user=a&user=b") == "400 InvalidArgument: The parameter user is malformed");
  CHECK(outcome("order=up") == "400 InvalidArgument: order: expected newest or oldest");
  CHECK(outcome("limit=0") == "400 InvalidArgument: limit: expected a number from 1 to 1000");
  CHECK(outcome("after=x") == "400 InvalidArgument: That is no position of a search");
  CHECK(outcome("from=today").starts_with("400 InvalidArgument: \"today\": expected 2026-11-25"));
  CHECK(get("audit/verification", "after=x").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(audited_admin, "a running server verifies its journal and knows where it ends") {
  for (int i = 0; i < 20; ++i) get("agencies");
  CHECK(get("audit/verification").member("found") == "0");
  journal.flushed();
  const auto file = journal.file("2026-11-25");
  const auto whole = journal.lines(file);
  auto lines = whole;
  lines.resize(10);
  journal.put_lines(file, lines);
  const auto cut = get("audit/verification").json();
  CHECK(cut.at("found").as_int64() == 1);
  CHECK(std::string(cut.at("findings").at(0).at("what").as_string())
            .starts_with("lines at the end are missing: seq 11 to "));
}

TEST_CASE_METHOD(audited_admin, "administrators see what their agency's users did and no more") {
  for (const char* agency : {"bauamt", "stadtwerke"}) {
    const std::string id(agency);
    CHECK(post("agencies", R"({"id": ")" + id + "\"}").status == 201);
    CHECK(post("agencies/" + id + "/users", R"({"name": "eva", "administrator": true})").status ==
          201);
    CHECK(post("agencies/" + id + "/users", R"({"name": "max"})").status == 201);
  }
  const auto key_of = [&](const std::string& path) {
    const auto made = post(path, "{}").json();
    return test::admin_key{std::string(made.at("access_key_id").as_string()),
                           std::string(made.at("secret_key").as_string())};
  };
  const auto eva = key_of("agencies/bauamt/users/eva/keys");
  const auto other = key_of("agencies/stadtwerke/users/eva/keys");
  const auto max = key_of("agencies/bauamt/users/max/keys");
  const test::admin_call search{.path = "/-/admin/v1/audit/records", .query = "type=admin"};
  CHECK(send(search, other).status == 200);
  const auto seen = send(search, eva).json().at("records").as_array();
  CHECK(seen.empty());  // nobody of her agency has done anything
  CHECK(send(search, max).outcome() == "403 AccessDenied");
  const auto later = send(search, eva).json().at("records").as_array();
  REQUIRE(later.size() == 2);
  for (const auto& one : later) CHECK(one.at("agency").as_string() == "bauamt");
  CHECK(send({.path = "/-/admin/v1/agencies/bauamt/users"}, eva).status == 200);
  CHECK(send({.path = "/-/admin/v1/agencies/stadtwerke/users"}, eva).status == 403);
  const auto acts = records("type=admin&agency=bauamt&order=oldest");
  REQUIRE(acts.size() == 5);
  CHECK(acts[1].at("because").as_string() == "every user");
  CHECK(acts[3].at("because").as_string() == "administrator of agency bauamt");
  CHECK_FALSE(acts[4].as_object().contains("because"));
  CHECK(send({.path = "/-/admin/v1/audit/verification"}, eva).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(test::admin_world, "without a journal there is nothing to search") {
  CHECK(get("audit/records").outcome() == "501 NotImplemented");
  CHECK(get("audit/verification").outcome() == "501 NotImplemented");
}

}  // namespace audit_test
