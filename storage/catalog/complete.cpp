// CompleteMultipartUpload: checks the parts against the list the client sends and makes one version
// of them. No bytes move; the cost is the part records and one manifest.
#include <algorithm>

#include "storage/catalog/impl.hpp"
#include "storage/catalog/object_content.hpp"
#include "storage/catalog/object_lock.hpp"
#include "storage/catalog/outbox.hpp"
#include "storage/catalog/part_error.hpp"
#include "storage/catalog/references.hpp"
#include "storage/catalog/uploads.hpp"
#include "storage/catalog/usage.hpp"

namespace torhaus::storage::catalog {
namespace {

constexpr std::uint64_t max_object_bytes = std::uint64_t{5} << 40;

// What the version will be, computed from the part records.
struct assembly {
  std::vector<schema::manifest_entry> entries;
  std::uint64_t size = 0;
  etag tag;
  std::optional<object_checksum> checksum;
};

// The part that is wrong; with invalid_part AWS names the upload besides.
error part_error(error why, const completed_part& part) {
  return std::move(why)
      .with("PartNumber", std::to_string(part.number))
      .with("ETag", part.etag.text());
}

error bad_part(std::string_view upload_id, const completed_part& part) {
  return part_error(part_not_found().with("UploadId", std::string(upload_id)), part);
}

// The ETag of a multipart object: MD5 of the parts' MD5s.
etag combined_etag(const std::vector<completed_part>& parts) {
  std::string all;
  all.reserve(parts.size() * 16);
  for (const completed_part& p : parts) {
    all.append(reinterpret_cast<const char*>(p.etag.md5.data()), p.etag.md5.size());
  }
  const crypto::digest_value md5 = crypto::digest_of(crypto::algorithm::md5, all);
  etag tag;
  std::copy_n(md5.data.begin(), tag.md5.size(), tag.md5.begin());
  tag.parts = static_cast<std::uint32_t>(parts.size());
  return tag;
}

// AWS: "Checking object integrity": composite is the digest of the parts' digests; full object is
// what a digest over all bytes would be, which CRCs allow. nullopt when a part has no checksum.
std::optional<object_checksum> combined_checksum(const std::vector<schema::manifest_entry>& entries,
                                                 checksum_type type) {
  object_checksum out;
  out.type = type;
  std::string all;
  std::uint64_t begin = 0;
  bool first = true;
  for (const schema::manifest_entry& e : entries) {
    if (!e.checksum) return std::nullopt;
    if (type == checksum_type::composite)
      all.append(e.checksum->bytes());
    else if (first)
      out.value = *e.checksum;
    else
      out.value = crypto::combine_crc(out.value, *e.checksum, e.end - begin);
    begin = e.end;
    first = false;
  }
  if (type == checksum_type::composite) {
    out.value = crypto::digest_of(entries.front().checksum->kind, all);
    out.parts = static_cast<std::uint32_t>(entries.size());
  }
  return out;
}

result<void> check_order(const std::vector<completed_part>& parts, std::string_view upload_id) {
  if (parts.empty() || parts.size() > schema::max_parts) return errc::malformed_xml;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].number <= parts[i - 1].number) {
      return error(errc::invalid_part_order).with("UploadId", crypto::to_hex(upload_id));
    }
  }
  return {};
}

// Whether the checksum that the client lists for a part is the part's. AWS wants one of every part
// of a composite upload. Where the upload names no algorithm, one of another than was kept was
// checked when the part came, and cannot be compared any more.
result<void> check_listed_checksum(const upload_record& upload, const new_part& part,
                                   const completed_part& listed) {
  const auto wanted = upload.settings.checksum_algorithm;
  const std::string number = std::to_string(listed.number);
  if (!listed.checksum) {
    if (!wanted || upload.settings.checksum_kind != checksum_type::composite) return {};
    return error(errc::invalid_request,
                 "The upload was created using a " + std::string(crypto::name_of(*wanted)) +
                     " checksum. The complete request must include the checksum for each part. It "
                     "was missing for part " +
                     number + " in the request.");
  }
  const crypto::algorithm kind = listed.checksum->kind;
  if (wanted && kind != *wanted) {
    return error(errc::bad_digest, "The " + std::string(crypto::name_of(kind)) +
                                       " you specified for part " + number +
                                       " did not match what we received.");
  }
  if (part.checksum && (part.checksum->kind != kind || *part.checksum == *listed.checksum)) {
    return {};
  }
  return bad_part(upload.id, listed);
}

// Compares one listed part with its record and appends it.
result<void> take_part(const schema::part_row& stored, const completed_part& listed,
                       const upload_record& upload, assembly& out) {
  const new_part& part = stored.record.part;
  if (listed.etag.parts != 0 || listed.etag.md5 != part.md5) {
    return bad_part(upload.id, listed);
  }
  if (auto ok = check_listed_checksum(upload, part, listed); !ok) return ok;
  out.size += part.size;
  if (out.size > max_object_bytes) {
    return error(errc::entity_too_large)
        .with("ProposedSize", std::to_string(out.size))
        .with("MaxSizeAllowed", std::to_string(max_object_bytes));
  }
  schema::manifest_entry entry;
  entry.end = out.size;
  entry.blob = stored.blob;
  entry.number = part.number;
  entry.checksum = part.checksum;
  out.entries.push_back(std::move(entry));
  return {};
}

