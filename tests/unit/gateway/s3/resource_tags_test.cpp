// Tags of buckets as S3 Control has them.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace resource_tags_test {

using namespace torhaus;
using test::answer;
using test::call;
using test::caller;
using test::gateway_world;

namespace {

std::string tag(const std::string& key, const std::string& value) {
  return "<Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag>";
}

struct control_world : gateway_world {
  control_world() { make_bucket("bauamt"); }

  call about(const std::string& bucket, const std::string& account) const {
    return {.path = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3A" + bucket,
            .headers = {{"x-amz-account-id", account}}};
  }
  answer list(const std::string& bucket = "bauamt") {
    return send(about(bucket, owner.agency.account), owner);
  }
  answer put(const std::string& tags, const std::string& bucket = "bauamt") {
    call c = about(bucket, owner.agency.account);
    c.method = "POST";
    c.body =
        "<TagResourceRequest xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"><Tags>" +
        tags + "</Tags></TagResourceRequest>";
    return send(c, owner);
  }
  answer untag(const std::string& query, const std::string& bucket = "bauamt") {
    call c = about(bucket, owner.agency.account);
    c.method = "DELETE";
    c.query = query;
    return send(c, owner);
  }
  std::string tags_of_bucket() {
    const answer a = get("/bauamt", "tagging");
    if (a.status != 200) return a.outcome();
    std::string all;
    const auto values = a.elements("Value");
    for (std::size_t i = 0; i < values.size(); ++i) {
      all += a.elements("Key")[i] + "=" + values[i] + ";";
    }
    return all;
  }
};

}  // namespace

TEST_CASE_METHOD(control_world, "tags of a bucket are put, listed and taken away one by one") {
  CHECK(list().body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListTagsForResourceResult "
        "xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"><Tags></Tags>"
        "</ListTagsForResourceResult>");
  CHECK(put(tag("key2", "b") + tag("key1", "a")).status == 204);
  CHECK(list().elements("Key") == std::vector<std::string>{"key1", "key2"});
  CHECK(put(tag("key3", "c") + tag("key1", "new")).status == 204);
  CHECK(list().elements("Value") == std::vector<std::string>{"new", "b", "c"});
  CHECK(tags_of_bucket() == "key1=new;key2=b;key3=c;");
  CHECK(untag("tagKeys=key3&tagKeys=key1&tagKeys=none").status == 204);
  CHECK(tags_of_bucket() == "key2=b;");
  CHECK(untag("tagKeys=key2").status == 204);
  CHECK(untag("tagKeys=key2").status == 204);
  CHECK(tags_of_bucket() == "404 NoSuchTagSet");
  CHECK(list().status == 200);
}

// LocalStack's recorded answers of AWS, test_tag_resource_validation.
TEST_CASE_METHOD(control_world, "what is wrong with a resource's tags is told as S3 Control does") {
  const std::string letters =
      "This request contains a tag key or value that isn't valid. Valid characters include the "
      "following: [a-zA-Z+-=._:/]. Tag keys can contain up to 128 characters. Tag values can "
      "contain up to 256 characters.";
  const auto why = [&](const std::string& tags) {
    const answer a = put(tags);
    CHECK(a.status == 400);
    return a.element("Code") + ": " + a.element("Message");
  };
  CHECK(why(tag("aws:test", "v")) ==
        "InvalidTag: User-defined tag keys can't start with \"aws:\". This prefix is reserved for "
        "system tags. Remove \"aws:\" from your tag keys and try again.");
  CHECK(why(tag("a", "v") + tag("a", "w")) ==
        "InvalidTag: There are duplicate tag keys in your request. Remove the duplicate tag keys "
        "and try again.");
  CHECK(why(tag("test", "a,b")) == "InvalidTag: " + letters);
  CHECK(why(tag("test,test2", "a")) == "InvalidTag: " + letters);
  CHECK(put("<Tag><Key>a</Key></Tag>").element("Code") == "MalformedXML");
  CHECK(put("<Tag><Value>a</Value></Tag>").element("Code") == "MalformedXML");
  std::string fifty;
  for (int i = 0; i < 50; ++i) fifty += tag("k" + std::to_string(i), "v");
  CHECK(put(fifty).status == 204);
  CHECK(put(tag("one more", "")).element("Code") == "BadRequest");
  CHECK(put(tag("k7", "new")).status == 204);
}

