// Objects: storing, finding, opening and copying versions.
#include "storage/catalog/impl.hpp"
#include "storage/catalog/object_content.hpp"
#include "storage/catalog/object_lock.hpp"
#include "storage/catalog/outbox.hpp"
#include "storage/catalog/references.hpp"
#include "storage/catalog/usage.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {
namespace {

schema::version_row row_of(const new_object& object, std::uint64_t nonce) {
  schema::version_row row;
  row.version.size = object.size;
  row.version.etag = object.etag;
  row.version.checksum = object.checksum;
  row.version.owner_canonical_id = object.owner_canonical_id;
  row.version.attributes = object.attributes;
  row.version.lock = object.lock;
  row.version.acl = object.acl;
  row.version.encryption = object.encryption;
  row.nonce = nonce;
  return row;
}

write_outcome outcome_of(const object_version& v, versioning_state versioning) {
  write_outcome out;
  out.version_id = v.version_id;
  // A bucket whose versioning is suspended tells no version id of what it takes.
  out.versioned = versioning == versioning_state::enabled;
  out.etag = v.etag;
  out.modified = v.modified;
  return out;
}

// The same bytes as the version the caller saw, or nothing.
std::optional<schema::version_row> same_source(const kv::snapshot& s, std::uint64_t bucket,
                                               const object_version& source) {
  auto row = row_at(s, place{bucket, source.key}, source.sequence);
  if (!row || row->version.delete_marker) return std::nullopt;
  if (row->version.blob != source.blob || row->version.manifest != source.manifest)
    return std::nullopt;
  // The copy's data key was taken from what the caller saw.
  if (row->version.encryption != source.encryption) return std::nullopt;
  return row;
}

}  // namespace

task<result<write_outcome>> catalog::put_object(std::uint64_t bucket, object_key key,
                                                new_object object, blob::sealed_blob content) {
  if (content.placed().size != stored_size(object.size, object.encryption))
    throw std::logic_error("an object of another size than its blob");
  const schema::version_row wanted = [&] {
    schema::version_row row = row_of(object, impl_->random_number());
    row.version.blob = content.placed().id;
    return row;
  }();
  const blob_rows bytes = rows_of(content.placed());
  const sys_micros now = impl_->clock.now();
  bool garbage = false;
  auto work = [&](kv::transaction& t) -> result<write_outcome> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    const place at{bucket, key.str()};
    const auto newest = newest_version(t, at);
    if (auto allowed = check_condition(object.condition, newest); !allowed) {
      return std::move(allowed).error();
    }
    if (auto kept = check_new_version(t, at, *record, newest, object.lock, now); !kept) {
      return std::move(kept).error();
    }
    const usage_delta growth{1, static_cast<std::int64_t>(object.size), 0};
    if (auto room = check_room(t, impl_->quotas, at, *record, newest, growth); !room) {
      return std::move(room).error();
    }
    add_blob(t, bytes);
    schema::version_row row = wanted;
    usage_delta used;
    garbage = add_version(t, at, *record, newest, now, row, used);
    apply_usage(t, *record, used);
    keep_notes(t, impl_->clock, object.notes, change_kind::stored, record->versioning, row.version,
               at.key);
    return outcome_of(row.version, record->versioning);
  };
  auto done = co_await commit_with(impl_->db, content, work);
  if (garbage) impl_->garbage.wake();
  co_return std::move(done);
}

task<result<object_version>> catalog::find_object(std::uint64_t bucket, object_key key,
                                                  std::optional<std::string> version_id) {
  // Filled in place: a version has some forty members to move.
  std::optional<result<schema::version_row>> found;
  const auto look = [&](const kv::snapshot& s) {
    found.emplace(find_row(s, place{bucket, key.str()}, version_id));
    return found->has_value();
  };
  if (!impl_->db.read_now(look)) co_await impl_->db.read(look);
  if (!*found) co_return std::move(*found).error();
  co_return std::move((*found)->version);
}

task<result<opened_object>> catalog::open_object(std::uint64_t bucket, object_key key,
                                                 std::optional<std::string> version_id) {
  std::optional<result<schema::version_row>> found;
  std::optional<blob::placed_blob> bytes;
  const lookup_sections::section section(impl_->sections);
  const auto look = [&](const kv::snapshot& s) {
    bytes.reset();
    found.emplace(find_row(s, place{bucket, key.str()}, version_id));
    if (!*found) return false;
    const auto& id = (*found)->version.blob;
    if (!id) return true;
    const auto data = find_data(s, *id);
    if (!data) throw damaged_record("the blob " + crypto::to_hex(id->view()) + " is not recorded");
    bytes = place_of(s, *id, *data);
    return true;
  };
  if (!impl_->db.read_now(look)) co_await impl_->db.read(look);
  if (!*found) co_return std::move(*found).error();
  opened_object opened;
  opened.version = std::move((*found)->version);
  if (opened.version.delete_marker) co_return opened;
  auto content = bytes ? open_blob(impl_->blobs, std::move(*bytes), opened.version)
                       : open_manifest(impl_->db, impl_->blobs, impl_->manifests, opened.version);
  if (!content) co_return std::move(content).error();
  opened.content = std::move(*content);
  co_return opened;
}

