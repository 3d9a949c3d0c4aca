#include "storage/catalog/versions.hpp"

#include <algorithm>

#include "storage/catalog/lifecycle_index.hpp"
#include "storage/catalog/references.hpp"

namespace torhaus::storage::catalog {
namespace {

version_summary summarise(std::string_view stored_key, std::string_view value) {
  return schema::named(stored_key, [&] {
    const schema::version_head h = schema::decode_head(value);
    version_summary s;
    s.sequence = schema::sequence_of(schema::split_row(stored_key, schema::sequence_bytes).tail);
    s.null_version = h.null_version;
    s.delete_marker = h.delete_marker;
    s.manifest = h.manifest;
    s.size = h.size;
    s.modified = h.modified;
    s.etag = h.etag;
    s.nonce = h.nonce;
    s.lock = h.lock;
    if (h.has_data) s.data = h.data;
    return s;
  });
}

// Calls `use(stored key, value)` on the newest version of the key.
template <class F>
auto with_newest(const kv::snapshot& s, const place& at, F&& use)
    -> std::optional<decltype(use(std::string_view(), std::string_view()))> {
  std::optional<decltype(use(std::string_view(), std::string_view()))> found;
  const auto take = [&](std::string_view key, std::string_view value) {
    found.emplace(use(key, value));
  };
  s.first(schema::key_from(schema::table::versions, at.bucket, at.key), std::ref(take));
  return found;
}

schema::version_row decode_row(const place& at, version_sequence sequence,
                               std::string_view stored_key, std::string_view value) {
  return schema::named(
      stored_key, [&] { return schema::decode_version(std::string(at.key), sequence, value); });
}

bool names_the_null_version(std::string_view version_id) { return version_id == "null"; }

error bad_version_id(std::string_view version_id) {
  return error(errc::invalid_argument, version_id.empty() ? "Version id cannot be the empty string"
                                                          : "Invalid version id specified")
      .with("ArgumentName", "versionId")
      .with("ArgumentValue", std::string(version_id.substr(0, 1024)));
}

bool same_etag(const std::string& text, const etag& stored) {
  const auto wanted = etag::parse(text);
  return wanted && *wanted == stored;
}

}  // namespace

result<bucket_record> require_bucket(const kv::snapshot& s, std::uint64_t id) {
  const auto name = s.get(schema::bucket_id_key(id));
  if (!name) return errc::no_such_bucket;
  const std::string key = schema::bucket_key(*name);
  const auto value = s.get(key);
  if (!value) throw damaged_record("bucket " + std::to_string(id) + " has a name but no record");
  return schema::named(key, [&] { return schema::decode_bucket(key.substr(1), *value); });
}

std::optional<version_summary> newest_version(const kv::snapshot& s, const place& at) {
  return with_newest(s, at, summarise);
}

std::optional<version_summary> version_at(const kv::snapshot& s, const place& at,
                                          version_sequence sequence) {
  const std::string key = schema::version_key(at.bucket, at.key, sequence);
  const auto value = s.get(key);
  if (!value) return std::nullopt;
  return summarise(key, *value);
}

std::optional<version_summary> at_or_older(const kv::snapshot& s, const place& at,
                                           version_sequence sequence) {
  const std::string from = schema::version_key(at.bucket, at.key, sequence);
  const auto cursor = s.scan(from, schema::key_behind(schema::table::versions, at.bucket, at.key));
  if (!cursor->seek(from)) return std::nullopt;
  return summarise(cursor->key(), cursor->value());
}

std::optional<version_summary> null_version(const kv::snapshot& s, const place& at) {
  auto newest = newest_version(s, at);
  if (!newest || newest->null_version) return newest;
  const auto pointer = s.get(schema::null_version_key(at.bucket, at.key));
  if (!pointer) return std::nullopt;
  auto found = version_at(s, at, schema::decode_number(*pointer));
  if (!found || !found->null_version) {
    throw damaged_record("a null version is not where it should be (" + crypto::to_hex(at.key) +
                         ")");
  }
  return found;
}

result<std::optional<version_name>> parse_version_id(std::string_view text) {
  constexpr std::size_t raw_bytes = 16;
  if (names_the_null_version(text)) return std::optional<version_name>();
  const auto raw = crypto::from_hex(text);
  // Only the spelling that was given out: one version has one name.
  if (!raw || raw->size() != raw_bytes || crypto::to_hex(*raw) != text) return bad_version_id(text);
  const std::string_view bytes = *raw;
  version_name name;
  name.sequence = schema::from_big_endian(bytes.substr(0, 8));
  name.nonce = schema::from_big_endian(bytes.substr(8));
  return std::optional<version_name>(name);
}

result<std::optional<version_summary>> named_version(const kv::snapshot& s, const place& at,
                                                     std::string_view version_id) {
  auto name = parse_version_id(version_id);
  if (!name) return std::move(name).error();
  if (!*name) return null_version(s, at);
  auto found = version_at(s, at, (*name)->sequence);
  if (found && (found->null_version || found->nonce != (*name)->nonce)) found.reset();
  return found;
}

std::optional<schema::version_row> newest_row(const kv::snapshot& s, const place& at) {
  return with_newest(s, at, [&](std::string_view key, std::string_view value) {
    const auto tail = schema::split_row(key, schema::sequence_bytes).tail;
    return decode_row(at, schema::sequence_of(tail), key, value);
  });
}

std::optional<schema::version_row> row_at(const kv::snapshot& s, const place& at,
                                          version_sequence sequence) {
  const std::string key = schema::version_key(at.bucket, at.key, sequence);
  const auto value = s.get(key);
  if (!value) return std::nullopt;
  return decode_row(at, sequence, key, *value);
}

result<void> check_condition(const write_condition& wanted,
                             const std::optional<version_summary>& newest) {
  const bool exists = newest && !newest->delete_marker;
  if (wanted.if_none_match_any && exists) {
    return error(errc::precondition_failed).with("Condition", "If-None-Match");
  }
  if (wanted.if_none_match && exists && same_etag(*wanted.if_none_match, newest->etag)) {
    return error(errc::precondition_failed).with("Condition", "If-None-Match");
  }
  if (!wanted.if_match) return {};
  if (!exists) return errc::no_such_key;
  if (*wanted.if_match == "*" || same_etag(*wanted.if_match, newest->etag)) return {};
  return error(errc::precondition_failed).with("Condition", "If-Match");
}

result<void> check_delete(const delete_request& wanted, const version_summary& target) {
  const auto failed = [](const char* condition) {
    return error(errc::precondition_failed).with("Condition", condition);
  };
  const auto& match = wanted.if_match;
  if (match && *match != "*" && (target.delete_marker || !same_etag(*match, target.etag))) {
    return failed("If-Match");
  }
  if (wanted.if_match_size && (target.delete_marker || *wanted.if_match_size != target.size)) {
    return failed("x-amz-if-match-size");
  }
  if (wanted.if_match_modified &&
      *wanted.if_match_modified != std::chrono::floor<std::chrono::seconds>(target.modified)) {
    return failed("x-amz-if-match-last-modified-time");
  }
  return {};
}

result<schema::version_row> find_row(const kv::snapshot& s, const place& at,
                                     const std::optional<std::string>& version_id) {
  const auto absent = [&](errc code) -> result<schema::version_row> {
    // What is found proves that its bucket is there; only a miss has to look.
    const auto bucket = require_bucket(s, at.bucket);
    if (!bucket) return bucket.error();
    error missing = error(code).with("Key", std::string(at.key));
    if (version_id) return std::move(missing).with("VersionId", *version_id);
    return missing;
  };
  if (!version_id) {
    auto row = newest_row(s, at);
    if (!row) return absent(errc::no_such_key);
    return std::move(*row);
  }
  auto named = named_version(s, at, *version_id);
  if (!named) return std::move(named).error();
  if (!*named) return absent(errc::no_such_version);
  auto row = row_at(s, at, (*named)->sequence);
  if (!row) return absent(errc::no_such_version);
  const auto newest = newest_version(s, at);
  row->version.latest = newest && newest->sequence == row->version.sequence;
  return std::move(*row);
}

bool add_version(kv::transaction& t, const place& at, const bucket_record& bucket,
                 const std::optional<version_summary>& newest, sys_micros now,
                 schema::version_row& row, usage_delta& used) {
  bool garbage = false;
  object_version& v = row.version;
  v.key = at.key;
  v.null_version = bucket.versioning != versioning_state::enabled;
  v.modified = now;
  // Later than everything of this key, whatever the clock says.
  const auto micros = std::max<std::int64_t>(now.time_since_epoch().count(), 1);
  v.sequence = static_cast<version_sequence>(micros);
  if (newest) v.sequence = std::max(v.sequence, newest->sequence + 1);
  if (!v.null_version) {
    if (newest && newest->null_version) {
      t.put(schema::null_version_key(at.bucket, at.key), schema::encode_number(newest->sequence));
    }
  } else if (const auto replaced = replaced_version(t, at, bucket, newest)) {
    garbage = remove_version(t, at, bucket, *replaced, used);
  }
  if (!v.delete_marker) {
    ++used.objects;
    used.bytes += static_cast<std::int64_t>(v.size);
  }
  t.put(schema::version_key(at.bucket, at.key, v.sequence), schema::encode(row));
  if (bucket.lifecycle.indexed) {
    lifecycle_index::version_added(t, at, now, v.sequence);
    // One more noncurrent version may be one too many.
    if (bucket.lifecycle.counts_newer && newest) {
      lifecycle_index::look_again(t, at, v.sequence, sys_micros());
    }
  }
  schema::version_head head;
  head.null_version = v.null_version;
  head.nonce = row.nonce;
  v.version_id = schema::version_id_text(head, v.sequence);
  v.latest = true;
  return garbage;
}

std::optional<version_summary> replaced_version(const kv::snapshot& s, const place& at,
                                                const bucket_record& bucket,
                                                const std::optional<version_summary>& newest) {
  if (bucket.versioning == versioning_state::enabled || !newest) return std::nullopt;
  return newest->null_version ? newest : null_version(s, at);
}

void count_removed(const version_summary& gone, usage_delta& used) {
  if (gone.delete_marker) return;
  --used.objects;
  used.bytes -= static_cast<std::int64_t>(gone.size);
}

bool remove_version(kv::transaction& t, const place& at, const bucket_record& bucket,
                    const version_summary& gone, usage_delta& used) {
  count_removed(gone, used);
  t.erase(schema::version_key(at.bucket, at.key, gone.sequence));
  if (gone.null_version && bucket.versioning != versioning_state::never_enabled) {
    t.erase(schema::null_version_key(at.bucket, at.key));
  }
  if (bucket.lifecycle.indexed) lifecycle_index::version_removed(t, at, gone);
  return gone.data && drop_reference(t, *gone.data);
}

}  // namespace torhaus::storage::catalog
