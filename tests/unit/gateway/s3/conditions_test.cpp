// Conditional reads and writes. RFC 9110 section 13; AWS: GetObject, "Conditional writes".
#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace conditions_test {

using namespace torhaus;
using namespace std::chrono_literals;
using test::answer;
using test::gateway_world;
using test::header_list;

namespace {

const std::string good = "\"5d41402abc4b2a76b9719d911017c592\"";
const std::string bad = "\"00000000000000000000000000000000\"";

struct object_world : gateway_world {
  object_world() {
    make_bucket("bauamt");
    put("/bauamt/key", "hello", {{"Cache-Control", "no-cache"}, {"Expires", "soon"}});
    world.clock.advance(24h);
  }
  std::string date(std::chrono::hours behind_the_object) const {
    return gateway::s3::http_date(written + behind_the_object);
  }
  sys_micros written = world.clock.now();  // a day before the requests
  std::string before = date(-24h);
  std::string same = date(0h);
  std::string after = date(23h);
  std::string future = date(48h);

  unsigned read(const header_list& headers) {
    const unsigned status = get("/bauamt/key", "", headers).status;
    CHECK(head("/bauamt/key", "", headers).status == status);
    return status;
  }
};

}  // namespace

TEST_CASE_METHOD(object_world, "If-Match lets the right version through and no other") {
  CHECK(read({{"If-Match", good}}) == 200);
  CHECK(read({{"If-Match", "*"}}) == 200);
  CHECK(read({{"If-Match", bad + ", " + good}}) == 200);
  CHECK(read({{"If-Match", "5d41402abc4b2a76b9719d911017c592"}}) == 200);
  CHECK(read({{"If-Match", bad}}) == 412);
  CHECK(read({{"If-Match", "W/" + good}}) == 412);
  const answer a = get("/bauamt/key", "", {{"If-Match", bad}});
  CHECK(a.outcome() == "412 PreconditionFailed");
  CHECK(a.element("Condition") == "If-Match");
}

TEST_CASE_METHOD(object_world, "If-None-Match answers 304 for what the client has") {
  CHECK(read({{"If-None-Match", good}}) == 304);
  CHECK(read({{"If-None-Match", "*"}}) == 304);
  CHECK(read({{"If-None-Match", "W/" + good}}) == 304);
  CHECK(read({{"If-None-Match", bad + "," + good}}) == 304);
  CHECK(read({{"If-None-Match", bad}}) == 200);
}

TEST_CASE_METHOD(object_world, "304 has no body and the headers that caches need") {
  const answer a = get("/bauamt/key", "", {{"If-None-Match", good}});
  CHECK(a.status == 304);
  CHECK(a.body.empty());
  CHECK(a.header("ETag") == good);
  CHECK(a.header("Last-Modified") == same);
  CHECK(a.header("Cache-Control") == "no-cache");
  CHECK(a.header("Expires") == "soon");
  CHECK(a.header("Content-Type") == "(none)");
}

TEST_CASE_METHOD(object_world, "If-Modified-Since compares whole seconds") {
  CHECK(read({{"If-Modified-Since", before}}) == 200);
  CHECK(read({{"If-Modified-Since", same}}) == 304);
  CHECK(read({{"If-Modified-Since", after}}) == 304);
  CHECK(read({{"If-Modified-Since", future}}) == 200);
  CHECK(read({{"If-Modified-Since", "no date"}}) == 200);
}

TEST_CASE_METHOD(object_world, "If-Unmodified-Since refuses what changed since") {
  CHECK(read({{"If-Unmodified-Since", before}}) == 412);
  CHECK(read({{"If-Unmodified-Since", same}}) == 200);
  CHECK(read({{"If-Unmodified-Since", after}}) == 200);
  CHECK(read({{"If-Unmodified-Since", "no date"}}) == 200);
}

TEST_CASE_METHOD(object_world, "the truth table of conditions that come together") {
  struct row {
    const std::string* match;
    const std::string* unmodified;
    const std::string* none_match;
    const std::string* modified;
    unsigned status;
  };
  const std::string* const none = nullptr;
  const row rows[] = {
      // If-Match decides, If-Unmodified-Since is not looked at (AWS: GetObject, IfMatch).
      {&good, &before, none, none, 200},
      {&good, &after, none, none, 200},
      {&bad, &after, none, none, 412},
      {&bad, &before, none, none, 412},
      // If-None-Match decides, If-Modified-Since is not looked at (AWS: GetObject, IfNoneMatch).
      {none, none, &good, &before, 304},
      {none, none, &good, &after, 304},
      {none, none, &bad, &after, 200},
      {none, none, &bad, &before, 200},
      // The first pair goes before the second.
      {&good, none, &good, none, 304},
      {&bad, none, &good, none, 412},
      {&good, none, &bad, none, 200},
      {&bad, none, &bad, none, 412},
      {none, &before, none, &after, 412},
      {none, &after, none, &after, 304},
      {none, &after, none, &before, 200},
      {none, &before, &good, none, 412},
      {none, &after, &good, none, 304},
      {&good, &before, none, &after, 304},
      {&good, &before, &bad, &after, 200},
  };
  for (const row& r : rows) {
    header_list headers;
    if (r.match != none) headers.emplace_back("If-Match", *r.match);
    if (r.unmodified != none) headers.emplace_back("If-Unmodified-Since", *r.unmodified);
    if (r.none_match != none) headers.emplace_back("If-None-Match", *r.none_match);
    if (r.modified != none) headers.emplace_back("If-Modified-Since", *r.modified);
    INFO("row " << (&r - rows));
    CHECK(read(headers) == r.status);
  }
}

