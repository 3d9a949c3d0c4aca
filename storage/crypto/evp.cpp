#include "storage/crypto/evp.hpp"

#include <openssl/err.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace torhaus::storage::crypto {
namespace {

constexpr std::size_t evp_kinds = 3;
// Enough for the requests that one thread starts and ends in turn; the rest is freed.
constexpr std::size_t kept_contexts = 16;

constexpr std::size_t context_slot_of(algorithm kind) {
  return kind == algorithm::sha1 ? 0 : kind == algorithm::sha256 ? 1 : 2;
}

struct free_md {
  void operator()(EVP_MD* md) const noexcept { EVP_MD_free(md); }
};
using fetched_md = std::unique_ptr<EVP_MD, free_md>;

fetched_md fetch(const char* name) {
  fetched_md md(EVP_MD_fetch(nullptr, name, nullptr));
  if (!md) throw_openssl(name);
  return md;
}

const EVP_MD* md_of(algorithm kind) {
  static const std::array<fetched_md, evp_kinds> fetched{fetch("SHA1"), fetch("SHA256"),
                                                         fetch("SHA512")};
  return fetched.at(context_slot_of(kind)).get();
}

std::array<std::vector<md_context>, evp_kinds>& store() {
  thread_local std::array<std::vector<md_context>, evp_kinds> kept;
  return kept;
}

}  // namespace

void throw_openssl(const char* what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  throw std::runtime_error(std::string("OpenSSL: ") + what + ": " + text.data());
}

md_context take_context(algorithm kind) {
  auto& kept = store().at(context_slot_of(kind));
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
  auto& kept = store()[context_slot_of(kind)];
  if (!context || kept.size() >= kept_contexts) return;
  try {
    kept.push_back(std::move(context));
  } catch (const std::bad_alloc&) {
    // Not kept, then: the context frees itself.
  }
}

void update_openssl(EVP_MD_CTX* context, std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(context, bytes.data(), bytes.size()) != 1) throw_openssl("EVP_DigestUpdate");
}

digest_value finished_openssl(algorithm kind, EVP_MD_CTX* context) {
  digest_value out;
  out.kind = kind;
  if (EVP_DigestFinal_ex(context, out.data.data(), nullptr) != 1) {
    throw_openssl("EVP_DigestFinal_ex");
  }
  return out;
}

}  // namespace torhaus::storage::crypto
