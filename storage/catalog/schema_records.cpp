// Records of all tables but versions: to bytes and back. Decoders check every bound and throw
// damaged_record.
#include <algorithm>

#include "storage/catalog/schema.hpp"
#include "storage/catalog/schema_detail.hpp"

namespace torhaus::storage::catalog::schema {
namespace {

constexpr std::uint8_t bucket_version = 3;
constexpr std::uint8_t upload_version = 2;
constexpr std::uint8_t setting_version = 1;
constexpr std::uint8_t part_version = 1;
constexpr std::uint8_t data_version = 1;
constexpr std::uint8_t manifest_version = 1;
constexpr std::uint8_t garbage_version = 1;
constexpr std::uint8_t number_version = 1;

constexpr std::size_t manifest_fixed_bytes = 8 + blob::blob_id::bytes + 4;

}  // namespace

namespace detail {

std::uint8_t algorithm_code(const std::optional<crypto::algorithm>& a) {
  return a ? static_cast<std::uint8_t>(*a) : no_algorithm;
}

std::optional<crypto::algorithm> algorithm_of(std::uint8_t code) {
  if (code == no_algorithm) return std::nullopt;
  if (code >= crypto::algorithm_count) {
    throw damaged_record("an unknown checksum algorithm");
  }
  return static_cast<crypto::algorithm>(code);
}

crypto::digest_value digest_from(crypto::algorithm kind, std::string_view bytes) {
  crypto::digest_value value;
  value.kind = kind;
  std::copy(bytes.begin(), bytes.end(), value.data.begin());
  return value;
}

checksum_type checksum_kind_of(std::uint8_t code) {
  if (code > static_cast<std::uint8_t>(checksum_type::composite)) {
    throw damaged_record("an unknown type of checksum");
  }
  return static_cast<checksum_type>(code);
}

void put_pairs(encoder& out, const std::vector<name_value>& pairs) {
  out.varint(pairs.size());
  for (const auto& [name, value] : pairs) out.string(name).string(value);
}

std::vector<name_value> take_pairs(decoder& in) {
  const std::uint64_t count = in.varint();
  // A pair takes at least two bytes: what claims more is damaged, and must not cost memory.
  if (count > in.rest().size() / 2) throw damaged_record("more pairs than bytes");
  std::vector<name_value> pairs;
  pairs.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string name = in.string();
    pairs.emplace_back(std::move(name), in.string());
  }
  return pairs;
}

void put_attributes(encoder& out, const object_attributes& a) {
  out.string(a.content_type).string(a.cache_control).string(a.content_disposition);
  out.string(a.content_encoding).string(a.content_language).string(a.expires);
  out.string(a.website_redirect);
  put_pairs(out, a.metadata);
  put_pairs(out, a.tags);
}

void take_attributes(decoder& in, object_attributes& a) {
  a.content_type = in.string();
  a.cache_control = in.string();
  a.content_disposition = in.string();
  a.content_encoding = in.string();
  a.content_language = in.string();
  a.expires = in.string();
  a.website_redirect = in.string();
  a.metadata = take_pairs(in);
  a.tags = take_pairs(in);
}

namespace {
constexpr unsigned mode_bits = 3;
constexpr unsigned legal_hold_bit = 4;
constexpr unsigned legal_hold_given_bit = 8;
}  // namespace

void put_lock(encoder& out, const version_lock& lock) {
  const auto mode = static_cast<unsigned>(lock.mode);
  const unsigned hold =
      (lock.legal_hold ? legal_hold_bit : 0U) | (lock.legal_hold_given ? legal_hold_given_bit : 0U);
  out.u8(static_cast<std::uint8_t>(mode | hold));
  if (lock.mode != retention_mode::none) out.time(lock.until);
}

version_lock take_lock(decoder& in) {
  const unsigned bits = in.u8();
  // What cannot be read must not pass for unlocked.
  if (bits > (legal_hold_given_bit | legal_hold_bit | 2U) || (bits & mode_bits) == mode_bits)
    throw damaged_record("an unknown kind of lock");
  version_lock lock;
  lock.mode = static_cast<retention_mode>(bits & mode_bits);
  lock.legal_hold = (bits & legal_hold_bit) != 0;
  lock.legal_hold_given = (bits & legal_hold_given_bit) != 0;
  if (lock.mode != retention_mode::none) lock.until = in.time();
  return lock;
}

void expect_end(const decoder& in) {
  if (!in.rest().empty()) throw damaged_record("the record is too long");
}

std::uint32_t small(std::uint64_t v) {
  if (v > 0xFFFF'FFFF) throw damaged_record("a number is too large");
  return static_cast<std::uint32_t>(v);
}

}  // namespace detail

using namespace detail;

std::string encode_number(std::uint64_t v) {
  encoder out(number_version);
  out.u64(v);
  return std::move(out).take();
}

std::uint64_t decode_number(std::string_view value) {
  decoder in(value, number_version);
  const std::uint64_t v = in.u64();
  expect_end(in);
  return v;
}

std::string encode(const bucket_record& b) {
  encoder out(bucket_version);
  out.u8(static_cast<std::uint8_t>(b.versioning)).flag(b.object_lock).u64(b.id).time(b.created);
  out.string(b.owner_account).string(b.owner_canonical_id).string(b.project).string(b.region);
  out.varint(b.settings_revision);
  out.flag(b.lifecycle.indexed).flag(b.lifecycle.counts_newer);
  return std::move(out).take();
}

bucket_record decode_bucket(std::string_view name, std::string_view value) {
  decoder in(value, bucket_version);
  bucket_record b;
  const std::uint8_t versioning = in.u8();
  if (versioning > static_cast<std::uint8_t>(versioning_state::suspended)) {
    throw damaged_record("an unknown state of versioning");
  }
  b.versioning = static_cast<versioning_state>(versioning);
  b.object_lock = in.flag();
  b.name = name;
  b.id = in.u64();
  b.created = in.time();
  b.owner_account = in.string();
  b.owner_canonical_id = in.string();
  b.project = in.string();
  b.region = in.string();
  if (in.version() >= 2) b.settings_revision = in.varint();
  if (in.version() >= 3) {
    b.lifecycle.indexed = in.flag();
    b.lifecycle.counts_newer = in.flag();
  }
  expect_end(in);
  return b;
}

std::string encode(const usage& u) {
  encoder out(1);
  out.u64(u.objects).u64(u.bytes).u64(u.upload_bytes);
  return std::move(out).take();
}

usage decode_usage(std::string_view value) {
  decoder in(value, 1);
  usage u;
  u.objects = in.u64();
  u.bytes = in.u64();
  u.upload_bytes = in.u64();
  return u;
}

std::string encode_setting(std::string_view document) {
  encoder out(setting_version);
  out.string(document);
  return std::move(out).take();
}

std::string decode_setting(std::string_view value) {
  decoder in(value, setting_version);
  std::string document = in.string();
  expect_end(in);
  return document;
}

std::string encode(const upload_record& u) {
  encoder out(upload_version);
  out.time(u.initiated).u8(algorithm_code(u.settings.checksum_algorithm));
  out.u8(static_cast<std::uint8_t>(u.settings.checksum_kind));
  out.string(u.settings.owner_canonical_id).string(u.settings.initiator_id);
  out.string(u.settings.initiator_name).string(u.settings.attributes.storage_class);
  put_attributes(out, u.settings.attributes);
  put_lock(out, u.settings.lock);
  out.string(u.settings.acl).string(u.settings.encryption);
  return std::move(out).take();
}

upload_record decode_upload(std::string key, std::string_view upload_id, std::string_view value) {
  decoder in(value, upload_version);
  upload_record u;
  u.key = std::move(key);
  u.id = crypto::to_hex(upload_id);
  u.initiated = in.time();
  u.settings.checksum_algorithm = algorithm_of(in.u8());
  u.settings.checksum_kind = checksum_kind_of(in.u8());
  u.settings.owner_canonical_id = in.string();
  u.settings.initiator_id = in.string();
  u.settings.initiator_name = in.string();
  u.settings.attributes.storage_class = in.string();
  take_attributes(in, u.settings.attributes);
  if (in.version() >= 2) {
    u.settings.lock = take_lock(in);
    u.settings.acl = in.string();
    u.settings.encryption = in.string();
  }
  expect_end(in);
  return u;
}

std::string encode(const part_row& row) {
  const new_part& p = row.record.part;
  encoder out(part_version);
  out.u64(p.size).time(row.record.modified).raw(row.blob.view());
  out.raw({reinterpret_cast<const char*>(p.md5.data()), p.md5.size()});
  out.u8(p.checksum ? algorithm_code(p.checksum->kind) : no_algorithm);
  if (p.checksum) out.raw(p.checksum->bytes());
  return std::move(out).take();
}

part_row decode_part(std::uint32_t number, std::string_view value) {
  decoder in(value, part_version);
  part_row row;
  new_part& p = row.record.part;
  p.number = number;
  p.size = in.u64();
  row.record.modified = in.time();
  row.blob = blob::blob_id::from(in.raw(blob::blob_id::bytes));
  const std::string_view md5 = in.raw(p.md5.size());
  std::copy(md5.begin(), md5.end(), p.md5.begin());
  if (const auto algorithm = algorithm_of(in.u8())) {
    p.checksum = digest_from(*algorithm, in.raw(crypto::digest_bytes(*algorithm)));
  }
  expect_end(in);
  return row;
}

std::string encode(const data_row& d) {
  constexpr std::size_t other_bytes = 32;
  encoder out(data_version, other_bytes + d.location.size());
  out.u8(static_cast<std::uint8_t>(d.kind)).varint(d.references).varint(d.size);
  out.string(d.location);
  return std::move(out).take();
}

data_row decode_data(std::string_view value) {
  decoder in(value, data_version);
  data_row d;
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 4) throw damaged_record("an unknown kind of data");
  d.kind = static_cast<data_kind>(kind);
  d.references = in.varint();
  d.size = in.varint();
  d.location = in.view();
  expect_end(in);
  return d;
}

