#include "tests/property/catalog/side_by_side.hpp"

namespace torhaus::test {

using namespace storage::catalog;

namespace {

constexpr std::string_view first_owner = "111111111111";  // as catalog_client::bucket() names it
constexpr std::string_view second_owner = "222222222222";

}  // namespace

side_by_side::side_by_side(catalog_client& c) : c_(c) {
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    ids_[i] = c_.bucket(name(i));
    owners_.emplace(name(i), first_owner);
  }
}

void side_by_side::step(const operation& op) {
  const picks& p = op.pick;
  const std::size_t b = p[0] % ids_.size();
  switch (op.what) {
    case verb::put:
      return put(b, chosen_key(p[1]), p[2], p[3]);
    case verb::get:
      return get(b, chosen_key(p[1]), p[2]);
    case verb::copy:
      return copy(b, chosen_key(p[1]), p[2], p[3] % ids_.size(), chosen_key(p[4]), p[5]);
    case verb::erase:
      return erase(b, chosen_key(p[1]), p[2]);
    case verb::erase_version:
      return erase_version(b, chosen_key(p[1]), p[2]);
    case verb::erase_many:
      return erase_many(b, p);
    case verb::hold:
      return hold(b, chosen_key(p[1]));
    case verb::tag:
      return tag(b, chosen_key(p[1]), p[2]);
    case verb::lock:
      return lock(b, chosen_key(p[1]), p);
    case verb::start_upload:
      return start_upload(b, chosen_key(p[1]));
    case verb::put_part:
      return put_part(b, p[1], 1 + p[2] % 5, p[3]);
    case verb::complete:
      return complete(b, p[1], p[2], p[3]);
    case verb::abort:
      return abort(b, p[1]);
    case verb::list:
      return list(b, p);
    case verb::list_versions:
      return list_versions(b, p);
    case verb::list_uploads:
      return list_uploads(b, p);
    case verb::list_parts:
      return list_parts(b, p[1], p[2], p[3]);
    case verb::list_buckets:
      return list_buckets(p);
    case verb::read_held:
      return read_held();
    case verb::set_versioning:
      return set_versioning(b, p[1]);
    case verb::enable_lock:
      return enable_lock(b);
    case verb::toggle_bucket:
      return toggle_bucket(p[1], p[2]);
    case verb::recreate_bucket:
      return recreate(b);
    case verb::reopen:
      return reopen();
    case verb::count:
      break;
  }
}

void side_by_side::check_all() {
  read_held();
  held_.clear();
  for (std::size_t b = 0; b < ids_.size(); ++b) {
    for (const auto& [key, versions] : models_[b].keys) {
      for (const model::version& v : versions) {
        expect(c_.get(ids_[b], key, v.id) == (v.marker ? "marker" : v.bytes),
               "content of a version");
        expect_tagged(b, key, v);
      }
    }
    list(b, {});
    list_versions(b, {});
    list_uploads(b, {});
  }
  const std::string fault = c_.accounting_fault();
  expect(fault.empty(), "accounting: " + fault);
}

