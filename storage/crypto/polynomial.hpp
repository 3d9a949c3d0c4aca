// Polynomials over GF(2) modulo a CRC's generator, in the reflected form in which CRCs keep them:
// the highest bit of a word is the coefficient of x^0.
#pragma once

#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>

namespace torhaus::storage::crypto {

inline constexpr std::uint32_t crc32_polynomial = 0xEDB88320;
inline constexpr std::uint32_t crc32c_polynomial = 0x82F63B78;
inline constexpr std::uint64_t crc64nvme_polynomial = 0x9A6C9329AC4BC9B5;

template <class Word, Word Generator>
struct polynomial_ring {
  static constexpr Word one = Word{1} << (sizeof(Word) * CHAR_BIT - 1);

  static constexpr Word times_x(Word a) {
    return (a & 1) != 0 ? static_cast<Word>((a >> 1) ^ Generator) : static_cast<Word>(a >> 1);
  }

  static constexpr Word multiply(Word a, Word b) {
    Word product = 0;
    for (Word bit = one; bit != 0; bit >>= 1) {
      if ((a & bit) != 0) product ^= b;
      b = times_x(b);
    }
    return product;
  }

  // powers[k] is x^(2^k). An exponent of 8 times a 64-bit count of bytes needs 67 of them.
  static constexpr std::size_t power_count = 67;
  static constexpr std::array<Word, power_count> make_powers() {
    std::array<Word, power_count> out{};
    Word power = times_x(one);
    for (Word& p : out) {
      p = power;
      power = multiply(power, power);
    }
    return out;
  }
  static constexpr std::array<Word, power_count> powers = make_powers();

  // x^(exponent · 2^skip)
  static constexpr Word power_of_x(std::uint64_t exponent, std::size_t skip = 0) {
    Word out = one;
    for (std::size_t k = skip; exponent != 0; exponent >>= 1, ++k) {
      if ((exponent & 1) != 0) out = multiply(out, powers[k]);
    }
    return out;
  }

  // CRC(A·B) = CRC(A)·x^(8·|B|) + CRC(B): the inversions at both ends cancel out.
  static constexpr Word combine(Word a, Word b, std::uint64_t b_bytes) {
    return static_cast<Word>(multiply(power_of_x(b_bytes, 3), a) ^ b);
  }
};

using crc32_ring = polynomial_ring<std::uint32_t, crc32_polynomial>;
using crc32c_ring = polynomial_ring<std::uint32_t, crc32c_polynomial>;
using crc64nvme_ring = polynomial_ring<std::uint64_t, crc64nvme_polynomial>;

}  // namespace torhaus::storage::crypto
