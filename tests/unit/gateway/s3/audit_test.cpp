// What is written down of S3 requests, through the whole pipeline.
#include <boost/json.hpp>
#include <random>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/audit/trail_world.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace audit_test {

using namespace torhaus;
using test::answer;
using test::findings;
namespace audit = gateway::audit;

namespace {

struct audited_world : test::gateway_world {
  explicit audited_world(bool required = false) : recorded(world.clock, required) {
    handler = gateway::s3::make_s3_handler(services, this, &*recorded.trail);
  }
  auto records(const audit::filter& wanted = {}) { return recorded.records(wanted); }
  static std::string text(const boost::json::object& o, std::string_view name) {
    return test::trail_world::text(o, name);
  }

  test::trail_world recorded;
  test::journal_world& journal = recorded.journal;
};

struct strict_world : audited_world {
  strict_world() : audited_world(true) {}
};

}  // namespace

TEST_CASE_METHOD(audited_world, "a record says who did what from where and what came of it") {
  make_bucket("bau");
  set_versioning("bau", storage::catalog::versioning_state::enabled);
  const answer made = put("/bau/a%20b", "hello");
  CHECK(get("/bau/a%20b", "versionId=" + made.header("x-amz-version-id")).body == "hello");
  const auto all = records();
  REQUIRE(all.size() == 3);
  const auto& stored = all[1];
  CHECK(text(stored, "op") == "PutObject");
  CHECK(text(stored, "user") == owner.arn);
  CHECK(text(stored, "agency") == "bauamt");
  CHECK(text(stored, "account") == owner.agency.account);
  CHECK(text(stored, "key_id") == owner.access_key_id);
  CHECK(text(stored, "bucket") == "bau");
  CHECK(text(stored, "key") == "a b");
  CHECK(text(stored, "version") == made.header("x-amz-version-id"));
  CHECK(text(stored, "status") == "200");
  CHECK(text(stored, "bytes_in") == "5");
  CHECK(text(all[2], "op") == "GetObject");
  CHECK(text(all[2], "version") == made.header("x-amz-version-id"));
  CHECK(text(all[2], "bytes_out") == "5");
}

