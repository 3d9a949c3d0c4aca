// The way of every request, and putting and reading objects.
#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

namespace {

right right_of(verb v) {
  switch (v) {
    case verb::head_bucket:
    case verb::get_versioning:
    case verb::get_lock_configuration:
    case verb::list_v1:
    case verb::list_v2:
    case verb::list_versions:
      return right::see;
    case verb::get:
    case verb::head:
    case verb::get_tags:
    case verb::get_retention:
    case verb::get_hold:
      return right::read;
    case verb::put:
    case verb::copy:
    case verb::create_upload:
    case verb::upload_part:
    case verb::copy_part:
    case verb::complete:
    case verb::abort:
      return right::deposit;
    case verb::put_tags:
    case verb::delete_tags:
    case verb::list_parts:
    case verb::list_uploads:
      return right::write;
    case verb::remove:
      return right::remove;
    default:
      return right::manage;
  }
}

// AWS: "Multipart upload and permissions": who began an upload may list its parts and abort it.
bool began_it(const request& r, bucket& b) {
  if (r.what != verb::list_parts && r.what != verb::abort) return false;
  const upload* u = b.find_upload(r.key, r.upload);
  return r.who != caller::anonymous && u != nullptr && u->initiator == static_cast<int>(r.who);
}

// The part of an object that is asked for: first and behind the last byte.
struct slice {
  std::size_t from = 0;
  std::size_t to = 0;
  bool partial = false;
  std::string error = {};
};

slice whole(const version& v) { return {0, v.bytes.size()}; }

slice slice_of(const range& asked, const version& v) {
  const std::size_t size = v.bytes.size();
  slice s = whole(v);
  s.partial = true;
  // The last bytes of nothing are nothing, and are sent (gateway/s3/README.md).
  if (!asked.first && *asked.last > 0 && size == 0) return whole(v);
  if (!asked.first) {
    const std::uint64_t length = std::min<std::uint64_t>(*asked.last, size);
    if (length == 0) s.error = "InvalidRange";
    s.from = size - length;
    return s;
  }
  if (asked.last && *asked.last < *asked.first) return whole(v);  // is no range
  if (*asked.first >= size) {
    s.error = "InvalidRange";
    return s;
  }
  s.from = *asked.first;
  if (asked.last) s.to = std::min<std::uint64_t>(*asked.last, size - 1) + 1;
  return s;
}

// Parts are counted, whatever numbers the upload gave them.
slice part_of(unsigned place, const version& v) {
  slice s = whole(v);
  if (v.parts.empty()) {
    if (place != 1) s.error = "InvalidPartNumber";
    s.partial = !v.bytes.empty();
    return s;
  }
  std::size_t at = 0;
  for (const auto& [number, size] : v.parts) {
    if (--place == 0) return {at, at + size, size > 0};
    at += size;
  }
  s.error = "InvalidPartNumber";
  return s;
}

void describe(answer& a, const version& v) {
  a.headers["ETag"] = in_quotes(v.etag);
  a.headers["Last-Modified"] = http_time(v.modified);
  a.headers["Content-Type"] = v.content_type.empty() ? "binary/octet-stream" : v.content_type;
  for (const auto& [name, value] : v.metadata) a.headers["x-amz-meta-" + name] = value;
  if (!v.tags.empty()) a.headers["x-amz-tagging-count"] = std::to_string(v.tags.size());
}

}  // namespace

answer reference::apply(const request& r, const answer& seen, sys_micros now) {
  now_ = now;
  answer a = dispatch(r, seen);
  const bool head = r.what == verb::head || r.what == verb::head_bucket;
  if (head) a.code.clear();
  return a;
}

