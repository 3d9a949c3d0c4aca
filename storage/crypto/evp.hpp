// OpenSSL's digest objects: fetched once, contexts kept per thread. For .cpp files of this
// part only.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <span>

#include "storage/crypto/digest.hpp"

namespace torhaus::storage::crypto {

// Throws what OpenSSL says went wrong; nothing a client sends can cause it.
[[noreturn]] void throw_openssl(const char* what);

struct free_md_context {
  void operator()(EVP_MD_CTX* c) const noexcept { EVP_MD_CTX_free(c); }
};
using md_context = std::unique_ptr<EVP_MD_CTX, free_md_context>;

// A context begun for sha1, sha256 or sha512; from the calling thread's store when it has one.
md_context take_context(algorithm);
// Hands it back to the calling thread's store (a few of each kind are kept).
void give_back(algorithm, md_context) noexcept;

// Both throw as throw_openssl does. A context that has given its digest takes nothing any more.
void update_openssl(EVP_MD_CTX*, std::span<const std::byte>);
digest_value finished_openssl(algorithm, EVP_MD_CTX*);

}  // namespace torhaus::storage::crypto
