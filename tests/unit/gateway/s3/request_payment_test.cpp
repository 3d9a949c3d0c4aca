// Requester pays, and transfer acceleration.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace request_payment_test {

using namespace torhaus;
using test::answer;
using test::gateway_world;

namespace {

struct paid_world : gateway_world {
  paid_world() {
    make_bucket("bauamt");
    put("/bauamt/key", "hello");
  }
  answer set(const std::string& query, const std::string& document) {
    return send({.method = "PUT", .path = "/bauamt", .query = query, .body = document}, owner);
  }
  answer payer(const std::string& who) {
    return set("requestPayment", "<RequestPaymentConfiguration><Payer>" + who +
                                     "</Payer></RequestPaymentConfiguration>");
  }
};

}  // namespace

TEST_CASE_METHOD(paid_world, "who pays is kept") {
  CHECK(payer("Requester").outcome() == "200");
  CHECK(get("/bauamt", "requestPayment").element("Payer") == "Requester");
  CHECK(payer("BucketOwner").outcome() == "200");
  CHECK(get("/bauamt", "requestPayment").element("Payer") == "BucketOwner");
  CHECK(payer("Nobody").outcome() == "400 MalformedXML");
  CHECK(set("requestPayment", "<a/>").outcome() == "400 MalformedXML");
}

TEST_CASE_METHOD(paid_world, "the owner's requests go on as they were") {
  REQUIRE(payer("Requester").status == 200);
  const answer a = get("/bauamt/key");
  CHECK(a.body == "hello");
  CHECK(a.header("x-amz-request-charged") == "(none)");
  CHECK(send({.path = "/bauamt/key"}).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(paid_world, "acceleration can be off and nothing else") {
  const auto status = [&](const std::string& s) {
    return set("accelerate",
               "<AccelerateConfiguration><Status>" + s + "</Status></AccelerateConfiguration>")
        .outcome();
  };
  CHECK(status("Enabled") == "501 NotImplemented");
  CHECK(status("Maybe") == "400 MalformedXML");
  CHECK(get("/bauamt", "accelerate").element("Status") == "(none)");
  CHECK(status("Suspended") == "200");
  CHECK(get("/bauamt", "accelerate").element("Status") == "Suspended");
  make_bucket("bau.amt");
  CHECK(send({.method = "PUT",
              .path = "/bau.amt",
              .query = "accelerate",
              .body = "<AccelerateConfiguration><Status>Suspended</Status>"
                      "</AccelerateConfiguration>"},
             owner)
            .outcome() == "400 InvalidRequest");
}

}  // namespace request_payment_test
