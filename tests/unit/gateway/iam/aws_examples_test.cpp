// The policies that AWS's user guide shows, each with requests that it must let through and others
// that it must stop: "Examples of Amazon S3 bucket policies", "Bucket policy examples using
// condition keys", "Identity-based policy examples for Amazon S3", "Controlling access to a bucket
// with user policies". Those of services and of organizations, which are not here, are left out.
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace aws_examples_test {

using namespace torhaus;
using test::call;
using test::caller;
using test::header_list;
using test::iam_world;

namespace {

enum class who { nobody, owner, stranger, ida };
enum class outcome { passes, is_refused };

struct request {
  who by;
  call what;
  outcome expected;
};

// A bucket policy has principals; an identity policy is ida's.
struct example {
  std::string name;
  std::string statements;  // a JSON list without its brackets
  std::vector<request> requests;
};

call reads(std::string path, std::string query = {}) {
  return {.method = "GET", .path = std::move(path), .query = std::move(query)};
}
call writes(std::string path, header_list headers = {}, std::string query = {}) {
  return {.method = "PUT",
          .path = std::move(path),
          .query = std::move(query),
          .headers = std::move(headers),
          .body = "x"};
}
call deletes(std::string path, std::string query = {}) {
  return {.method = "DELETE", .path = std::move(path), .query = std::move(query)};
}
call tag(std::string path, const std::string& key, const std::string& value) {
  return {.method = "PUT",
          .path = std::move(path),
          .query = "tagging",
          .body = "<Tagging><TagSet><Tag><Key>" + key + "</Key><Value>" + value +
                  "</Value></Tag></TagSet></Tagging>"};
}
call from(call c, const std::string& address) {
  c.from.client = asio::ip::make_address(address);
  return c;
}
call over_tls(call c, const std::string& version) {
  c.from.secure = true;
  c.from.tls_version = version;
  return c;
}

struct examples_world : iam_world {
  examples_world() {
    services.new_buckets = {auth::object_ownership::object_writer, false};
    ida = make_user("ida");
    // Those of agencies: eva and ida are of one, max is of another.
    for (const char* bucket : {"akten", "andere"}) make_bucket(bucket);
    set_versions("akten");
  }
  void set_versions(const std::string& bucket) {
    set_versioning(bucket, storage::catalog::versioning_state::enabled);
  }

  unsigned status_of(const request& r) {
    if (r.by == who::nobody) return send(r.what).status;
    return send(r.what, r.by == who::owner ? owner : r.by == who::ida ? ida : stranger).status;
  }
  // The objects that examples speak of, as if nothing had happened yet.
  void lay_out() {
    remove_policy();
    iam("Action=DeleteUserPolicy&UserName=ida&PolicyName=p", agency_root);
    for (const char* key : {"/akten/key", "/akten/home/ida/a", "/akten/home/max/a",
                            "/akten/offen/a", "/andere/key"}) {
      iam_world::put(key, "text");
    }
    iam_world::put("/akten/fertig", "text", {{"x-amz-tagging", "stand=frei"}});
  }
  // The agency's root: a policy may keep everybody else from itself.
  void remove_policy() {
    send({.method = "DELETE", .path = "/akten", .query = "policy"}, agency_root);
  }

  void check(const std::vector<example>& all, bool of_bucket) {
    for (const example& e : all) {
      lay_out();
      std::string text = R"({"Version":"2012-10-17","Statement":[)" + e.statements + "]}";
      replace(text, "STRANGER", stranger.agency.account);
      replace(text, "OWNER", owner.agency.account);
      INFO(e.name << " " << text);
      if (of_bucket) {
        REQUIRE(
            send({.method = "PUT", .path = "/akten", .query = "policy", .body = text}, agency_root)
                .outcome() == "204");
      } else {
        put_policy("User", "ida", text);
      }
      for (const request& r : e.requests) {
        std::string headers;
        for (const auto& [name, value] : r.what.headers) headers += " " + name + ": " + value;
        INFO(static_cast<int>(r.by)
             << " " << r.what.method << " " << r.what.path << "?" << r.what.query << headers);
        const unsigned status = status_of(r);
        if (r.expected == outcome::is_refused) {
          CHECK(status == 403);
        } else {
          CHECK(status >= 200);
          CHECK(status < 300);
        }
      }
    }
  }
  static void replace(std::string& text, const std::string& word, const std::string& by) {
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += by.size()) {
      text.replace(at, word.size(), by);
    }
  }

  caller ida;
};

constexpr outcome passes = outcome::passes;
constexpr outcome is_refused = outcome::is_refused;

}  // namespace

