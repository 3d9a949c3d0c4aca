// What MD5 and SHA-256 have in common beside their rounds: messages in blocks of 64 bytes, of which
// the last begun one waits, and the end of the message (RFC 1321, 3.1 and 3.2; FIPS 180-4, 5.1.1).
// For .cpp files and streams of this part only.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace torhaus::storage::crypto {

class begun_block {
 public:
  static constexpr std::size_t block_bytes = 64;

  // Takes what completes the begun block, for which whole(const std::byte*) is called, or
  // everything when no whole block follows; the rest begins at a block's boundary.
  template <class Whole>
  std::span<const std::byte> take_ragged(std::span<const std::byte> bytes, Whole whole) {
    const std::size_t begun = bytes_ % block_bytes;
    if (begun > 0) {
      const std::size_t part = std::min(block_bytes - begun, bytes.size());
      if (part > 0) std::memcpy(begun_.data() + begun, bytes.data(), part);
      bytes_ += part;
      bytes = bytes.subspan(part);
      if (begun + part < block_bytes) return {};
      whole(begun_.data());
    }
    if (bytes.size() >= block_bytes || bytes.empty()) return bytes;
    std::memcpy(begun_.data(), bytes.data(), bytes.size());
    bytes_ += bytes.size();
    return {};
  }

  void note_blocks(std::size_t blocks) noexcept { bytes_ += blocks * block_bytes; }

  // A bit, zeros and the message's length in bits, up to a block's boundary: 9 to 72 bytes.
  struct ending {
    std::array<std::byte, 2 * block_bytes> room{};
    std::size_t size = 0;
    std::span<const std::byte> bytes() const { return std::span(room).first(size); }
  };
  ending end(std::endian order_of_length) const noexcept {
    ending out;
    out.room[0] = std::byte{0x80};
    const std::size_t begun = bytes_ % block_bytes;
    const std::size_t zeros = (begun < 56 ? 56 : 120) - begun;
    const std::uint64_t bits = bytes_ * 8;
    for (std::size_t n = 0; n < 8; ++n) {
      const std::size_t place = order_of_length == std::endian::little ? n : 7 - n;
      out.room[zeros + place] = static_cast<std::byte>(bits >> (8 * n));
    }
    out.size = zeros + 8;
    return out;
  }

 private:
  std::uint64_t bytes_ = 0;
  std::array<std::byte, block_bytes> begun_{};  // bytes_ % block_bytes are in use
};

}  // namespace torhaus::storage::crypto
