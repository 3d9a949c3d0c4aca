// Deleting. AWS: "Deleting object versions from a versioning-enabled bucket", "… from
// versioning-suspended buckets", "Conditional deletes".
#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

namespace {

bool meets(const condition& c, const version& v) {
  return !c.match || *c.match == "*" || (!v.marker && *c.match == v.etag);
}

}  // namespace

reference::removal reference::remove_one(const request& r, const named_version& which,
                                         const std::string& fresh, bucket& b) {
  const bool bypass = r.bypass && may(r.who, right::manage);
  if (which.version) {
    const found f = find(b, which.key, which.version);
    if (f.error == "InvalidArgument") return {f.error};
    removal gone;
    gone.id = *which.version;
    if (f.there == nullptr) return gone;  // deleting twice succeeds twice
    if (!meets(r.when, *f.there)) return {"PreconditionFailed"};
    if (f.there->lock.binds(now_, bypass)) return {"AccessDenied"};
    gone.marker = f.there->marker;
    b.remove(which.key, *which.version);
    return gone;
  }
  const version* newest = b.newest(which.key);
  if (r.when.match) {
    if (newest == nullptr || newest->marker) return {"NoSuchKey"};
    if (!meets(r.when, *newest)) return {"PreconditionFailed"};
  }
  if (b.state != versioning::enabled) {
    const version* replaced = b.named(which.key, "null");
    if (replaced != nullptr && replaced->lock.binds(now_, false)) return {"AccessDenied"};
  }
  if (b.state == versioning::never) {
    b.remove(which.key, "null");
    return {};
  }
  version marker;
  marker.id = fresh_version(b, fresh);
  marker.marker = true;
  marker.modified = now_;
  const std::string id = marker.id;
  b.add(which.key, std::move(marker));
  return {"", true, id};
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
answer reference::remove(const request& r, const answer& seen, bucket& b) {
  if (r.bypass && !b.lock) return failure("InvalidArgument");
  const removal gone = remove_one(r, {r.key, r.version}, seen.header("x-amz-version-id"), b);
  if (!gone.code.empty()) return failure(gone.code);
  answer a;
  a.status = 204;
  if (gone.marker) a.headers["x-amz-delete-marker"] = "true";
  if (!gone.id.empty()) a.headers["x-amz-version-id"] = gone.id;
  return a;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
answer reference::remove_many(const request& r, const answer& seen, bucket& b) {
  answer a;
  a.body.name = "DeleteResult";
  std::size_t shown = 0;
  for (const named_version& one : r.objects) {
    const std::string fresh = shown < seen.body.entries.size() ? [&] {
      const auto& f = seen.body.entries[shown].fields;
      const auto at = f.find("DeleteMarkerVersionId");
      return at == f.end() ? std::string() : at->second;
    }()
                                                               : std::string();
    removal gone{"AccessDenied"};
    if (may(r.who, right::remove)) gone = remove_one(r, one, fresh, b);
    document::entry e;
    e.fields["Key"] = one.key;
    if (one.version) e.fields["VersionId"] = *one.version;
    if (!gone.code.empty()) {
      e.name = "Error";
      // What cannot be a version id names no version.
      e.fields["Code"] = gone.code == "InvalidArgument" ? "NoSuchVersion" : gone.code;
      e.fields["Message"] = anything;
    } else {
      e.name = "Deleted";
      if (gone.marker) {
        e.fields["DeleteMarker"] = "true";
        e.fields["DeleteMarkerVersionId"] = gone.id;
      }
      if (r.quiet) continue;
    }
    ++shown;
    a.body.entries.push_back(std::move(e));
  }
  return a;
}

}  // namespace torhaus::model
