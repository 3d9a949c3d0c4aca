// Who may ask for the conditions of a write or delete, and that nobody gets around them.
#include "tests/unit/gateway/s3/access_world.hpp"

namespace write_condition_test {

using namespace torhaus;
using storage::crypto::algorithm;
using test::access_world;
using test::answer;
using test::caller;
using test::header_list;

namespace {

constexpr const char* refused = "403 AccessDenied";
const std::string objects = "arn:aws:s3:::akten/*";
const std::string good = "\"5d41402abc4b2a76b9719d911017c592\"";
const std::string bad = "\"00000000000000000000000000000000\"";

struct conditions_world : access_world {
  // `query` is signed, `loose` is what the holder of the URL adds.
  answer by_link(const std::string& method, const std::string& query, const header_list& loose) {
    test::call link{.method = method, .path = "/akten/key", .body = "mine"};
    const std::vector<auth::sigv4::header_view> host = {{"Host", "s3.example.org"}};
    link.query = auth::sigv4::presign_query(
        {.method = method, .raw_path = link.path, .raw_query = query, .headers = host},
        identity(owner), now(), std::chrono::hours(1));
    link.headers = {{"Host", "s3.example.org"}, {"Content-Length", "4"}};
    link.headers.insert(link.headers.end(), loose.begin(), loose.end());
    return send(link);
  }
  std::string as(const caller& who, const std::string& method, const header_list& headers,
                 const std::string& body = {}) {
    return request(method, "/akten/key", "", who, headers, body).outcome();
  }
  // The code of the only entry's error; "(none)" when it was deleted.
  std::string delete_in_list(const caller& who, const std::string& more, header_list headers = {}) {
    const std::string body = "<Delete><Object><Key>key</Key>" + more + "</Object></Delete>";
    headers.emplace_back("x-amz-checksum-crc32", base64(algorithm::crc32, body));
    return request("POST", "/akten", "delete", who, headers, body).element("Code");
  }
};

}  // namespace

TEST_CASE_METHOD(conditions_world, "no header takes the place of what a presigned URL asks for") {
  for (const char* query : {"If-None-Match=%2A", "if-match=00000000000000000000000000000000"}) {
    for (const header_list& loose :
         {header_list{{"If-None-Match", bad}}, header_list{{"If-Match", good}},
          header_list{{"If-None-Match", bad}, {"If-Match", good}}}) {
      INFO(query << " " << loose.front().first);
      CHECK(by_link("PUT", query, loose).outcome() == "501 NotImplemented");
    }
  }
  CHECK(by_link("PUT", "If-None-Match=%2A", {{"If-None-Match", "*"}}).outcome() ==
        "412 PreconditionFailed");
  CHECK(get("/akten/key").body == "hello");
}

TEST_CASE_METHOD(conditions_world, "a presigned delete has the conditions of its query") {
  CHECK(by_link("DELETE", "If-Match=00000000000000000000000000000000", {}).outcome() ==
        "412 PreconditionFailed");
  CHECK(by_link("DELETE", "If-Match=00000000000000000000000000000000", {{"If-Match", "*"}})
            .outcome() == "501 NotImplemented");
  CHECK(by_link("DELETE", "x-amz-if-match-size=4", {}).outcome() == "412 PreconditionFailed");
  CHECK(by_link("DELETE", "x-amz-if-match-last-modified-time=2001-01-01T00%3A00%3A00Z", {})
            .outcome() == "412 PreconditionFailed");
  CHECK(get("/akten/key").body == "hello");
  CHECK(by_link("DELETE", "x-amz-if-match-size=5", {}).outcome() == "204");
}

TEST_CASE_METHOD(conditions_world, "a star in quotation marks is not taken for an ETag") {
  CHECK(as(owner, "PUT", {{"If-None-Match", "\"*\""}}, "x") == "501 NotImplemented");
  CHECK(get("/akten/key").body == "hello");
}

// AWS: "How to prevent object overwrites with conditional writes", "How to perform conditional
// deletes": an ETag is compared for those only who may read the object.
TEST_CASE_METHOD(conditions_world, "who may not read an object cannot try out its ETag") {
  CHECK(set_policy(allow("s3:PutObject", objects) + "," + allow("s3:DeleteObject", objects)) ==
        "204");
  for (const std::string& tag : {good, bad, std::string("*")}) {
    INFO(tag);
    CHECK(as(stranger, "PUT", {{"If-Match", tag}}, "x") == refused);
  }
  CHECK(as(stranger, "PUT", {{"If-None-Match", good}}, "x") == refused);
  CHECK(as(stranger, "PUT", {{"If-None-Match", "*"}}, "x") == "412 PreconditionFailed");
  for (const char* condition : {"If-Match", "x-amz-if-match-size"}) {
    CHECK(as(stranger, "DELETE", {{condition, "5"}}) == refused);
  }
  CHECK(delete_in_list(stranger, "<ETag>" + good + "</ETag>") == "AccessDenied");
  CHECK(delete_in_list(stranger, "<Size>4</Size>") == "AccessDenied");
  CHECK(get("/akten/key").body == "hello");
  CHECK(as(stranger, "DELETE", {{"If-Match", "*"}}) == "204");
  put("/akten/key", "hello");
  CHECK(set_policy(allow("s3:PutObject", objects) + "," + allow("s3:DeleteObject", objects) + "," +
                   allow("s3:GetObject", objects)) == "204");
  CHECK(as(stranger, "PUT", {{"If-Match", bad}}, "x") == "412 PreconditionFailed");
  CHECK(as(stranger, "PUT", {{"If-Match", good}}, "hello") == "200");
  CHECK(delete_in_list(stranger, "<ETag>" + good + "</ETag>") == "(none)");
}

TEST_CASE_METHOD(conditions_world, "a rename tries out no ETag of what it would replace either") {
  const std::string mine = "arn:aws:s3:::akten/in/*";
  CHECK(set_policy(allow("s3:PutObject", objects) + "," + allow("s3:GetObject", mine) + "," +
                   allow("s3:DeleteObject", mine)) == "204");
  put("/akten/in/a", "mine");
  const auto rename = [&](const char* condition, const std::string& value) {
    return request("PUT", "/akten/key", "renameObject", stranger,
                   {{"x-amz-rename-source", "in/a"}, {condition, value}})
        .outcome();
  };
  CHECK(rename("If-Match", good) == refused);
  CHECK(rename("If-None-Match", good) == refused);
  CHECK(rename("If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT") == refused);
  CHECK(rename("If-None-Match", "*") == "412 PreconditionFailed");
  CHECK(get("/akten/key").body == "hello");
}

// AWS: "Enforce conditional deletes on Amazon S3 buckets".
TEST_CASE_METHOD(conditions_world, "a policy that wants conditional deletes gets them") {
  CHECK(set_policy(allow("s3:DeleteObject", objects, R"({"Null":{"s3:if-match":"false"}})") + "," +
                   allow("s3:GetObject", objects)) == "204");
  CHECK(as(stranger, "DELETE", {}) == refused);
  CHECK(delete_in_list(stranger, "") == "AccessDenied");
  // It is no condition of any entry.
  CHECK(delete_in_list(stranger, "", {{"If-Match", "*"}}) == "AccessDenied");
  CHECK(delete_in_list(stranger, "<ETag>" + bad + "</ETag>") == "PreconditionFailed");
  CHECK(get("/akten/key").body == "hello");
  CHECK(delete_in_list(stranger, "<ETag>" + good + "</ETag>") == "(none)");
  CHECK(get("/akten/key").status == 404);
}

// AWS: "Enforce conditional writes on Amazon S3 buckets".
TEST_CASE_METHOD(conditions_world, "a policy that wants conditional writes lets uploads in parts") {
  const std::string unconditional =
      R"({"Null":{"s3:if-none-match":"true"},"Bool":{"s3:ObjectCreationOperation":"true"}})";
  CHECK(set_policy(allow("s3:PutObject", objects) +
                   R"(,{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":")" +
                   objects + R"(","Condition":)" + unconditional + "}") == "204");
  CHECK(as(stranger, "PUT", {}, "x") == refused);
  CHECK(as(stranger, "PUT", {{"x-amz-copy-source", "/akten/key"}}) == refused);
  CHECK(as(stranger, "PUT", {{"If-None-Match", "*"}}, "x") == "412 PreconditionFailed");
  const answer begun = request("POST", "/akten/new", "uploads", stranger);
  REQUIRE(begun.status == 200);
  const std::string id = begun.element("UploadId");
  const answer part =
      request("PUT", "/akten/new", "partNumber=1&uploadId=" + id, stranger, {}, "part");
  REQUIRE(part.status == 200);
  const std::string list = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" +
                           part.header("ETag") + "</ETag></Part></CompleteMultipartUpload>";
  CHECK(request("POST", "/akten/new", "uploadId=" + id, stranger, {}, list).outcome() == refused);
  CHECK(request("POST", "/akten/new", "uploadId=" + id, stranger, {{"If-None-Match", "*"}}, list)
            .outcome() == "200");
}

}  // namespace write_condition_test
