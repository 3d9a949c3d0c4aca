// MD5 in one lane and in many. The lanes are written with the compiler's vector types; what they
// become depends on the target of the function that they are inlined into.
#include "storage/crypto/md5.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "storage/crypto/md5_steps.hpp"

namespace torhaus::storage::crypto {
namespace {

std::uint32_t load_word(const std::byte* from) noexcept {
  std::uint32_t word = 0;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap32(word);
  return word;
}

struct block_at {
  const std::byte* from;
  static constexpr std::uint32_t sine(std::size_t n) { return md5::sines[n]; }
  std::uint32_t operator[](std::size_t n) const noexcept { return load_word(from + 4 * n); }
};

void advance_one(md5_words& stream, const std::byte* from, std::size_t blocks) noexcept {
  std::uint32_t words[4] = {stream[0], stream[1], stream[2], stream[3]};
  for (; blocks > 0; --blocks, from += md5_block_bytes) {
    md5::take_block(words, block_at{from});
  }
  std::ranges::copy(words, stream.begin());
}

void advance_plain(std::span<const md5_lane> lanes, std::size_t blocks) noexcept {
  for (const md5_lane& lane : lanes) advance_one(*lane.words, lane.from, blocks);
}

#if defined(__x86_64__)

#define TORHAUS_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

// All that takes or returns these is inlined, so how registers would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
typedef std::uint32_t four_lanes __attribute__((vector_size(16)));
typedef std::uint32_t eight_lanes __attribute__((vector_size(32)));
typedef std::uint32_t sixteen_lanes __attribute__((vector_size(64)));

// Swaps, in every pair of rows that lie Stride apart, the upper half of each group of lanes of the
// one with the lower half of the other. After all strides rows have become columns.
template <class Lanes, std::size_t Stride, std::size_t... I>
[[gnu::always_inline]] inline void swap_halves(Lanes& low, Lanes& high, std::index_sequence<I...>) {
  constexpr std::size_t count = sizeof...(I);
  const Lanes a = low;
  const Lanes b = high;
  low = __builtin_shufflevector(a, b, static_cast<int>(I & Stride ? I - Stride + count : I)...);
  high = __builtin_shufflevector(a, b, static_cast<int>(I & Stride ? I + count : I + Stride)...);
}

template <class Lanes, std::size_t Stride, std::size_t Count>
[[gnu::always_inline]] inline void transpose(Lanes (&rows)[Count]) {
  if constexpr (Stride < Count) {
    for (std::size_t n = 0; n < Count; ++n) {
      if ((n & Stride) == 0) {
        swap_halves<Lanes, Stride>(rows[n], rows[n + Stride], std::make_index_sequence<Count>());
      }
    }
    transpose<Lanes, 2 * Stride>(rows);
  }
}

// One block of every stream; word n of all of them in one register.
template <class Lanes>
struct blocks_at {
  Lanes words[16];
  const std::uint32_t* sines;
  const Lanes& operator[](std::size_t n) const { return words[n]; }
  std::uint32_t sine(std::size_t n) const { return sines[n]; }
};

// `from` has Count places.
template <class Lanes, std::size_t Count>
[[gnu::always_inline]] inline void load_blocks(const std::byte* const (&from)[Count],
                                               std::size_t offset, Lanes (&words)[16]) {
  for (std::size_t part = 0; part < 16; part += Count) {
    Lanes rows[Count];
    for (std::size_t n = 0; n < Count; ++n) {
      std::memcpy(&rows[n], from[n] + offset + 4 * part, sizeof(Lanes));
    }
    transpose<Lanes, 1>(rows);
    for (std::size_t n = 0; n < Count; ++n) words[part + n] = rows[n];
  }
}

// Lanes without a stream repeat the first one's bytes; nobody looks at what becomes of them.
template <class Lanes, std::size_t Count>
[[gnu::always_inline]] inline void advance_lanes(std::span<const md5_lane> lanes,
                                                 std::size_t blocks) {
  const std::byte* from[Count];
  Lanes words[4]{};
  blocks_at<Lanes> block;
  block.sines = md5::hidden_sines();
  for (std::size_t lane = 0; lane < Count; ++lane) {
    const md5_lane& of = lanes[lane < lanes.size() ? lane : 0];
    from[lane] = of.from;
    for (std::size_t n = 0; n < 4; ++n) words[n][lane] = (*of.words)[n];
  }
  for (std::size_t done = 0; done < blocks; ++done) {
    load_blocks<Lanes, Count>(from, done * md5_block_bytes, block.words);
    md5::take_block(words, block);
  }
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    for (std::size_t n = 0; n < 4; ++n) (*lanes[lane].words)[n] = words[n][lane];
  }
}

__attribute__((target("avx2"))) void advance_avx2(std::span<const md5_lane> lanes,
                                                  std::size_t blocks) noexcept {
  while (!lanes.empty()) {
    const std::size_t now = std::min<std::size_t>(lanes.size(), 8);
    advance_lanes<eight_lanes, 8>(lanes.first(now), blocks);
    lanes = lanes.subspan(now);
  }
}

// One stream whose every word is in all lanes of a register: AVX-512 mixes three words and turns
// one in an instruction each, general registers need up to three.
struct repeated_block_at {
  const std::byte* from;
  const std::uint32_t* sines;
  [[gnu::always_inline]] four_lanes operator[](std::size_t n) const {
    return four_lanes{} + load_word(from + 4 * n);
  }
  std::uint32_t sine(std::size_t n) const { return sines[n]; }
};

TORHAUS_AVX512 void advance_repeated(md5_words& stream, const std::byte* from,
                                     std::size_t blocks) noexcept {
  four_lanes words[4];
  for (std::size_t n = 0; n < 4; ++n) words[n] = four_lanes{} + stream[n];
  const std::uint32_t* sines = md5::hidden_sines();
  for (; blocks > 0; --blocks, from += md5_block_bytes) {
    md5::take_block(words, repeated_block_at{from, sines});
  }
  for (std::size_t n = 0; n < 4; ++n) stream[n] = words[n][0];
}

// Registers of 512 bits gain nothing below nine streams.
TORHAUS_AVX512 void advance_avx512(std::span<const md5_lane> lanes, std::size_t blocks) noexcept {
  if (lanes.size() == 1) {
    advance_repeated(*lanes[0].words, lanes[0].from, blocks);
  } else if (lanes.size() <= 8) {
    advance_lanes<eight_lanes, 8>(lanes, blocks);
  } else {
    advance_lanes<sixteen_lanes, 16>(lanes, blocks);
  }
}

bool has(md5_code code) noexcept {
  static const bool avx2 = __builtin_cpu_supports("avx2");
  static const bool avx512 = __builtin_cpu_supports("avx512f") &&
                             __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512vl");
  return code == md5_code::avx512 ? avx512 : code == md5_code::avx2 ? avx2 : true;
}

#else

bool has(md5_code code) noexcept { return code == md5_code::plain; }
void advance_avx2(std::span<const md5_lane>, std::size_t) noexcept {}
void advance_avx512(std::span<const md5_lane>, std::size_t) noexcept {}

#endif

}  // namespace

