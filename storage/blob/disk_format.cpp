// Encoding and checking of everything the disk store writes.
#include "storage/blob/disk_format.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "storage/crypto/digest.hpp"

namespace torhaus::storage::blob {
namespace {

constexpr std::uint32_t needle_magic = 0x314e4854;   // "THN1"
constexpr std::uint32_t footer_magic = 0x31464854;   // "THF1"
constexpr std::uint32_t segment_magic = 0x31534854;  // "THS1"
constexpr std::size_t segment_page_used = 32;
constexpr std::size_t inline_prefix = 5;
constexpr std::size_t segment_location_bytes = 13;

template <class T>
void store_at(std::span<std::byte> out, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out[at + i] = static_cast<std::byte>((value >> (8 * i)) & 0xff);
  }
}

template <class T>
T load_at(std::span<const std::byte> in, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | (static_cast<T>(in[at + i]) << (8 * i)));
  }
  return value;
}

void store_id(std::span<std::byte> out, std::size_t at, const blob_id& id) {
  std::memcpy(out.subspan(at, blob_id::bytes).data(), id.data.data(), blob_id::bytes);
}

blob_id load_id(std::span<const std::byte> in, std::size_t at) {
  blob_id id;
  std::memcpy(id.data.data(), in.subspan(at, blob_id::bytes).data(), blob_id::bytes);
  return id;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void put_hex(char* out, std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    *out++ = digits[byte >> 4];
    *out++ = digits[byte & 15];
  }
}

// Only the spelling that put_hex writes.
bool get_hex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    const auto nibble = static_cast<std::uint8_t>(digit(c));
    out[i / 2] = i % 2 == 0 ? static_cast<std::uint8_t>(nibble << 4)
                            : static_cast<std::uint8_t>(out[i / 2] | nibble);
  }
  return true;
}

std::array<std::uint8_t, 8> big_endian(std::uint64_t value) {
  std::array<std::uint8_t, 8> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  }
  return out;
}

}  // namespace

std::uint32_t block_checksum(const blob_id& id, std::uint64_t number,
                             std::span<const std::byte> bytes) {
  std::array<std::byte, blob_id::bytes + sizeof number> seed{};
  store_id(seed, 0, id);
  store_at(seed, blob_id::bytes, number);
  return crypto::crc32c(crypto::crc32c(0, seed), bytes);
}

std::string inline_location(const blob_id& id, std::span<const std::byte> bytes) {
  std::string out;
  out.reserve(inline_prefix + bytes.size());
  out.resize(inline_prefix, '\0');
  out[0] = static_cast<char>(home::inside);
  store_at(std::as_writable_bytes(std::span(out)), 1, block_checksum(id, 0, bytes));
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return out;
}

std::string segment_location(const segment_place& place) {
  std::string out(segment_location_bytes, '\0');
  out[0] = static_cast<char>(home::segment);
  const auto bytes = std::as_writable_bytes(std::span(out));
  store_at(bytes, 1, place.number);
  store_at(bytes, 9, place.page);
  return out;
}

std::string file_location() { return std::string(1, static_cast<char>(home::file)); }

std::optional<home> home_of(const placed_blob& blob) {
  const std::string& text = blob.location;
  if (text.empty()) return std::nullopt;
  switch (static_cast<home>(text[0])) {
    case home::inside:
      if (text.size() < inline_prefix) return std::nullopt;
      return home::inside;
    case home::segment:
      if (text.size() != segment_location_bytes || blob.size > max_segment_bytes) {
        return std::nullopt;
      }
      return home::segment;
    case home::file:
      if (text.size() != 1 || blob.size > max_file_bytes) return std::nullopt;
      return home::file;
  }
  return std::nullopt;
}

std::optional<segment_place> parse_segment(const placed_blob& blob) {
  if (home_of(blob) != home::segment) return std::nullopt;
  const auto bytes = bytes_of(blob.location);
  segment_place place;
  place.number = load_at<std::uint64_t>(bytes, 1);
  place.page = load_at<std::uint32_t>(bytes, 9);
  if (place.page == 0) return std::nullopt;  // the segment page
  return place;
}

std::optional<std::string_view> parse_inline(const placed_blob& blob) {
  if (home_of(blob) != home::inside) return std::nullopt;
  const std::string_view bytes = std::string_view(blob.location).substr(inline_prefix);
  if (bytes.size() != blob.size) return std::nullopt;
  const auto sum = load_at<std::uint32_t>(bytes_of(blob.location), 1);
  if (sum != block_checksum(blob.id, 0, bytes_of(bytes))) return std::nullopt;
  return bytes;
}

page_buffer encode(const segment_page& page) {
  page_buffer out{};
  store_at(out, 0, segment_magic);
  store_at(out, 8, page.number);
  store_at(out, 16, page.salt);
  const auto used = std::span<const std::byte>(out).first(segment_page_used - 4);
  store_at(out, segment_page_used - 4, crypto::crc32c(0, used));
  return out;
}

std::optional<segment_page> parse_segment_page(std::span<const std::byte> in) {
  if (in.size() < segment_page_used) return std::nullopt;
  if (load_at<std::uint32_t>(in, 0) != segment_magic) return std::nullopt;
  const auto sum = load_at<std::uint32_t>(in, segment_page_used - 4);
  if (sum != crypto::crc32c(0, in.first(segment_page_used - 4))) return std::nullopt;
  segment_page page;
  page.number = load_at<std::uint64_t>(in, 8);
  page.salt = load_at<std::uint64_t>(in, 16);
  return page;
}