TEST_CASE_METHOD(object_world, "a failed condition goes before a range that cannot be") {
  CHECK(read({{"If-Match", bad}, {"Range", "bytes=100-"}}) == 412);
  CHECK(read({{"If-None-Match", good}, {"Range", "bytes=100-"}}) == 304);
  CHECK(read({{"If-Match", good}, {"Range", "bytes=100-"}}) == 416);
}

TEST_CASE_METHOD(object_world, "If-Range gives a range of this version, the whole of another") {
  const auto with = [&](const std::string& if_range) {
    return read({{"Range", "bytes=1-2"}, {"If-Range", if_range}});
  };
  CHECK(with(good) == 206);
  CHECK(with(same) == 206);
  CHECK(with(bad) == 200);
  CHECK(with(before) == 200);
  CHECK(with(after) == 200);
  CHECK(with("W/" + good) == 200);
  CHECK(with("*") == 200);
  CHECK(with("nonsense") == 200);
  CHECK(read({{"Range", "bytes=100-"}, {"If-Range", bad}}) == 200);
  CHECK(read({{"If-Range", good}}) == 200);
}

TEST_CASE_METHOD(object_world, "If-None-Match: * writes new objects only") {
  const answer refused = put("/bauamt/key", "other", {{"If-None-Match", "*"}});
  CHECK(refused.outcome() == "412 PreconditionFailed");
  CHECK(refused.element("Condition") == "If-None-Match");
  CHECK(get("/bauamt/key").body == "hello");
  CHECK(put("/bauamt/new", "x", {{"If-None-Match", "*"}}).outcome() == "200");
  remove("/bauamt/key");
  CHECK(put("/bauamt/key", "x", {{"If-None-Match", "*"}}).outcome() == "200");
}

TEST_CASE_METHOD(object_world, "If-Match writes over the version it names only") {
  CHECK(put("/bauamt/key", "x", {{"If-Match", bad}}).outcome() == "412 PreconditionFailed");
  CHECK(get("/bauamt/key").body == "hello");
  CHECK(put("/bauamt/key", "x", {{"If-Match", good}}).outcome() == "200");
  CHECK(get("/bauamt/key").body == "x");
  CHECK(put("/bauamt/none", "x", {{"If-Match", good}}).outcome() == "404 NoSuchKey");
}

TEST_CASE_METHOD(object_world, "on writes, If-None-Match takes an ETag and If-Match a star too") {
  CHECK(put("/bauamt/key", "x", {{"If-None-Match", good}}).outcome() == "412 PreconditionFailed");
  CHECK(put("/bauamt/none", "x", {{"If-Match", "*"}}).outcome() == "404 NoSuchKey");
  CHECK(get("/bauamt/key").body == "hello");
  CHECK(put("/bauamt/key", "x", {{"If-None-Match", bad}}).outcome() == "200");
  CHECK(put("/bauamt/key", "y", {{"If-Match", "*"}}).outcome() == "200");
  CHECK(get("/bauamt/key").body == "y");
}

TEST_CASE_METHOD(object_world, "conditions in a presigned URL's query count") {
  const auto presigned = [&](const std::string& query) {
    return send_presigned({.method = "PUT", .path = "/bauamt/key", .query = query, .body = "x"},
                          owner);
  };
  CHECK(presigned("If-None-Match=%2A").outcome() == "412 PreconditionFailed");
  CHECK(presigned("if-match=" + gateway::s3::url_encode(bad)).outcome() ==
        "412 PreconditionFailed");
  CHECK(get("/bauamt/key").body == "hello");
}

TEST_CASE_METHOD(object_world, "conditions on writes that cannot be met together are refused") {
  const answer list = put("/bauamt/key", "x", {{"If-None-Match", good + ", " + bad}});
  CHECK(list.outcome() == "501 NotImplemented");
  CHECK(list.element("Header") == "If-None-Match");
  CHECK(list.element("additionalMessage") ==
        "We don't accept the provided value of If-None-Match header for this API");
  const answer both = put("/bauamt/key", "x", {{"If-None-Match", "*"}, {"If-Match", good}});
  CHECK(both.outcome() == "501 NotImplemented");
  CHECK(both.element("Header") == "If-Match,If-None-Match");
  CHECK(get("/bauamt/key").body == "hello");
}

TEST_CASE_METHOD(object_world, "a conditional delete removes what it names") {
  const answer refused = remove("/bauamt/key", "", {{"If-Match", bad}});
  CHECK(refused.outcome() == "412 PreconditionFailed");
  CHECK(get("/bauamt/key").status == 200);
  CHECK(remove("/bauamt/key", "", {{"If-Match", good}}).status == 204);
  CHECK(get("/bauamt/key").status == 404);
  put("/bauamt/key", "hello");
  CHECK(remove("/bauamt/key", "", {{"If-Match", "*"}}).status == 204);
}

// AWS, measured: ministackorg/ministack#1475.
TEST_CASE_METHOD(object_world, "a conditional delete of what is not there is told so") {
  CHECK(remove("/bauamt/none", "", {{"If-Match", "*"}}).outcome() == "404 NoSuchKey");
  CHECK(remove("/bauamt/none", "", {{"If-Match", good}}).outcome() == "404 NoSuchKey");
  CHECK(remove("/bauamt/none").outcome() == "204");
}

TEST_CASE_METHOD(object_world, "an ETag to match may lack one quote or both") {
  for (const std::string& half : {good.substr(1), good.substr(0, good.size() - 1)}) {
    CHECK(put("/bauamt/key", "hello", {{"If-Match", half}}).outcome() == "200");
  }
  CHECK(put("/bauamt/key", "hello", {{"If-Match", good.substr(1, good.size() - 2)}}).outcome() ==
        "200");
}

}  // namespace conditions_test
