// AES-256-GCM and HKDF-SHA256 over OpenSSL. For .cpp files of this part only.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "storage/crypto/secret_key.hpp"

namespace torhaus::storage::crypto {

inline constexpr std::size_t gcm_nonce_bytes = 12;
inline constexpr std::size_t gcm_tag_bytes = 16;

// RFC 5869 with SHA-256, 32 bytes long.
secret_key hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info);

// One key in one direction, its schedule computed once. A nonce is used once under a key: that is
// the caller's business.
class gcm {
 public:
  enum class direction { encrypt, decrypt };
  gcm(direction, const secret_key&);

  // `out` has the size of `in` and may be the same memory.
  void seal(std::string_view nonce, std::string_view bound, std::span<const std::byte> in,
            std::byte* out, std::byte* tag);
  // False when key, nonce, bound data, bytes or tag are not those of seal(); then `out` holds
  // nothing that may be used.
  [[nodiscard]] bool open(std::string_view nonce, std::string_view bound,
                          std::span<const std::byte> in, const std::byte* tag, std::byte* out);

 private:
  struct free_context {
    void operator()(EVP_CIPHER_CTX* c) const noexcept { EVP_CIPHER_CTX_free(c); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, free_context> context_;
};

}  // namespace torhaus::storage::crypto