answer reference::dispatch(const request& r, const answer& seen) {
  if (r.what == verb::list_buckets) return list_buckets(r);
  if (r.what == verb::create_bucket) return create_bucket(r);
  const auto there = buckets.find(r.bucket);
  if (there == buckets.end()) return failure("NoSuchBucket");
  bucket& b = there->second;
  // Each of the keys of DeleteObjects is decided by itself.
  const bool allowed =
      r.what == verb::remove_many || may(r.who, right_of(r.what)) || began_it(r, b);
  if (!allowed) return failure("AccessDenied");
  switch (r.what) {
    case verb::head_bucket:
      return {};
    case verb::delete_bucket:
      return delete_bucket(r);
    case verb::get_versioning:
      return get_versioning(b);
    case verb::put_versioning:
      return put_versioning(r, b);
    case verb::get_lock_configuration:
      return get_lock_configuration(b);
    case verb::put_lock_configuration:
      return put_lock_configuration(r, b);
    case verb::put:
      return put(r, seen, b);
    case verb::get:
    case verb::head:
      return read(r, b);
    case verb::copy:
      return copy(r, seen, b);
    case verb::remove:
      return remove(r, seen, b);
    case verb::remove_many:
      return remove_many(r, seen, b);
    case verb::get_tags:
      return get_tags(r, b);
    case verb::put_tags:
    case verb::delete_tags:
      return put_tags(r, b);
    case verb::get_retention:
      return get_retention(r, b);
    case verb::put_retention:
      return put_retention(r, b);
    case verb::get_hold:
      return get_hold(r, b);
    case verb::put_hold:
      return put_hold(r, b);
    case verb::create_upload:
      return create_upload(r, seen, b);
    case verb::upload_part:
      return upload_part(r, b);
    case verb::copy_part:
      return copy_part(r, b);
    case verb::complete:
      return complete(r, seen, b);
    case verb::abort:
      return abort(r, b);
    case verb::list_parts:
      return list_parts(r, b);
    case verb::list_uploads:
      return list_uploads(r, b);
    case verb::list_versions:
      return list_versions(r, b);
    default:
      return list_objects(r, b);
  }
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
answer reference::put(const request& r, const answer& seen, bucket& b) {
  // AWS: s3:PutObjectTagging "to successfully set the tag-set with your PutObject request".
  if (!r.tags.empty() && !may(r.who, right::write)) return failure("AccessDenied");
  const bool locks = r.lock.mode != lock_mode::none || r.lock.hold;
  if (r.lock.mode != lock_mode::none && r.lock.until <= now_) return failure("InvalidArgument");
  if (locks && !may(r.who, right::manage)) return failure("AccessDenied");
  if (locks && !b.lock) return failure("InvalidRequest");
  if (const auto refused = check_asking(r); !refused.empty()) return failure(refused);
  if (!room(b, r.key, 1, static_cast<std::int64_t>(r.body.size()))) {
    return failure("QuotaExceeded");
  }
  if (r.cut) return failure("IncompleteBody");
  if (r.wrong_digest || r.wrong_checksum) return failure("BadDigest");
  const std::string refused = check_write(r, b, r.body.size());
  if (!refused.empty()) return failure(refused);
  version v;
  v.id = fresh_version(b, seen.header("x-amz-version-id"));
  v.bytes = r.body;
  v.etag = etag_of(r.body);
  if (!r.algorithm.empty()) v.algorithm = r.algorithm;
  v.content_type = r.content_type;
  v.metadata = r.metadata;
  v.tags = r.tags;
  v.lock = lock_of(r, b);
  v.modified = now_;
  answer a;
  a.headers["ETag"] = in_quotes(v.etag);
  a.headers[checksum_header_of(v.algorithm)] = checksum_of(v.algorithm, r.body);
  a.headers["x-amz-checksum-type"] = "FULL_OBJECT";
  if (b.state == versioning::enabled) a.headers["x-amz-version-id"] = v.id;
  b.add(r.key, std::move(v));
  return a;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, …/API_HeadObject.html
answer reference::read(const request& r, bucket& b) {
  const found f = find(b, r.key, r.version);
  if (f.there == nullptr) return missing(r, f.error);
  const version& v = *f.there;
  if (v.marker) return marker_answer(r, v);
  const std::string state = check_read(r.when, v, now_);
  if (state == "failed") return missing(r, "PreconditionFailed");
  answer a;
  if (state == "not modified") {
    a.status = 304;
    a.headers["ETag"] = in_quotes(v.etag);
    return a;
  }
  if (r.part_number && r.range) return missing(r, "InvalidRequest");
  slice s = whole(v);
  if (r.part_number) s = part_of(*r.part_number, v);
  if (r.range) s = slice_of(*r.range, v);
  if (!s.error.empty()) {
    a = missing(r, s.error);
    if (s.error == "InvalidRange") {
      a.headers["Content-Range"] = "bytes */" + std::to_string(v.bytes.size());
    }
    return a;
  }
  a.status = s.partial ? 206 : 200;
  describe(a, v);
  tell_version(a, b, v);
  if (s.partial) {
    a.headers["Content-Range"] = "bytes " + std::to_string(s.from) + "-" +
                                 std::to_string(s.to - 1) + "/" + std::to_string(v.bytes.size());
  }
  if (r.part_number && !v.parts.empty()) {
    a.headers["x-amz-mp-parts-count"] = std::to_string(v.parts.size());
  }
  // It is of the whole object, and told beside all of its bytes only.
  if (r.tell_checksum && s.to - s.from == v.bytes.size()) {
    a.headers[checksum_header_of(v.algorithm)] = checksum_of(v.algorithm, v.bytes);
    a.headers["x-amz-checksum-type"] = "FULL_OBJECT";
  }
  if (v.lock.mode != lock_mode::none) {
    a.headers["x-amz-object-lock-mode"] =
        v.lock.mode == lock_mode::governance ? "GOVERNANCE" : "COMPLIANCE";
    a.headers["x-amz-object-lock-retain-until-date"] = exact(v.lock.until);
  }
  if (v.lock.hold) a.headers["x-amz-object-lock-legal-hold"] = *v.lock.hold ? "ON" : "OFF";
  if (r.what == verb::head) {
    a.headers["Content-Length"] = std::to_string(s.to - s.from);
  } else {
    a.bytes = v.bytes.substr(s.from, s.to - s.from);
  }
  return a;
}

}  // namespace torhaus::model
