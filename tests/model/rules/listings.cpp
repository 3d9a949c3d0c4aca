// Listings, computed by going through everything.
// AWS: "Organizing objects using prefixes", ListObjects, ListObjectsV2, ListObjectVersions,
// ListMultipartUploads.
#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

namespace {

constexpr std::size_t most = 1000;

std::string common_prefix(const std::string& key, const page_request& p) {
  if (p.delimiter.empty()) return "";
  const std::size_t at = key.find(p.delimiter, p.prefix.size());
  return at == std::string::npos ? "" : key.substr(0, at + p.delimiter.size());
}

// One page of lines in order; rows that roll up into one prefix are one line.
struct page {
  std::vector<document::entry> lines = {};
  std::vector<document::entry> prefixes = {};
  std::string last = {};     // the last line's key or prefix
  std::string last_id = {};  // and its id; empty behind a prefix
  bool truncated = false;

  // False when the page is full.
  bool take(const std::string& name, const std::string& id, std::size_t max) {
    truncated = lines.size() + prefixes.size() == max;
    if (truncated) return false;
    last = name;
    last_id = id;
    return true;
  }
  void finish(answer& a, const page_request& p) const {
    a.body.entries = lines;
    a.body.entries.insert(a.body.entries.end(), prefixes.begin(), prefixes.end());
    a.body.fields["IsTruncated"] = truncated ? "true" : "false";
    if (!p.delimiter.empty()) a.body.fields["Delimiter"] = p.delimiter;
    a.body.fields["EncodingType"] = "url";
  }
};

// Adds the row, or the prefix that it rolls up into, unless that is there already. False when the
// page is full.
bool add(page& out, const page_request& p, const std::string& key, const std::string& id,
         document::entry row) {
  const std::string common = common_prefix(key, p);
  const std::size_t max = std::min(p.max, most);
  if (common.empty()) {
    if (!out.take(key, id, max)) return false;
    out.lines.push_back(std::move(row));
    return true;
  }
  if (!out.prefixes.empty() && out.prefixes.back().fields.at("Prefix") == common) return true;
  if (!out.take(common, "", max)) return false;
  out.prefixes.push_back({"CommonPrefixes", {{"Prefix", common}}});
  return true;
}

// What sorts behind the marker: of a key that rolls up its prefix counts.
bool behind(const std::string& key, const page_request& p, const std::string& marker) {
  if (marker.empty()) return true;
  const std::string common = common_prefix(key, p);
  return (common.empty() ? key : common) > marker;
}

document::entry describe(const char* element, const std::string& key, const version& v) {
  document::entry e{element, {{"Key", key}, {"LastModified", iso(v.modified)}}};
  if (v.marker) return e;
  e.fields["ETag"] = in_quotes(v.etag);
  e.fields["Size"] = std::to_string(v.bytes.size());
  e.fields["StorageClass"] = "STANDARD";
  e.fields["ChecksumAlgorithm"] = v.algorithm;
  e.fields["ChecksumType"] = "FULL_OBJECT";
  return e;
}

void tell_owner(document::entry& e, const std::string& id) {
  e.fields["Owner/ID"] = id;
  e.fields["Owner/DisplayName"] = anything;
}

page objects_of(const bucket& b, const request& r, const std::string& owner) {
  const page_request& p = r.page;
  page out;
  if (p.max == 0) return out;
  const std::string& marker = r.what == verb::list_v1 ? p.marker : p.after;
  for (const auto& [key, versions] : b.keys) {
    if (versions.front().marker || !key.starts_with(p.prefix)) continue;
    if (!behind(key, p, marker)) continue;
    // AWS: start-after is about keys.
    if (p.token.empty() && !p.start_after.empty() && key <= p.start_after) continue;
    document::entry e = describe("Contents", key, versions.front());
    if (r.what == verb::list_v1) tell_owner(e, owner);
    if (!add(out, p, key, "", std::move(e))) break;
  }
  return out;
}

}  // namespace

