#include "storage/kv/lmdb_entry.hpp"

#include <string>

#include "storage/crypto/digest.hpp"

namespace torhaus::storage::kv {
namespace {

// Keys are printed no longer than this many bytes.
constexpr std::size_t printed_bytes = 256;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

std::uint32_t entry_checksum(area where, std::string_view physical, std::string_view value) {
  // The key's length, too: a byte that moves from the key to the value is a damage.
  const auto seed = static_cast<std::uint32_t>(0x5448'0000 | static_cast<unsigned>(where) << 12 |
                                               physical.size());
  return crypto::crc32c(crypto::crc32c(seed, bytes_of(physical)), bytes_of(value));
}

void store_checksum(char* at, std::uint32_t sum) {
  for (std::size_t i = 0; i < checksum_bytes; ++i) {
    at[i] = static_cast<char>(sum >> (8 * (checksum_bytes - 1 - i)) & 0xff);
  }
}

std::uint32_t stored_checksum(std::string_view stored) {
  if (stored.size() < checksum_bytes) return 0;
  std::uint32_t sum = 0;
  for (const char c : stored.substr(stored.size() - checksum_bytes)) {
    sum = sum << 8 | static_cast<std::uint8_t>(c);
  }
  return sum;
}

bool is_whole(area where, std::string_view physical, std::string_view stored) {
  if (stored.size() < checksum_bytes) return false;
  const std::string_view value = stored.substr(0, stored.size() - checksum_bytes);
  return entry_checksum(where, physical, value) == stored_checksum(stored);
}

std::string_view checked_value(area where, std::string_view physical, std::string_view stored) {
  if (!is_whole(where, physical, stored)) {
    throw damaged_record("a metadata entry does not have its checksum (key " +
                         crypto::to_hex(physical.substr(0, printed_bytes)) + ")");
  }
  return stored.substr(0, stored.size() - checksum_bytes);
}

}  // namespace torhaus::storage::kv
