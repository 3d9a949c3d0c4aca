// HMAC-SHA-256 with one key and many messages: the digest's states behind the two pads are kept, as
// RFC 2104, section 4, proposes. Half of the work of a short message.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "storage/crypto/digest.hpp"

namespace torhaus::storage::crypto {

// As good as the key itself to whoever wants to sign; wiped when it goes.
class hmac_sha256_key {
 public:
  // A key of any length; the default is the empty one.
  explicit hmac_sha256_key(std::string_view key = {});
  hmac_sha256_key(const hmac_sha256_key&) = default;
  hmac_sha256_key& operator=(const hmac_sha256_key&) = default;
  ~hmac_sha256_key();

  digest_value sign(std::string_view message) const;

 private:
  using words = std::array<std::uint32_t, 8>;
  words inner_;
  words outer_;
};

}  // namespace torhaus::storage::crypto