answer reference::list_objects(const request& r, const bucket& b) const {
  const page_request& p = r.page;
  const page out = objects_of(b, r, owner_id);
  answer a;
  a.body.name = "ListBucketResult";
  out.finish(a, p);
  auto& f = a.body.fields;
  f["Name"] = b.name;
  f["Prefix"] = p.prefix;
  f["MaxKeys"] = std::to_string(std::min(p.max, most));
  if (r.what == verb::list_v1) {
    f["Marker"] = p.marker;
    // AWS: "This element is returned only if you have the delimiter request parameter specified."
    if (out.truncated && !p.delimiter.empty()) f["NextMarker"] = out.last;
    return a;
  }
  f["KeyCount"] = std::to_string(a.body.entries.size());
  if (!p.token.empty()) f["ContinuationToken"] = p.token;
  if (p.token.empty() && !p.start_after.empty()) f["StartAfter"] = p.start_after;
  if (out.truncated) f["NextContinuationToken"] = anything;
  return a;
}

// Newest version first within a key.
answer reference::list_versions(const request& r, const bucket& b) const {
  const page_request& p = r.page;
  if (p.within && p.marker.empty()) return failure("InvalidArgument");
  const bool inside = p.within && common_prefix(p.marker, p).empty();
  if (inside && !is_version_id(*p.within)) return failure("InvalidArgument");
  page out;
  for (const auto& [key, versions] : b.keys) {
    if (p.max == 0 || out.truncated) break;
    if (!key.starts_with(p.prefix)) continue;
    bool reached = !(inside && key == p.marker);
    if (reached && !behind(key, p, p.marker)) continue;
    for (const version& v : versions) {
      if (!reached) {
        reached = v.id == *p.within;
        continue;
      }
      document::entry e = describe(v.marker ? "DeleteMarker" : "Version", key, v);
      e.fields["VersionId"] = v.id;
      e.fields["IsLatest"] = &v == &versions.front() ? "true" : "false";
      tell_owner(e, owner_id);
      if (!add(out, p, key, v.id, std::move(e))) break;
    }
  }
  answer a;
  a.body.name = "ListVersionsResult";
  out.finish(a, p);
  auto& f = a.body.fields;
  f["Name"] = b.name;
  f["Prefix"] = p.prefix;
  f["MaxKeys"] = std::to_string(std::min(p.max, most));
  f["KeyMarker"] = p.marker;
  f["VersionIdMarker"] = p.within.value_or("");
  if (out.truncated) {
    f["NextKeyMarker"] = out.last;
    if (!out.last_id.empty()) f["NextVersionIdMarker"] = out.last_id;
  }
  return a;
}

// By key, then by their beginning.
answer reference::list_uploads(const request& r, const bucket& b) const {
  const page_request& p = r.page;
  std::multimap<std::pair<std::string, sys_micros>, const upload*> all;
  for (const upload& u : b.uploads) all.emplace(std::pair(u.key, u.initiated), &u);
  const bool inside = !p.marker.empty() && p.within && common_prefix(p.marker, p).empty();
  bool reached = false;
  page out;
  std::pair<std::string, std::string> last_upload;  // of what is shown
  for (const auto& [key, u] : all) {
    if (p.max == 0) break;
    if (!u->key.starts_with(p.prefix)) continue;
    if (inside && u->key == p.marker && !reached) {
      reached = u->id == *p.within;
      continue;
    }
    if (!(inside && u->key == p.marker) && !behind(u->key, p, p.marker)) continue;
    document::entry e{"Upload",
                      {{"Key", u->key},
                       {"UploadId", u->id},
                       {"Initiator/ID", initiators.at(static_cast<caller>(u->initiator))},
                       {"Initiator/DisplayName", anything},
                       {"StorageClass", "STANDARD"},
                       {"Initiated", iso(u->initiated)}}};
    tell_owner(e, owner_id);
    if (!add(out, p, u->key, u->id, std::move(e))) break;
    if (common_prefix(u->key, p).empty()) last_upload = {u->key, u->id};
  }
  answer a;
  a.body.name = "ListMultipartUploadsResult";
  out.finish(a, p);
  auto& f = a.body.fields;
  f["Bucket"] = b.name;
  f["MaxUploads"] = std::to_string(std::min(p.max, most));
  f["KeyMarker"] = p.marker;
  f["UploadIdMarker"] = p.marker.empty() ? "" : p.within.value_or("");
  if (!p.prefix.empty()) f["Prefix"] = p.prefix;
  f["NextKeyMarker"] = out.truncated ? out.last : last_upload.first;
  f["NextUploadIdMarker"] = out.truncated ? out.last_id : last_upload.second;
  return a;
}

}  // namespace torhaus::model
