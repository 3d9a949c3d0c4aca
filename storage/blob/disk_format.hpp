// What the disk store writes: locations, block checksums, needles in segments, footers of files,
// names. All integers little-endian. Every format begins with a magic that carries its version.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/blob/store.hpp"

namespace torhaus::storage::blob {

// Needles begin on page boundaries: freeing one never touches its neighbours, and a write that is
// torn by a power cut never touches bytes that were acknowledged earlier.
inline constexpr std::uint64_t page_bytes = 4096;

constexpr std::uint64_t whole_pages(std::uint64_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}
constexpr std::uint64_t blocks_of(std::uint64_t bytes) {
  return (bytes + block_bytes - 1) / block_bytes;
}

// CRC32C seeded with blob id and block number, so that a block in another's place is found.
std::uint32_t block_checksum(const blob_id&, std::uint64_t number, std::span<const std::byte>);

// ---- locations (kept by the catalog) ----
//   inline   'i', u32 block_checksum(id, 0, bytes), bytes
//   segment  's', u64 segment number, u32 page of the needle
//   file     'f'                                    its path follows from the id
enum class home : char { inside = 'i', segment = 's', file = 'f' };

struct segment_place {
  std::uint64_t number = 0;
  std::uint32_t page = 0;
  std::uint64_t offset() const { return std::uint64_t{page} * page_bytes; }
};

std::string inline_location(const blob_id&, std::span<const std::byte>);
std::string segment_location(const segment_place&);
std::string file_location();

// nullopt when the location is none that this store writes.
std::optional<home> home_of(const placed_blob&);
std::optional<segment_place> parse_segment(const placed_blob&);
// The bytes of an inline location; nullopt when they are damaged or belong to another blob.
std::optional<std::string_view> parse_inline(const placed_blob&);

// ---- segment files: one segment page, then needles ----
// The segment page: magic, number and a random salt that every needle of the segment repeats. Bytes
// of users can therefore never pass for a needle when a segment is scanned, nor can an older file's
// blocks.
struct segment_page {
  std::uint64_t number = 0;
  std::uint64_t salt = 0;
};
using page_buffer = std::array<std::byte, page_bytes>;

page_buffer encode(const segment_page&);
std::optional<segment_page> parse_segment_page(std::span<const std::byte>);

//   0 u32 magic "THN1"   4 u32 state (live or dead)   8 u64 salt   16 id
//  32 u64 offset in the segment   40 u64 length   48 u32 checksum of each block, 8 of them
//  80 zeros   92 u32 checksum of 0 … 91
// The bytes follow; zeros fill the last page.
inline constexpr std::size_t needle_header_bytes = 96;
inline constexpr std::size_t needle_blocks = max_segment_bytes / block_bytes;

struct needle_header {
  enum class condition : std::uint32_t { live = 1, dead = 2 };
  condition state = condition::live;
  std::uint64_t salt = 0;
  blob_id id;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::array<std::uint32_t, needle_blocks> checksums{};

  // Whole pages that the needle fills.
  std::uint64_t extent() const { return whole_pages(needle_header_bytes + length); }
};

void encode(const needle_header&, std::span<std::byte, needle_header_bytes> out);
// nullopt for anything that is no needle header written for this place in the file.
// What a hole reads as.
bool all_zero(std::span<const std::byte>);
std::optional<needle_header> parse_needle(std::span<const std::byte>, std::uint64_t offset);

// ---- files of their own: bytes, checksum table (u32 a block), footer ----
//   0 u32 magic "THF1"   4 u32 block_bytes   8 id   24 u64 size   32 u64 blocks
//  40 u32 checksum of the table   44 zeros   60 u32 checksum of 0 … 59
inline constexpr std::size_t footer_bytes = 64;
// Larger blobs are refused: the checksum table of this size takes 2 MiB of memory. S3 parts end at
// 5 GiB.
inline constexpr std::uint64_t max_file_bytes = std::uint64_t{64} << 30;

constexpr std::uint64_t file_length(std::uint64_t size) {
  return size + blocks_of(size) * sizeof(std::uint32_t) + footer_bytes;
}

// Table and footer as they follow the bytes.
std::vector<std::byte> encode_tail(const blob_id&, std::uint64_t size,
                                   std::span<const std::uint32_t> checksums);
// The checksum table; nullopt when table or footer are damaged or belong to another blob.
std::optional<std::vector<std::uint32_t>> parse_tail(const placed_blob&,
                                                     std::span<const std::byte>);

// ---- names ----
using name_buffer = std::array<char, 33>;  // hexadecimal digits and a zero

name_buffer file_name(const blob_id&);
std::optional<blob_id> parse_file_name(std::string_view);
name_buffer segment_name(std::uint64_t number);
std::optional<std::uint64_t> parse_segment_name(std::string_view);

// Blobs of the same 17 minutes share a directory blobs/xx/yy, so that one sync serves many of them;
// the 65,536 directories come round again after two years.
struct shard {
  std::array<char, 3> upper{};
  std::array<char, 3> lower{};
  auto operator<=>(const shard&) const = default;
};
shard shard_of(const blob_id&);

}  // namespace torhaus::storage::blob