TEST_CASE_METHOD(audited_world, "a record names the statement that decided") {
  make_bucket("bau");
  put("/bau/a", "1");
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":[{"Sid":"Niemand","Effect":"Deny","Principal":"*",)"
      R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::bau/*"}]})";
  REQUIRE(
      send({.method = "PUT", .path = "/bau", .query = "policy", .body = policy}, owner).outcome() ==
      "204");
  CHECK(get("/bau/a").outcome() == "403 AccessDenied");
  send({.method = "GET", .path = "/bau/a"});
  const auto refused = records({.result = "failed"});
  REQUIRE(refused.size() == 2);
  CHECK(text(refused[0], "because") == "resource policy, statement 1 (Niemand)");
  CHECK(text(refused[1], "because") == "resource policy, statement 1 (Niemand)");
  CHECK(text(records()[1], "because") != "(none)");
}

TEST_CASE_METHOD(audited_world, "refused requests are written down, and whom they claim to be of") {
  make_bucket("bau");
  send({.method = "GET", .path = "/bau/x"}, stranger);
  send({.method = "GET", .path = "/bau/x"});
  test::caller liar = owner;
  liar.secret = "guessed";
  send({.method = "DELETE", .path = "/bau/x"}, liar);
  send({.method = "GET", .path = "/%zz"});
  gateway::http::origin from;
  from.client = asio::ip::make_address("192.0.2.9");
  from.zone = "office";
  handler->refuse(error(errc::slow_down), from, "FEDCBA9876543210");
  const auto all = records({.result = "failed"});
  REQUIRE(all.size() == 5);
  CHECK(text(all[0], "user") == stranger.arn);
  CHECK(text(all[0], "error") == "AccessDenied");
  CHECK(text(all[1], "user") == "(none)");
  CHECK(text(all[1], "error") == "AccessDenied");
  CHECK(text(all[2], "user") == "(none)");
  CHECK(text(all[2], "key_id") == "(none)");
  CHECK(text(all[2], "claimed_key_id") == owner.access_key_id);
  CHECK(text(all[2], "error") == "SignatureDoesNotMatch");
  CHECK(text(all[3], "subject") == "/%zz");
  CHECK(text(all[4], "type") == "refused");
  CHECK(text(all[4], "id") == "FEDCBA9876543210");
  CHECK(text(all[4], "ip") == "192.0.2.9");
  CHECK(text(all[4], "listener") == "office");
}

TEST_CASE_METHOD(audited_world, "each key of a DeleteObjects request is written down") {
  make_bucket("bau");
  put("/bau/a", "1");
  put("/bau/b", "2");
  for (const std::string quiet : {"", "<Quiet>true</Quiet>"}) {
    const std::string body =
        "<Delete>" + quiet +
        "<Object><Key>a</Key></Object>"
        "<Object><Key>b</Key><VersionId>00000000000000000000000000000000x</VersionId></Object>"
        "<Object><Key>c &amp; d</Key></Object></Delete>";
    const answer done = post("/bau", "delete", body,
                             {{"Content-MD5", base64(storage::crypto::algorithm::md5, body)}});
    CHECK(done.status == 200);
  }
  journal.flushed();
  const auto page = audit::search(journal.directory(), {.type = "item"},
                                  storage::journal::reading::oldest_first, "", {});
  REQUIRE(page.value().lines.size() == 6);
  std::string keys;
  for (const std::string& line : page.value().lines) {
    const auto o = boost::json::parse(line).as_object();
    keys += text(o, "key") + " " + text(o, "status") + " " + text(o, "error") + ", ";
    CHECK(text(o, "op") == "DeleteObjects");
    CHECK(text(o, "bucket") == "bau");
    CHECK(text(o, "user") == owner.arn);
  }
  const std::string each = "a 204 (none), b 404 NoSuchVersion, c & d 204 (none), ";
  CHECK(keys == each + each);
}

TEST_CASE_METHOD(audited_world, "no signature and no secret is written down") {
  make_bucket("bau");
  send_presigned({.method = "GET", .path = "/bau/x"}, owner);
  put("/bau/x", "hello", {{"x-amz-copy-source", "bau/none"}});
  records();
  const std::string all = journal.text(journal.file("2026-11-25"));
  CHECK(all.find("Signature") == std::string::npos);
  CHECK(all.find(owner.secret) == std::string::npos);
}

TEST_CASE_METHOD(audited_world, "10,000 mixed requests verify, and changes are named") {
  make_bucket("bau");
  std::mt19937 random(5);
  for (int i = 0; i < 10'000; ++i) {
    const std::string path = "/bau/" + std::to_string(random() % 50);
    const auto kind = random() % 10;
    if (kind < 3) put(path, "bytes");
    if (kind >= 3 && kind < 6) get(path);
    if (kind == 6) remove(path);
    if (kind == 7) get("/bau", "list-type=2");
    if (kind == 8) send({.method = "GET", .path = path}, stranger);
    if (kind == 9) send({.method = "GET", .path = path});
  }
  CHECK(records().size() == 10'001);
  CHECK(journal.writing->stats().lost == 0);
  journal.close();
  CHECK(journal.verify() == findings{});
  CHECK(journal.verified_lines > 10'000);
  const auto file = journal.file("2026-11-25");
  const auto whole = journal.lines(file);
  const auto places = [&](const std::vector<std::string>& changed) {
    journal.put_lines(file, changed);
    std::string all;
    for (const std::string& one : journal.verify()) all += one.substr(0, one.find(" (")) + "|";
    return all;
  };
  auto lines = whole;
  const std::size_t at = lines[5000].find("\"bucket\":\"bau\"");
  REQUIRE(at != std::string::npos);
  lines[5000][at + 11] = 'h';
  CHECK(places(lines) == "2026-11-25.jsonl:5001: changed|");
  lines = whole;
  lines.erase(lines.begin() + 5000);
  CHECK(places(lines) == "2026-11-25.jsonl:5001: lines before it are missing: seq 5001|");
  lines = whole;
  std::swap(lines[5000], lines[5001]);
  CHECK(places(lines) == "2026-11-25.jsonl:5001: lines 5001 and 5002 are swapped|");
}

TEST_CASE_METHOD(strict_world, "no request is served while it cannot be written down") {
  make_bucket("bau");
  put("/bau/x", "one");
  REQUIRE(journal.flushed());
  journal.files.no_room = true;
  CHECK(put("/bau/x", "two").outcome() == "200");  // nobody knew
  while (!recorded.trail->refuses()) std::this_thread::yield();
  CHECK(put("/bau/x", "three").outcome() == "503 ServiceUnavailable");
  CHECK(get("/bau/x").outcome() == "503 ServiceUnavailable");
  CHECK(send({.method = "GET", .path = "/-/health/live"}).status == 200);
  journal.files.no_room = false;
  while (recorded.trail->refuses()) std::this_thread::yield();
  CHECK(get("/bau/x").body == "two");
  journal.close();
  CHECK(journal.verify() == findings{});
}

TEST_CASE_METHOD(audited_world,
                 "requests are served while nothing can be written, if that is allowed") {
  make_bucket("bau");
  journal.files.no_room = true;
  for (int i = 0; i < 100; ++i) CHECK(put("/bau/x", "one").outcome() == "200");
  journal.files.no_room = false;
  CHECK(records().size() == 101);
}

}  // namespace audit_test
