// XXH64 and the two widths of XXH3, with seed 0, in their canonical form: big-endian, as S3 writes
// them. By libxxhash, which this file's .cpp alone includes.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "storage/crypto/digest.hpp"

namespace torhaus::storage::crypto {

constexpr bool is_xxhash(algorithm a) {
  return a == algorithm::xxhash64 || a == algorithm::xxhash3 || a == algorithm::xxhash128;
}

// One digest over one stream. They find what went wrong by accident and secure nothing.
class xxhash_stream {
 public:
  explicit xxhash_stream(algorithm);  // is_xxhash()
  ~xxhash_stream();
  xxhash_stream(xxhash_stream&&) noexcept;
  xxhash_stream& operator=(xxhash_stream&&) noexcept;

  void update(std::span<const std::byte>);
  digest_value finish() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace torhaus::storage::crypto
