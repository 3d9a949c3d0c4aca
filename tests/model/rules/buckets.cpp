// Buckets and their settings.
#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

answer reference::create_bucket(const request& r) {
  if (buckets.contains(r.bucket)) return failure("BucketAlreadyOwnedByYou");
  bucket b;
  b.name = r.bucket;
  b.lock = r.state == versioning::suspended;  // the request's way to ask for it
  if (b.lock) b.state = versioning::enabled;
  buckets.emplace(r.bucket, std::move(b));
  answer a;
  a.headers["Location"] = "/" + r.bucket;
  return a;
}

// AWS: unfinished uploads do not count, and go with their bucket.
answer reference::delete_bucket(const request& r) {
  if (!buckets.at(r.bucket).keys.empty()) return failure("BucketNotEmpty");
  buckets.erase(r.bucket);
  answer a;
  a.status = 204;
  return a;
}

// With a prefix, so that other sequences' buckets are none of its business.
answer reference::list_buckets(const request& r) const {
  if (r.who == caller::anonymous) return failure("AccessDenied");
  answer a;
  a.body.name = "ListAllMyBucketsResult";
  a.body.entries.push_back({"Owner", {{"ID", anything}, {"DisplayName", anything}}});
  document::entry all{"Buckets", {}};
  std::string names;
  // Who has no role sees nothing.
  for (const auto& [name, b] : buckets) {
    if (r.who == caller::stranger) break;
    names += (names.empty() ? "" : "\n") + name;
  }
  a.body.fields["Prefix"] = r.page.prefix;
  if (names.empty()) {
    a.body.fields["Buckets"] = "";
  } else {
    all.fields["Bucket/Name"] = names;
    all.fields["Bucket/CreationDate"] = anything;
    all.fields["Bucket/BucketRegion"] = anything;
    all.fields["Bucket/BucketArn"] = anything;
    a.body.entries.push_back(std::move(all));
  }
  return a;
}

answer reference::get_versioning(const bucket& b) const {
  answer a;
  a.body.name = "VersioningConfiguration";
  if (b.state == versioning::enabled) a.body.fields["Status"] = "Enabled";
  if (b.state == versioning::suspended) a.body.fields["Status"] = "Suspended";
  return a;
}

// AWS: versioning of a bucket with object lock cannot be suspended.
answer reference::put_versioning(const request& r, bucket& b) {
  if (b.lock && r.state != versioning::enabled) return failure("InvalidBucketState");
  b.state = r.state;
  return {};
}

answer reference::get_lock_configuration(const bucket& b) const {
  if (!b.lock) return failure("ObjectLockConfigurationNotFoundError");
  answer a;
  a.body.name = "ObjectLockConfiguration";
  a.body.fields["ObjectLockEnabled"] = "Enabled";
  if (b.retention.mode != lock_mode::none) {
    const bool governance = b.retention.mode == lock_mode::governance;
    a.body.entries.push_back({"Rule",
                              {{"DefaultRetention/Mode", governance ? "GOVERNANCE" : "COMPLIANCE"},
                               {"DefaultRetention/Days", std::to_string(b.retention.days)}}});
  }
  return a;
}

// AWS: object lock needs versioning, and comes to stay.
answer reference::put_lock_configuration(const request& r, bucket& b) {
  if (b.state != versioning::enabled) return failure("InvalidBucketState");
  b.lock = true;
  b.retention = r.retention;
  return {};
}

}  // namespace torhaus::model
