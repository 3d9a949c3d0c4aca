// SHA-256 (FIPS 180-4, 6.2) by the SHA instructions of x86-64, cut into pieces so small that other
// work can be done between them: each piece is one link of the chain, whose result comes some
// cycles later. For sha256.cpp only.
#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#define TORHAUS_SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

namespace torhaus::storage::crypto::sha256 {

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
alignas(16) inline constexpr std::array<std::uint32_t, 64> roots = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The working variables as the instructions want them, the first named in the highest lane.
struct variables {
  __m128i abef;
  __m128i cdgh;
};

[[gnu::always_inline]] TORHAUS_SHA_TARGET inline variables to_variables(
    const std::uint32_t* words) {
  const __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words));
  const __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words + 4));
  const __m128i badc = _mm_shuffle_epi32(abcd, 0b10'11'00'01);
  const __m128i hgfe = _mm_shuffle_epi32(efgh, 0b00'01'10'11);
  return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0)};
}

[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void to_words(const variables& from,
                                                               std::uint32_t* words) {
  const __m128i feba = _mm_shuffle_epi32(from.abef, 0b00'01'10'11);
  const __m128i dchg = _mm_shuffle_epi32(from.cdgh, 0b10'11'00'01);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(words), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(words + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// One block under way: the variables, and the sixteen words of the schedule that are needed next.
struct block {
  variables now;
  __m128i schedule[4];
  __m128i summands;  // of four rounds: words of the schedule plus roots
  __m128i next;      // the schedule's next four words, half made
};

[[gnu::always_inline]] TORHAUS_SHA_TARGET inline block begin_block(const variables& from,
                                                                   const std::byte* bytes) {
  const __m128i big_endian = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  block out{.now = from, .schedule = {}, .summands = {}, .next = {}};
  for (int n = 0; n < 4; ++n) {
    const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + n);
    out.schedule[n] = _mm_shuffle_epi8(four, big_endian);
  }
  return out;
}

[[gnu::always_inline]] TORHAUS_SHA_TARGET inline variables end_block(const block& done,
                                                                     const variables& before) {
  return {_mm_add_epi32(done.now.abef, before.abef), _mm_add_epi32(done.now.cdgh, before.cdgh)};
}

// The four pieces of rounds 4 * Four to 4 * Four + 3, in this order.
template <std::size_t Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void first_rounds(block& b) {
  b.summands = _mm_add_epi32(b.schedule[Four % 4],
                             _mm_load_si128(reinterpret_cast<const __m128i*>(&roots[4 * Four])));
  b.now.cdgh = _mm_sha256rnds2_epu32(b.now.cdgh, b.now.abef, b.summands);
}

template <std::size_t Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void begin_schedule(block& b) {
  if constexpr (Four < 12) {
    b.next = _mm_sha256msg1_epu32(b.schedule[Four % 4], b.schedule[(Four + 1) % 4]);
  }
}

template <std::size_t Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void second_rounds(block& b) {
  b.now.abef =
      _mm_sha256rnds2_epu32(b.now.abef, b.now.cdgh, _mm_shuffle_epi32(b.summands, 0b11'10));
}

template <std::size_t Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void end_schedule(block& b) {
  if constexpr (Four < 12) {
    const __m128i last = b.schedule[(Four + 3) % 4];
    const __m128i seven_back = _mm_alignr_epi8(last, b.schedule[(Four + 2) % 4], 4);
    b.schedule[Four % 4] = _mm_sha256msg2_epu32(_mm_add_epi32(b.next, seven_back), last);
  }
}

}  // namespace torhaus::storage::crypto::sha256

#endif
