#include "storage/crypto/xxhash.hpp"

#include <xxhash.h>

#include <cstring>
#include <new>
#include <stdexcept>

namespace torhaus::storage::crypto {
namespace {

struct free_64 {
  void operator()(XXH64_state_t* s) const noexcept { XXH64_freeState(s); }
};
struct free_3 {
  void operator()(XXH3_state_t* s) const noexcept { XXH3_freeState(s); }
};

// The library reports only null pointers.
void require_done(XXH_errorcode code) {
  if (code != XXH_OK) throw std::logic_error("xxhash: refused");
}

template <class Canonical>
void copy_digest(const Canonical& from, digest_value& to) {
  std::memcpy(to.data.data(), from.digest, sizeof from.digest);
}

}  // namespace

// One of the two, as the kind says.
struct xxhash_stream::state {
  algorithm kind;
  std::unique_ptr<XXH64_state_t, free_64> of_64;
  std::unique_ptr<XXH3_state_t, free_3> of_3;
};

xxhash_stream::xxhash_stream(algorithm kind) : state_(std::make_unique<state>()) {
  if (!is_xxhash(kind)) throw std::logic_error("xxhash_stream: another algorithm");
  state_->kind = kind;
  if (kind == algorithm::xxhash64) {
    state_->of_64.reset(XXH64_createState());
    if (!state_->of_64) throw std::bad_alloc();
    require_done(XXH64_reset(state_->of_64.get(), 0));
    return;
  }
  state_->of_3.reset(XXH3_createState());
  if (!state_->of_3) throw std::bad_alloc();
  require_done(kind == algorithm::xxhash3 ? XXH3_64bits_reset(state_->of_3.get())
                                          : XXH3_128bits_reset(state_->of_3.get()));
}

xxhash_stream::~xxhash_stream() = default;
xxhash_stream::xxhash_stream(xxhash_stream&&) noexcept = default;
xxhash_stream& xxhash_stream::operator=(xxhash_stream&&) noexcept = default;

void xxhash_stream::update(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  switch (state_->kind) {
    case algorithm::xxhash64:
      return require_done(XXH64_update(state_->of_64.get(), bytes.data(), bytes.size()));
    case algorithm::xxhash3:
      return require_done(XXH3_64bits_update(state_->of_3.get(), bytes.data(), bytes.size()));
    default:
      return require_done(XXH3_128bits_update(state_->of_3.get(), bytes.data(), bytes.size()));
  }
}

digest_value xxhash_stream::finish() const {
  digest_value out;
  out.kind = state_->kind;
  if (state_->kind == algorithm::xxhash128) {
    XXH128_canonical_t wide;
    XXH128_canonicalFromHash(&wide, XXH3_128bits_digest(state_->of_3.get()));
    copy_digest(wide, out);
    return out;
  }
  XXH64_canonical_t narrow;
  XXH64_canonicalFromHash(&narrow, state_->of_64 ? XXH64_digest(state_->of_64.get())
                                                 : XXH3_64bits_digest(state_->of_3.get()));
  copy_digest(narrow, out);
  return out;
}

}  // namespace torhaus::storage::crypto
