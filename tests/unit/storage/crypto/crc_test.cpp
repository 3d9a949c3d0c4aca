// The CRCs against their published check values, against each other and against joining.
#include "storage/crypto/crc.hpp"

#include <random>
#include <string>

#include "storage/crypto/digest.hpp"
#include "tests/support/catch.hpp"

namespace crc_test {

namespace crypto = torhaus::storage::crypto;
using crypto::algorithm;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

constexpr std::string_view digits = "123456789";

}  // namespace

TEST_CASE("crcs_have_their_published_check_values") {
  CHECK(crypto::crc32(0, bytes_of(digits)) == 0xCBF43926);
  CHECK(crypto::crc32c(0, bytes_of(digits)) == 0xE3069283);
  CHECK(crypto::crc64nvme(0, bytes_of(digits)) == 0xAE8B14860A799888);
  CHECK(crypto::crc64nvme_by_table(0, bytes_of(digits)) == 0xAE8B14860A799888);
  // NVM Express base specification, "64b CRC": 4 KiB of zeros and of ones.
  CHECK(crypto::crc64nvme(0, bytes_of(std::string(4096, '\0'))) == 0x6482D367EB22B64E);
  CHECK(crypto::crc64nvme(0, bytes_of(std::string(4096, '\xff'))) == 0xC0DDBA7302ECA3AC);
}

TEST_CASE("crc64nvme_by_multiplication_equals_the_one_by_table_at_every_length_and_alignment") {
  const std::string data = noise(2000, 1);
  for (std::size_t from = 0; from < 17; ++from) {
    for (std::size_t size = 0; from + size <= data.size(); size += size < 600 ? 1 : 37) {
      const auto piece = bytes_of(std::string_view(data).substr(from, size));
      const auto expected = crypto::crc64nvme_by_table(size, piece);
      REQUIRE(crypto::crc64nvme(size, piece) == expected);
      REQUIRE(crypto::crc64nvme_by_folding(size, piece) == expected);
    }
  }
  const std::string large = noise(1 << 20, 2);
  const auto expected = crypto::crc64nvme_by_table(0, bytes_of(large));
  CHECK(crypto::crc64nvme(0, bytes_of(large)) == expected);
  CHECK(crypto::crc64nvme_by_folding(0, bytes_of(large)) == expected);
}

TEST_CASE("a_crc_continues_over_any_split") {
  const std::string data = noise(700, 3);
  const auto whole = bytes_of(data);
  for (std::size_t at = 0; at <= data.size(); ++at) {
    const auto head = whole.first(at);
    const auto tail = whole.subspan(at);
    REQUIRE(crypto::crc64nvme(crypto::crc64nvme(0, head), tail) == crypto::crc64nvme(0, whole));
    REQUIRE(crypto::crc32(crypto::crc32(0, head), tail) == crypto::crc32(0, whole));
    REQUIRE(crypto::crc32c(crypto::crc32c(0, head), tail) == crypto::crc32c(0, whole));
  }
}

TEST_CASE("joined_crcs_equal_the_crc_of_the_joined_bytes") {
  const std::string data = noise(5000, 4);
  const std::string_view whole = data;
  for (const algorithm kind : {algorithm::crc32, algorithm::crc32c, algorithm::crc64nvme}) {
    for (const std::size_t at : {0U, 1U, 7U, 8U, 129U, 2500U, 4999U, 5000U}) {
      const auto a = crypto::digest_of(kind, whole.substr(0, at));
      const auto b = crypto::digest_of(kind, whole.substr(at));
      REQUIRE(crypto::combine_crc(a, b, whole.size() - at) == crypto::digest_of(kind, whole));
    }
  }
}

TEST_CASE("joining_works_for_lengths_beyond_four_gigabytes") {
  // Zeros joined by doubling, 2^36 of them, then once more in two unequal parts.
  for (const algorithm kind : {algorithm::crc32, algorithm::crc32c, algorithm::crc64nvme}) {
    std::uint64_t size = 1;
    auto crc = crypto::digest_of(kind, std::string_view("\0", 1));
    for (; size < std::uint64_t{1} << 36; size *= 2) crc = crypto::combine_crc(crc, crc, size);
    const auto extra = crypto::digest_of(kind, std::string(1000, '\0'));
    const auto one_way = crypto::combine_crc(crc, extra, 1000);
    const auto other_way = crypto::combine_crc(extra, crc, size);
    CHECK(one_way == other_way);
  }
}

TEST_CASE("joining_what_is_no_crc_is_a_broken_invariant") {
  const auto md5 = crypto::digest_of(algorithm::md5, "a");
  const auto crc = crypto::digest_of(algorithm::crc32, "a");
  CHECK_THROWS_AS(crypto::combine_crc(md5, md5, 1), std::logic_error);
  CHECK_THROWS_AS(crypto::combine_crc(md5, crc, 1), std::logic_error);
}

}  // namespace crc_test
