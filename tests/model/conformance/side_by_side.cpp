#include "tests/model/conformance/side_by_side.hpp"

#include "tests/model/conformance/compare.hpp"
#include "tests/model/conformance/wire.hpp"

namespace torhaus::model {

namespace {

constexpr std::size_t most_pages = 200;  // of one listing

request about(verb v, const std::string& bucket) {
  request r;
  r.what = v;
  r.bucket = bucket;
  return r;
}

void go_on(request& r, const answer& seen) {
  std::string last;
  for (const document::entry& e : seen.body.entries) {
    const auto& f = e.fields;
    last = std::max(last, f.contains("Key") ? f.at("Key") : f.at("Prefix"));
  }
  page_request& p = r.page;
  if (r.what == verb::list_v2) {
    p.token = seen.text("NextContinuationToken");
    p.after = last;
  } else if (r.what == verb::list_v1) {
    p.marker = p.delimiter.empty() ? last : seen.text("NextMarker");
  } else {
    p.marker = seen.text("NextKeyMarker");
    const bool versions = r.what == verb::list_versions;
    const std::string within = seen.text(versions ? "NextVersionIdMarker" : "NextUploadIdMarker");
    p.within = within.empty() ? std::nullopt : std::optional(within);
  }
}

}  // namespace

side_by_side::side_by_side(store_world& world, const setting& where, bool verbose, census* counts)
    : world_(world),
      where_(where),
      rules_(store_world::least_part),
      verbose_(verbose),
      counts_(counts) {
  rules_.owner_id = world.owner_id();
  for (const caller who : {caller::owner, caller::reader, caller::contributor, caller::editor,
                           caller::depositor, caller::manager}) {
    rules_.initiators[who] = world.initiator(who);
  }
}

std::optional<request> side_by_side::drawn(const step& s) {
  return draw(s, where_, rules_, world_.clock.now());
}

void side_by_side::begin() {
  create(where_.first_bucket, where_.lock);
  if (where_.limit.objects + where_.limit.bytes > 0) {
    world_.limit_project(where_.first_bucket, where_.limit.objects, where_.limit.bytes);
    rules_.limit = where_.limit;
  }
  create(where_.second_bucket, false);
  request r = about(verb::put_versioning, where_.first_bucket);
  for (const versioning wanted : {versioning::enabled, versioning::suspended}) {
    if (where_.lock || where_.state < wanted) continue;
    r.state = wanted;
    ask(r);
  }
}

void side_by_side::one(const step& s) {
  world_.clock.advance(std::chrono::microseconds(1 + s.pick[0] % 1'500'000));
  switch (special_of(s)) {
    case special::restart:
      if (verbose_) log.push_back("restart");
      world_.reopen();
      return;
    case special::wait:
      world_.clock.advance(std::chrono::seconds(s.pick[1] % 100'000));
      return;
    case special::turn_back:
      // A clock that is set right. What was written later stays newer, and locks stay.
      world_.clock.advance(-std::chrono::milliseconds(s.pick[1] % 90'000'000));
      return;
    case special::recreate:
      doing_ = "recreate";
      return recreate(s);
    case special::none:
      break;
  }
  doing_ = name_of(s);
  auto r = draw(s, where_, rules_, world_.clock.now());
  if (!r) return;
  if (r->what >= verb::list_v1 || r->what == verb::list_uploads) return pages(std::move(*r));
  ask(*r);
}

void side_by_side::check_all() {
  doing_ = "check";
  for (const auto& [name, b] : rules_.buckets) {
    for (const verb v : {verb::list_v2, verb::list_versions, verb::list_uploads}) {
      pages(about(v, name));
    }
    for (const auto& [key, versions] : b.keys) {
      for (const version& v : versions) {
        request r = about(verb::get, name);
        r.key = key;
        r.version = v.id;
        ask(r);
      }
    }
  }
}

void side_by_side::create(const std::string& name, bool lock) {
  request r = about(verb::create_bucket, name);
  r.state = lock ? versioning::suspended : versioning::enabled;
  ask(r);
}

void side_by_side::recreate(const step& s) {
  request r =
      about(verb::delete_bucket, s.pick[0] % 2 == 0 ? where_.second_bucket : where_.first_bucket);
  // Of a limited project the bucket that it came with stays.
  if (where_.limit.bytes > 0 && r.bucket == where_.first_bucket) return;
  ask(r);
  if (s.pick[1] % 3 == 0) {
    ask(about(verb::head_bucket, r.bucket));
    ask(about(verb::list_v2, r.bucket));
  }
  create(r.bucket, s.pick[1] % 5 == 0);
}

answer side_by_side::ask(const request& r) {
  ++requests;
  if (verbose_) log.push_back(text_of(r));
  const answer seen = from_wire(r, world_.send(to_wire(r), r.who));
  if (counts_ != nullptr) {
    ++(*counts_)[doing_ + " " + std::to_string(seen.status) + " " + seen.code];
  }
  const answer wanted = rules_.apply(r, seen, world_.clock.now());
  if (!same(wanted, seen)) {
    throw difference(text_of(r) + "\n  the rules: " + shown(wanted) +
                     "\n  the server: " + shown(seen));
  }
  return seen;
}

void side_by_side::pages(request r) {
  for (std::size_t n = 0; n < most_pages; ++n) {
    const answer seen = ask(r);
    if (seen.text("IsTruncated") != "true") return;
    go_on(r, seen);
  }
  throw difference(text_of(r) + ": a listing without an end");
}

run_outcome run_steps(store_world& world, const setting& where, const std::vector<step>& all,
                      bool verbose, census* counts) {
  side_by_side both(world, where, verbose, counts);
  run_outcome out;
  std::string at = "the beginning";
  try {
    both.begin();
    for (const step& s : all) {
      at = name_of(s);
      both.one(s);
    }
    at = "the last check";
    both.check_all();
  } catch (const std::exception& why) {
    out.fault = std::string(why.what()) + "\n  (" + at + ")";
  }
  out.log = std::move(both.log);
  out.requests = both.requests;
  return out;
}

std::string text_of(const request& r) {
  const wire_request w = to_wire(r);
  static constexpr std::array names = {"owner",     "reader",  "contributor", "editor",
                                       "depositor", "manager", "stranger",    "anonymous"};
  std::string out = std::string(names.at(static_cast<std::size_t>(r.who))) + ": " + w.method + " " +
                    shown(w.path) + (w.query.empty() ? "" : "?" + w.query);
  for (const auto& [name, value] : w.headers) out += " " + name + ":" + shown(value);
  if (!w.body.empty()) out += " <" + shown(w.body) + ">";
  return out;
}

}  // namespace torhaus::model
