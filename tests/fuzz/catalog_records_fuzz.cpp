// Stored records as a broken disk or a stranger's data directory may hold them. Whatever the bytes
// are, decoding ends in damaged_record or in a record that survives a round trip.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/catalog/schema.hpp"

namespace {

using namespace torhaus;
using namespace torhaus::storage::catalog;

void require(bool holds) {
  if (!holds) std::abort();
}

// What was decoded encodes to a record of today's version, which means the same.
template <class Decode>
void check_round_trip(std::string_view bytes, Decode decode) {
  std::string first;
  try {
    first = schema::encode(decode(bytes));
  } catch (const damaged_record&) {
    return;
  }
  require(schema::encode(decode(first)) == first);
}

void check_manifest(std::string_view bytes) {
  try {
    const schema::manifest_view manifest(bytes);
    for (std::size_t i = 0; i < manifest.size(); ++i) (void)manifest.at(i);
    require(manifest.find_offset(~std::uint64_t{0}) == manifest.size());
  } catch (const damaged_record&) {
  }
}

void check_names(std::string_view stored) {
  try {
    const auto name = schema::split_row(stored, 8);
    const std::string again =
        schema::key_from(stored[0], schema::from_big_endian(stored.substr(1, 8)), name.key);
    require(stored.starts_with(again));
  } catch (const damaged_record&) {
  }
}

void check_text_records(std::string_view bytes) {
  try {
    const std::string document = schema::decode_setting(bytes);
    require(schema::decode_setting(schema::encode_setting(document)) == document);
  } catch (const damaged_record&) {
  }
  try {
    const auto garbage = schema::decode_garbage_blob(bytes);
    require(garbage.location.size() <= bytes.size());
  } catch (const damaged_record&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_round_trip(bytes, [](std::string_view b) { return schema::decode_version("key", 7, b); });
  check_round_trip(bytes, [](std::string_view b) { return schema::decode_bucket("name", b); });
  check_round_trip(bytes, [](std::string_view b) {
    return schema::decode_upload("key", std::string(schema::upload_id_bytes, 'u'), b);
  });
  check_round_trip(bytes, [](std::string_view b) { return schema::decode_part(3, b); });
  check_round_trip(bytes, [](std::string_view b) { return schema::decode_data(b); });
  check_manifest(bytes);
  check_names(bytes);
  check_text_records(bytes);
  return 0;
}
