// SHA-256 of one stream, of two side by side, and of one together with MD5 in a single pass. All
// are chains of dependent steps, MD5's of scalar ones and SHA-256's, where the processor has
// instructions for it, of vector ones: two of them woven into one loop take hardly longer than one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "storage/crypto/begun_block.hpp"
#include "storage/crypto/md5.hpp"

namespace torhaus::storage::crypto {

using sha256_words = std::array<std::uint32_t, 8>;

// own: the SHA instructions of x86-64; false from has() where the processor lacks them.
enum class sha256_code : std::uint8_t { openssl, own };
bool has(sha256_code) noexcept;
// own where there is one.
sha256_code best_sha256_code() noexcept;

// Streams that one call can advance.
inline constexpr std::size_t max_sha256_lanes = 2;

struct sha256_lane {
  sha256_words* words;
  const std::byte* from;
};

// Advances each of one or two streams by `blocks` blocks. Only where there is own code.
void advance_sha256(std::span<const sha256_lane>, std::size_t blocks) noexcept;

// One message. Throws when OpenSSL fails, which nothing a client sends can cause.
class sha256_stream {
 public:
  using lane = sha256_lane;

  explicit sha256_stream(sha256_code = best_sha256_code());
  ~sha256_stream();
  sha256_stream(sha256_stream&&) noexcept;
  sha256_stream& operator=(sha256_stream&&) noexcept;

  void update(std::span<const std::byte>);
  // Nothing but destruction or another stream may follow.
  digest_value finish();

  // Whether these can be used, as those of md5_stream: own code is at work.
  bool has_lanes() const noexcept { return openssl_ == nullptr; }
  std::span<const std::byte> take_ragged(std::span<const std::byte>) noexcept;
  sha256_words& words() noexcept { return words_; }
  void note_blocks(std::size_t blocks) noexcept { begun_.note_blocks(blocks); }

 private:
  struct openssl_state;
  friend void update_both(md5_stream&, sha256_stream&, std::span<const std::byte>);

  // FIPS 180-4, 5.3.3.
  sha256_words words_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  begun_block begun_;
  std::unique_ptr<openssl_state> openssl_;  // set: it does all
};

// Adds the same bytes to both streams, which may have begun at different places. In one pass with
// own code, else one after the other.
void update_both(md5_stream&, sha256_stream&, std::span<const std::byte>);

}  // namespace torhaus::storage::crypto
