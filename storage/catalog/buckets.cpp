// Buckets: creating, finding, listing and deleting them, and their state of versioning.
#include <algorithm>

#include "storage/catalog/held_buckets.hpp"
#include "storage/catalog/impl.hpp"
#include "storage/catalog/settings.hpp"
#include "storage/catalog/usage.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {
namespace {

// Buckets that one snapshot reads while listing.
constexpr std::size_t slice_buckets = 500;
constexpr std::size_t max_page = 10'000;

std::uint64_t next_bucket_id(kv::transaction& t) {
  const auto last = t.get(schema::bucket_counter_key());
  const std::uint64_t id = (last ? schema::decode_number(*last) : 0) + 1;
  t.put(schema::bucket_counter_key(), schema::encode_number(id));
  return id;
}

std::optional<bucket_record> bucket_named(const kv::snapshot& s, std::string_view name) {
  const std::string key = schema::bucket_key(name);
  const auto value = s.get(key);
  if (!value) return std::nullopt;
  return schema::named(key, [&] { return schema::decode_bucket(name, *value); });
}

bool holds_anything(const kv::snapshot& s, char table, std::uint64_t bucket) {
  const std::string from = schema::rows_from(table, bucket, "");
  return s.scan(from, schema::successor(from))->seek(from);
}

// The keys of one listing: of one agency by its index, of all by name.
struct bucket_range {
  std::string lead;  // what stands before the name in a stored key
  std::string from;
  std::string behind;

  explicit bucket_range(const bucket_list_query& q)
      : lead(q.owner_account.empty() ? schema::bucket_key("")
                                     : schema::bucket_owner_key(q.owner_account, "")),
        from(lead + q.prefix),
        behind(schema::successor(from)) {
    if (!q.after.empty()) from = std::max(from, lead + q.after + '\0');
  }
};

struct bucket_slice {
  std::vector<bucket_record> buckets;
  bool more = false;
};

bucket_slice read_slice(const kv::snapshot& s, const bucket_range& range, const std::string& from,
                        std::size_t limit) {
  bucket_slice slice;
  const auto cursor = s.scan(from, range.behind);
  for (bool found = cursor->seek(from); found; found = cursor->next()) {
    if (slice.buckets.size() == limit) {
      slice.more = true;
      break;
    }
    const std::string name(cursor->key().substr(range.lead.size()));
    auto record = bucket_named(s, name);
    if (!record) throw damaged_record("bucket " + name + " is indexed but has no record");
    slice.buckets.push_back(std::move(*record));
  }
  return slice;
}

}  // namespace

std::optional<std::string> bucket_of_account(const kv::snapshot& s, std::string_view account) {
  const std::string lead = schema::bucket_owner_key(account, "");
  const auto rows = s.scan(lead, schema::successor(lead));
  if (!rows->seek(lead)) return std::nullopt;
  return std::string(rows->key().substr(lead.size()));
}

std::optional<std::string> bucket_of_project(const kv::snapshot& s, std::string_view project) {
  const auto belongs = [&](std::string_view name, std::string_view record) {
    return schema::decode_bucket(name, record).project == project;
  };
  const std::string own = schema::bucket_key(project);
  const auto record = s.get(own);
  if (record && belongs(project, *record)) return std::string(project);
  const std::string lead = own + '-';
  const std::size_t table = own.size() - project.size();
  const auto rows = s.scan(lead, schema::successor(lead));
  for (bool more = rows->seek(lead); more; more = rows->next()) {
    const std::string_view name = rows->key().substr(table);
    if (belongs(name, rows->value())) return std::string(name);
  }
  return std::nullopt;
}