bool advance_md5(md5_code code, std::span<const md5_lane> lanes, std::size_t blocks) noexcept {
  if (!has(code)) return false;
  if (lanes.empty()) return true;
  if (code == md5_code::avx512) advance_avx512(lanes, blocks);
  if (code == md5_code::avx2) advance_avx2(lanes, blocks);
  if (code == md5_code::plain) advance_plain(lanes, blocks);
  return true;
}

// In registers of AVX2 a lane is a quarter slower than a stream in general registers, so they are
// worth it for two and more.
void advance_md5(std::span<const md5_lane> lanes, std::size_t blocks) noexcept {
  if (advance_md5(md5_code::avx512, lanes, blocks)) return;
  if (lanes.size() > 1 && advance_md5(md5_code::avx2, lanes, blocks)) return;
  advance_plain(lanes, blocks);
}

std::span<const std::byte> md5_stream::take_ragged(std::span<const std::byte> bytes) noexcept {
  return begun_.take_ragged(bytes,
                            [this](const std::byte* block) { advance_one(words_, block, 1); });
}

void md5_stream::update(std::span<const std::byte> bytes) noexcept {
  bytes = take_ragged(bytes);
  const std::size_t blocks = bytes.size() / md5_block_bytes;
  const md5_lane alone{&words_, bytes.data()};
  if (blocks > 0) advance_md5(std::span(&alone, 1), blocks);
  note_blocks(blocks);
  take_ragged(bytes.subspan(blocks * md5_block_bytes));
}

digest_value md5_stream::finish() noexcept {
  const begun_block::ending end = begun_.end(std::endian::little);
  update(end.bytes());
  digest_value out;
  out.kind = algorithm::md5;
  for (std::size_t n = 0; n < 16; ++n) {
    out.data[n] = static_cast<std::uint8_t>(words_[n / 4] >> (8 * (n % 4)));
  }
  return out;
}

}  // namespace torhaus::storage::crypto
