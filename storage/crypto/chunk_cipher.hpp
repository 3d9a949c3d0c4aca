// Encryption of long byte strings in chunks, so that a range is read without the rest and memory
// stays bounded.
//
//   header: magic "TOR" (3), version 0x01, salt (32)
//   chunks: 64 KiB of plaintext each, the last one 0 to 64 KiB, encrypted, each with a tag (16)
//
// Key of a byte string: HKDF-SHA256 of the data key with the salt, info "torhaus chunks 1". So one
// data key serves all parts of an upload, and no nonce is ever used twice under one key.
// AES-256-GCM of each chunk with the nonce "number of the chunk (11, big-endian) | 1 for the last
// chunk, else 0" (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): chunks
// that are cut off, appended, swapped or taken from elsewhere do not open. An empty string has one
// empty chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/crypto/secret_key.hpp"

namespace torhaus::storage::crypto {

inline constexpr std::size_t chunk_bytes = 64 * 1024;
inline constexpr std::size_t chunk_tag_bytes = 16;
inline constexpr std::size_t chunk_header_bytes = 36;

// How long the encrypted form of so many bytes is, and the other way round; nullopt for a length
// that no encrypted form has.
std::uint64_t sealed_size(std::uint64_t plain_bytes);
std::optional<std::uint64_t> plain_size(std::uint64_t sealed_bytes);

class chunk_encryptor {
 public:
  // Gets the encrypted bytes in order; the span is valid during the call. An error ends it all.
  using sink = std::function<result<void>(std::span<const std::byte>)>;

  explicit chunk_encryptor(const secret_key& data_key,
                           random_source& random = system_random_source());
  ~chunk_encryptor();
  chunk_encryptor(chunk_encryptor&&) noexcept;
  chunk_encryptor& operator=(chunk_encryptor&&) noexcept;

  // Any split of the plaintext gives the same bytes. Keeps at most one chunk.
  result<void> update(std::span<const std::byte> plain, const sink&);
  // The last chunk; afterwards nothing but destruction.
  result<void> finish(const sink&);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

class chunk_decryptor {
 public:
  // Reads encrypted bytes at an offset, as blob::reader does; 0 only at the end.
  using source = std::function<result<std::size_t>(std::uint64_t offset, std::span<std::byte>)>;

  chunk_decryptor(const secret_key& data_key, std::uint64_t sealed_bytes);
  ~chunk_decryptor();
  chunk_decryptor(chunk_decryptor&&) noexcept;
  chunk_decryptor& operator=(chunk_decryptor&&) noexcept;

  std::uint64_t size() const;  // of the plaintext
  // Reads up to out.size() bytes from offset; 0 only at the end. Fetches and decrypts the chunks
  // that are touched, whole ones straight into `out`; keeps the last partly used one. What does not
  // open is an internal_error, and nothing of `out` is then to be used.
  result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out, const source&);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace torhaus::storage::crypto
