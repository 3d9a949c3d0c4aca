// From requests, as AWS's API reference shows them, to rows of the operations table.
#include "gateway/s3/routing.hpp"

#include <set>

#include "gateway/s3/resource_target.hpp"
#include "tests/support/catch.hpp"

namespace routing_test {

using namespace torhaus;
using namespace torhaus::gateway;
using namespace torhaus::gateway::s3;

namespace {

// The operation's name, or the error's code.
std::string routed(const std::string& method, const std::string& target,
                   const std::vector<http::header>& headers = {}) {
  http::request call;
  call.method = method;
  call.target = target;
  call.headers = headers;
  const std::size_t question = target.find('?');
  call.path = std::string_view(call.target).substr(0, question);
  if (question != std::string::npos)
    call.query = std::string_view(call.target).substr(question + 1);
  const auto where = names_resource(call, {})
                         ? parse_resource_target(call.path, call.query)
                         : parse_target("127.0.0.1", call.path, call.query, {});
  if (!where) return std::string(code_of(where.error().code()));
  const auto row = find_operation(call, *where);
  if (!row) return std::string(code_of(row.error().code()));
  return std::string((*row)->name);
}

// A request as the row describes it.
std::string target_of(const operation& row) {
  std::string target = row.where == scope::service    ? "/"
                       : row.where == scope::bucket   ? "/bucket"
                       : row.where == scope::resource ? "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Ab"
                                                      : "/bucket/key";
  char separator = '?';
  std::string_view spec = row.sub_resource;
  while (!spec.empty()) {
    const std::size_t end = spec.find('&');
    target += separator;
    target += spec.substr(0, end);
    // All but the first are values ("partNumber&uploadId"), and so is what stands alone as one.
    const bool value = spec.substr(0, end) == "uploadId" || separator == '&';
    if (value) target += "=x";
    separator = '&';
    spec = end == std::string_view::npos ? std::string_view() : spec.substr(end + 1);
  }
  return target;
}

const std::vector<http::header> copy_source = {{"x-amz-copy-source", "/bucket/key"}};

}  // namespace

TEST_CASE("requests of the API reference reach their operations") {
  struct row {
    const char* method;
    const char* target;
    const char* operation;
  };
  // API reference, "Request Syntax" of each operation.
  const row rows[] = {
      {"GET", "/", "ListBuckets"},
      {"GET", "/?bucket-region=eu&continuation-token=t&max-buckets=5&prefix=p", "ListBuckets"},
      {"PUT", "/bucket", "CreateBucket"},
      {"PUT", "/bucket/", "CreateBucket"},
      {"HEAD", "/bucket", "HeadBucket"},
      {"DELETE", "/bucket", "DeleteBucket"},
      {"GET", "/bucket?location", "GetBucketLocation"},
      {"GET", "/bucket?versioning", "GetBucketVersioning"},
      {"PUT", "/bucket?versioning", "PutBucketVersioning"},
      {"GET", "/bucket?acl", "GetBucketAcl"},
      {"PUT", "/bucket?acl", "PutBucketAcl"},
      {"GET", "/bucket?policy", "GetBucketPolicy"},
      {"GET", "/bucket?policyStatus", "GetBucketPolicyStatus"},
      {"GET", "/bucket?object-lock", "GetObjectLockConfiguration"},
      {"GET", "/bucket?inventory&id=a", "GetBucketInventoryConfiguration"},
      {"GET", "/bucket?inventory&continuation-token=t", "ListBucketInventoryConfigurations"},
      {"GET", "/bucket?analytics&id=a", "GetBucketAnalyticsConfiguration"},
      {"PUT", "/bucket?metrics&id=a", "PutBucketMetricsConfiguration"},
      {"GET", "/bucket?list-type=2", "ListObjectsV2"},
      {"GET", "/bucket/?list-type=2&delimiter=%2F&prefix=a&fetch-owner=true", "ListObjectsV2"},
      {"GET", "/bucket", "ListObjects"},
      {"GET", "/bucket?delimiter=%2F&encoding-type=url&marker=m&max-keys=3&prefix=p",
       "ListObjects"},
      {"GET", "/bucket?list-type=1", "ListObjects"},
      {"GET", "/bucket?list-type", "ListObjects"},
      {"GET", "/bucket?versions&key-marker=k&version-id-marker=v", "ListObjectVersions"},
      {"GET", "/bucket?uploads&prefix=p&max-uploads=1", "ListMultipartUploads"},
      {"POST", "/bucket?delete", "DeleteObjects"},
      {"POST", "/bucket/?delete=", "DeleteObjects"},
      {"POST", "/bucket", "PostObject"},
      {"GET", "/bucket/key", "GetObject"},
      {"GET", "/bucket/key?partNumber=1&versionId=v&response-expires=x", "GetObject"},
      {"HEAD", "/bucket/key?versionId=v", "HeadObject"},
      {"PUT", "/bucket/key", "PutObject"},
      {"DELETE", "/bucket/key?versionId=v", "DeleteObject"},
      {"GET", "/bucket/key?acl", "GetObjectAcl"},
      {"GET", "/bucket/key?acl&versionId=v", "GetObjectAcl"},
      {"GET", "/bucket/key?attributes", "GetObjectAttributes"},
      {"GET", "/bucket/key?tagging", "GetObjectTagging"},
      {"PUT", "/bucket/key?tagging", "PutObjectTagging"},
      {"DELETE", "/bucket/key?tagging&versionId=v", "DeleteObjectTagging"},
      {"GET", "/bucket/key?torrent", "GetObjectTorrent"},
      {"PUT", "/bucket/key?legal-hold", "PutObjectLegalHold"},
      {"PUT", "/bucket/key?retention", "PutObjectRetention"},
      {"POST", "/bucket/key?restore&versionId=v", "RestoreObject"},
      {"POST", "/bucket/key?select&select-type=2", "SelectObjectContent"},
      {"PUT", "/bucket/key?renameObject", "RenameObject"},
      {"GET", "/bucket/key?annotation&annotationName=a", "GetObjectAnnotation"},
      {"GET", "/bucket/key?annotation", "ListObjectAnnotations"},
      {"PUT", "/bucket/key?annotation&annotationName=a", "PutObjectAnnotation"},
      {"DELETE", "/bucket/key?annotation&annotationName=a", "DeleteObjectAnnotation"},
      {"POST", "/bucket/key?uploads", "CreateMultipartUpload"},
      {"PUT", "/bucket/key?partNumber=1&uploadId=u", "UploadPart"},
      {"PUT", "/bucket/key?uploadId=u&partNumber=1", "UploadPart"},
      {"POST", "/bucket/key?uploadId=u", "CompleteMultipartUpload"},
      {"DELETE", "/bucket/key?uploadId=u", "AbortMultipartUpload"},
      {"GET", "/bucket/key?max-parts=1&part-number-marker=2&uploadId=u", "ListParts"},
  };
  for (const row& r : rows) {
    INFO(r.method << " " << r.target);
    CHECK(routed(r.method, r.target) == r.operation);
  }
}

TEST_CASE("x-amz-copy-source makes copies of puts") {
  CHECK(routed("PUT", "/bucket/key", copy_source) == "CopyObject");
  CHECK(routed("PUT", "/bucket/key", {{"X-Amz-Copy-Source", ""}}) == "CopyObject");
  CHECK(routed("PUT", "/bucket/key?partNumber=1&uploadId=u", copy_source) == "UploadPartCopy");
  CHECK(routed("PUT", "/bucket/key?tagging", copy_source) == "PutObjectTagging");
  CHECK(routed("GET", "/bucket/key", copy_source) == "GetObject");
}

TEST_CASE("query keys that are no sub-resource are ignored") {
  for (const char* extra : {"x-id=PutObject", "x-amz-foo", "X-Amz-Signature=abc", "foo=bar",
                            "_=1234567", "AWSAccessKeyId=x", "prefix="}) {
    INFO(extra);
    const std::string query = std::string("?") + extra;
    CHECK(routed("PUT", "/bucket/key" + query) == "PutObject");
    CHECK(routed("GET", "/bucket/key" + query) == "GetObject");
    CHECK(routed("DELETE", "/bucket/key" + query) == "DeleteObject");
    CHECK(routed("GET", "/bucket" + query) == "ListObjects");
    CHECK(routed("GET", "/bucket?list-type=2&" + std::string(extra)) == "ListObjectsV2");
  }
}

TEST_CASE("what is written makes a version of its own, and names none") {
  for (const char* version : {"versionId=", "versionId=null", "versionId=v"}) {
    INFO(version);
    const std::string key = "/bucket/key?" + std::string(version);
    const std::string upload = key + "&uploadId=u";
    CHECK(routed("PUT", key) == "InvalidArgument");
    CHECK(routed("PUT", key, copy_source) == "InvalidArgument");
    CHECK(routed("POST", key + "&uploads") == "InvalidArgument");
    CHECK(routed("PUT", upload + "&partNumber=1") == "InvalidArgument");
    CHECK(routed("PUT", upload + "&partNumber=1", copy_source) == "InvalidArgument");
    CHECK(routed("POST", upload) == "InvalidArgument");
    CHECK(routed("DELETE", upload) == "AbortMultipartUpload");
    CHECK(routed("PUT", key + "&tagging") == "PutObjectTagging");
  }
}

TEST_CASE("a sub-resource that no row is about never becomes another operation") {
  // Known to S3, but not on objects.
  CHECK(routed("GET", "/bucket/key?lifecycle") == "NotImplemented");
  CHECK(routed("PUT", "/bucket/key?policy") == "NotImplemented");
  CHECK(routed("DELETE", "/bucket/key?versioning") == "NotImplemented");
  CHECK(routed("GET", "/bucket?torrent") == "NotImplemented");
  CHECK(routed("DELETE", "/bucket?restore") == "NotImplemented");
  CHECK(routed("GET", "/?acl") == "NotImplemented");
  // Nobody has heard of it: a name alone is how S3 spells sub-resources.
  CHECK(routed("PUT", "/bucket/key?shinyNewThing") == "NotImplemented");
  CHECK(routed("DELETE", "/bucket/key?shinyNewThing=") == "NotImplemented");
  CHECK(routed("POST", "/bucket?shinyNewThing") == "NotImplemented");
  CHECK(routed("GET", "/bucket?shinyNewThing") == "NotImplemented");
  CHECK(routed("DELETE", "/bucket?shinyNewThing") == "NotImplemented");
}

TEST_CASE("reading an object ignores a bare parameter, which browsers use against caches") {
  CHECK(routed("GET", "/bucket/logo.png?20261123") == "GetObject");
  CHECK(routed("HEAD", "/bucket/logo.png?v") == "HeadObject");
}

TEST_CASE("a known sub-resource with another method is MethodNotAllowed") {
  CHECK(routed("POST", "/bucket?acl") == "MethodNotAllowed");
  CHECK(routed("DELETE", "/bucket?versioning") == "MethodNotAllowed");
  CHECK(routed("HEAD", "/bucket/key?tagging") == "MethodNotAllowed");
  CHECK(routed("POST", "/bucket/key") == "MethodNotAllowed");
  CHECK(routed("PATCH", "/bucket/key") == "MethodNotAllowed");
  CHECK(routed("DELETE", "/") == "MethodNotAllowed");
  CHECK(routed("put", "/bucket/key") == "MethodNotAllowed");
}

TEST_CASE("a refused method is answered with those that are allowed") {
  const auto allowed = [](std::string_view path, std::string_view query) {
    return allowed_methods(*parse_target("127.0.0.1", path, query, {}));
  };
  CHECK(allowed("/bucket/key", "") == "GET, HEAD, PUT, DELETE");
  CHECK(allowed("/bucket", "") == "GET, HEAD, PUT, POST, DELETE");
  CHECK(allowed("/bucket", "acl") == "GET, PUT");
  CHECK(allowed("/", "") == "GET");
}

TEST_CASE("half of an UploadPart is not an upload of the object") {
  CHECK(routed("PUT", "/bucket/key?partNumber=1") == "InvalidArgument");
  CHECK(routed("PUT", "/bucket/key?uploadId=u") == "MethodNotAllowed");
  CHECK(routed("PUT", "/bucket/key?partNumber=1", copy_source) == "InvalidArgument");
}

TEST_CASE("a list that buckets have is not asked of a key") {
  CHECK(routed("GET", "/bucket/key?uploads") == "InvalidRequest");
  CHECK(routed("GET", "/bucket/key?versions") == "InvalidRequest");
}

TEST_CASE("two sub-resources at once are refused") {
  CHECK(routed("GET", "/bucket?acl&policy") == "InvalidArgument");
  CHECK(routed("DELETE", "/bucket/key?tagging&uploadId=u") == "InvalidArgument");
  CHECK(routed("PUT", "/bucket/key?acl&tagging") == "InvalidArgument");
}

TEST_CASE("every row can be reached and none stands in the shadow of another") {
  for (const operation& row : operations()) {
    std::vector<http::header> headers;
    if (!row.header.empty()) headers.push_back({row.header, "/bucket/key"});
    INFO(row.name);
    CHECK(routed(std::string(row.method), target_of(row), headers) == row.name);
  }
}

TEST_CASE("names of operations are unique") {
  std::set<std::string_view> names;
  for (const operation& row : operations()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
  }
}

TEST_CASE("every sub-resource of the table is known to be one") {
  for (const operation& row : operations()) {
    const std::string_view first = row.sub_resource.substr(0, row.sub_resource.find('&'));
    if (first.empty() || first == "list-type=2" || first == "partNumber") continue;
    INFO(row.name);
    CHECK(names_sub_resource(first));
  }
}

TEST_CASE("a version that is named is guarded by the action for versions") {
  const auto action = [](std::string_view name, std::string_view query) {
    const auto where = parse_target("127.0.0.1", "/bucket/key", query, {});
    for (const operation& row : operations()) {
      if (row.name == name) return std::string(action_of(row, *where));
    }
    return std::string();
  };
  CHECK(action("GetObject", "") == "s3:GetObject");
  CHECK(action("GetObject", "versionId=null") == "s3:GetObjectVersion");
  CHECK(action("HeadObject", "versionId=") == "s3:GetObjectVersion");
  CHECK(action("DeleteObject", "versionId=v") == "s3:DeleteObjectVersion");
  CHECK(action("GetObjectAcl", "versionId=v") == "s3:GetObjectVersionAcl");
  CHECK(action("PutObject", "versionId=v") == "s3:PutObject");
}

}  // namespace routing_test