result<void> check_size(std::uint64_t size, const completed_part& listed, std::uint64_t least) {
  if (size >= least) return {};
  return part_error(error(errc::entity_too_small), listed)
      .with("ProposedSize", std::to_string(size))
      .with("MinSizeAllowed", std::to_string(least));
}

// The checksum of the whole counts where the upload names an algorithm; AWS looks at none
// otherwise.
result<void> check_expectations(const assembly& made, const upload_record& upload,
                                const completion& wanted) {
  if (wanted.expected_size && *wanted.expected_size != made.size) {
    return error(errc::invalid_request,
                 "The provided 'x-amz-mp-object-size' header value " +
                     std::to_string(*wanted.expected_size) +
                     " does not match what was computed: " + std::to_string(made.size));
  }
  if (!wanted.expected_checksum || !upload.settings.checksum_algorithm) return {};
  const expected_checksum& expected = *wanted.expected_checksum;
  const bool same_type =
      made.checksum && made.checksum->type == expected.type.value_or(made.checksum->type);
  const bool same_parts =
      same_type && (expected.parts == 0 || expected.parts == made.checksum->parts);
  if (same_parts && made.checksum->value == expected.value) return {};
  return error(errc::bad_digest,
               "The " + std::string(crypto::name_of(*upload.settings.checksum_algorithm)) +
                   " you specified did not match the calculated checksum.");
}

// Walks the records of the parts beside the list of the client. `left` tells that parts are not in
// the list.
result<assembly> assemble(const kv::snapshot& s, std::string_view upload_id,
                          const upload_record& upload, const completion& wanted,
                          std::uint64_t least_bytes, bool& left) {
  assembly out;
  out.entries.reserve(wanted.parts.size());
  const std::string from = schema::part_key(upload_id, 0);
  const auto cursor = s.scan(from, schema::part_key(upload_id, schema::max_parts + 1));
  bool more = cursor->seek(from);
  left = false;
  // That a part is missing is said before that one is too small.
  result<void> sized;
  for (std::size_t i = 0; i < wanted.parts.size(); ++i) {
    const completed_part& listed = wanted.parts[i];
    while (more && schema::part_number_of(cursor->key()) < listed.number) {
      left = true;
      more = cursor->next();
    }
    if (!more || schema::part_number_of(cursor->key()) != listed.number) {
      return bad_part(upload.id, listed);
    }
    const auto row = schema::named(
        cursor->key(), [&] { return schema::decode_part(listed.number, cursor->value()); });
    if (auto taken = take_part(row, listed, upload, out); !taken) return std::move(taken).error();
    const bool last = i + 1 == wanted.parts.size();
    if (sized) sized = check_size(row.record.part.size, listed, last ? 0 : least_bytes);
    more = cursor->next();
  }
  if (!sized) return std::move(sized).error();
  left = left || more;
  out.tag = combined_etag(wanted.parts);
  const bool composite = upload.settings.checksum_algorithm &&
                         upload.settings.checksum_kind == checksum_type::composite;
  out.checksum = combined_checksum(
      out.entries, composite ? checksum_type::composite : checksum_type::full_object);
  return out;
}

// Takes the upload apart: its listed parts belong to the manifest now, the others are garbage.
void end_upload(kv::transaction& t, const place& at, std::string_view upload_id,
                const std::vector<completed_part>& parts, bool left) {
  for (const completed_part& p : parts) t.erase(schema::part_key(upload_id, p.number));
  t.erase(schema::upload_key(at.bucket, at.key, upload_id));
  if (!left) return;
  t.put(schema::garbage_key(schema::garbage_kind::upload, upload_id), schema::encode_number(0));
}

schema::version_row row_of(const upload_record& upload, const assembly& made,
                           std::string_view upload_id, const blob::blob_id& manifest,
                           std::uint64_t nonce) {
  schema::version_row row;
  row.version.size = made.size;
  row.version.etag = made.tag;
  row.version.checksum = made.checksum;
  row.version.owner_canonical_id = upload.settings.owner_canonical_id;
  row.version.attributes = upload.settings.attributes;
  row.version.lock = upload.settings.lock;
  row.version.acl = upload.settings.acl;
  row.version.encryption = upload.settings.encryption;
  row.version.manifest = manifest;
  row.version.part_count = static_cast<std::uint32_t>(made.entries.size());
  row.nonce = nonce;
  row.upload_id = upload_id;
  return row;
}

// A client that did not hear of its success asks again: the upload is gone, but its object is still
// the newest.
std::optional<object_version> already_completed(const kv::snapshot& s, const place& at,
                                                std::string_view upload_id,
                                                const completion& wanted) {
  auto row = newest_row(s, at);
  if (!row || row->upload_id != upload_id) return std::nullopt;
  if (row->version.etag != combined_etag(wanted.parts)) return std::nullopt;
  return std::move(row->version);
}

