// What clients read of a bucket that nobody has configured, and what they cannot set.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace unconfigured_test {

using namespace torhaus;
using test::answer;
using test::gateway_world;

namespace {

struct fresh_bucket : gateway_world {
  fresh_bucket() { make_bucket("bauamt"); }
};

}  // namespace

TEST_CASE_METHOD(fresh_bucket, "settings without a document are empty documents") {
  const std::pair<const char*, const char*> empty[] = {
      {"accelerate", "AccelerateConfiguration"},
      {"logging", "BucketLoggingStatus"},
      {"notification", "NotificationConfiguration"}};
  for (const auto& [query, root] : empty) {
    INFO(query);
    const answer a = get("/bauamt", query);
    CHECK(a.outcome() == "200");
    CHECK(a.header("Content-Type") == "application/xml");
    CHECK(a.body.ends_with("<" + std::string(root) +
                           " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></" + root + ">"));
  }
  CHECK(get("/bauamt", "requestPayment").element("Payer") == "BucketOwner");
  CHECK(get("/bauamt", "abac").element("Status") == "Disabled");
}

TEST_CASE_METHOD(fresh_bucket, "lists of configurations are empty") {
  for (const char* query : {"analytics", "intelligent-tiering", "inventory", "metrics"}) {
    INFO(query);
    const answer a = get("/bauamt", query);
    CHECK(a.outcome() == "200");
    CHECK(a.element("IsTruncated") == "false");
    CHECK(get("/bauamt", std::string(query) + "&id=a").outcome() == "404 NoSuchConfiguration");
    CHECK(remove("/bauamt", std::string(query) + "&id=a").outcome() == "404 NoSuchConfiguration");
  }
  CHECK(get("/bauamt", "inventory&continuation-token=abc").element("ContinuationToken") == "abc");
}

TEST_CASE_METHOD(fresh_bucket, "configurations that are not there are named") {
  const answer replication = get("/bauamt", "replication");
  CHECK(replication.outcome() == "404 ReplicationConfigurationNotFoundError");
  CHECK(replication.element("BucketName") == "bauamt");
  CHECK(remove("/bauamt", "replication").status == 204);
  for (const char* query : {"metadataConfiguration", "metadataTable"}) {
    INFO(query);
    CHECK(get("/bauamt", query).outcome() == "404 MetadataConfigurationNotFound");
    CHECK(remove("/bauamt", query).outcome() == "404 MetadataConfigurationNotFound");
  }
}

TEST_CASE_METHOD(fresh_bucket, "attribute-based access can be switched off, which it is") {
  const auto set = [&](const std::string& body) {
    return send({.method = "PUT", .path = "/bauamt", .query = "abac", .body = body}, owner)
        .outcome();
  };
  CHECK(set("<AbacStatus><Status>Disabled</Status></AbacStatus>") == "200");
  CHECK(set("<AbacStatus><Status>Enabled</Status></AbacStatus>") == "501 NotImplemented");
  CHECK(set("<AbacStatus><Status>Maybe</Status></AbacStatus>") == "400 MalformedXML");
  CHECK(set("<Abac/>") == "400 MalformedXML");
}

TEST_CASE_METHOD(fresh_bucket, "what is not offered says so by name") {
  for (const char* query : {"replication", "analytics&id=a", "intelligent-tiering&id=a",
                            "inventory&id=a", "metrics&id=a"}) {
    INFO(query);
    const answer a =
        send({.method = "PUT", .path = "/bauamt", .query = query, .body = "<a/>"}, owner);
    CHECK(a.outcome() == "501 NotImplemented");
    CHECK(a.element("Message").find("is not implemented by this server") != std::string::npos);
  }
}

}  // namespace unconfigured_test
