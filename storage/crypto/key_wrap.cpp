#include "storage/crypto/key_wrap.hpp"

#include "storage/crypto/cipher.hpp"

namespace torhaus::storage::crypto {
namespace {

constexpr char wrap_version = 1;
constexpr std::size_t wrap_salt_bytes = 32;
constexpr std::size_t wrap_header_bytes = 1 + wrap_salt_bytes;
constexpr std::string_view wrap_info = "torhaus wrap 1";
// One nonce is enough for a key that is used once.
constexpr std::string_view nonce{"\0\0\0\0\0\0\0\0\0\0\0\0", gcm_nonce_bytes};

static_assert(wrapped_key_bytes == wrap_header_bytes + secret_key::bytes + gcm_tag_bytes);

}  // namespace

std::string wrap_key(const secret_key& under, std::string_view context, const secret_key& key,
                     random_source& random) {
  std::string out(wrapped_key_bytes, '\0');
  out[0] = wrap_version;
  const auto bytes = std::as_writable_bytes(std::span(out));
  random.fill(bytes.subspan(1, wrap_salt_bytes));
  gcm cipher(
      gcm::direction::encrypt,
      hkdf_sha256(under.view(), std::string_view(out).substr(1, wrap_salt_bytes), wrap_info));
  std::byte* const at = bytes.data() + wrap_header_bytes;
  cipher.seal(nonce, context, std::as_bytes(std::span(key.view())), at, at + secret_key::bytes);
  return out;
}

std::optional<secret_key> unwrap_key(const secret_key& under, std::string_view context,
                                     std::string_view wrapped) {
  if (wrapped.size() != wrapped_key_bytes || wrapped.front() != wrap_version) {
    return std::nullopt;
  }
  gcm cipher(gcm::direction::decrypt,
             hkdf_sha256(under.view(), wrapped.substr(1, wrap_salt_bytes), wrap_info));
  const auto bytes = std::as_bytes(std::span(wrapped)).subspan(wrap_header_bytes);
  std::array<std::byte, secret_key::bytes> plain{};
  const bool good = cipher.open(nonce, context, bytes.first(secret_key::bytes),
                                bytes.data() + secret_key::bytes, plain.data());
  const secret_key out(std::string_view(reinterpret_cast<char*>(plain.data()), plain.size()));
  wipe(plain);
  if (!good) return std::nullopt;
  return out;
}

}  // namespace torhaus::storage::crypto