void encode(const needle_header& needle, std::span<std::byte, needle_header_bytes> out) {
  std::ranges::fill(out, std::byte{0});
  store_at(out, 0, needle_magic);
  store_at(out, 4, static_cast<std::uint32_t>(needle.state));
  store_at(out, 8, needle.salt);
  store_id(out, 16, needle.id);
  store_at(out, 32, needle.offset);
  store_at(out, 40, needle.length);
  for (std::size_t i = 0; i < needle_blocks; ++i) {
    store_at(out, 48 + 4 * i, needle.checksums[i]);
  }
  constexpr std::size_t at = needle_header_bytes - 4;
  store_at(out, at, crypto::crc32c(0, std::span<const std::byte>(out).first(at)));
}

bool all_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

std::optional<needle_header> parse_needle(std::span<const std::byte> in, std::uint64_t offset) {
  if (in.size() < needle_header_bytes) return std::nullopt;
  if (load_at<std::uint32_t>(in, 0) != needle_magic) return std::nullopt;
  constexpr std::size_t at = needle_header_bytes - 4;
  if (load_at<std::uint32_t>(in, at) != crypto::crc32c(0, in.first(at))) return std::nullopt;
  needle_header out;
  out.state = static_cast<needle_header::condition>(load_at<std::uint32_t>(in, 4));
  if (out.state != needle_header::condition::live && out.state != needle_header::condition::dead) {
    return std::nullopt;
  }
  out.salt = load_at<std::uint64_t>(in, 8);
  out.id = load_id(in, 16);
  out.offset = load_at<std::uint64_t>(in, 32);
  out.length = load_at<std::uint64_t>(in, 40);
  if (out.offset != offset || out.length > max_segment_bytes) return std::nullopt;
  for (std::size_t i = 0; i < needle_blocks; ++i) {
    out.checksums[i] = load_at<std::uint32_t>(in, 48 + 4 * i);
  }
  return out;
}

std::vector<std::byte> encode_tail(const blob_id& id, std::uint64_t size,
                                   std::span<const std::uint32_t> checksums) {
  const std::size_t table = checksums.size() * sizeof(std::uint32_t);
  std::vector<std::byte> out(table + footer_bytes);
  for (std::size_t i = 0; i < checksums.size(); ++i) {
    store_at(out, i * sizeof(std::uint32_t), checksums[i]);
  }
  const auto footer = std::span(out).subspan(table);
  store_at(footer, 0, footer_magic);
  store_at(footer, 4, static_cast<std::uint32_t>(block_bytes));
  store_id(footer, 8, id);
  store_at(footer, 24, size);
  store_at(footer, 32, std::uint64_t{checksums.size()});
  store_at(footer, 40, crypto::crc32c(0, std::span<const std::byte>(out).first(table)));
  constexpr std::size_t at = footer_bytes - 4;
  store_at(footer, at, crypto::crc32c(0, std::span<const std::byte>(footer).first(at)));
  return out;
}

std::optional<std::vector<std::uint32_t>> parse_tail(const placed_blob& blob,
                                                     std::span<const std::byte> in) {
  const std::uint64_t blocks = blocks_of(blob.size);
  const std::uint64_t table = blocks * sizeof(std::uint32_t);
  if (in.size() != table + footer_bytes) return std::nullopt;
  const auto footer = in.subspan(static_cast<std::size_t>(table));
  constexpr std::size_t at = footer_bytes - 4;
  const bool sound = load_at<std::uint32_t>(footer, 0) == footer_magic &&
                     load_at<std::uint32_t>(footer, at) == crypto::crc32c(0, footer.first(at)) &&
                     load_at<std::uint32_t>(footer, 4) == block_bytes &&
                     load_id(footer, 8) == blob.id &&
                     load_at<std::uint64_t>(footer, 24) == blob.size &&
                     load_at<std::uint64_t>(footer, 32) == blocks;
  if (!sound) return std::nullopt;
  const auto sum = crypto::crc32c(0, in.first(static_cast<std::size_t>(table)));
  if (load_at<std::uint32_t>(footer, 40) != sum) return std::nullopt;
  std::vector<std::uint32_t> out(static_cast<std::size_t>(blocks));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = load_at<std::uint32_t>(in, i * sizeof(std::uint32_t));
  }
  return out;
}

name_buffer file_name(const blob_id& id) {
  name_buffer out{};
  put_hex(out.data(), id.data);
  return out;
}

std::optional<blob_id> parse_file_name(std::string_view text) {
  blob_id id;
  if (!get_hex(text, id.data)) return std::nullopt;
  return id;
}

name_buffer segment_name(std::uint64_t number) {
  name_buffer out{};
  put_hex(out.data(), big_endian(number));
  return out;
}

std::optional<std::uint64_t> parse_segment_name(std::string_view text) {
  std::array<std::uint8_t, 8> bytes{};
  if (!get_hex(text, bytes)) return std::nullopt;
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

shard shard_of(const blob_id& id) {
  std::uint64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | id.data[i];
  const std::uint64_t slot = millis >> 20;
  const std::array<std::uint8_t, 2> parts{static_cast<std::uint8_t>(slot >> 8),
                                          static_cast<std::uint8_t>(slot)};
  shard out;
  put_hex(out.upper.data(), std::span(parts).first(1));
  put_hex(out.lower.data(), std::span(parts).last(1));
  return out;
}

}  // namespace torhaus::storage::blob
