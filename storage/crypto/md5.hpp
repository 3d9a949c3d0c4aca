// MD5 of one stream, and of many streams at once in the lanes of SIMD registers. MD5 is one long
// chain of dependent steps: a processor that computes sixteen of them side by side takes hardly
// longer than for one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "storage/crypto/begun_block.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::storage::crypto {

inline constexpr std::size_t md5_block_bytes = begun_block::block_bytes;
// Streams that one call can advance; the widest registers have so many lanes.
inline constexpr std::size_t max_md5_lanes = 16;

using md5_words = std::array<std::uint32_t, 4>;

struct md5_lane {
  md5_words* words;
  const std::byte* from;
};

// Advances each of 1 to max_md5_lanes streams by `blocks` blocks. The code is chosen at run time:
// AVX-512, AVX2, or one stream after the other.
void advance_md5(std::span<const md5_lane> lanes, std::size_t blocks) noexcept;
// The same with the code of one kind, for tests. False when the processor lacks it.
enum class md5_code : std::uint8_t { plain, avx2, avx512 };
bool advance_md5(md5_code, std::span<const md5_lane> lanes, std::size_t blocks) noexcept;

// One message. A caller that runs several at once takes the whole blocks out of update()'s hands:
// it feeds take_ragged() first, advances words() itself and tells note_blocks().
class md5_stream {
 public:
  using lane = md5_lane;

  void update(std::span<const std::byte>) noexcept;
  // Nothing but another stream may follow.
  digest_value finish() noexcept;

  // Takes what completes the begun block, or everything when no whole block follows; the rest
  // begins at a block's boundary.
  std::span<const std::byte> take_ragged(std::span<const std::byte>) noexcept;
  md5_words& words() noexcept { return words_; }
  void note_blocks(std::size_t blocks) noexcept { begun_.note_blocks(blocks); }

 private:
  // RFC 1321, 3.3.
  md5_words words_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  begun_block begun_;
};

}  // namespace torhaus::storage::crypto