// AWS: a condition that holds does not hold if the key was written or deleted while the upload was
// on its way. A delete that left no marker cannot be seen any more.
result<void> check_undisturbed(const write_condition& wanted,
                               const std::optional<version_summary>& newest,
                               const upload_record& upload, std::string_view key) {
  if (!wanted.watched || !newest || newest->modified <= upload.initiated) return {};
  return error(errc::conditional_request_conflict)
      .with("Condition", wanted.if_match ? "If-Match" : "If-None-Match")
      .with("Key", std::string(key));
}

struct completion_job {
  std::string upload_id;  // raw
  completion wanted;
  const clock_source* clock = nullptr;
  const quota_source* quotas = nullptr;
  sys_micros now{};
  std::uint64_t nonce = 0;
  blob::blob_id manifest;
  std::uint64_t least_bytes = 0;
};

result<object_version> complete(kv::transaction& t, const place& at, const completion_job& job,
                                bool& garbage) {
  const auto bucket = require_bucket(t, at.bucket);
  if (!bucket) return bucket.error();
  if (auto ordered = check_order(job.wanted.parts, job.upload_id); !ordered)
    return std::move(ordered).error();
  const auto upload = require_upload(t, at, job.upload_id);
  if (!upload) {
    auto before = already_completed(t, at, job.upload_id, job.wanted);
    if (before) return std::move(*before);
    return upload.error();
  }
  bool left = false;
  const auto made = assemble(t, job.upload_id, *upload, job.wanted, job.least_bytes, left);
  if (!made) return made.error();
  if (auto met = check_expectations(*made, *upload, job.wanted); !met)
    return std::move(met).error();
  const auto newest = newest_version(t, at);
  if (auto allowed = check_condition(job.wanted.condition, newest); !allowed) {
    return std::move(allowed).error();
  }
  if (auto alone = check_undisturbed(job.wanted.condition, newest, *upload, at.key); !alone) {
    return std::move(alone).error();
  }
  schema::version_row row = row_of(*upload, *made, job.upload_id, job.manifest, job.nonce);
  version_lock& lock = row.version.lock;
  if (lock.mode == retention_mode::none && job.wanted.default_lock.mode != retention_mode::none) {
    lock.mode = job.wanted.default_lock.mode;
    lock.until = job.wanted.default_lock.until;
  }
  if (auto kept = check_new_version(t, at, *bucket, newest, lock, job.now); !kept) {
    return std::move(kept).error();
  }
  usage_delta growth{1, static_cast<std::int64_t>(made->size), 0};
  growth.upload_bytes = -static_cast<std::int64_t>(upload_usage(t, job.upload_id));
  if (auto room = check_room(t, job.quotas, at, *bucket, newest, growth); !room) {
    return std::move(room).error();
  }
  t.put(schema::manifest_key(job.manifest), schema::encode_manifest(made->entries));
  add_manifest(t, job.manifest, made->size);
  end_upload(t, at, job.upload_id, job.wanted.parts, left);
  forget_upload(t, *bucket, *upload, job.upload_id);
  usage_delta used;
  drop_upload_usage(t, job.upload_id, used);
  garbage = add_version(t, at, *bucket, newest, job.now, row, used) || left;
  apply_usage(t, *bucket, used);
  keep_notes(t, *job.clock, job.wanted.notes, change_kind::stored, bucket->versioning, row.version,
             at.key);
  return std::move(row.version);
}

}  // namespace

error part_not_found() {
  return error(errc::invalid_part,
               "One or more of the specified parts could not be found.  The part may not have been "
               "uploaded, or the specified entity tag may not match the part's entity tag.");
}

task<result<opened_object>> catalog::complete_upload(std::uint64_t bucket, object_key key,
                                                     std::string upload_id, completion wanted) {
  auto id = parse_upload_id(upload_id);
  if (!id) co_return no_such_upload(upload_id);
  completion_job job;
  job.upload_id = std::move(*id);
  job.wanted = std::move(wanted);
  job.clock = &impl_->clock;
  job.quotas = impl_->quotas;
  job.now = impl_->clock.now();
  job.nonce = impl_->random_number();
  job.manifest = blob::blob_id::from(impl_->random_bytes(blob::blob_id::bytes));
  job.least_bytes = impl_->min_part_bytes;
  bool garbage = false;
  const lookup_sections::section section(impl_->sections);
  const auto work = [&](kv::transaction& t) {
    return complete(t, place{bucket, key.str()}, job, garbage);
  };
  auto done = co_await impl_->db.write(work);
  if (garbage) impl_->garbage.wake();
  if (!done) co_return std::move(done).error();
  opened_object opened;
  opened.version = std::move(*done);
  auto content = open_manifest(impl_->db, impl_->blobs, impl_->manifests, opened.version);
  if (!content) co_return std::move(content).error();
  opened.content = std::move(*content);
  co_return opened;
}

}  // namespace torhaus::storage::catalog
