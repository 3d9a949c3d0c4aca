// Tags that come along with a copy: who may carry them over.
#include "tests/unit/gateway/s3/access_world.hpp"

namespace copy_tags_test {

using namespace torhaus;
using test::access_world;

namespace {

constexpr const char* refused = "403 AccessDenied";

// The stranger copies between a bucket of its own and /akten, where a policy says what it may.
struct copies_world : access_world {
  copies_world() {
    // Else who writes owns the new object, and may tag what is its own.
    REQUIRE(set_ownership("BucketOwnerEnforced") == "200");
    request("PUT", "/ziel", "", stranger);
    put("/akten/plain", "hello");
    put("/akten/tagged", "hello", {{"x-amz-tagging", "a=1"}});
    request("PUT", "/ziel/tagged", "", stranger, {{"x-amz-tagging", "a=1"}}, "hello");
  }
  std::string copy(const std::string& to, const std::string& from, test::header_list more = {}) {
    more.emplace_back("x-amz-copy-source", from);
    return request("PUT", to, "", stranger, std::move(more)).outcome();
  }
  void let(std::initializer_list<const char*> actions, const std::string& condition = {}) {
    std::string all;
    for (const char* action : actions) {
      all += (all.empty() ? "" : ",") + allow(action, "arn:aws:s3:::akten/*", condition);
    }
    REQUIRE(set_policy(all) == "204");
  }
};

const test::header_list replaced = {{"x-amz-tagging-directive", "REPLACE"}};
const test::header_list replaced_by_b = {{"x-amz-tagging-directive", "REPLACE"},
                                         {"x-amz-tagging", "b=2"}};

}  // namespace

TEST_CASE_METHOD(copies_world, "who may not read the tags of the source does not copy them") {
  let({"s3:GetObject"});
  CHECK(copy("/ziel/a", "akten/plain") == "200");
  CHECK(copy("/ziel/a", "akten/tagged") == refused);
  CHECK(copy("/ziel/a", "akten/tagged", {{"x-amz-tagging-directive", "COPY"}}) == refused);
  CHECK(copy("/ziel/a", "akten/tagged", replaced) == "200");
  CHECK(copy("/ziel/a", "akten/tagged", replaced_by_b) == "200");
  let({"s3:GetObject", "s3:GetObjectTagging"});
  CHECK(copy("/ziel/a", "akten/tagged") == "200");
}

TEST_CASE_METHOD(copies_world, "a version that is named needs the rights to versions") {
  let({"s3:GetObjectVersion", "s3:GetObjectTagging"});
  CHECK(copy("/ziel/a", "akten/plain?versionId=null") == "200");
  CHECK(copy("/ziel/a", "akten/tagged?versionId=null") == refused);
  let({"s3:GetObjectVersion", "s3:GetObjectVersionTagging"});
  CHECK(copy("/ziel/a", "akten/tagged?versionId=null") == "200");
}

TEST_CASE_METHOD(copies_world, "who may not write tags at the destination carries none there") {
  let({"s3:PutObject"});
  CHECK(copy("/akten/a", "ziel/tagged") == refused);
  CHECK(copy("/akten/a", "ziel/tagged", replaced_by_b) == refused);
  CHECK(copy("/akten/a", "ziel/tagged", replaced) == "200");
  CHECK(head("/akten/a").header("x-amz-tagging-count") == "(none)");
  let({"s3:PutObject", "s3:PutObjectTagging"});
  CHECK(copy("/akten/a", "ziel/tagged") == "200");
  CHECK(head("/akten/a").header("x-amz-tagging-count") == "1");
}

TEST_CASE_METHOD(copies_world, "tags that a copy does not take are not asked about") {
  let({"s3:PutObject"});
  request("PUT", "/ziel/plain", "", stranger, {}, "hello");
  CHECK(copy("/akten/a", "ziel/plain", {{"x-amz-tagging", "b=2"}}) == "200");
  CHECK(head("/akten/a").header("x-amz-tagging-count") == "(none)");
}

// Otherwise a header that is ignored would open what a policy hangs on the tags.
TEST_CASE_METHOD(copies_world, "a policy about requested tags sees those that a copy writes") {
  const auto only = [&](const std::string& tag) {
    REQUIRE(set_policy(allow("s3:PutObject", "arn:aws:s3:::akten/*") + "," +
                       allow("s3:PutObjectTagging", "arn:aws:s3:::akten/*",
                             R"({"StringEquals":{"s3:RequestObjectTag/)" + tag)) == "204");
  };
  only(R"(b":"2"}})");
  CHECK(copy("/akten/a", "ziel/tagged") == refused);
  CHECK(copy("/akten/a", "ziel/tagged", {{"x-amz-tagging", "b=2"}}) == refused);
  CHECK(copy("/akten/a", "ziel/tagged", replaced_by_b) == "200");
  only(R"(a":"1"}})");
  CHECK(copy("/akten/a", "ziel/tagged") == "200");
}

}  // namespace copy_tags_test