std::string side_by_side::content(std::uint32_t pick) {
  const std::string label = std::to_string(++contents_) + ";";
  switch (pick % 8) {
    case 0:
      return "";
    case 1:
      return label + std::string(9'000, 'x');
    case 2:
      return label + std::string(storage::blob::max_inline_bytes - label.size(), 'i');
    default:
      return label;
  }
}

write_condition side_by_side::condition(const model::bucket& m, const std::string& key,
                                        std::uint32_t pick, std::string& wanted) {
  write_condition c;
  const model::version* v = m.newest(key);
  const bool there = v != nullptr && !v->marker;
  wanted = "";
  switch (pick % 14) {
    case 0:
      c.if_none_match_any = true;
      if (there) wanted = "PreconditionFailed";
      break;
    case 1:
      c.if_match = there ? v->etag : etag_of("nothing").text();
      if (!there) wanted = "NoSuchKey";
      break;
    case 2:
      c.if_match = etag_of("nothing").text();
      wanted = there ? "PreconditionFailed" : "NoSuchKey";
      break;
    case 3:
      c.if_match = "*";
      if (!there) wanted = "NoSuchKey";
      break;
    case 4:
      c.if_none_match = there ? v->etag : etag_of("nothing").text();
      if (there) wanted = "PreconditionFailed";
      break;
    case 5:
      c.if_none_match = etag_of("nothing").text();
      break;
    default:
      break;
  }
  return c;
}

std::string side_by_side::version_id(const model::bucket& m, const std::string& key,
                                     std::uint32_t pick) {
  const auto found = m.keys.find(key);
  if (pick % 11 == 0) return "null";
  if (pick % 11 == 1 || found == m.keys.end()) return std::string(31, '0') + "7";
  return found->second[pick % found->second.size()].id;
}

void side_by_side::expect_id(const model::bucket& m, const std::string& id) {
  if (m.state != versioning_state::enabled) return expect(id == "null", "id of a null version");
  expect(id.size() == 32 && seen_.insert(id).second, "a version id that is not new");
}

void side_by_side::set_versioning(std::size_t b, std::uint32_t pick) {
  const auto state = pick % 3 == 0 ? versioning_state::suspended : versioning_state::enabled;
  const auto done = run_task(c_.cat->set_versioning(ids_[b], state));
  const bool allowed = !models_[b].lock || state == versioning_state::enabled;
  expect(outcome(done) == (allowed ? "" : "InvalidBucketState"), "set_versioning");
  if (done) models_[b].state = state;
}

void side_by_side::enable_lock(std::size_t b) {
  const auto done = run_task(c_.cat->set_object_lock(ids_[b], "<document/>"));
  const bool allowed = models_[b].state == versioning_state::enabled;
  expect(outcome(done) == (allowed ? "" : "InvalidBucketState"), "set_object_lock");
  if (done) models_[b].lock = true;
}

void side_by_side::toggle_bucket(std::uint32_t which, std::uint32_t owner) {
  static const std::vector<std::string> pool = {"alp", "alpha", "alpha-1", "b", "beta.x", "zeta"};
  bucket_record wanted;
  wanted.name = chosen(pool, which);
  wanted.owner_account = owner % 2 == 0 ? first_owner : second_owner;
  const auto there = owners_.find(wanted.name);
  if (there == owners_.end()) {
    expect(run_task(c_.cat->create_bucket(wanted)).has_value(), "create_bucket");
    owners_.emplace(wanted.name, wanted.owner_account);
    return;
  }
  const bool own = there->second == wanted.owner_account;
  expect(outcome(run_task(c_.cat->create_bucket(wanted))) ==
             (own ? "BucketAlreadyOwnedByYou" : "BucketAlreadyExists"),
         "create_bucket of a name that is taken");
  if (wanted.name == name(0)) return;
  expect(run_task(c_.cat->delete_bucket(wanted.name)).has_value(), "delete_bucket");
  owners_.erase(there);
  expect(outcome(run_task(c_.cat->find_bucket(wanted.name))) == "NoSuchBucket", "find_bucket");
}

void side_by_side::recreate(std::size_t b) {
  const auto done = run_task(c_.cat->delete_bucket(name(b)));
  const std::string wanted = models_[b].keys.empty() ? "" : "BucketNotEmpty";
  expect(outcome(done) == wanted, "delete_bucket answered " + outcome(done));
  if (!done) return;
  const auto gone = run_task(c_.cat->list_objects(ids_[b], {}));
  expect(outcome(gone) == "NoSuchBucket", "a listing of a bucket that is gone");
  const std::uint64_t old = ids_[b];
  ids_[b] = c_.bucket(name(b));
  expect(ids_[b] != old, "a bucket id that is used again");
  models_[b] = {};
}

void side_by_side::reopen() {
  read_held();
  held_.clear();  // readers belong to the catalog that opened them
  c_.reopen();
}

std::string run_operations(catalog_client& c, const std::vector<operation>& all) {
  std::size_t at = 0;
  try {
    side_by_side both(c);
    for (; at < all.size(); ++at) both.step(all[at]);
    both.check_all();
  } catch (const std::exception& fault) {
    const std::string where = at < all.size() ? all[at].text() : "the last check";
    return std::string(fault.what()) + " (in " + where + ")";
  }
  return "";
}

}  // namespace torhaus::test
