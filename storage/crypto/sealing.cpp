// Sealed form: version (1 byte, 0x01), nonce (12), ciphertext (as long as the secret), tag (16).
#include "storage/crypto/sealing.hpp"

#include <openssl/crypto.h>

#include <span>
#include <stdexcept>

#include "storage/crypto/cipher.hpp"

namespace torhaus::storage::crypto {
namespace {

constexpr char format_version = 1;
constexpr std::size_t nonce_bytes = gcm_nonce_bytes;
constexpr std::size_t tag_bytes = gcm_tag_bytes;
constexpr std::size_t header_bytes = 1 + nonce_bytes;
// Only small secrets come here; larger lengths would not fit OpenSSL's int either.
constexpr std::size_t max_secret_bytes = std::size_t{1} << 20;

secret_key derive(std::string_view master, std::string_view purpose) {
  return hkdf_sha256(master, {}, "torhaus seal 1 " + std::string(purpose));
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

}  // namespace

sealer::sealer(std::string_view master, random_source& random) : master_{}, random_(random) {
  if (master.size() != master_.size())
    throw std::logic_error("sealer: the master key has 32 bytes");
  std::copy(master.begin(), master.end(), master_.begin());
}

sealer::~sealer() { OPENSSL_cleanse(master_.data(), master_.size()); }

std::string_view sealer::master() const {
  return {reinterpret_cast<const char*>(master_.data()), master_.size()};
}

std::string sealer::seal(std::string_view purpose, std::string_view context,
                         std::string_view secret) const {
  if (secret.size() > max_secret_bytes) throw std::logic_error("sealer: secret too long");
  const std::string bound = associated_data(purpose, context);
  std::string out(header_bytes + secret.size() + tag_bytes, '\0');
  out[0] = format_version;
  const auto bytes = std::as_writable_bytes(std::span(out));
  random_.fill(bytes.subspan(1, nonce_bytes));
  gcm cipher(gcm::direction::encrypt, derive(master(), purpose));
  std::byte* const at = bytes.data() + header_bytes;
  cipher.seal(std::string_view(out).substr(1, nonce_bytes), bound, std::as_bytes(std::span(secret)),
              at, at + secret.size());
  return out;
}

std::optional<std::string> sealer::open(std::string_view purpose, std::string_view context,
                                        std::string_view sealed) const {
  if (sealed.size() < header_bytes + tag_bytes || sealed.front() != format_version ||
      sealed.size() > header_bytes + max_secret_bytes + tag_bytes) {
    return std::nullopt;
  }
  const std::string bound = associated_data(purpose, context);
  const std::size_t length = sealed.size() - header_bytes - tag_bytes;
  const auto bytes = std::as_bytes(std::span(sealed)).subspan(header_bytes);
  std::string out(length, '\0');
  gcm cipher(gcm::direction::decrypt, derive(master(), purpose));
  if (!cipher.open(sealed.substr(1, nonce_bytes), bound, bytes.first(length), bytes.data() + length,
                   std::as_writable_bytes(std::span(out)).data())) {
    wipe(std::as_writable_bytes(std::span(out)));
    return std::nullopt;
  }
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace torhaus::storage::crypto
