// Shares of agencies on the way of a request: who is counted where, who is told to slow down, and
// that every place is given back.
#include "gateway/s3/agency_shares.hpp"
#include "tests/unit/gateway/s3/access_world.hpp"

namespace fair_share_test {

using namespace torhaus;
using gateway::s3::agency_shares;
using test::answer;
using test::gateway_world;
using taker = agency_shares::taker;

namespace {

class no_random final : public random_source {
 public:
  void fill(std::span<std::byte>) override { throw std::runtime_error("the system has none"); }
};

struct share_world : gateway_world {
  share_world() {
    make_bucket("akten");
    REQUIRE(put("/akten/brief", "Sehr geehrte").status == 200);
    services.shares = &shares;
  }
  agency_shares::usage usage_of(const test::caller& who) const {
    for (const auto& one : shares.usages()) {
      if (one.account == who.agency.account) return one;
    }
    return {};
  }
  // A request in work.
  gateway::http::held place_of(const test::caller& who) {
    return std::move(shares.admit(who.agency.account, taker::user)).value();
  }
  void let_everybody_read() {
    REQUIRE(remove("/akten", "publicAccessBlock").status == 204);
    const std::string policy =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
        R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::akten/*"}]})";
    REQUIRE(send({.method = "PUT", .path = "/akten", .query = "policy", .body = policy}, owner)
                .status == 204);
  }

  agency_shares shares{{.requests = 2}};
};

}  // namespace

TEST_CASE_METHOD(share_world, "who has too many requests in work is told to slow down") {
  auto first = place_of(owner);
  CHECK(get("/akten/brief").status == 200);
  auto second = place_of(owner);
  const answer refused = get("/akten/brief");
  CHECK(refused.outcome() == "503 SlowDown");
  CHECK(refused.element("Message") == "Please reduce your request rate.");
  CHECK(refused.header("Retry-After") == "1");
  CHECK(seen.operation == "GetObject");
  CHECK(seen.status == 503);
  CHECK(head("/akten/brief").status == 503);
  CHECK(usage_of(owner).refused == 2);
  first.reset();
  CHECK(get("/akten/brief").status == 200);
}

TEST_CASE_METHOD(share_world, "another agency is served meanwhile") {
  const auto first = place_of(owner);
  const auto second = place_of(owner);
  CHECK(send({.method = "GET", .path = "/"}, owner).status == 503);
  CHECK(send({.method = "GET", .path = "/"}, stranger).status == 200);
  // Whose bucket it is does not matter for a caller with a name.
  CHECK(send({.method = "GET", .path = "/akten/brief"}, stranger).outcome() == "403 AccessDenied");
  CHECK(usage_of(stranger).refused == 0);
}

TEST_CASE_METHOD(share_world, "nothing of a body is read before there is a place") {
  const auto first = place_of(owner);
  const auto second = place_of(owner);
  CHECK(put("/akten/neu", std::string(100'000, 'x')).outcome() == "503 SlowDown");
  CHECK(seen.bytes_in == 0);
}

TEST_CASE_METHOD(share_world, "a place is kept until the answer has been sent") {
  std::uint64_t meanwhile = 0;
  answered = [&] { meanwhile = usage_of(owner).in_work; };
  CHECK(get("/akten/brief").status == 200);
  CHECK(meanwhile == 1);
  CHECK(usage_of(owner).in_work == 0);
}

TEST_CASE_METHOD(share_world, "every way out gives the place back") {
  CHECK(get("/akten/nichts").status == 404);
  CHECK(get("/keiner/brief").status == 404);
  CHECK(get("/akten", "list-type=2").status == 200);
  CHECK(get("/akten", "list-type=2&max-keys=viele").status == 400);
  CHECK(send({.method = "GET", .path = "/akten/brief"}, stranger).status == 403);
  CHECK(
      send({.method = "PUT", .path = "/akten/neu", .body = "weg", .cut_after = 1}, owner).status ==
      400);
  CHECK(send({.method = "PUT", .path = "/akten", .query = "replication", .body = "x"}, owner)
            .status == 501);
  no_random none;
  services.random = &none;
  CHECK(put("/akten/neu", "x", {{"x-amz-server-side-encryption", "AES256"}}).status == 500);
  CHECK(usage_of(owner).in_work == 0);
  CHECK(usage_of(stranger).in_work == 0);
  CHECK(usage_of(owner).refused == 0);
}

TEST_CASE_METHOD(share_world, "visitors count for the agency that owns the bucket, up to half") {
  let_everybody_read();
  std::uint64_t meanwhile = 0;
  answered = [&] { meanwhile = usage_of(owner).in_work; };
  CHECK(send({.method = "GET", .path = "/akten/brief"}).status == 200);
  CHECK(meanwhile == 1);
  const auto first = place_of(owner);
  CHECK(send({.method = "GET", .path = "/akten/brief"}).outcome() == "503 SlowDown");
  CHECK(get("/akten/brief").status == 200);
}

TEST_CASE_METHOD(share_world, "visitors who are not let in take nothing of anybody's share") {
  std::uint64_t meanwhile = 0;
  answered = [&] { meanwhile += usage_of(owner).in_work; };
  CHECK(send({.method = "GET", .path = "/akten/brief"}).status == 403);
  CHECK(send({.method = "GET", .path = "/akten"}).status == 403);
  // Let in for no key of the list.
  const std::string list = "<Delete><Object><Key>brief</Key></Object></Delete>";
  const answer none =
      send({.method = "POST",
            .path = "/akten",
            .query = "delete",
            .headers = {{"Content-Length", std::to_string(list.size())},
                        {"Content-MD5", base64(storage::crypto::algorithm::md5, list)}},
            .body = list});
  CHECK(none.element("Code") == "AccessDenied");
  CHECK(meanwhile == 0);
  const auto first = place_of(owner);
  const auto second = place_of(owner);
  meanwhile = 0;
  CHECK(send({.method = "GET", .path = "/akten/brief"}).status == 403);
  CHECK(meanwhile == 2);
  CHECK(usage_of(owner).refused == 0);
}

TEST_CASE_METHOD(share_world, "a wrong signature takes nothing of the share it names") {
  const auto first = place_of(owner);
  const auto second = place_of(owner);
  test::caller thief = owner;
  thief.secret = "guessed";
  CHECK(send({.method = "GET", .path = "/akten/brief"}, thief).outcome() ==
        "403 SignatureDoesNotMatch");
  CHECK(usage_of(owner).refused == 0);
}

TEST_CASE("operations that keep a thread busy wait for their turn") {
  std::string large;
  for (const auto& row : gateway::s3::operations()) {
    if (row.costs == gateway::s3::effort::large) large.append(row.name).append(" ");
  }
  CHECK(large ==
        "ListBuckets ListObjectVersions ListMultipartUploads DeleteObjects ListObjectsV2 "
        "ListObjects CompleteMultipartUpload ListParts ");
}

}  // namespace fair_share_test
