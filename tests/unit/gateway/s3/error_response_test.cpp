// Errors as S3's error document.
#include "gateway/s3/error_response.hpp"

#include "gateway/s3/xml/reader.hpp"
#include "tests/support/catch.hpp"

namespace error_response_test {

using namespace torhaus;
using namespace torhaus::gateway;
using namespace torhaus::gateway::s3;

namespace {

const std::string id = "0123456789ABCDEF";

target at(std::string bucket, std::string key = {}) {
  target t;
  t.bucket = std::move(bucket);
  t.key = std::move(key);
  return t;
}

std::string body_of(const http::response& r) {
  const auto* text = std::get_if<std::string>(&r.body);
  return text == nullptr ? "(none)" : *text;
}

std::string header_of(const http::response& r, std::string_view name) {
  for (const auto& [n, v] : r.headers) {
    if (n == name) return v;
  }
  return "(none)";
}

// Names of the document's elements, in order.
std::string elements_of(const http::response& r) {
  const auto doc = xml::document::parse(body_of(r), "Error");
  if (!doc) return "(malformed)";
  std::string names;
  for (const xml::element& e : doc->root().children()) names.append(e.name()).append(" ");
  return names;
}

std::string text_in(const http::response& r, std::string_view name) {
  const auto doc = xml::document::parse(body_of(r), "Error");
  return doc ? doc->root().text_of(name).value_or("(none)") : "(malformed)";
}

}  // namespace

TEST_CASE("an error document has AWS's elements in AWS's order and no namespace") {
  const target where = at("bucket", "a key");
  const auto r = error_response(error(errc::no_such_key), "GET", id, &where);
  CHECK(r.status == 404);
  CHECK(header_of(r, "Content-Type") == "application/xml");
  CHECK(body_of(r) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist."
        "</Message><Key>a key</Key><RequestId>" +
            id + "</RequestId><HostId>" + http::extended_id_of(id) + "</HostId></Error>");
}

TEST_CASE("an error's fields stand between message and request id, in the order given") {
  const target where = at("bucket", "key");
  const auto r = error_response(error(errc::invalid_argument, "Bad & wrong")
                                    .with("ArgumentName", "max-keys")
                                    .with("ArgumentValue", "<x>"),
                                "GET", id, &where);
  CHECK(r.status == 400);
  CHECK(elements_of(r) == "Code Message ArgumentName ArgumentValue RequestId HostId ");
  CHECK(text_in(r, "Message") == "Bad & wrong");
  CHECK(text_in(r, "ArgumentValue") == "<x>");
}

TEST_CASE("a missing bucket is named") {
  const target where = at("no-such");
  const auto r = error_response(error(errc::no_such_bucket), "GET", id, &where);
  CHECK(elements_of(r) == "Code Message BucketName RequestId HostId ");
  CHECK(text_in(r, "BucketName") == "no-such");
}

TEST_CASE("an error before the target is known names neither bucket nor key") {
  const auto r = error_response(error(errc::bad_request), "GET", id, nullptr);
  CHECK(elements_of(r) == "Code Message RequestId HostId ");
}

TEST_CASE("HEAD gets the status and no document") {
  const target where = at("bucket", "key");
  for (const errc code : {errc::no_such_key, errc::access_denied, errc::precondition_failed}) {
    const auto r = error_response(error(code), "HEAD", id, &where);
    CHECK(r.status == status_of(code));
    CHECK(body_of(r) == "(none)");
    CHECK(header_of(r, "Content-Type") == "(none)");
  }
}

TEST_CASE("304 never has a body") {
  const auto r = error_response(error(errc::not_modified), "GET", id, nullptr);
  CHECK(r.status == 304);
  CHECK(body_of(r) == "(none)");
}

TEST_CASE("clients are told when to come back") {
  CHECK(header_of(error_response(error(errc::slow_down), "GET", id, nullptr), "Retry-After") ==
        "1");
  CHECK(header_of(error_response(error(errc::no_such_key), "GET", id, nullptr), "Retry-After") ==
        "(none)");
}

TEST_CASE("what a client sent never makes its error document unreadable") {
  const std::string odd("\0\x01\x1b\xFF\xEF\xBF\xBF]]>", 10);
  const target where = at("bucket", std::string("a\0b\x02", 4));
  const auto r =
      error_response(error(errc::invalid_argument).with("ArgumentValue", odd), "GET", id, &where);
  CHECK(elements_of(r) == "Code Message ArgumentValue RequestId HostId ");
  const auto missing = error_response(error(errc::no_such_key), "GET", id, &where);
  CHECK(text_in(missing, "Key") ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
}

TEST_CASE("the cause of a fault stays inside") {
  const auto r = error_response(error(errc::not_implemented).because("/var/lib/secret/path"), "GET",
                                id, nullptr);
  CHECK(body_of(r).find("secret") == std::string::npos);
}

}  // namespace error_response_test