std::string encode_manifest(const std::vector<manifest_entry>& entries) {
  const bool checksums =
      !entries.empty() && std::all_of(entries.begin(), entries.end(), [&](const manifest_entry& e) {
        return e.checksum && e.checksum->kind == entries.front().checksum->kind;
      });
  encoder out(manifest_version);
  out.u8(checksums ? algorithm_code(entries.front().checksum->kind) : no_algorithm);
  for (const manifest_entry& e : entries) {
    out.u64(e.end).raw(e.blob.view()).raw(big_endian(e.number).substr(4));
    if (checksums) out.raw(e.checksum->bytes());
  }
  return std::move(out).take();
}

manifest_view::manifest_view(std::string_view value) {
  decoder in(value, manifest_version);
  algorithm_ = algorithm_of(in.u8());
  entries_ = in.rest();
  entry_bytes_ = manifest_fixed_bytes + (algorithm_ ? crypto::digest_bytes(*algorithm_) : 0);
  count_ = entries_.size() / entry_bytes_;
  if (entries_.size() % entry_bytes_ != 0 || count_ > max_parts) {
    throw damaged_record("a manifest of a wrong length");
  }
}

manifest_entry manifest_view::at(std::size_t index) const {
  if (index >= count_) throw damaged_record("a part behind the end of its manifest");
  const std::string_view raw = entries_.substr(index * entry_bytes_, entry_bytes_);
  manifest_entry e;
  e.end = from_big_endian(raw.substr(0, 8));
  e.blob = blob::blob_id::from(raw.substr(8, blob::blob_id::bytes));
  for (const char c : raw.substr(24, 4)) e.number = e.number << 8 | static_cast<std::uint8_t>(c);
  if (algorithm_) e.checksum = digest_from(*algorithm_, raw.substr(manifest_fixed_bytes));
  return e;
}

std::size_t manifest_view::find_offset(std::uint64_t offset) const {
  std::size_t low = 0;
  for (std::size_t high = count_; low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (at(middle).end > offset)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

std::string encode_garbage_blob(std::uint64_t size, std::string_view location) {
  encoder out(garbage_version);
  out.varint(size).string(location);
  return std::move(out).take();
}

garbage_blob decode_garbage_blob(std::string_view value) {
  decoder in(value, garbage_version);
  garbage_blob g;
  g.size = in.varint();
  g.location = in.string();
  expect_end(in);
  return g;
}

}  // namespace torhaus::storage::catalog::schema
