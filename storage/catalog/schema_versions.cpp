// Version records: to bytes and back. The head comes first, so that listings and decisions read no
// further.
#include <algorithm>

#include "storage/catalog/schema.hpp"
#include "storage/catalog/schema_detail.hpp"

namespace torhaus::storage::catalog::schema {
namespace {

using namespace detail;

constexpr std::uint8_t record_version = 2;

enum flag : std::uint8_t {
  null_version = 1,
  delete_marker = 2,
  composite = 4,
  has_blob = 8,
  has_manifest = 16,
  has_upload = 32,
};
constexpr std::uint8_t all_flags = 63;

std::uint8_t flags_of(const version_row& row) {
  const object_version& v = row.version;
  unsigned flags = 0;
  if (v.null_version) flags |= null_version;
  if (v.delete_marker) flags |= delete_marker;
  if (v.checksum && v.checksum->type == checksum_type::composite) flags |= composite;
  if (v.blob) flags |= has_blob;
  if (v.manifest) flags |= has_manifest;
  if (!row.upload_id.empty()) flags |= has_upload;
  return static_cast<std::uint8_t>(flags);
}

version_head take_head(decoder& in) {
  version_head h;
  const unsigned flags = in.u8();
  if (flags > all_flags) throw damaged_record("unknown flags");
  h.null_version = (flags & null_version) != 0;
  h.delete_marker = (flags & delete_marker) != 0;
  h.manifest = (flags & has_manifest) != 0;
  h.has_data = (flags & (has_manifest | has_blob)) != 0;
  h.has_upload = (flags & has_upload) != 0;
  h.checksum_kind =
      (flags & composite) != 0 ? checksum_type::composite : checksum_type::full_object;
  h.checksum_algorithm = algorithm_of(in.u8());
  h.size = in.u64();
  h.modified = in.time();
  h.nonce = in.u64();
  const std::string_view md5 = in.raw(h.etag.md5.size());
  std::copy(md5.begin(), md5.end(), h.etag.md5.begin());
  h.etag.parts = small(in.varint());
  if (h.has_data) h.data = blob::blob_id::from(in.raw(blob::blob_id::bytes));
  h.part_count = small(in.varint());
  h.owner = in.view();
  h.storage_class = in.view();
  if (in.version() >= 2) h.lock = take_lock(in);
  return h;
}

}  // namespace

std::string encode(const version_row& row) {
  constexpr std::size_t usual_bytes = 256;
  const object_version& v = row.version;
  encoder out(record_version, usual_bytes);
  out.u8(flags_of(row));
  out.u8(v.checksum ? algorithm_code(v.checksum->value.kind) : no_algorithm);
  out.u64(v.size).time(v.modified).u64(row.nonce);
  out.raw({reinterpret_cast<const char*>(v.etag.md5.data()), v.etag.md5.size()});
  out.varint(v.etag.parts);
  if (v.manifest)
    out.raw(v.manifest->view());
  else if (v.blob)
    out.raw(v.blob->view());
  out.varint(v.part_count).string(v.owner_canonical_id).string(v.attributes.storage_class);
  put_lock(out, v.lock);
  if (v.checksum) out.raw(v.checksum->value.bytes()).varint(v.checksum->parts);
  if (!row.upload_id.empty()) out.string(row.upload_id);
  put_attributes(out, v.attributes);
  out.string(v.acl).string(v.encryption);
  return std::move(out).take();
}

version_head decode_head(std::string_view value) {
  decoder in(value, record_version);
  return take_head(in);
}

version_row decode_version(std::string key, version_sequence sequence, std::string_view value) {
  decoder in(value, record_version);
  const version_head h = take_head(in);
  version_row row;
  object_version& v = row.version;
  v.key = std::move(key);
  v.sequence = sequence;
  v.null_version = h.null_version;
  v.delete_marker = h.delete_marker;
  v.version_id = version_id_text(h, sequence);
  v.size = h.size;
  v.modified = h.modified;
  v.etag = h.etag;
  v.owner_canonical_id = h.owner;
  v.attributes.storage_class = h.storage_class;
  v.lock = h.lock;
  v.part_count = h.part_count;
  if (h.has_data) (h.manifest ? v.manifest : v.blob) = h.data;
  row.nonce = h.nonce;
  if (h.checksum_algorithm) {
    const std::string_view bytes = in.raw(crypto::digest_bytes(*h.checksum_algorithm));
    v.checksum.emplace();
    v.checksum->value = digest_from(*h.checksum_algorithm, bytes);
    v.checksum->type = h.checksum_kind;
    v.checksum->parts = small(in.varint());
  }
  if (h.has_upload) row.upload_id = in.string();
  take_attributes(in, v.attributes);
  if (in.version() >= 2) {
    v.acl = in.string();
    v.encryption = in.string();
  }
  expect_end(in);
  return row;
}

std::string version_id_text(const version_head& h, version_sequence sequence) {
  if (h.null_version) return "null";
  return crypto::to_hex(big_endian(sequence) + big_endian(h.nonce));
}

}  // namespace torhaus::storage::catalog::schema
