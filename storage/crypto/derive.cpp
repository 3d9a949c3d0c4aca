#include "storage/crypto/derive.hpp"

#include <string>

#include "storage/crypto/cipher.hpp"

namespace torhaus::storage::crypto {

secret_key derive_key(std::string_view master, std::string_view purpose) {
  return hkdf_sha256(master, {}, "torhaus key 1 " + std::string(purpose));
}

}  // namespace torhaus::storage::crypto