task<result<bucket_record>> catalog::create_bucket(bucket_record wanted,
                                                   setting_documents settings) {
  wanted.created = impl_->clock.now();
  wanted.settings_revision = settings.empty() ? 0 : 1;
  const auto work = [&](kv::transaction& t) -> result<bucket_record> {
    if (const auto existing = bucket_named(t, wanted.name)) {
      const errc code = existing->owner_account == wanted.owner_account
                            ? errc::bucket_already_owned_by_you
                            : errc::bucket_already_exists;
      return error(code).with("BucketName", wanted.name);
    }
    bucket_record made = wanted;
    made.id = next_bucket_id(t);
    t.put(schema::bucket_key(made.name), schema::encode(made));
    t.put(schema::bucket_id_key(made.id), made.name);
    t.put(schema::bucket_owner_key(made.owner_account, made.name), "");
    for (const auto& [setting, document] : settings) {
      t.put(schema::bucket_setting_key(made.id, setting), schema::encode_setting(document));
    }
    return made;
  };
  co_return co_await impl_->db.write(work);
}

task<result<bucket_record>> catalog::find_bucket(std::string name) {
  std::optional<bucket_record> found;
  const auto look = [&](const kv::snapshot& s) {
    found = bucket_named(s, name);
    return found.has_value();
  };
  if (!impl_->db.read_now(look)) co_await impl_->db.read(look);
  if (!found) co_return error(errc::no_such_bucket).with("BucketName", std::move(name));
  co_return std::move(*found);
}

task<result<void>> catalog::delete_bucket(std::string name) {
  const auto work = [&](kv::transaction& t) -> result<void> {
    const auto bucket = bucket_named(t, name);
    if (!bucket) return error(errc::no_such_bucket).with("BucketName", name);
    if (holds_anything(t, schema::table::versions, bucket->id)) {
      return error(errc::bucket_not_empty).with("BucketName", name);
    }
    if (holds_anything(t, schema::table::uploads, bucket->id) ||
        holds_anything(t, schema::table::lifecycle, bucket->id)) {
      // Unfinished uploads do not keep a bucket (AWS); their parts go in the background, and what
      // the lifecycle index still has.
      t.put(schema::garbage_key(schema::garbage_kind::bucket, schema::big_endian(bucket->id)),
            schema::encode_number(0));
    }
    for (const auto& [setting, document] : read_settings(t, bucket->id)) {
      t.erase(schema::bucket_setting_key(bucket->id, setting));
    }
    forget_bucket_usage(t, *bucket);
    t.erase(schema::bucket_key(name));
    t.erase(schema::bucket_id_key(bucket->id));
    t.erase(schema::bucket_owner_key(bucket->owner_account, name));
    return {};
  };
  auto done = co_await impl_->db.write(work);
  impl_->garbage.wake();
  co_return std::move(done);
}

task<result<bucket_list_page>> catalog::list_buckets(bucket_list_query query) {
  const std::size_t limit = std::min(query.max_buckets, max_page);
  const bucket_range range(query);
  bucket_list_page page;
  std::string from = range.from;
  if (limit == 0) co_return page;
  for (;;) {
    const std::size_t wanted = std::min(slice_buckets, limit - page.buckets.size());
    const auto look = [&](const kv::snapshot& s) { return read_slice(s, range, from, wanted); };
    bucket_slice slice = co_await impl_->db.read(look);
    std::move(slice.buckets.begin(), slice.buckets.end(), std::back_inserter(page.buckets));
    page.truncated = slice.more;
    if (!slice.more || page.buckets.size() == limit) break;
    from = range.lead + page.buckets.back().name + '\0';
  }
  co_return page;
}

task<result<void>> catalog::set_versioning(std::uint64_t bucket, versioning_state wanted) {
  const auto work = [&](kv::transaction& t) -> result<void> {
    auto record = require_bucket(t, bucket);
    if (!record) return std::move(record).error();
    if (record->versioning == wanted) return {};
    if (wanted == versioning_state::never_enabled) {
      return error(errc::invalid_bucket_state, "Versioning can be suspended, but not taken back.");
    }
    if (record->object_lock && wanted != versioning_state::enabled) {
      return error(
          errc::invalid_bucket_state,
          "An Object Lock configuration is present on this bucket, so the versioning state "
          "cannot be changed.");
    }
    record->versioning = wanted;
    t.put(schema::bucket_key(record->name), schema::encode(*record));
    return {};
  };
  co_return co_await impl_->db.write(work);
}

}  // namespace torhaus::storage::catalog
