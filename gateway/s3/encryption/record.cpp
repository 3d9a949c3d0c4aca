#include "gateway/s3/encryption/record.hpp"

#include "storage/base/codec.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::uint8_t record_version = 1;

}  // namespace

std::string encode(const encryption_record& r) {
  encoder out(record_version);
  out.u8(static_cast<std::uint8_t>(r.kind)).string(r.wrapped).string(r.key_id).string(r.context);
  out.flag(r.bucket_key);
  return std::move(out).take();
}

encryption_record decode_encryption(std::string_view bytes) {
  decoder in(bytes, record_version);
  encryption_record r;
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 3) throw damaged_record("an unknown kind of encryption");
  r.kind = static_cast<encryption_kind>(kind);
  r.wrapped = in.string();
  r.key_id = in.string();
  r.context = in.string();
  r.bucket_key = in.flag();
  if (!in.rest().empty()) throw damaged_record("a record is longer than its fields");
  return r;
}

std::string_view algorithm_name(encryption_kind kind) {
  switch (kind) {
    case encryption_kind::s3:
      return "AES256";
    case encryption_kind::kms:
      return "aws:kms";
    case encryption_kind::customer:
      return {};
  }
  return {};
}

}  // namespace torhaus::gateway::s3
