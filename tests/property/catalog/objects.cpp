// Objects, versions and delete markers.
#include "tests/property/catalog/side_by_side.hpp"

namespace torhaus::test {

using namespace storage::catalog;

namespace {

// Kept open at once; the oldest goes first.
constexpr std::size_t most_held = 4;

}  // namespace

void side_by_side::put(std::size_t b, const std::string& key, std::uint32_t size,
                       std::uint32_t conditional) {
  std::string wanted;
  const auto when = condition(models_[b], key, conditional, wanted);
  const std::string bytes = content(size);
  const auto done = c_.put(ids_[b], key, bytes, when);
  expect(outcome(done) == wanted, "put answered " + outcome(done) + " instead of " + wanted);
  if (!done) return;
  expect_id(models_[b], done->version_id);
  models_[b].add(key, {done->version_id, false, bytes, etag_of(bytes).text()});
}

void side_by_side::get(std::size_t b, const std::string& key, std::uint32_t pick) {
  const auto shows = [](const model::version* v, const std::string& otherwise) {
    if (v == nullptr) return "error:" + otherwise;
    return v->marker ? "marker" : v->bytes;
  };
  if (pick % 3 != 0) {
    const std::string wanted = shows(models_[b].newest(key), "NoSuchKey");
    return expect(c_.get(ids_[b], key) == wanted, "content of the newest version");
  }
  const std::string id = version_id(models_[b], key, pick / 3);
  const std::string wanted = shows(models_[b].named(key, id), "NoSuchVersion");
  expect(c_.get(ids_[b], key, id) == wanted, "content of version " + id);
}

void side_by_side::copy(std::size_t from, const std::string& source, std::uint32_t pick,
                        std::size_t to, const std::string& key, std::uint32_t stale) {
  const bool by_id = pick % 3 == 0;
  const std::string id = version_id(models_[from], source, pick / 3);
  const model::version* v = by_id ? models_[from].named(source, id) : models_[from].newest(source);
  const auto found = run_task(
      c_.cat->find_object(ids_[from], key_of(source), by_id ? std::optional(id) : std::nullopt));
  expect(found.has_value() == (v != nullptr), "the source of a copy");
  if (!found || v->marker) return;
  expect(found->latest == (v == models_[from].newest(source)), "whether a version is the newest");
  model::version copied = *v;
  std::string wanted;
  if (stale % 8 == 0 && !v->locked(c_.clock.now(), false)) {
    // Deleted between the look and the copy.
    expect(c_.remove(ids_[from], source, copied.id).has_value(), "delete of a version");
    models_[from].remove(source, copied.id);
    wanted = "NoSuchKey";
  }
  c_.clock.advance(std::chrono::microseconds(10));
  const auto done = run_task(c_.cat->copy_object(ids_[from], *found, ids_[to], key_of(key),
                                                 storage::catalog::new_object()));
  expect(outcome(done) == wanted, "copy answered " + outcome(done) + " instead of " + wanted);
  if (!done) return;
  expect(done->etag.text() == copied.etag, "ETag of a copy");
  expect_id(models_[to], done->version_id);
  copied.id = done->version_id;
  copied.tag.clear();  // tags and locks come with the request, and it has none
  copied.lock = {};
  models_[to].add(key, std::move(copied));
}

void side_by_side::expect_erased(model::bucket& m, const std::string& key,
                                 const result<delete_outcome>& done) {
  expect(done.has_value(), "delete answered " + outcome(done));
  const bool marks = m.state != versioning_state::never_enabled;
  expect(done->delete_marker == marks && done->versioned == marks, "what a delete says it did");
  if (marks) expect_id(m, done->version_id);
  m.erase(key, done->version_id);
}

void side_by_side::erase(std::size_t b, const std::string& key, std::uint32_t pick) {
  model::bucket& m = models_[b];
  if (pick % 4 != 0) return expect_erased(m, key, c_.remove(ids_[b], key));
  // With If-Match.
  const model::version* v = m.newest(key);
  const bool right = pick % 8 == 0 && v != nullptr && !v->marker;
  const std::string tag = right ? v->etag : etag_of("nothing").text();
  const auto done = c_.remove(ids_[b], key, std::nullopt, tag);
  if (v == nullptr || v->marker) {
    return expect(outcome(done) == "NoSuchKey", "a conditional delete of nothing");
  }
  if (!right) return expect(outcome(done) == "PreconditionFailed", "a conditional delete");
  expect_erased(m, key, done);
}

void side_by_side::erase_version(std::size_t b, const std::string& key, std::uint32_t pick) {
  const std::string id = version_id(models_[b], key, pick);
  const model::version* v = models_[b].named(key, id);
  delete_request request;
  request.key = key;
  request.version_id = id;
  request.bypass_governance = pick % 5 == 0;
  c_.clock.advance(std::chrono::microseconds(10));
  const bool locked = v != nullptr && v->locked(c_.clock.now(), request.bypass_governance);
  const auto done = run_task(c_.cat->delete_object(ids_[b], request));
  if (locked) return expect(outcome(done) == "AccessDenied", "delete of a locked version");
  expect(done.has_value() && done->version_id == id, "delete of a version");
  expect(done->delete_marker == (v != nullptr && v->marker), "delete of a marker");
  models_[b].remove(key, id);
}

void side_by_side::erase_many(std::size_t b, const picks& p) {
  std::vector<delete_request> requests(p.size() - 1);
  for (std::size_t i = 0; i < requests.size(); ++i) requests[i].key = chosen_key(p[i + 1]);
  c_.clock.advance(std::chrono::microseconds(3));
  const auto done = run_task(c_.cat->delete_objects(ids_[b], requests));
  expect(done.has_value() && done->size() == requests.size(), "delete_objects");
  for (std::size_t i = 0; i < requests.size(); ++i) {
    expect_erased(models_[b], requests[i].key, (*done)[i]);
  }
}

void side_by_side::hold(std::size_t b, const std::string& key) {
  const model::version* v = models_[b].newest(key);
  if (v == nullptr || v->marker) return;
  auto opened = run_task(c_.cat->open_object(ids_[b], key_of(key), std::nullopt));
  expect(opened.has_value() && opened->content, "opening an object");
  held_.push_back({std::move(opened->content), v->bytes});
  if (held_.size() > most_held) held_.pop_front();
}

void side_by_side::read_held() {
  if (held_.empty()) return;
  // Time for the reclaimer to take what it should not.
  (void)c_.cat->drain_garbage(std::chrono::milliseconds(4));
  for (const held& h : held_) {
    expect(content_of(*h.content) == h.bytes, "what a reader sees after later writes and deletes");
  }
}

void side_by_side::tag(std::size_t b, const std::string& key, std::uint32_t pick) {
  const bool by_id = pick % 2 == 0;
  const std::string id = version_id(models_[b], key, pick / 2);
  const model::version* v = by_id ? models_[b].named(key, id) : models_[b].newest(key);
  std::string wanted;
  if (v == nullptr) {
    wanted = by_id ? "NoSuchVersion" : "NoSuchKey";
  } else if (v->marker) {
    wanted = "MethodNotAllowed";
  }
  const std::string value = pick % 5 == 0 ? "" : std::to_string(pick);
  std::vector<name_value> tags;
  if (!value.empty()) tags.emplace_back("tag", value);
  const auto done = run_task(c_.cat->set_object_tags(
      ids_[b], key_of(key), by_id ? std::optional(id) : std::nullopt, tags));
  expect(outcome(done) == wanted, "tagging answered " + outcome(done) + " instead of " + wanted);
  if (!done) return;
  models_[b].tag(key, v->id, value);
  expect_tagged(b, key, *v);
}

void side_by_side::lock(std::size_t b, const std::string& key, const picks& p) {
  const std::string id = version_id(models_[b], key, p[2]);
  c_.clock.advance(std::chrono::microseconds(10));
  if (p[3] % 3 == 0) return hold_version(b, key, id, p[3] % 2 == 0);
  retain_version(b, key, id, p);
}

void side_by_side::hold_version(std::size_t b, const std::string& key, const std::string& id,
                                bool on) {
  model::version* v = models_[b].to_change(key, id);
  const std::string wanted = !models_[b].lock ? "InvalidRequest"
                             : v == nullptr   ? "NoSuchVersion"
                             : v->marker      ? "MethodNotAllowed"
                                              : "";
  const auto done = run_task(c_.cat->set_object_legal_hold(ids_[b], key_of(key), id, on));
  expect(outcome(done) == wanted, "legal hold answered " + outcome(done));
  if (done) v->lock.legal_hold = on;
}

void side_by_side::retain_version(std::size_t b, const std::string& key, const std::string& id,
                                  const picks& p) {
  model::version* v = models_[b].to_change(key, id);
  retention_change change;
  change.mode = static_cast<retention_mode>(p[3] % 3);
  // Long enough for some of the operations that follow.
  change.until = c_.clock.now() + std::chrono::microseconds(p[4] % 2000);
  change.bypass_governance = p[5] % 2 == 0;
  std::string wanted = !models_[b].lock ? "InvalidRequest"
                       : v == nullptr   ? "NoSuchVersion"
                       : v->marker      ? "MethodNotAllowed"
                                        : "";
  if (wanted.empty() && v->lock.mode != retention_mode::none && v->lock.until > c_.clock.now()) {
    const bool longer = change.mode == v->lock.mode && change.until >= v->lock.until;
    const bool passes = v->lock.mode == retention_mode::governance && change.bypass_governance;
    if (!longer && !passes) wanted = "AccessDenied";
  }
  const auto done = run_task(c_.cat->set_object_retention(ids_[b], key_of(key), id, change));
  expect(outcome(done) == wanted, "retention answered " + outcome(done) + " not " + wanted);
  if (!done) return;
  v->lock.mode = change.mode;
  v->lock.until = change.until;
}

void side_by_side::expect_tagged(std::size_t b, const std::string& key, const model::version& v) {
  const auto found = run_task(c_.cat->find_object(ids_[b], key_of(key), v.id));
  expect(found.has_value(), "a version that cannot be found");
  const auto& tags = found->attributes.tags;
  const std::string value = tags.empty() ? "" : tags.front().second;
  expect(tags.size() < 2 && value == v.tag, "the tags of a version");
}

}  // namespace torhaus::test
