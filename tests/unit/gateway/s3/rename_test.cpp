// RenameObject through the whole pipeline.
#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/rename_tokens.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace rename_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using test::answer;
using test::header_list;

namespace {

struct rename_world : test::gateway_world {
  rename_world() {
    services.renames = &tokens;
    make_bucket("bauamt");
    put("/bauamt/old", "hello", {{"x-amz-meta-a", "b"}, {"x-amz-tagging", "t=1"}});
  }
  answer rename(const std::string& source, const std::string& path, header_list more = {}) {
    more.emplace_back("x-amz-rename-source", source);
    return send({.method = "PUT",
                 .path = path,
                 .query = "renameObject",
                 .headers = std::move(more),
                 .body = ""},
                owner);
  }
  gateway::s3::rename_tokens tokens{world.clock};
};

}  // namespace

TEST_CASE_METHOD(rename_world, "a renamed object is the same under another name") {
  const answer before = get("/bauamt/old");
  world.clock.advance(std::chrono::hours(1));
  CHECK(rename("old", "/bauamt/in/new%20name").outcome() == "200");
  CHECK(get("/bauamt/old").outcome() == "404 NoSuchKey");
  const answer after = get("/bauamt/in/new%20name");
  CHECK(after.body == "hello");
  CHECK(after.headers == before.headers);
  CHECK(get("/bauamt", "list-type=2").elements("Key") == std::vector<std::string>{"in/new name"});
  CHECK(world.accounting_fault().empty());
  CHECK(rename("/in%2Fnew%20name", "/bauamt/old").outcome() == "200");
  CHECK(get("/bauamt/old").body == "hello");
}

