// Multipart uploads until their end: creating, parts, listings, aborting.
#include "storage/catalog/uploads.hpp"

#include <algorithm>
#include <limits>

#include "storage/catalog/impl.hpp"
#include "storage/catalog/lifecycle_index.hpp"
#include "storage/catalog/listing.hpp"
#include "storage/catalog/references.hpp"
#include "storage/catalog/usage.hpp"

namespace torhaus::storage::catalog {
namespace {

constexpr std::uint64_t max_part_bytes = std::uint64_t{5}
                                         << 30;  // AWS: "Amazon S3 multipart upload limits"

// AWS: "Checking object integrity", which algorithms know which type.
result<void> check_checksum_settings(const new_upload& u) {
  if (!u.checksum_algorithm) return {};
  const bool full = u.checksum_kind == checksum_type::full_object;
  const bool fits = full ? crypto::is_crc(*u.checksum_algorithm)
                         : *u.checksum_algorithm != crypto::algorithm::crc64nvme;
  if (fits) return {};
  return error(errc::invalid_request, "The " + std::string(full ? "FULL_OBJECT" : "COMPOSITE") +
                                          " checksum type cannot be used with the " +
                                          std::string(crypto::name_of(*u.checksum_algorithm)) +
                                          " checksum algorithm.");
}

result<void> check_part(const new_part& part, const upload_record& upload) {
  if (part.number < 1 || part.number > schema::max_parts) {
    return error(errc::invalid_argument,
                 "Part number must be an integer between 1 and 10000, inclusive")
        .with("ArgumentName", "partNumber")
        .with("ArgumentValue", std::to_string(part.number));
  }
  if (part.size > max_part_bytes) {
    return error(errc::entity_too_large)
        .with("ProposedSize", std::to_string(part.size))
        .with("MaxSizeAllowed", std::to_string(max_part_bytes));
  }
  const auto wanted = upload.settings.checksum_algorithm;
  if (wanted ? !part.checksum || part.checksum->kind != *wanted
             : part.checksum && part.checksum->kind != crypto::algorithm::crc64nvme) {
    return error(errc::invalid_request,
                 "The checksum of the part is not of the upload's algorithm.");
  }
  return {};
}

}  // namespace

std::optional<std::string> parse_upload_id(std::string_view text) {
  auto raw = crypto::from_hex(text);
  if (!raw || raw->size() != schema::upload_id_bytes || crypto::to_hex(*raw) != text)
    return std::nullopt;
  return raw;
}

error no_such_upload(std::string_view text) {
  return error(errc::no_such_upload).with("UploadId", std::string(text.substr(0, 1024)));
}

result<upload_record> require_upload(const kv::snapshot& s, const place& at,
                                     std::string_view upload_id) {
  if (auto bucket = require_bucket(s, at.bucket); !bucket) return std::move(bucket).error();
  const std::string key = schema::upload_key(at.bucket, at.key, upload_id);
  const auto value = s.get(key);
  if (!value) return no_such_upload(crypto::to_hex(upload_id));
  return schema::named(
      key, [&] { return schema::decode_upload(std::string(at.key), upload_id, *value); });
}

void forget_upload(kv::transaction& t, const bucket_record& bucket, const upload_record& upload,
                   std::string_view upload_id) {
  if (!bucket.lifecycle.indexed) return;
  t.erase(lifecycle_index::entry_key(bucket.id, lifecycle_index::kind::upload, upload.initiated,
                                     upload.key, upload_id));
}

std::int64_t part_bytes(const kv::snapshot& s, std::string_view upload_id, std::uint32_t number) {
  const std::string stored = schema::part_key(upload_id, number);
  const auto value = s.get(stored);
  if (!value) return 0;
  const auto row = schema::named(stored, [&] { return schema::decode_part(number, *value); });
  return static_cast<std::int64_t>(row.record.part.size);
}

void drop_upload(kv::transaction& t, const bucket_record& bucket, const upload_record& upload,
                 std::string_view upload_id, usage_delta& used) {
  drop_upload_usage(t, upload_id, used);
  t.erase(schema::upload_key(bucket.id, upload.key, upload_id));
  forget_upload(t, bucket, upload, upload_id);
  // Up to 10,000 parts: they go in the background, some at a time. No part comes any more.
  const std::string parts = schema::part_key(upload_id, 0);
  if (!t.scan(parts, schema::part_key(upload_id, UINT32_MAX))->seek(parts)) return;
  t.put(schema::garbage_key(schema::garbage_kind::upload, upload_id), schema::encode_number(0));
}

task<result<upload_record>> catalog::create_upload(std::uint64_t bucket, object_key key,
                                                   new_upload settings) {
  if (auto allowed = check_checksum_settings(settings); !allowed)
    co_return std::move(allowed).error();
  upload_record wanted;
  wanted.key = key.str();
  wanted.initiated = impl_->clock.now();
  wanted.settings = std::move(settings);
  const auto micros = std::max<std::int64_t>(wanted.initiated.time_since_epoch().count(), 0);
  // The time in front sorts the uploads of a key by their beginning.
  const std::string id = schema::big_endian(static_cast<std::uint64_t>(micros)) +
                         impl_->random_bytes(schema::upload_id_bytes - 8);
  wanted.id = crypto::to_hex(id);
  const auto work = [&](kv::transaction& t) -> result<upload_record> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    t.put(schema::upload_key(bucket, key.str(), id), schema::encode(wanted));
    if (record->lifecycle.indexed) {
      t.put(lifecycle_index::entry_key(bucket, lifecycle_index::kind::upload, wanted.initiated,
                                       key.str(), id),
            "");
    }
    return wanted;
  };
  co_return co_await impl_->db.write(work);
}

