// SHA-256 of one stream, and of one stream together with MD5 in a single pass. Both are chains of
// dependent steps, MD5 of scalar ones and SHA-256, where the processor has instructions for it, of
// vector ones: woven into one loop both take hardly longer than MD5 alone.
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

// One message. Throws when OpenSSL fails, which nothing a client sends can cause.
class sha256_stream {
 public:
  explicit sha256_stream(sha256_code = best_sha256_code());
  ~sha256_stream();
  sha256_stream(sha256_stream&&) noexcept;
  sha256_stream& operator=(sha256_stream&&) noexcept;

  void update(std::span<const std::byte>);
  // Nothing but destruction or another stream may follow.
  digest_value finish();

 private:
  struct openssl_state;
  friend void update_both(md5_stream&, sha256_stream&, std::span<const std::byte>);

  // As md5_stream's.
  std::span<const std::byte> take_ragged(std::span<const std::byte>) noexcept;

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
