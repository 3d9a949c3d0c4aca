// Quotas through the whole pipeline.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace quota_test {

using namespace torhaus;
using test::answer;

namespace {

class agency_limit final : public storage::catalog::quota_source {
 public:
  storage::catalog::quota_limits limits_of(const storage::kv::snapshot&,
                                           const storage::catalog::bucket_record&) const override {
    return {{}, limit, "bauamt"};
  }
  storage::catalog::quota_limit limit;
};

struct quota_world : test::gateway_world {
  quota_world() {
    world.quotas = &source;
    world.reopen();
    // The services were made for the catalog that is gone.
    settings_again.emplace(*world.cat);
    services.catalog = world.cat.get();
    services.settings = &*settings_again;
    make_bucket("bau");
  }
  agency_limit source;
  std::optional<gateway::s3::settings_cache> settings_again;
};

}  // namespace

TEST_CASE_METHOD(quota_world, "what exceeds a quota is refused before its body is waited for") {
  source.limit = {2, 10};
  CHECK(put("/bau/a", "12345").outcome() == "200");
  // Bytes that came with the head, and others.
  const bool arrived = GENERATE(true, false);
  const answer refused = send({.method = "PUT",
                               .path = "/bau/b",
                               .body = "123456",
                               .step = arrived ? std::size_t{6} : std::size_t{5}},
                              owner);
  CHECK(refused.outcome() == "403 QuotaExceeded");
  CHECK(seen.bytes_in == (arrived ? 6 : 0));
  CHECK(refused.element("Message") ==
        "The quota of agency bauamt is 10 bytes; 5 are used, and 6 more do not fit.");
  CHECK(refused.element("QuotaUsed") == "5");
  CHECK(refused.element("QuotaAllowed") == "10");
  CHECK(put("/bau/b", "12345").outcome() == "200");
  CHECK(put("/bau/c", "").outcome() == "403 QuotaExceeded");
  CHECK(put("/bau/a", "54321").outcome() == "200");
  CHECK(remove("/bau/a").status == 204);
  CHECK(put("/bau/c", "").outcome() == "200");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(quota_world, "copies and parts need room") {
  source.limit = {0, 10};
  put("/bau/a", "123456");
  CHECK(put("/bau/b", "", {{"x-amz-copy-source", "/bau/a"}}).outcome() == "403 QuotaExceeded");
  const std::string upload = post("/bau/c", "uploads", "").element("UploadId");
  const auto part = [&](const std::string& number, const std::string& bytes) {
    return send({.method = "PUT",
                 .path = "/bau/c",
                 .query = "partNumber=" + number + "&uploadId=" + upload,
                 .body = bytes},
                owner)
        .outcome();
  };
  CHECK(part("1", "1234") == "200");
  CHECK(part("2", "1") == "403 QuotaExceeded");
  CHECK(seen.bytes_in == 0);
  CHECK(part("1", "4321") == "200");
  CHECK(remove("/bau/c", "uploadId=" + upload).status == 204);
  CHECK(put("/bau/d", "1234").outcome() == "200");
}

}  // namespace quota_test
