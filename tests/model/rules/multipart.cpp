// Multipart uploads. AWS: "Uploading and copying objects using multipart upload".
#include "storage/crypto/digest.hpp"
#include "tests/model/rules/sources.hpp"

namespace torhaus::model {

namespace {

// MD5 of the parts' MD5s, and their number.
std::string combined_etag(const std::vector<listed_part>& parts) {
  std::string all;
  for (const listed_part& p : parts) {
    const auto raw = storage::crypto::from_hex(p.etag);
    if (!raw) return "";
    all += *raw;
  }
  return etag_of(all) + "-" + std::to_string(parts.size());
}

std::string check_list(const std::vector<listed_part>& parts) {
  if (parts.empty()) return "MalformedXML";
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].number <= parts[i - 1].number) return "InvalidPartOrder";
  }
  return "";
}

// The object that the list makes; a missing part is told before one that is too small.
std::string join(const upload& u, const std::vector<listed_part>& list, std::size_t least,
                 version& into) {
  std::string small;
  for (const listed_part& p : list) {
    const auto known = u.parts.find(p.number);
    if (known == u.parts.end() || etag_of(known->second.bytes) != p.etag) return "InvalidPart";
    const std::size_t size = known->second.bytes.size();
    if (size < least && &p != &list.back()) small = "EntityTooSmall";
    into.bytes += known->second.bytes;
    into.parts.emplace_back(p.number, size);
  }
  return small;
}

std::int64_t part_bytes(const upload& u) {
  std::int64_t all = 0;
  for (const auto& [number, p] : u.parts) all += static_cast<std::int64_t>(p.bytes.size());
  return all;
}

}  // namespace

answer reference::create_upload(const request& r, const answer& seen, bucket& b) {
  if (!r.tags.empty() && !may(r.who, right::write)) return failure("AccessDenied");
  upload u;
  const std::string given = seen.text("UploadId");
  u.id = !given.empty() && ids_.insert(given).second ? given : unseen_id;
  u.key = r.key;
  u.initiator = static_cast<int>(r.who);
  u.initiated = now_;
  u.content_type = r.content_type;
  u.metadata = r.metadata;
  u.tags = r.tags;
  answer a;
  a.body.name = "InitiateMultipartUploadResult";
  a.body.fields = {{"Bucket", r.bucket}, {"Key", as_document_says(r.key)}, {"UploadId", u.id}};
  b.uploads.push_back(std::move(u));
  return a;
}