task<result<upload_record>> catalog::find_upload(std::uint64_t bucket, object_key key,
                                                 std::string upload_id) {
  const auto id = parse_upload_id(upload_id);
  if (!id) co_return no_such_upload(upload_id);
  const auto look = [&](const kv::snapshot& s) {
    return require_upload(s, place{bucket, key.str()}, *id);
  };
  co_return co_await impl_->db.read(look);
}

task<result<part_record>> catalog::put_part(std::uint64_t bucket, object_key key,
                                            std::string upload_id, new_part part,
                                            blob::sealed_blob content) {
  const auto id = parse_upload_id(upload_id);
  if (!id) co_return no_such_upload(upload_id);
  schema::part_row row;
  row.record.part = part;
  row.record.modified = impl_->clock.now();
  row.blob = content.placed().id;
  const blob_rows bytes = rows_of(content.placed());
  bool garbage = false;
  auto work = [&](kv::transaction& t) -> result<part_record> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    const auto upload = require_upload(t, place{bucket, key.str()}, *id);
    if (!upload) return upload.error();
    if (auto allowed = check_part(part, *upload); !allowed) return std::move(allowed).error();
    if (content.placed().size != stored_size(part.size, upload->settings.encryption))
      throw std::logic_error("a part of another size than its blob");
    usage_delta used;
    used.upload_bytes = static_cast<std::int64_t>(part.size) - part_bytes(t, *id, part.number);
    if (auto room = check_room(t, impl_->quotas, *record, used); !room) {
      return std::move(room).error();
    }
    const std::string stored = schema::part_key(*id, part.number);
    if (const auto before = t.get(stored)) {
      const auto old =
          schema::named(stored, [&] { return schema::decode_part(part.number, *before); });
      garbage = drop_reference(t, old.blob);
    }
    add_blob(t, bytes);
    t.put(stored, schema::encode(row));
    const auto before_it = static_cast<std::int64_t>(upload_usage(t, *id));
    set_upload_usage(t, *id, static_cast<std::uint64_t>(before_it + used.upload_bytes));
    apply_usage(t, *record, used);
    return row.record;
  };
  auto done = co_await commit_with(impl_->db, content, work);
  if (garbage) impl_->garbage.wake();
  co_return std::move(done);
}

