// Tags, retention, legal hold.
// AWS: "Categorizing your storage using tags", "Locking objects with Object Lock".
#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

namespace {

const char* name_of(lock_mode m) {
  return m == lock_mode::governance ? "GOVERNANCE" : "COMPLIANCE";
}

}  // namespace

answer reference::get_tags(const request& r, bucket& b) {
  const found f = find(b, r.key, r.version);
  if (f.there == nullptr) return missing(r, f.error);
  if (f.there->marker) return failure("MethodNotAllowed");
  answer a;
  tell_version(a, b, *f.there);
  a.body.name = "Tagging";
  tag_list sorted = f.there->tags;
  std::ranges::sort(sorted);
  if (sorted.empty()) a.body.fields["TagSet"] = "";
  document::entry set{"TagSet", {}};
  for (const auto& [name, value] : sorted) {
    const bool first = set.fields.empty();
    set.fields["Tag/Key"] += (first ? "" : "\n") + name;
    set.fields["Tag/Value"] += (first ? "" : "\n") + value;
  }
  if (!sorted.empty()) a.body.entries.push_back(std::move(set));
  return a;
}

answer reference::put_tags(const request& r, bucket& b) {
  const found f = find(b, r.key, r.version);
  if (f.there == nullptr) return missing(r, f.error);
  if (f.there->marker) return failure("MethodNotAllowed");
  f.there->tags = r.what == verb::put_tags ? r.tags : tag_list();
  answer a;
  a.status = r.what == verb::put_tags ? 200 : 204;
  tell_version(a, b, *f.there);
  return a;
}

answer reference::get_retention(const request& r, bucket& b) {
  if (!b.lock) return failure("InvalidRequest");
  const found f = find(b, r.key, r.version);
  if (f.there == nullptr) return missing(r, f.error);
  if (f.there->marker) return marker_answer(r, *f.there);
  if (f.there->lock.mode == lock_mode::none) return failure("NoSuchObjectLockConfiguration");
  answer a;
  tell_version(a, b, *f.there);
  a.body.name = "Retention";
  a.body.fields["Mode"] = name_of(f.there->lock.mode);
  a.body.fields["RetainUntilDate"] = exact(f.there->lock.until);
  return a;
}

// A compliance retention may only grow; a governance one also, unless bypassed. What is over binds
// nobody.
answer reference::put_retention(const request& r, bucket& b) {
  // What the request says by itself comes first.
  if (r.lock.mode != lock_mode::none && r.lock.until <= now_) return failure("InvalidArgument");
  if (!b.lock) return failure("InvalidRequest");
  const found f = find(b, r.key, r.version);
  if (f.there == nullptr) return missing(r, f.error);
  if (f.there->marker) return failure("MethodNotAllowed");
  object_lock& held = f.there->lock;
  if (held.mode != lock_mode::none && held.until > now_) {
    const bool grows = r.lock.mode == held.mode && r.lock.until >= held.until;
    const bool passes = held.mode == lock_mode::governance && r.bypass;
    if (!grows && !passes) return failure("AccessDenied");
  }
  held.mode = r.lock.mode;
  held.until = r.lock.mode == lock_mode::none ? sys_micros() : r.lock.until;
  answer a;
  tell_version(a, b, *f.there);
  return a;
}

answer reference::get_hold(const request& r, bucket& b) {
  if (!b.lock) return failure("InvalidRequest");
  const found f = find(b, r.key, r.version);
  if (f.there == nullptr) return missing(r, f.error);
  if (f.there->marker) return marker_answer(r, *f.there);
  if (!f.there->lock.hold) return failure("NoSuchObjectLockConfiguration");
  answer a;
  tell_version(a, b, *f.there);
  a.body.name = "LegalHold";
  a.body.fields["Status"] = *f.there->lock.hold ? "ON" : "OFF";
  return a;
}

answer reference::put_hold(const request& r, bucket& b) {
  if (!b.lock) return failure("InvalidRequest");
  const found f = find(b, r.key, r.version);
  if (f.there == nullptr) return missing(r, f.error);
  if (f.there->marker) return failure("MethodNotAllowed");
  f.there->lock.hold = r.lock.hold.value_or(false);
  answer a;
  tell_version(a, b, *f.there);
  return a;
}

}  // namespace torhaus::model