TEST_CASE_METHOD(rename_world, "renaming replaces what had the name") {
  put("/bauamt/new", std::string(300'000, 'x'));
  CHECK(rename("old", "/bauamt/new").outcome() == "200");
  CHECK(get("/bauamt/new").body == "hello");
  CHECK(get("/bauamt", "list-type=2").elements("Key").size() == 1);
  world.cat->drain_garbage(std::chrono::seconds(5));
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(rename_world, "renaming has conditions on both names") {
  put("/bauamt/there", "there");
  const std::string etag = head("/bauamt/old").header("ETag");
  const std::string other = head("/bauamt/there").header("ETag");
  const std::string now_text = gateway::s3::http_date(world.clock.now());
  const std::string later = gateway::s3::http_date(world.clock.now() + std::chrono::hours(1));
  const std::string earlier = gateway::s3::http_date(world.clock.now() - std::chrono::hours(1));
  const header_list refusing[] = {
      {{"If-None-Match", "*"}},
      {{"If-None-Match", other}},
      {{"If-Match", etag}},
      {{"If-Modified-Since", later}},
      {{"If-Unmodified-Since", earlier}},
      {{"x-amz-rename-source-if-match", other}},
      {{"x-amz-rename-source-if-none-match", etag}},
      {{"x-amz-rename-source-if-modified-since", later}},
      {{"x-amz-rename-source-if-unmodified-since", earlier}},
  };
  for (const header_list& conditions : refusing) {
    INFO(conditions[0].first);
    CHECK(rename("old", "/bauamt/there", conditions).outcome() == "412 PreconditionFailed");
  }
  CHECK(rename("old", "/bauamt/free", {{"If-Match", etag}}).outcome() == "412 PreconditionFailed");
  CHECK(rename("old", "/bauamt/there", {{"If-Match", "nonsense"}}).outcome() ==
        "412 PreconditionFailed");
  CHECK(get("/bauamt/there").body == "there");
  CHECK(rename("old", "/bauamt/free", {{"If-None-Match", "*"}}).outcome() == "200");
  CHECK(rename("free", "/bauamt/there",
               {{"If-Match", other},
                {"If-Unmodified-Since", later},
                {"x-amz-rename-source-if-match", etag},
                {"x-amz-rename-source-if-modified-since", earlier},
                {"x-amz-client-token", "6f1d"}})
            .outcome() == "200");
  CHECK(get("/bauamt/there").body == "hello");
}

TEST_CASE_METHOD(rename_world, "a rename that is sent again with its token is answered again") {
  const header_list token = {{"x-amz-client-token", "6f1d"}};
  CHECK(rename("old", "/bauamt/new", token).outcome() == "200");
  CHECK(rename("old", "/bauamt/new", token).outcome() == "200");
  CHECK(rename("old", "/bauamt/new").outcome() == "404 NoSuchKey");
  CHECK(rename("old", "/bauamt/new", {{"x-amz-client-token", "other"}}).outcome() ==
        "404 NoSuchKey");
  // It is not carried out twice.
  put("/bauamt/old", "another");
  CHECK(rename("old", "/bauamt/new", token).outcome() == "200");
  CHECK(get("/bauamt/new").body == "hello");
  world.clock.advance(gateway::s3::rename_tokens::lifetime + std::chrono::seconds(1));
  CHECK(rename("old", "/bauamt/new", token).outcome() == "200");
  CHECK(get("/bauamt/new").body == "another");
}

TEST_CASE_METHOD(rename_world, "a token that was used otherwise is refused") {
  const header_list token = {{"x-amz-client-token", "6f1d"}};
  CHECK(rename("none", "/bauamt/new", token).outcome() == "404 NoSuchKey");
  CHECK(rename("old", "/bauamt/new", token).outcome() == "200");  // what failed is forgotten
  CHECK(rename("new", "/bauamt/old", token).outcome() == "400 IdempotencyParameterMismatch");
  CHECK(rename("old", "/bauamt/new", {{"x-amz-client-token", "6f1d"}, {"If-None-Match", "*"}})
            .outcome() == "400 IdempotencyParameterMismatch");
  make_bucket("zweiter");
  put("/zweiter/new", "x");
  CHECK(rename("new", "/zweiter/old", token).outcome() == "200");
  for (const std::string bad : {"", "a b", "t\xc3\xbc"}) {
    CHECK(rename("new", "/bauamt/old", {{"x-amz-client-token", bad}}).outcome() ==
          "400 InvalidArgument");
  }
}

TEST_CASE_METHOD(rename_world, "tokens are bounded, and one is carried out at a time") {
  using gateway::s3::rename_tokens;
  CHECK(*tokens.begin("first", "a") == rename_tokens::state::fresh);
  CHECK(tokens.begin("first", "a").error().code() == errc::operation_aborted);
  tokens.end("first", true);
  CHECK(*tokens.begin("first", "a") == rename_tokens::state::done);
  for (std::size_t i = 0; i < rename_tokens::most; ++i) {
    const std::string one = std::to_string(i);
    CHECK(*tokens.begin(one, "a") == rename_tokens::state::fresh);
    tokens.end(one, true);
  }
  CHECK(*tokens.begin("first", "a") == rename_tokens::state::fresh);
}

TEST_CASE_METHOD(rename_world, "what cannot be renamed stays as it is") {
  CHECK(rename("none", "/bauamt/new").outcome() == "404 NoSuchKey");
  CHECK(rename("old", "/bauamt/old").outcome() == "400 InvalidRequest");
  CHECK(rename("", "/bauamt/new").outcome() == "400 InvalidArgument");
  CHECK(rename("%zz", "/bauamt/new").outcome() == "400 InvalidArgument");
  CHECK(rename("old", "/bauamt/new", {{"If-Modified-Since", "soon"}}).outcome() ==
        "400 InvalidArgument");
  CHECK(rename("old", "/bauamt/new", {{"x-amz-client-token", std::string(65, 't')}}).outcome() ==
        "400 InvalidArgument");
  CHECK(send({.method = "PUT",
              .path = "/bauamt/new",
              .query = "renameObject",
              .headers = {{"x-amz-rename-source", "old"}}},
             stranger)
            .outcome() == "403 AccessDenied");
  set_versioning("bauamt", versioning_state::enabled);
  CHECK(rename("old", "/bauamt/new").outcome() == "409 InvalidBucketState");
  set_versioning("bauamt", versioning_state::suspended);
  CHECK(rename("old", "/bauamt/new").outcome() == "409 InvalidBucketState");
  CHECK(get("/bauamt/old").body == "hello");
}

}  // namespace rename_test