TEST_CASE_METHOD(control_world, "errors of S3 Control are an element deeper") {
  const answer a = list("nobody");
  CHECK(a.status == 404);
  CHECK(a.body.find("<ErrorResponse "
                    "xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"><Error><Code>"
                    "NoSuchResource</Code><Message>The specified resource doesn't exist.</Message>"
                    "</Error><RequestId>") != std::string::npos);
  CHECK(put(tag("a", "b"), "nobody").element("Code") == "NoSuchResource");
  CHECK(untag("tagKeys=a", "nobody").element("Code") == "NoSuchResource");
  CHECK(seen.operation == "UntagResource");
  const auto other = [&](const std::string& path) {
    return send({.path = path, .headers = {{"x-amz-account-id", owner.agency.account}}}, owner);
  };
  CHECK(other("/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abauamt/key").outcome() ==
        "404 NoSuchResource");
  CHECK(other("/v20180820/tags/arn%3Aaws%3Aiam%3A%3A%3Abauamt").outcome() == "404 NoSuchResource");
  CHECK(other("/v20180820/accesspoint").outcome() == "501 NotImplemented");
  CHECK(other("/v20180820/tags/%zz").outcome() == "400 InvalidURI");
  call wrong = about("bauamt", owner.agency.account);
  wrong.method = "PUT";
  const answer refused = send(wrong, owner);
  CHECK(refused.outcome() == "405 MethodNotAllowed");
  CHECK(refused.header("Allow") == "GET, POST, DELETE");
}

TEST_CASE_METHOD(control_world, "a resource's tags are for who may tag the bucket") {
  CHECK(put(tag("a", "b")).status == 204);
  CHECK(send(about("bauamt", owner.agency.account), stranger).element("Code") == "AccessDenied");
  CHECK(send(about("bauamt", stranger.agency.account), stranger).element("Code") == "AccessDenied");
  CHECK(send(about("bauamt", stranger.agency.account), owner).element("Code") == "AccessDenied");
  CHECK(send({.method = "PUT",
              .path = "/bauamt",
              .query = "policy",
              .body = R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal":
                {"AWS": ")" +
                      stranger.arn + R"("}, "Action": "s3:ListTagsForResource",
                "Resource": "arn:aws:s3:::bauamt"}]})"},
             owner)
            .status == 204);
  CHECK(send(about("bauamt", owner.agency.account), stranger).element("Key") == "a");
  CHECK(send(about("bauamt", stranger.agency.account), stranger).element("Key") == "a");
  CHECK(send(about("bauamt", "000000000000"), stranger).element("Code") == "AccessDenied");
  call change = about("bauamt", owner.agency.account);
  change.method = "DELETE";
  change.query = "tagKeys=a";
  CHECK(send(change, stranger).element("Code") == "AccessDenied");
  CHECK(tags_of_bucket() == "a=b;");
}

TEST_CASE_METHOD(control_world, "a bucket with the name of S3 Control's version is a bucket") {
  make_bucket("v20180820");
  CHECK(gateway_world::put("/v20180820/tags/x", "bytes").status == 200);
  CHECK(get("/v20180820/tags/x").body == "bytes");
  // In virtual-host style the account stands where S3 has the bucket.
  call c = about("bauamt", owner.agency.account);
  c.host = owner.agency.account + ".s3.example.org";
  CHECK(send(c, owner).outcome() == "200");
  CHECK(seen.operation == "ListTagsForResource");
  c.host = "bauamt.s3.example.org";
  CHECK(send(c, owner).outcome() == "404 NoSuchKey");
}

}  // namespace resource_tags_test
