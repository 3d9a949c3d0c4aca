// CopyObject. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
#include "tests/model/rules/sources.hpp"

namespace torhaus::model {

// Where a copy comes from, or why it does not.
copy_origin find_source(std::map<std::string, bucket>& buckets, const request& r, sys_micros now) {
  const auto there = buckets.find(r.from.bucket);
  if (there == buckets.end()) return {nullptr, nullptr, "NoSuchBucket"};
  bucket& b = there->second;
  if (!may(r.who, right::read)) return {nullptr, nullptr, "AccessDenied"};
  const version* v = nullptr;
  if (!r.from.version) {
    v = b.newest(r.from.key);
    if (v == nullptr || v->marker) return {nullptr, nullptr, "NoSuchKey"};
  } else {
    if (!is_version_id(*r.from.version)) return {nullptr, nullptr, "InvalidArgument"};
    v = b.named(r.from.key, *r.from.version);
    if (v == nullptr) return {nullptr, nullptr, "NoSuchVersion"};
    if (v->marker) return {nullptr, nullptr, "InvalidRequest"};
  }
  if (!check_read(r.from.when, *v, now).empty()) return {nullptr, nullptr, "PreconditionFailed"};
  return {&b, v, ""};
}

void tell_source(answer& a, const copy_origin& from, const request& r) {
  const bool told = from.object->id != "null" || r.from.version;
  if (from.home->state == versioning::never || !told) return;
  a.headers["x-amz-copy-source-version-id"] = from.object->id;
}

answer reference::copy(const request& r, const answer& seen, bucket& b) {
  const copy_origin from = find_source(buckets, r, now_);
  if (from.object == nullptr) return failure(from.error);
  const bool itself = r.from.bucket == r.bucket && r.from.key == r.key && !r.from.version;
  const bool changes = r.replace_metadata || r.replace_tags || !r.algorithm.empty();
  if (itself && !changes) return failure("InvalidRequest");
  if (r.replace_tags && !r.tags.empty() && !may(r.who, right::write)) {
    return failure("AccessDenied");
  }
  const std::string refused = check_write(r, b, from.object->bytes.size());
  if (!refused.empty()) return failure(refused);
  version v = *from.object;
  answer a;
  tell_source(a, from, r);
  v.id = fresh_version(b, seen.header("x-amz-version-id"));
  if (r.replace_metadata) {
    v.content_type = r.content_type;
    v.metadata = r.metadata;
  }
  if (r.replace_tags) v.tags = r.tags;
  if (!r.algorithm.empty()) v.algorithm = r.algorithm;
  v.lock = lock_of(r, b);
  v.modified = now_;
  v.upload.clear();
  tell_version(a, b, v);
  a.body.name = "CopyObjectResult";
  a.body.fields["LastModified"] = iso(now_);
  a.body.fields["ETag"] = in_quotes(v.etag);
  a.body.fields["ChecksumType"] = "FULL_OBJECT";
  a.body.fields["Checksum" + v.algorithm] = checksum_of(v.algorithm, v.bytes);
  b.add(r.key, std::move(v));
  return a;
}

}  // namespace torhaus::model
