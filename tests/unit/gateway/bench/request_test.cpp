#include "gateway/bench/request.hpp"

#include "auth/sigv4/signer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"

namespace request_test {

using namespace torhaus;
using namespace torhaus::gateway::bench;

namespace {

target here() {
  target to;
  to.where = *endpoint::parse("http://127.0.0.1:9000");
  to.bucket = "b";
  to.region = "eu-central-1";
  to.who = {"AKIAEXAMPLE", "secret", {}};
  return to;
}

struct still final : clock_source {
  sys_micros now() const override { return sys_micros(std::chrono::seconds(1'700'000'000)); }
};

}  // namespace

TEST_CASE("endpoints are taken apart and written as the Host header wants them") {
  CHECK(endpoint::parse("http://h:80")->authority() == "h");
  CHECK(endpoint::parse("https://h:80")->authority() == "h:80");
  CHECK(endpoint::parse("https://h/")->authority() == "h");
  CHECK(endpoint::parse("http://[::1]:9000")->authority() == "[::1]:9000");
  for (const char* bad : {"", "h:80", "ftp://h", "http://", "http://h:0", "http://h:99999",
                          "http://h/path", "http://[::1", "http://h\r\n"}) {
    CHECK_FALSE(endpoint::parse(bad));
  }
}

TEST_CASE("a request is signed as the general signer does it") {
  const still clock;
  for (const std::string& token : {std::string(), std::string("a-token")}) {
    target to = here();
    to.who.session_token = token;
    request_writer writer(to, clock);
    std::string head;
    writer.write(head, {.method = "GET", .path = "/b/k", .query = "versionId=1"});
    const auth::sigv4::header_view host{"host", "127.0.0.1:9000"};
    const auth::sigv4::request_view view{
        .method = "GET", .raw_path = "/b/k", .raw_query = "versionId=1", .headers = {&host, 1}};
    const auth::sigv4::signer_identity who{.access_key_id = "AKIAEXAMPLE",
                                           .secret = "secret",
                                           .session_token = token,
                                           .region = "eu-central-1"};
    const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
    const auto headers = auth::sigv4::sign_headers(view, auth::sigv4::empty_hash, who, now);
    CHECK(headers.back().first == "Authorization");
    CHECK_THAT(head, Catch::Matchers::Contains(headers.back().second + "\r\n"));
    CHECK_THAT(head, Catch::Matchers::StartsWith("GET /b/k?versionId=1 HTTP/1.1\r\nhost:"));
  }
}

TEST_CASE("nothing is signed for anonymous callers, buckets may stand in the host") {
  const still clock;
  target to = here();
  to.where = *endpoint::parse("http://s3.example.org:9000");
  to.who = {};
  to.style = addressing::virtual_host;
  CHECK(to.key_path() == "/");
  request_writer writer(to, clock);
  std::string head;
  writer.write(head, {.method = "PUT", .path = "/k", .body_bytes = 0});
  CHECK(head == "PUT /k HTTP/1.1\r\nhost:b.s3.example.org:9000\r\ncontent-length:0\r\n\r\n");
}

}  // namespace request_test
