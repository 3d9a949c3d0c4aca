// The form of an entry in LMDB's two databases: the value, then the CRC32C of its area, its
// physical key and the value (4 bytes, big-endian).
//
// A long key is several entries, each with a checksum of its own. They vouch for the whole: a
// head's checksum ties the bytes above to the node's id, an entry below ties that id to the rest,
// and an id is never given out twice (lmdb_state.hpp).
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/base/codec.hpp"

namespace torhaus::storage::kv {

enum class area : std::uint8_t { root = 0, tails = 1, check = 2 };

inline constexpr std::size_t checksum_bytes = 4;

std::uint32_t entry_checksum(area, std::string_view physical, std::string_view value);
void store_checksum(char* at, std::uint32_t sum);
// The last four bytes, right or not; 0 for a shorter entry.
std::uint32_t stored_checksum(std::string_view stored);
// Whether the entry ends with its checksum.
bool is_whole(area, std::string_view physical, std::string_view stored);
// The value of a stored entry. Throws damaged_record with the key when the checksum differs.
std::string_view checked_value(area, std::string_view physical, std::string_view stored);

// What one entry adds to the sum over all (lmdb_state.hpp): its checksum, spread over 64 bits so
// that an exchange of entries does not cancel out.
constexpr std::uint64_t share_of_sum(std::uint32_t checksum) {
  std::uint64_t z = checksum + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

}  // namespace torhaus::storage::kv
