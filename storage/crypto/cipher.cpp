#include "storage/crypto/cipher.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/crypto/evp.hpp"

namespace torhaus::storage::crypto {
namespace {

const EVP_CIPHER* aes_256_gcm() {
  struct free_cipher {
    void operator()(EVP_CIPHER* c) const noexcept { EVP_CIPHER_free(c); }
  };
  static const std::unique_ptr<EVP_CIPHER, free_cipher> fetched(
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  if (!fetched) throw_openssl("AES-256-GCM");
  return fetched.get();
}

const EVP_KDF* hkdf() {
  struct free_kdf {
    void operator()(EVP_KDF* k) const noexcept { EVP_KDF_free(k); }
  };
  static const std::unique_ptr<EVP_KDF, free_kdf> fetched(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  if (!fetched) throw_openssl("HKDF");
  return fetched.get();
}

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}
unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

// OpenSSL counts in int; nothing here comes near it.
int length_of(std::size_t bytes) {
  if (bytes > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::logic_error("too long for one call of the cipher");
  }
  return static_cast<int>(bytes);
}

OSSL_PARAM octets(const char* name, std::string_view value) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(value.data()), value.size());
}

}  // namespace

secret_key hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info) {
  struct free_kdf_context {
    void operator()(EVP_KDF_CTX* c) const noexcept { EVP_KDF_CTX_free(c); }
  };
  const std::unique_ptr<EVP_KDF_CTX, free_kdf_context> context(
      EVP_KDF_CTX_new(const_cast<EVP_KDF*>(hkdf())));
  if (!context) throw_openssl("HKDF");
  std::string digest = "SHA256";
  std::vector<OSSL_PARAM> params{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
      octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_INFO, info)};
  if (!salt.empty()) params.push_back(octets(OSSL_KDF_PARAM_SALT, salt));
  params.push_back(OSSL_PARAM_construct_end());
  std::array<unsigned char, secret_key::bytes> derived{};
  const int done = EVP_KDF_derive(context.get(), derived.data(), derived.size(), params.data());
  const secret_key out(std::string_view(reinterpret_cast<char*>(derived.data()), derived.size()));
  wipe(std::as_writable_bytes(std::span(derived)));
  if (done != 1) throw_openssl("HKDF");
  return out;
}

gcm::gcm(direction d, const secret_key& key) : context_(EVP_CIPHER_CTX_new()) {
  if (!context_ || EVP_CipherInit_ex2(context_.get(), aes_256_gcm(), raw(key.view()), nullptr,
                                      d == direction::encrypt ? 1 : 0, nullptr) != 1) {
    throw_openssl("AES-256-GCM");
  }
}

void gcm::seal(std::string_view nonce, std::string_view bound, std::span<const std::byte> in,
               std::byte* out, std::byte* tag) {
  EVP_CIPHER_CTX* c = context_.get();
  int written = 0;
  if (EVP_CipherInit_ex2(c, nullptr, nullptr, raw(nonce), 1, nullptr) != 1 ||
      EVP_CipherUpdate(c, nullptr, &written, raw(bound), length_of(bound.size())) != 1 ||
      EVP_CipherUpdate(c, raw(out), &written, raw(in.data()), length_of(in.size())) != 1 ||
      EVP_CipherFinal_ex(c, raw(out) + in.size(), &written) != 1 ||
      EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, length_of(gcm_tag_bytes), tag) != 1) {
    throw_openssl("AES-256-GCM");
  }
}

bool gcm::open(std::string_view nonce, std::string_view bound, std::span<const std::byte> in,
               const std::byte* tag, std::byte* out) {
  EVP_CIPHER_CTX* c = context_.get();
  int written = 0;
  if (EVP_CipherInit_ex2(c, nullptr, nullptr, raw(nonce), 0, nullptr) != 1 ||
      EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, length_of(gcm_tag_bytes),
                          const_cast<std::byte*>(tag)) != 1 ||
      EVP_CipherUpdate(c, nullptr, &written, raw(bound), length_of(bound.size())) != 1 ||
      EVP_CipherUpdate(c, raw(out), &written, raw(in.data()), length_of(in.size())) != 1) {
    throw_openssl("AES-256-GCM");
  }
  return EVP_CipherFinal_ex(c, raw(out) + in.size(), &written) == 1;
}

}  // namespace torhaus::storage::crypto
