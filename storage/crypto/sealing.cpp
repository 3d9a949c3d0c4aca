// Sealed form: version (1 byte, 0x01), nonce (12), ciphertext (as long as the secret), tag (16).
#include "storage/crypto/sealing.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <limits>
#include <memory>
#include <span>
#include <stdexcept>

#include "storage/crypto/evp.hpp"

namespace torhaus::storage::crypto {
namespace {

constexpr char format_version = 1;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t header_bytes = 1 + nonce_bytes;
// Only small secrets come here; larger lengths would not fit OpenSSL's int either.
constexpr std::size_t max_secret_bytes = std::size_t{1} << 20;

struct free_cipher_context {
  void operator()(EVP_CIPHER_CTX* c) const noexcept { EVP_CIPHER_CTX_free(c); }
};
using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, free_cipher_context>;

// Wipes itself, so that no key stays on the stack.
struct derived_key {
  std::array<unsigned char, key_bytes> bytes{};
  derived_key() = default;
  derived_key(const derived_key&) = delete;
  derived_key& operator=(const derived_key&) = delete;
  ~derived_key() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

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

void derive(std::span<const unsigned char> master, std::string_view purpose, derived_key& out) {
  struct free_kdf_context {
    void operator()(EVP_KDF_CTX* c) const noexcept { EVP_KDF_CTX_free(c); }
  };
  const std::unique_ptr<EVP_KDF_CTX, free_kdf_context> context(
      EVP_KDF_CTX_new(const_cast<EVP_KDF*>(hkdf())));
  if (!context) throw_openssl("HKDF");
  std::string digest = "SHA256";
  std::string info = "torhaus seal 1 ";
  info += purpose;
  const std::array params{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                        const_cast<unsigned char*>(master.data()), master.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  if (EVP_KDF_derive(context.get(), out.bytes.data(), out.bytes.size(), params.data()) != 1) {
    throw_openssl("HKDF");
  }
}

// The purpose's length goes first, so that no purpose and context share their bytes with another
// pair.
std::string associated_data(std::string_view purpose, std::string_view context) {
  std::string out;
  const std::uint64_t length = purpose.size();
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(length >> shift));
  out += purpose;
  out += context;
  if (out.size() > max_secret_bytes) throw std::logic_error("sealer: context too long");
  return out;
}

cipher_context new_cipher_context() {
  cipher_context context(EVP_CIPHER_CTX_new());
  if (!context) throw_openssl("EVP_CIPHER_CTX_new");
  return context;
}

}  // namespace

sealer::sealer(std::string_view master, random_source& random) : master_{}, random_(random) {
  if (master.size() != master_.size())
    throw std::logic_error("sealer: the master key has 32 bytes");
  std::copy(master.begin(), master.end(), master_.begin());
}

sealer::~sealer() { OPENSSL_cleanse(master_.data(), master_.size()); }

std::string sealer::seal(std::string_view purpose, std::string_view context,
                         std::string_view secret) const {
  if (secret.size() > max_secret_bytes) throw std::logic_error("sealer: secret too long");
  derived_key key;
  derive(master_, purpose, key);
  const std::string bound = associated_data(purpose, context);

  std::string out(header_bytes + secret.size() + tag_bytes, '\0');
  out[0] = format_version;
  random_.fill(std::as_writable_bytes(std::span(out).subspan(1, nonce_bytes)));
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());

  const cipher_context cipher = new_cipher_context();
  int written = 0;
  if (EVP_EncryptInit_ex2(cipher.get(), aes_256_gcm(), key.bytes.data(), bytes + 1, nullptr) != 1 ||
      EVP_EncryptUpdate(cipher.get(), nullptr, &written, raw(bound),
                        static_cast<int>(bound.size())) != 1 ||
      EVP_EncryptUpdate(cipher.get(), bytes + header_bytes, &written, raw(secret),
                        static_cast<int>(secret.size())) != 1 ||
      EVP_EncryptFinal_ex(cipher.get(), bytes + header_bytes + written, &written) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_bytes),
                          bytes + header_bytes + secret.size()) != 1) {
    throw_openssl("AES-256-GCM");
  }
  return out;
}

std::optional<std::string> sealer::open(std::string_view purpose, std::string_view context,
                                        std::string_view sealed) const {
  if (sealed.size() < header_bytes + tag_bytes || sealed.front() != format_version ||
      sealed.size() > header_bytes + max_secret_bytes + tag_bytes) {
    return std::nullopt;
  }
  derived_key key;
  derive(master_, purpose, key);
  const std::string bound = associated_data(purpose, context);
  const std::string_view nonce = sealed.substr(1, nonce_bytes);
  const std::string_view text =
      sealed.substr(header_bytes, sealed.size() - header_bytes - tag_bytes);
  std::string tag(sealed.substr(sealed.size() - tag_bytes));

  const cipher_context cipher = new_cipher_context();
  std::string out(text.size(), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  int written = 0;
  if (EVP_DecryptInit_ex2(cipher.get(), aes_256_gcm(), key.bytes.data(), raw(nonce), nullptr) !=
          1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_bytes),
                          tag.data()) != 1 ||
      EVP_DecryptUpdate(cipher.get(), nullptr, &written, raw(bound),
                        static_cast<int>(bound.size())) != 1 ||
      EVP_DecryptUpdate(cipher.get(), bytes, &written, raw(text), static_cast<int>(text.size())) !=
          1) {
    throw_openssl("AES-256-GCM");
  }
  if (EVP_DecryptFinal_ex(cipher.get(), bytes + written, &written) != 1) {
    OPENSSL_cleanse(out.data(), out.size());
    return std::nullopt;
  }
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace torhaus::storage::crypto
