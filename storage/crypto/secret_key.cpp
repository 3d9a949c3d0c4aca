#include "storage/crypto/secret_key.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <stdexcept>

namespace torhaus::storage::crypto {

void wipe(std::span<std::byte> memory) noexcept { OPENSSL_cleanse(memory.data(), memory.size()); }

secret_key::secret_key(std::string_view raw) {
  if (raw.size() != bytes) throw std::logic_error("a secret key has 32 bytes");
  std::ranges::copy(raw, data_.begin());
}

secret_key secret_key::random(random_source& source) {
  secret_key made;
  source.fill(std::as_writable_bytes(std::span(made.data_)));
  return made;
}

}  // namespace torhaus::storage::crypto
