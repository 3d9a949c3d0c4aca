#include "storage/crypto/evp.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace torhaus::storage::crypto {
namespace {

constexpr std::size_t evp_kinds = 3;
// Enough for the requests that one thread starts and ends in turn; the rest is freed.
constexpr std::size_t kept_contexts = 16;

constexpr std::size_t slot_of(algorithm kind) { return static_cast<std::size_t>(kind); }
static_assert(slot_of(algorithm::md5) == 0 && slot_of(algorithm::sha1) == 1 &&
              slot_of(algorithm::sha256) == 2);

struct free_md {
  void operator()(EVP_MD* md) const noexcept { EVP_MD_free(md); }
};
using fetched_md = std::unique_ptr<EVP_MD, free_md>;

fetched_md fetch(const char* name, const char* properties) {
  fetched_md md(EVP_MD_fetch(nullptr, name, properties));
  if (!md) throw_openssl(name);
  return md;
}

// MD5 names and checks content here and secures nothing, so it is taken past a FIPS provider.
const EVP_MD* md_of(algorithm kind) {
  static const std::array<fetched_md, evp_kinds> fetched{
      fetch("MD5", "fips=no"), fetch("SHA1", nullptr), fetch("SHA256", nullptr)};
  return fetched.at(slot_of(kind)).get();
}

std::array<std::vector<md_context>, evp_kinds>& store() {
  thread_local std::array<std::vector<md_context>, evp_kinds> kept;
  return kept;
}

struct free_mac_context {
  void operator()(EVP_MAC_CTX* c) const noexcept { EVP_MAC_CTX_free(c); }
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, free_mac_context>;

mac_context make_hmac_context() {
  struct free_mac {
    void operator()(EVP_MAC* m) const noexcept { EVP_MAC_free(m); }
  };
  const std::unique_ptr<EVP_MAC, free_mac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  if (!mac) throw_openssl("HMAC");
  mac_context context(EVP_MAC_CTX_new(mac.get()));
  if (!context) throw_openssl("HMAC");
  std::array<char, 7> name{'S', 'H', 'A', '2', '5', '6', '\0'};
  const std::array params{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), name.size() - 1),
      OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(context.get(), params.data()) != 1) throw_openssl("HMAC");
  return context;
}

}  // namespace

void throw_openssl(const char* what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  throw std::runtime_error(std::string("OpenSSL: ") + what + ": " + text.data());
}

md_context take_context(algorithm kind) {
  auto& kept = store().at(slot_of(kind));
  md_context context;
  if (!kept.empty()) {
    context = std::move(kept.back());
    kept.pop_back();
    // A context that has its digest already only needs to begin again.
    if (EVP_DigestInit_ex2(context.get(), nullptr, nullptr) == 1) return context;
    throw_openssl("EVP_DigestInit_ex2");
  }
  context.reset(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex2(context.get(), md_of(kind), nullptr) != 1) {
    throw_openssl("EVP_DigestInit_ex2");
  }
  return context;
}

void give_back(algorithm kind, md_context context) noexcept {
  auto& kept = store()[slot_of(kind)];
  if (!context || kept.size() >= kept_contexts) return;
  try {
    kept.push_back(std::move(context));
  } catch (const std::bad_alloc&) {
    // Not kept, then: the context frees itself.
  }
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  thread_local const mac_context context = make_hmac_context();
  static constexpr unsigned char nothing = 0;
  const auto* key_data =
      key.empty() ? &nothing : reinterpret_cast<const unsigned char*>(key.data());
  std::string out(digest_bytes(algorithm::sha256), '\0');
  std::size_t length = 0;
  if (EVP_MAC_init(context.get(), key_data, key.size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(message.data()),
                     message.size()) != 1 ||
      EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length,
                    out.size()) != 1) {
    throw_openssl("HMAC");
  }
  return out;
}

}  // namespace torhaus::storage::crypto