TEST_CASE_METHOD(examples_world, "AWS's examples of bucket policies: reading and encryption") {
  const std::vector<example> all = {
      {"public reading",
       R"({"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:GetObjectVersion"],
           "Resource":["arn:aws:s3:::akten/*"]})",
       {{who::nobody, reads("/akten/key"), passes},
        {who::nobody, reads("/akten"), is_refused},
        {who::nobody, reads("/andere/key"), is_refused},
        {who::nobody, writes("/akten/neu"), is_refused},
        {who::stranger, deletes("/akten/key"), is_refused}}},
      {"encryption with KMS for all that is written",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"Null":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"true"}}})",
       {{who::owner, writes("/akten/neu"), is_refused},
        {who::owner, writes("/akten/neu", {{"x-amz-server-side-encryption", "AES256"}}),
         is_refused},
        {who::owner, reads("/akten/key"), passes}}},
      {"encryption by the server for all that is written",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}})",
       {{who::owner, writes("/akten/neu"), is_refused},
        {who::owner, writes("/akten/neu", {{"x-amz-server-side-encryption", "aws:kms"}}),
         is_refused},
        {who::owner, writes("/akten/neu", {{"x-amz-server-side-encryption", "AES256"}}), passes},
        {who::owner, writes("/andere/neu"), passes}}},
      {"no keys of customers",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"false"}}})",
       {{who::owner, writes("/akten/neu"), passes},
        {who::owner,
         writes("/akten/neu", {{"x-amz-server-side-encryption-customer-algorithm", "AES256"}}),
         is_refused}}},
  };
  check(all, true);
}

TEST_CASE_METHOD(examples_world,
                 "AWS's examples of bucket policies: access control lists and tags") {
  const std::vector<example> all = {
      {"another account writes when it makes its objects public",
       R"({"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::STRANGER:root"]},
           "Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":["arn:aws:s3:::akten/*"],
           "Condition":{"StringEquals":{"s3:x-amz-acl":["public-read"]}}})",
       {{who::stranger, writes("/akten/neu", {{"x-amz-acl", "public-read"}}), passes},
        {who::stranger, writes("/akten/neu"), is_refused},
        {who::stranger, writes("/akten/neu", {{"x-amz-acl", "private"}}), is_refused},
        {who::nobody, writes("/akten/neu", {{"x-amz-acl", "public-read"}}), is_refused}}},
      {"another account writes when the bucket's owner has control",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*"},
          {"Effect":"Deny","Principal":{"AWS":"STRANGER"},"Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}})",
       {{who::stranger, writes("/akten/neu", {{"x-amz-acl", "bucket-owner-full-control"}}), passes},
        {who::stranger, writes("/akten/neu"), is_refused},
        {who::stranger, writes("/akten/neu", {{"x-amz-acl", "public-read"}}), is_refused}}},
      {"reading by tag",
       R"({"Principal":"*","Effect":"Allow","Action":["s3:GetObject","s3:GetObjectVersion"],
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"StringEquals":{"s3:ExistingObjectTag/stand":"frei"}}})",
       {{who::nobody, reads("/akten/fertig"), passes},
        {who::stranger, reads("/akten/fertig"), passes},
        {who::nobody, reads("/akten/key"), is_refused}}},
      {"tags of certain keys only",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":["s3:PutObjectTagging"],
           "Resource":["arn:aws:s3:::akten/*"],
           "Condition":{"ForAnyValue:StringEquals":{"s3:RequestObjectTagKeys":["amt","stand"]}}})",
       {{who::stranger, tag("/akten/key", "amt", "bau"), passes},
        {who::stranger, tag("/akten/key", "farbe", "rot"), is_refused}}},
      {"objects with a certain tag only",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},
           "Action":["s3:PutObject","s3:PutObjectTagging"],"Resource":["arn:aws:s3:::akten/*"],
           "Condition":{"StringEquals":{"s3:RequestObjectTag/amt":"bau"}}})",
       {{who::stranger, writes("/akten/neu", {{"x-amz-tagging", "amt=bau"}}), passes},
        {who::stranger, writes("/akten/neu", {{"x-amz-tagging", "amt=tief"}}), is_refused},
        {who::stranger, writes("/akten/neu"), is_refused}}},
  };
  check(all, true);
}