task<result<part_page>> catalog::list_parts(std::uint64_t bucket, object_key key,
                                            std::string upload_id, std::uint32_t after_number,
                                            std::size_t max_parts) {
  const auto id = parse_upload_id(upload_id);
  if (!id) co_return no_such_upload(upload_id);
  const std::size_t max = std::min(max_parts, max_page_entries);
  const auto look = [&](const kv::snapshot& s) -> result<part_page> {
    const auto upload = require_upload(s, place{bucket, key.str()}, *id);
    if (!upload) return upload.error();
    part_page page;
    if (max == 0 || after_number >= schema::max_parts) return page;
    const std::string from = schema::part_key(*id, after_number + 1);
    const auto cursor = s.scan(from, schema::part_key(*id, schema::max_parts + 1));
    for (bool more = cursor->seek(from); more; more = cursor->next()) {
      if (page.parts.size() == max) {
        page.truncated = true;
        break;
      }
      const auto row = schema::named(cursor->key(), [&] {
        return schema::decode_part(schema::part_number_of(cursor->key()), cursor->value());
      });
      page.parts.push_back(row.record);
    }
    return page;
  };
  co_return co_await impl_->db.read(look);
}

task<result<upload_page>> catalog::list_uploads(std::uint64_t bucket, upload_list_query query) {
  const listing_range range(schema::table::uploads, bucket, query.prefix, query.delimiter);
  const std::size_t max = std::min(query.max_uploads, max_page_entries);
  std::string begin = range.after_marker(query.key_marker);
  const bool inside_key = !query.key_marker.empty() && !query.upload_id_marker.empty() &&
                          range.common_prefix(query.key_marker).empty();
  if (inside_key) {
    const auto id = parse_upload_id(query.upload_id_marker);
    if (!id) {
      co_return error(errc::invalid_argument, "Invalid uploadId marker")
          .with("ArgumentName", "upload-id-marker")
          .with("ArgumentValue", query.upload_id_marker.substr(0, 1024));
    }
    begin = schema::upload_key(bucket, query.key_marker, *id) + '\0';
  }
  const auto look = [&](const kv::snapshot& s) -> result<upload_page> {
    if (auto record = require_bucket(s, bucket); !record) return std::move(record).error();
    upload_page page;
    if (max == 0) return page;
    const auto row = [&](const std::string& key, std::string_view tail, std::string_view stored,
                         std::string_view value) {
      page.uploads.push_back(
          schema::named(stored, [&] { return schema::decode_upload(key, tail, value); }));
      page.next_key_marker = key;
      page.next_upload_id_marker = page.uploads.back().id;
    };
    const auto common = [&](std::string_view prefix) {
      page.common_prefixes.emplace_back(prefix);
      page.next_key_marker = prefix;
      page.next_upload_id_marker.clear();
    };
    page.truncated = walk_rows(s, range, begin, schema::upload_id_bytes, max, row, common);
    // AWS names the last upload on the last page too, and no common prefix there.
    if (!page.truncated && !page.uploads.empty()) {
      page.next_key_marker = page.uploads.back().key;
      page.next_upload_id_marker = page.uploads.back().id;
    } else if (!page.truncated) {
      page.next_key_marker.clear();
    }
    return page;
  };
  co_return co_await impl_->db.read(look);
}

task<result<void>> catalog::abort_upload(std::uint64_t bucket, object_key key,
                                         std::string upload_id,
                                         std::optional<std::chrono::sys_seconds> if_initiated) {
  const auto id = parse_upload_id(upload_id);
  if (!id) co_return no_such_upload(upload_id);
  const auto work = [&](kv::transaction& t) -> result<void> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    const auto upload = require_upload(t, place{bucket, key.str()}, *id);
    if (!upload) return upload.error();
    const auto began = std::chrono::floor<std::chrono::seconds>(upload->initiated);
    if (if_initiated && *if_initiated != began) return errc::precondition_failed;
    usage_delta used;
    drop_upload(t, *record, *upload, *id, used);
    apply_usage(t, *record, used);
    return {};
  };
  auto done = co_await impl_->db.write(work);
  impl_->garbage.wake();
  co_return std::move(done);
}

}  // namespace torhaus::storage::catalog
