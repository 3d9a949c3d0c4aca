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

// S3's five checksum algorithms ("Checking object integrity") and MD5 for ETag and Content-MD5.
enum class algorithm : std::uint8_t { md5, sha1, sha256, crc32, crc32c, crc64nvme };

constexpr std::size_t digest_bytes(algorithm a) {
  switch (a) {
    case algorithm::md5:
      return 16;
    case algorithm::sha1:
      return 20;
    case algorithm::sha256:
      return 32;
    case algorithm::crc32:
    case algorithm::crc32c:
      return 4;
    case algorithm::crc64nvme:
      return 8;
  }
  return 0;
}

// A digest's raw bytes, big-endian for the CRCs as S3 encodes them.
struct digest_value {
  algorithm kind = algorithm::md5;
  std::array<std::uint8_t, 32> data{};

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

// Several digests over one stream, each buffer read once while it is in cache.
class digest_set {
 public:
  digest_set();
  ~digest_set();
  digest_set(digest_set&&) noexcept;
  digest_set& operator=(digest_set&&) noexcept;

  // Asks for one more digest; only before the first update. Asking twice is one.
  void want(algorithm);
  bool wants(algorithm) const;
  // From now on the caller feeds MD5 itself (with those of other streams, by an md5_team), and
  // update() only the others. It must have the same bytes before finish().
  md5_stream& feed_md5_apart();
  void update(std::span<const std::byte>);
  // Ends all digests; afterwards only value() is allowed.
  void finish();
  const digest_value& value(algorithm) const;

 private:
  struct state;
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