namespace {

error no_such_part(std::uint32_t number, std::size_t parts) {
  return error(errc::invalid_part_number)
      .with("PartNumberRequested", std::to_string(number))
      .with("ActualPartCount", std::to_string(parts));
}

}  // namespace

task<result<catalog::part_range>> catalog::find_part(object_version version, std::uint32_t number) {
  if (!version.manifest) {
    // An object that was put in one piece has one part: itself.
    if (number != 1) co_return no_such_part(number, 1);
    part_range whole;
    whole.size = version.size;
    co_return whole;
  }
  const auto look = [&](const kv::snapshot& s) -> result<part_range> {
    const auto value = s.get(schema::manifest_key(*version.manifest));
    if (!value) return error(errc::no_such_key).with("Key", version.key);
    const schema::manifest_view manifest(*value);
    // Parts are counted: clients that read an object part by part ask for 1 to as many as there
    // are, whatever numbers the upload gave them.
    if (number < 1 || number > manifest.size()) return no_such_part(number, manifest.size());
    const std::size_t index = number - 1;
    const schema::manifest_entry entry = manifest.at(index);
    part_range part;
    part.offset = manifest.begin_of(index);
    part.size = entry.end - part.offset;
    part.checksum = entry.checksum;
    return part;
  };
  co_return co_await impl_->db.read(look);
}

task<result<version_parts>> catalog::list_version_parts(object_version version, std::uint32_t after,
                                                        std::size_t max_parts) {
  if (!version.manifest) co_return version_parts{};
  const auto look = [&](const kv::snapshot& s) -> result<version_parts> {
    const auto value = s.get(schema::manifest_key(*version.manifest));
    if (!value) return error(errc::no_such_key).with("Key", version.key);
    const schema::manifest_view manifest(*value);
    version_parts page;
    page.total = static_cast<std::uint32_t>(manifest.size());
    for (std::size_t i = 0; i < manifest.size(); ++i) {
      const schema::manifest_entry entry = manifest.at(i);
      if (entry.number <= after) continue;
      page.truncated = page.parts.size() == max_parts;
      if (page.truncated) break;
      page.parts.push_back({entry.number, entry.end - manifest.begin_of(i), entry.checksum});
    }
    return page;
  };
  co_return co_await impl_->db.read(look);
}

task<result<write_outcome>> catalog::copy_object(std::uint64_t source_bucket, object_version source,
                                                 std::uint64_t bucket, object_key key,
                                                 new_object object) {
  if (object.encryption.empty() != source.encryption.empty())
    throw std::logic_error("a copy that shares bytes is encrypted as its source is");
  const schema::version_row wanted = row_of(object, impl_->random_number());
  const sys_micros now = impl_->clock.now();
  bool garbage = false;
  const auto work = [&](kv::transaction& t) -> result<write_outcome> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    const auto from = same_source(t, source_bucket, source);
    if (!from) return error(errc::no_such_key).with("Key", source.key);
    const place at{bucket, key.str()};
    const auto newest = newest_version(t, at);
    if (auto allowed = check_condition(object.condition, newest); !allowed) {
      return std::move(allowed).error();
    }
    if (auto kept = check_new_version(t, at, *record, newest, object.lock, now); !kept) {
      return std::move(kept).error();
    }
    const usage_delta growth{1, static_cast<std::int64_t>(from->version.size), 0};
    if (auto room = check_room(t, impl_->quotas, at, *record, newest, growth); !room) {
      return std::move(room).error();
    }
    schema::version_row row = wanted;
    row.version.size = from->version.size;
    row.version.etag = from->version.etag;
    if (!row.version.checksum) row.version.checksum = from->version.checksum;
    row.version.blob = from->version.blob;
    row.version.manifest = from->version.manifest;
    row.version.part_count = from->version.part_count;
    // First the new reference: the copy may replace its own source.
    const auto& data = row.version.blob ? row.version.blob : row.version.manifest;
    if (data && !add_reference(t, *data))
      throw damaged_record("the bytes of a version are not recorded");
    usage_delta used;
    garbage = add_version(t, at, *record, newest, now, row, used);
    apply_usage(t, *record, used);
    keep_notes(t, impl_->clock, object.notes, change_kind::stored, record->versioning, row.version,
               at.key);
    return outcome_of(row.version, record->versioning);
  };
  auto done = co_await impl_->db.write(work);
  if (garbage) impl_->garbage.wake();
  co_return std::move(done);
}

}  // namespace torhaus::storage::catalog