TEST_CASE_METHOD(examples_world, "AWS's examples of bucket policies: where requests come from") {
  const std::vector<example> all = {
      {"HTTPS only",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:*",
           "Resource":["arn:aws:s3:::akten","arn:aws:s3:::akten/*"],
           "Condition":{"Bool":{"aws:SecureTransport":"false"}}})",
       {{who::owner, reads("/akten/key"), is_refused},
        {who::owner, reads("/akten"), is_refused},
        {who::owner, over_tls(reads("/akten/key"), "TLSv1.3"), passes}}},
      {"no old TLS",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:*",
           "Resource":["arn:aws:s3:::akten","arn:aws:s3:::akten/*"],
           "Condition":{"NumericLessThan":{"s3:TlsVersion":"1.3"}}})",
       {{who::owner, over_tls(reads("/akten/key"), "TLSv1.2"), is_refused},
        {who::owner, over_tls(reads("/akten/key"), "TLSv1.3"), passes}}},
      {"one network",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:*",
           "Resource":["arn:aws:s3:::akten","arn:aws:s3:::akten/*"],
           "Condition":{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24",
           "2001:db8:1234:5678::/64"]}}})",
       {{who::owner, from(reads("/akten/key"), "192.0.2.7"), passes},
        {who::owner, from(reads("/akten/key"), "2001:db8:1234:5678::7"), passes},
        {who::owner, from(reads("/akten/key"), "203.0.113.1"), is_refused},
        {who::owner, from(reads("/akten/key"), "2001:db8:1234:5679::7"), is_refused}}},
      {"one network but for an address of it",
       R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"},
                        "NotIpAddress":{"aws:SourceIp":"192.0.2.188/32"}}})",
       {{who::nobody, from(reads("/akten/key"), "192.0.2.7"), passes},
        {who::nobody, from(reads("/akten/key"), "192.0.2.188"), is_refused},
        {who::nobody, from(reads("/akten/key"), "203.0.113.1"), is_refused}}},
      {"pages of one website",
       R"({"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:GetObjectVersion"],
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"StringLike":{"aws:Referer":["http://www.example.org/*"]}}})",
       {{who::nobody,
         {.path = "/akten/key", .headers = {{"Referer", "http://www.example.org/seite"}}},
         passes},
        {who::nobody,
         {.path = "/akten/key", .headers = {{"Referer", "http://other.example.org/"}}},
         is_refused},
        {who::nobody, reads("/akten/key"), is_refused}}},
      {"a second factor for a folder",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::akten/offen/*",
           "Condition":{"Null":{"aws:MultiFactorAuthAge":"true"}}})",
       {{who::owner, reads("/akten/offen/a"), is_refused},
        {who::owner, reads("/akten/key"), passes}}},
  };
  check(all, true);
}

TEST_CASE_METHOD(examples_world, "AWS's examples of bucket policies: what requests ask for") {
  const std::vector<example> all = {
      {"a storage class for uploads",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":"s3:PutObject",
           "Resource":["arn:aws:s3:::akten/*"],
           "Condition":{"StringEquals":{"s3:x-amz-storage-class":["STANDARD_IA"]}}})",
       {{who::stranger, writes("/akten/neu", {{"x-amz-storage-class", "STANDARD_IA"}}), passes},
        {who::stranger, writes("/akten/neu", {{"x-amz-storage-class", "GLACIER"}}), is_refused},
        {who::stranger, writes("/akten/neu"), is_refused}}},
      {"one prefix of a list, for another account",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":"s3:ListBucket",
           "Resource":"arn:aws:s3:::akten","Condition":{"StringEquals":{"s3:prefix":"offen/"}}},
          {"Effect":"Deny","Principal":{"AWS":"STRANGER"},"Action":"s3:ListBucket",
           "Resource":"arn:aws:s3:::akten",
           "Condition":{"StringNotEquals":{"s3:prefix":"offen/"}}})",
       {{who::stranger, reads("/akten", "prefix=offen/"), passes},
        {who::stranger, reads("/akten", "prefix=home/"), is_refused},
        {who::stranger, reads("/akten"), is_refused}}},
      {"short lists",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":"s3:ListBucket",
           "Resource":"arn:aws:s3:::akten",
           "Condition":{"NumericLessThanEquals":{"s3:max-keys":"10"}}})",
       {{who::stranger, reads("/akten", "max-keys=10"), passes},
        {who::stranger, reads("/akten", "max-keys=11"), is_refused},
        {who::stranger, reads("/akten"), is_refused}}},
      {"only writes that replace nothing",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*","Condition":{"Null":{"s3:if-none-match":"false"}}})",
       {{who::stranger, writes("/akten/ganz-neu", {{"If-None-Match", "*"}}), passes},
        {who::stranger, writes("/akten/noch-neuer"), is_refused}}},
      {"conditions only where an object is made",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"Bool":{"s3:ObjectCreationOperation":"false"}}},
          {"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*","Condition":{"Null":{"s3:if-none-match":"false"}}})",
       {{who::stranger, {.method = "POST", .path = "/akten/teile", .query = "uploads"}, passes},
        {who::stranger, writes("/akten/teile"), is_refused},
        {who::stranger, writes("/akten/teile", {{"If-None-Match", "*"}}), passes}}},
  };
  check(all, true);
}

TEST_CASE_METHOD(examples_world,
                 "AWS's examples of bucket policies: sources, versions, signatures") {
  const std::vector<example> all = {
      {"copies out of one folder",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":["s3:GetObject"],
           "Resource":"arn:aws:s3:::akten/*"},
          {"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":["s3:PutObject"],
           "Resource":"arn:aws:s3:::akten/*"},
          {"Effect":"Deny","Principal":{"AWS":"STRANGER"},"Action":"s3:PutObject",
           "Resource":"arn:aws:s3:::akten/*",
           "Condition":{"StringNotLike":{"s3:x-amz-copy-source":"akten/offen/*"}}})",
       {{who::stranger,
         {.method = "PUT",
          .path = "/akten/kopie",
          .headers = {{"x-amz-copy-source", "/akten/offen/a"}}},
         passes},
        {who::stranger,
         {.method = "PUT", .path = "/akten/kopie", .headers = {{"x-amz-copy-source", "akten/key"}}},
         is_refused},
        {who::stranger, writes("/akten/kopie"), is_refused}}},
      {"one version of an object",
       R"({"Effect":"Allow","Principal":{"AWS":"STRANGER"},"Action":["s3:GetObjectVersion"],
           "Resource":"arn:aws:s3:::akten/key"},
          {"Effect":"Deny","Principal":{"AWS":"STRANGER"},"Action":["s3:GetObjectVersion"],
           "Resource":"arn:aws:s3:::akten/key",
           "Condition":{"StringNotEquals":{"s3:VersionId":"AaaHbAQitwiL_h47_44lRO2DDfLlBO5e"}}})",
       {{who::stranger, reads("/akten/key", "versionId=null"), is_refused},
        {who::stranger, reads("/akten/key"), is_refused}}},
      {"no URLs that were signed long ago",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::akten/*",
           "Condition":{"NumericGreaterThan":{"s3:signatureAge":"600000"}}})",
       {{who::owner, reads("/akten/key"), passes}}},
      {"signatures in headers only",
       R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::akten/*",
           "Condition":{"StringNotEquals":{"s3:authType":"REST-HEADER"}}})",
       {{who::owner, reads("/akten/key"), passes}, {who::nobody, reads("/akten/key"), is_refused}}},
      {"nothing is deleted",
       R"({"Effect":"Deny","Principal":"*",
           "Action":["s3:DeleteObject","s3:DeleteObjectVersion","s3:PutLifecycleConfiguration"],
           "Resource":["arn:aws:s3:::akten","arn:aws:s3:::akten/*"]})",
       {{who::owner, deletes("/akten/key"), is_refused},
        {who::owner, deletes("/akten/key", "versionId=null"), is_refused},
        {who::owner, writes("/akten", {}, "lifecycle"), is_refused},
        {who::owner, writes("/akten/key"), passes}}},
  };
  check(all, true);
}

TEST_CASE_METHOD(examples_world, "AWS's examples of policies for users") {
  const std::vector<example> all = {
      {"one bucket",
       R"({"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"},
          {"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation"],
           "Resource":"arn:aws:s3:::akten"},
          {"Effect":"Allow","Action":["s3:PutObject","s3:PutObjectAcl","s3:GetObject",
           "s3:GetObjectAcl","s3:DeleteObject"],"Resource":"arn:aws:s3:::akten/*"})",
       {{who::ida, reads("/"), passes},
        {who::ida, reads("/akten"), passes},
        {who::ida, reads("/akten", "location"), passes},
        {who::ida, writes("/akten/neu"), passes},
        {who::ida, reads("/akten/key"), passes},
        {who::ida, reads("/akten/key", "acl"), passes},
        {who::ida, deletes("/akten/neu"), passes},
        {who::ida, reads("/andere/key"), is_refused},
        {who::ida, reads("/andere"), is_refused},
        {who::ida, deletes("/akten/key", "versionId=null"), is_refused},
        {who::ida, reads("/akten", "policy"), is_refused}}},
      {"a folder of one's own",
       R"({"Action":["s3:ListAllMyBuckets"],"Effect":"Allow","Resource":["arn:aws:s3:::*"]},
          {"Action":["s3:ListBucket"],"Effect":"Allow","Resource":["arn:aws:s3:::akten"],
           "Condition":{"StringEquals":{"s3:prefix":["","home/"],"s3:delimiter":["/"]}}},
          {"Action":["s3:ListBucket"],"Effect":"Allow","Resource":["arn:aws:s3:::akten"],
           "Condition":{"StringLike":{"s3:prefix":["home/${aws:username}/*"]}}},
          {"Action":["s3:*"],"Effect":"Allow",
           "Resource":["arn:aws:s3:::akten/home/${aws:username}/*"]})",
       {{who::ida, reads("/akten", "prefix=&delimiter=/"), passes},
        {who::ida, reads("/akten", "prefix=home/&delimiter=/"), passes},
        {who::ida, reads("/akten", "prefix=home/"), is_refused},
        {who::ida, reads("/akten", "prefix=home/ida/"), passes},
        {who::ida, reads("/akten", "prefix=home/max/"), is_refused},
        {who::ida, reads("/akten/home/ida/a"), passes},
        {who::ida, writes("/akten/home/ida/b"), passes},
        {who::ida, reads("/akten/home/max/a"), is_refused},
        {who::ida, writes("/akten/home/ida"), is_refused}}},
      {"a part of a bucket for everybody to read",
       R"({"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectVersion"],
           "Resource":"arn:aws:s3:::akten/offen/*"})",
       {{who::ida, reads("/akten/offen/a"), passes},
        {who::ida, reads("/akten/key"), is_refused},
        {who::ida, reads("/akten"), is_refused}}},
      {"a box to drop files into",
       R"({"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::akten/eingang/*"})",
       {{who::ida, writes("/akten/eingang/a"), passes},
        {who::ida, reads("/akten/eingang/a"), is_refused},
        {who::ida, writes("/akten/key"), is_refused}}},
      {"one's own account's buckets only",
       R"({"Effect":"Allow","Action":"s3:*","Resource":"*"},
          {"Effect":"Deny","Action":"s3:*","Resource":"*",
           "Condition":{"StringNotEquals":{"s3:ResourceAccount":["OWNER"]}}})",
       {{who::ida, reads("/akten/key"), passes}, {who::ida, writes("/andere/neu"), passes}}},
      {"another account's buckets only",
       R"({"Effect":"Allow","Action":"s3:*","Resource":"*"},
          {"Effect":"Deny","Action":"s3:*","Resource":"*",
           "Condition":{"StringNotEquals":{"s3:ResourceAccount":["STRANGER"]}}})",
       {{who::ida, reads("/akten/key"), is_refused}}},
      {"reading everything",
       R"({"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"})",
       {{who::ida, reads("/akten/key"), passes},
        {who::ida, reads("/andere"), passes},
        {who::ida, writes("/akten/key"), is_refused}}},
      {"until a day",
       R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*",
           "Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},
                        "DateLessThan":{"aws:CurrentTime":"2026-06-30T23:59:59Z"}}})",
       {{who::ida, reads("/akten/key"), is_refused}}},
      {"from a day on",
       R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*",
           "Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}})",
       {{who::ida, reads("/akten/key"), passes}}},
  };
  check(all, false);
}

}  // namespace aws_examples_test