answer reference::upload_part(const request& r, bucket& b) {
  upload* u = b.find_upload(r.key, r.upload);
  if (*r.part_number < 1 || *r.part_number > 10'000) return failure("InvalidArgument");
  if (u == nullptr) return failure("NoSuchUpload");
  const auto before = u->parts.find(*r.part_number);
  const auto freed = before == u->parts.end() ? std::size_t{0} : before->second.bytes.size();
  const auto growth = static_cast<std::int64_t>(r.body.size()) - static_cast<std::int64_t>(freed);
  if (!room(b, "", 0, growth)) return failure("QuotaExceeded");
  if (r.cut) return failure("IncompleteBody");
  if (r.wrong_digest) return failure("BadDigest");
  u->parts[*r.part_number] = {r.body, now_};
  answer a;
  a.headers["ETag"] = in_quotes(etag_of(r.body));
  return a;
}

answer reference::copy_part(const request& r, bucket& b) {
  if (*r.part_number < 1 || *r.part_number > 10'000) return failure("InvalidArgument");
  if (b.find_upload(r.key, r.upload) == nullptr) return failure("NoSuchUpload");
  const copy_origin from = find_source(buckets, r, now_);
  if (from.object == nullptr) return failure(from.error);
  const std::string& all = from.object->bytes;
  request part = r;
  part.body = all;
  if (r.range) {
    if (*r.range->last < *r.range->first) return failure("InvalidArgument");
    if (*r.range->first >= all.size()) return failure("InvalidRequest");
    if (*r.range->last >= all.size()) return failure("InvalidArgument");
    part.body = all.substr(*r.range->first, *r.range->last - *r.range->first + 1);
  }
  answer a = upload_part(part, b);
  if (!a.code.empty()) return a;
  a.body.name = "CopyPartResult";
  a.body.fields = {{"ETag", a.header("ETag")}, {"LastModified", iso(now_)}};
  a.headers.clear();
  tell_source(a, from, r);
  return a;
}

answer reference::completed(const request& r, const bucket& b, const version& v) const {
  answer a;
  if (b.state == versioning::enabled) a.headers["x-amz-version-id"] = v.id;
  a.body.name = "CompleteMultipartUploadResult";
  a.body.fields = {{"Location", anything},
                   {"Bucket", b.name},
                   {"Key", as_document_says(r.key)},
                   {"ETag", in_quotes(v.etag)},
                   {"ChecksumCRC64NVME", checksum_of("CRC64NVME", v.bytes)},
                   {"ChecksumType", "FULL_OBJECT"}};
  return a;
}

answer reference::complete(const request& r, const answer& seen, bucket& b) {
  const upload* u = b.find_upload(r.key, r.upload);
  const std::string wrong = check_list(r.parts);
  // What is no list at all is told of an upload that is there only.
  if (wrong == "MalformedXML" && u == nullptr) return failure("NoSuchUpload");
  if (wrong == "MalformedXML") return failure(wrong);
  if (const auto refused = check_asking(r); !refused.empty()) return failure(refused);
  if (!wrong.empty()) return failure(wrong);
  if (u == nullptr) {
    // A client that did not hear of its success asks again.
    const version* v = b.newest(r.key);
    const bool before = v != nullptr && v->upload == r.upload && v->etag == combined_etag(r.parts);
    return before ? completed(r, b, *v) : failure("NoSuchUpload");
  }
  version v;
  const std::string refused = join(*u, r.parts, least_part_, v);
  if (!refused.empty()) return failure(refused);
  const version* newest = b.newest(r.key);
  const bool changed =
      (r.when.match || r.when.none_match) && newest != nullptr && newest->modified > u->initiated;
  if (changed && check_conditions_of(r, b).empty()) return failure("ConditionalRequestConflict");
  const std::string forbidden = check_write(r, b, v.bytes.size(), part_bytes(*u));
  if (!forbidden.empty()) return failure(forbidden);
  v.id = fresh_version(b, seen.header("x-amz-version-id"));
  v.etag = combined_etag(r.parts);
  v.content_type = u->content_type;
  v.metadata = u->metadata;
  v.tags = u->tags;
  v.lock = lock_of(request(), b);
  v.modified = now_;
  v.upload = u->id;
  b.uploads.erase(b.uploads.begin() + (u - b.uploads.data()));
  const answer a = completed(r, b, v);
  b.add(r.key, std::move(v));
  return a;
}

answer reference::abort(const request& r, bucket& b) {
  const upload* u = b.find_upload(r.key, r.upload);
  if (u == nullptr) return failure("NoSuchUpload");
  b.uploads.erase(b.uploads.begin() + (u - b.uploads.data()));
  answer a;
  a.status = 204;
  return a;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
answer reference::list_parts(const request& r, bucket& b) const {
  const upload* u = b.find_upload(r.key, r.upload);
  if (u == nullptr) return failure("NoSuchUpload");
  answer a;
  a.body.name = "ListPartsResult";
  const unsigned after = r.part_number.value_or(0);
  std::string last = "0";
  bool more = false;
  for (const auto& [number, p] : u->parts) {
    if (number <= after || r.page.max == 0) continue;
    if (a.body.entries.size() == r.page.max) {
      more = true;
      break;
    }
    last = std::to_string(number);
    a.body.entries.push_back({"Part",
                              {{"PartNumber", last},
                               {"LastModified", iso(p.modified)},
                               {"ETag", in_quotes(etag_of(p.bytes))},
                               {"Size", std::to_string(p.bytes.size())}}});
  }
  a.body.entries.push_back(
      {"Initiator",
       {{"ID", initiators.at(static_cast<caller>(u->initiator))}, {"DisplayName", anything}}});
  a.body.entries.push_back({"Owner", {{"ID", owner_id}, {"DisplayName", anything}}});
  a.body.fields = {{"Bucket", r.bucket},
                   {"Key", r.key},
                   {"UploadId", u->id},
                   {"PartNumberMarker", std::to_string(after)},
                   {"NextPartNumberMarker", last},
                   {"MaxParts", std::to_string(std::min<std::size_t>(r.page.max, 1000))},
                   {"IsTruncated", more ? "true" : "false"},
                   {"EncodingType", "url"},
                   {"StorageClass", "STANDARD"}};
  return a;
}

}  // namespace torhaus::model
