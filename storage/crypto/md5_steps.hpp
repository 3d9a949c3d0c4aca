// The steps of MD5 (RFC 1321, 3.4) over any type that behaves as a number of 32 bits: one word, or
// a register with a lane for each stream. For md5.cpp only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace torhaus::storage::crypto::md5 {

// floor(2^32 * |sin(i + 1)|).
inline constexpr std::array<std::uint32_t, 64> sines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

// The same from a place that the compiler cannot see into: what it knows it adds last, behind what
// the step has to wait for.
inline const std::uint32_t* hidden_sines() {
  const std::uint32_t* place = sines.data();
  asm("" : "+r"(place));
  return place;
}

// Rotations of the four rounds.
inline constexpr std::array<std::array<int, 4>, 4> turns = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

// The word of the block that step i takes.
constexpr std::size_t word_of(std::size_t i) {
  constexpr std::array<std::size_t, 4> factor = {1, 5, 3, 7};
  constexpr std::array<std::size_t, 4> begin = {0, 1, 5, 0};
  return (factor[i / 16] * i + begin[i / 16]) % 16;
}

// All of it is inlined, so how registers would be passed does not matter.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

template <class Word>
[[gnu::always_inline]] inline Word turned(Word x, int by) {
  return (x << by) | (x >> (32 - by));
}

// Keeps the compiler from joining what comes before with what comes after: it would make the chain
// of dependent steps longer. Lanes have hidden_sines for that.
inline void settle(std::uint32_t& sum) { asm("" : "+r"(sum)); }
template <class Word>
[[gnu::always_inline]] inline void settle(Word&) {}

// What round r makes of three words. The second round's two halves never share a bit, so they are
// added one after the other, the one that waits for the step before last.
template <std::size_t Round, class Word>
[[gnu::always_inline]] inline void add_mixed(Word& sum, Word b, Word c, Word d) {
  if constexpr (Round == 0) sum += d ^ (b & (c ^ d));
  if constexpr (Round == 1) {
    sum += ~d & c;
    settle(sum);
    sum += d & b;
  }
  if constexpr (Round == 2) sum += b ^ (c ^ d);
  if constexpr (Round == 3) sum += c ^ (b | ~d);
}

// Adds what the step takes from the table and from the block. Both, with the oldest word, are there
// before the mixed words are; the chain is shortest when those come last.
template <std::size_t I, class Word, class Block>
[[gnu::always_inline]] inline Word known_sum(const Word& a, const Block& block) {
  Word sum = (a + block.sine(I)) + block[word_of(I)];
  settle(sum);
  return sum;
}

// Step I changes words[(64 - I) % 4]; the names a, b, c, d of the RFC move on by one a step.
template <std::size_t I, class Word, class Block>
[[gnu::always_inline]] inline void step(Word (&words)[4], const Block& block) {
  Word& a = words[(64 - I) % 4];
  const Word b = words[(65 - I) % 4];
  const Word c = words[(66 - I) % 4];
  const Word d = words[(67 - I) % 4];
  Word sum = known_sum<I>(a, block);
  add_mixed<I / 16>(sum, b, c, d);
  a = turned(sum, turns[I / 16][I % 4]) + b;
}

template <class Word, class Block, std::size_t... I>
[[gnu::always_inline]] inline void all_steps(Word (&words)[4], const Block& block,
                                             std::index_sequence<I...>) {
  (step<I>(words, block), ...);
}

// One block: its n-th word is block[n], and block.sine(n) is sines[n].
template <class Word, class Block>
[[gnu::always_inline]] inline void take_block(Word (&words)[4], const Block& block) {
  Word now[4] = {words[0], words[1], words[2], words[3]};
  all_steps(now, block, std::make_index_sequence<64>());
  for (int n = 0; n < 4; ++n) {
    words[n] += now[n];
    settle(words[n]);
  }
}

#pragma clang diagnostic pop

}  // namespace torhaus::storage::crypto::md5
