// Digests and checksums of bodies. The only door to OpenSSL outside auth/ and crypto/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace torhaus::storage::crypto {

// S3's checksum algorithms ("Checking object integrity"); MD5 also for ETag and Content-MD5. The
// catalog stores the numbers: a new one stands last.
enum class algorithm : std::uint8_t {
  md5,
  sha1,
  sha256,
  crc32,
  crc32c,
  crc64nvme,
  sha512,
  xxhash64,
  xxhash3,
  xxhash128,
};
inline constexpr std::size_t algorithm_count = 10;

// As texts of errors and the names of headers spell it.
constexpr std::string_view name_of(algorithm a) {
  constexpr std::array<std::string_view, algorithm_count> names = {
      "md5",       "sha1",   "sha256",   "crc32",   "crc32c",
      "crc64nvme", "sha512", "xxhash64", "xxhash3", "xxhash128"};
  return names[static_cast<std::size_t>(a)];
}

// A checksum of a whole can be had from those of its parts (combine_crc).
constexpr bool is_crc(algorithm a) {
  return a == algorithm::crc32 || a == algorithm::crc32c || a == algorithm::crc64nvme;
}

constexpr std::size_t digest_bytes(algorithm a) {
  switch (a) {
    case algorithm::md5:
    case algorithm::xxhash128:
      return 16;
    case algorithm::sha1:
      return 20;
    case algorithm::sha256:
      return 32;
    case algorithm::crc32:
    case algorithm::crc32c:
      return 4;
    case algorithm::crc64nvme:
    case algorithm::xxhash64:
    case algorithm::xxhash3:
      return 8;
    case algorithm::sha512:
      return 64;
  }
  return 0;
}

// A digest's raw bytes, big-endian for the CRCs and the XXHs as S3 encodes them.
struct digest_value {
  algorithm kind = algorithm::md5;
  std::array<std::uint8_t, 64> data{};

  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(data.data()), digest_bytes(kind)};
  }
  bool operator==(const digest_value& other) const {
    return kind == other.kind && bytes() == other.bytes();
  }
};

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
// Strict RFC 4648 with padding; nullopt for anything else.
std::optional<std::string> from_base64(std::string_view text);
// Lower or upper case hex, even length; nullopt for anything else.
std::optional<std::string> from_hex(std::string_view text);

class md5_stream;
class sha256_stream;

// Several digests over one stream, each buffer read once while it is in cache; MD5 and SHA-256 in
// one pass where the processor is good at it.
class digest_set {
 public:
  digest_set();
  ~digest_set();
  digest_set(digest_set&&) noexcept;
  digest_set& operator=(digest_set&&) noexcept;

  // Asks for one more digest; only before the first update. Asking twice is one.
  void want(algorithm);
  bool wants(algorithm) const;
  void update(std::span<const std::byte>);
  // The same for all digests but MD5, whose stream the caller feeds with these bytes itself (with
  // those of other uploads, by an md5_team, or in one pass with another digest) before the next
  // update() or finish(). MD5 must be wanted.
  void update_but_md5(std::span<const std::byte>);
  // The same where the caller has fed SHA-256 as well, if it is there and has_lanes().
  void update_but_lanes(std::span<const std::byte>);
  md5_stream& md5();
  // Null when it is not wanted.
  sha256_stream* sha256();
  // Ends all digests; afterwards only value() is allowed.
  void finish();
  const digest_value& value(algorithm) const;

 private:
  struct state;
  enum class taking : std::uint8_t { all, all_but_md5, all_but_lanes };
  void take(std::span<const std::byte>, taking);
  std::unique_ptr<state> state_;
};

// One digest of one buffer.
digest_value digest_of(algorithm, std::string_view bytes);

// Raw CRC32C (Castagnoli, as in iSCSI) continued from `crc` (0 to begin): block checksums.
std::uint32_t crc32c(std::uint32_t crc, std::span<const std::byte>) noexcept;

// The CRC of A·B from the CRCs of A and B and the length of B: full-object checksums of multipart
// uploads without reading the parts. Only for the three CRC algorithms.
digest_value combine_crc(const digest_value& a, const digest_value& b, std::uint64_t b_bytes);

std::string hmac_sha256(std::string_view key, std::string_view message);
// For Signature Version 2 of browser uploads and for nothing new.
std::string hmac_sha1(std::string_view key, std::string_view message);

}  // namespace torhaus::storage::crypto
