#include "storage/crypto/hmac.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>

#include "storage/crypto/evp.hpp"

namespace torhaus::storage::crypto {
namespace {

// OpenSSL 3 would rather see EVP, whose contexts cannot be copied without an allocation and cost
// more than the blocks of a short message do.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

constexpr std::size_t block_bytes = SHA256_CBLOCK;
using block = std::array<unsigned char, block_bytes>;

// What `words` are the state of, after one block.
SHA256_CTX behind_one_block(const std::array<std::uint32_t, 8>& words) {
  SHA256_CTX of{};
  std::ranges::copy(words, of.h);
  of.Nl = block_bytes * 8;
  of.md_len = SHA256_DIGEST_LENGTH;
  return of;
}

std::array<std::uint32_t, 8> state_behind(const block& bytes) {
  SHA256_CTX of;
  SHA256_Init(&of);
  SHA256_Update(&of, bytes.data(), bytes.size());
  std::array<std::uint32_t, 8> out{};
  std::copy_n(of.h, out.size(), out.begin());
  OPENSSL_cleanse(&of, sizeof of);
  return out;
}

}  // namespace

hmac_sha256_key::hmac_sha256_key(std::string_view key) {
  block pad{};
  if (key.size() > block_bytes) {
    std::ranges::copy(digest_of(algorithm::sha256, key).bytes(), pad.begin());
  } else {
    std::ranges::copy(key, pad.begin());
  }
  for (unsigned char& b : pad) b ^= 0x36U;
  inner_ = state_behind(pad);
  for (unsigned char& b : pad) b ^= 0x36U ^ 0x5cU;
  outer_ = state_behind(pad);
  OPENSSL_cleanse(pad.data(), pad.size());
}

hmac_sha256_key::~hmac_sha256_key() {
  OPENSSL_cleanse(inner_.data(), sizeof inner_);
  OPENSSL_cleanse(outer_.data(), sizeof outer_);
}

digest_value hmac_sha256_key::sign(std::string_view message) const {
  digest_value out;
  out.kind = algorithm::sha256;
  SHA256_CTX of = behind_one_block(inner_);
  SHA256_Update(&of, message.data(), message.size());
  SHA256_Final(out.data.data(), &of);
  of = behind_one_block(outer_);
  SHA256_Update(&of, out.data.data(), SHA256_DIGEST_LENGTH);
  SHA256_Final(out.data.data(), &of);
  return out;
}

#pragma GCC diagnostic pop

std::string hmac_sha256(std::string_view key, std::string_view message) {
  return std::string(hmac_sha256_key(key).sign(message).bytes());
}

std::string hmac_sha1(std::string_view key, std::string_view message) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> out{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), bytes, message.size(), out.data(),
           nullptr) == nullptr) {
    throw_openssl("HMAC");
  }
  return {out.begin(), out.end()};
}

}  // namespace torhaus::storage::crypto
