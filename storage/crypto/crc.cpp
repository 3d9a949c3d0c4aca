// CRC32 and CRC32C by ISA-L, which picks its code for the processor; joining of CRCs.
#include "storage/crypto/crc.hpp"

#include <isa-l/crc.h>

#include <algorithm>

#include "storage/crypto/digest.hpp"
#include "storage/crypto/polynomial.hpp"

namespace torhaus::storage::crypto {

std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) noexcept {
  // ISA-L's gzip variant inverts at both ends itself.
  return ::crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::uint32_t crc32c(std::uint32_t crc, std::span<const std::byte> bytes) noexcept {
  // ISA-L's iSCSI variant leaves both inversions to its caller, takes an int and forgets const.
  constexpr std::size_t step = std::size_t{1} << 30;
  std::uint32_t state = ~crc;
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(step, bytes.size()));
    auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(piece.data()));
    state = ::crc32_iscsi(data, static_cast<int>(piece.size()), state);
    bytes = bytes.subspan(piece.size());
  }
  return ~state;
}

std::uint32_t combine_crc32(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes) noexcept {
  return crc32_ring::combine(a, b, b_bytes);
}

std::uint32_t combine_crc32c(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes) noexcept {
  return crc32c_ring::combine(a, b, b_bytes);
}

std::uint64_t combine_crc64nvme(std::uint64_t a, std::uint64_t b, std::uint64_t b_bytes) noexcept {
  return crc64nvme_ring::combine(a, b, b_bytes);
}

}  // namespace torhaus::storage::crypto
