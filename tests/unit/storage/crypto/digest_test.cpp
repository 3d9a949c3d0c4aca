// Digests against published vectors; sets of digests; HMAC.
#include "storage/crypto/digest.hpp"

#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "storage/crypto/hmac.hpp"
#include "tests/support/catch.hpp"

namespace digest_test {

namespace crypto = torhaus::storage::crypto;
using crypto::algorithm;

namespace {

constexpr std::array all = {algorithm::md5,      algorithm::sha1,     algorithm::sha256,
                            algorithm::crc32,    algorithm::crc32c,   algorithm::crc64nvme,
                            algorithm::sha512,   algorithm::xxhash64, algorithm::xxhash3,
                            algorithm::xxhash128};
static_assert(all.size() == crypto::algorithm_count);

std::string hex_of(algorithm kind, std::string_view bytes) {
  return crypto::to_hex(crypto::digest_of(kind, bytes).bytes());
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

TEST_CASE("digests_match_published_vectors") {
  CHECK(hex_of(algorithm::md5, "") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(hex_of(algorithm::md5, "abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(hex_of(algorithm::sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex_of(algorithm::sha256, "") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_of(algorithm::sha256, "abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_of(algorithm::crc32, "123456789") == "cbf43926");
  CHECK(hex_of(algorithm::crc32c, "123456789") == "e3069283");
  CHECK(hex_of(algorithm::crc64nvme, "123456789") == "ae8b14860a799888");
  CHECK(crypto::to_base64(crypto::digest_of(algorithm::crc32, "").bytes()) == "AAAAAA==");
}

// FIPS 180-4's example; the sanity checks of xxHash, which prints its digests big-endian.
TEST_CASE("sha512_and_the_xxhs_match_published_vectors") {
  CHECK(hex_of(algorithm::sha512, "abc") ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(hex_of(algorithm::xxhash64, "") == "ef46db3751d8e999");
  CHECK(hex_of(algorithm::xxhash64, "abc") == "44bc2cf5ad770999");
  CHECK(hex_of(algorithm::xxhash3, "") == "2d06800538d394c2");
  CHECK(hex_of(algorithm::xxhash3, "abc") == "78af5f94892f3950");
  CHECK(hex_of(algorithm::xxhash128, "") == "99aa06d3014798d86001c324468d497f");
  CHECK(hex_of(algorithm::xxhash128, "abc") == "06b05ab6733a618578af5f94892f3950");
}

TEST_CASE("names_and_lengths_of_all_algorithms") {
  std::string names;
  for (const algorithm kind : all) {
    names += std::string(crypto::name_of(kind)) + " ";
    CHECK(crypto::digest_of(kind, "x").bytes().size() == crypto::digest_bytes(kind));
  }
  CHECK(names == "md5 sha1 sha256 crc32 crc32c crc64nvme sha512 xxhash64 xxhash3 xxhash128 ");
}

TEST_CASE("random_bytes_in_random_pieces_give_the_digests_of_the_whole") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::string data(random() % 5000, '\0');
    for (char& c : data) c = static_cast<char>(random());
    crypto::digest_set set;
    for (const algorithm kind : all) set.want(kind);
    for (std::size_t at = 0; at < data.size();) {
      const std::size_t size = random() % 700;
      set.update(bytes_of(std::string_view(data).substr(at, size)));
      at += size;
    }
    set.finish();
    for (const algorithm kind : all) {
      INFO(crypto::name_of(kind) << " of " << data.size());
      REQUIRE(set.value(kind) == crypto::digest_of(kind, data));
    }
  }
}

TEST_CASE("a_set_gives_the_same_values_as_single_digests_however_the_bytes_arrive") {
  std::string data(100'000, 'x');
  for (std::size_t n = 0; n < data.size(); ++n) data[n] = static_cast<char>(n * 31 >> 3);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, data.size()}) {
    crypto::digest_set set;
    for (const algorithm kind : all) set.want(kind);
    for (std::size_t at = 0; at < data.size(); at += step) {
      set.update(bytes_of(std::string_view(data).substr(at, step)));
    }
    set.finish();
    for (const algorithm kind : all) REQUIRE(set.value(kind) == crypto::digest_of(kind, data));
  }
}

TEST_CASE("a_set_computes_only_what_was_asked_for") {
  crypto::digest_set set;
  set.want(algorithm::sha1);
  set.want(algorithm::sha1);
  CHECK(set.wants(algorithm::sha1));
  CHECK_FALSE(set.wants(algorithm::md5));
  set.finish();
  CHECK(set.value(algorithm::sha1) == crypto::digest_of(algorithm::sha1, ""));
  CHECK_THROWS_AS(set.value(algorithm::md5), std::logic_error);
}

TEST_CASE("a_set_used_out_of_order_is_a_broken_invariant") {
  crypto::digest_set set;
  set.want(algorithm::crc32);
  CHECK_THROWS_AS(set.value(algorithm::crc32), std::logic_error);
  set.update(bytes_of("a"));
  CHECK_THROWS_AS(set.want(algorithm::md5), std::logic_error);
  set.finish();
  CHECK_THROWS_AS(set.update(bytes_of("a")), std::logic_error);
  CHECK_THROWS_AS(set.finish(), std::logic_error);
}

TEST_CASE("contexts_that_were_used_before_begin_anew") {
  for (int round = 0; round < 100; ++round) {
    crypto::digest_set abandoned;
    abandoned.want(algorithm::sha256);
    abandoned.want(algorithm::md5);
    abandoned.update(bytes_of("left in the middle"));
    crypto::digest_set moved = std::move(abandoned);
  }
  CHECK(hex_of(algorithm::md5, "abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(crypto::digest_of(algorithm::sha256, "") == crypto::digest_of(algorithm::sha256, ""));
}

TEST_CASE("a_set_may_move_between_threads") {
  crypto::digest_set set;
  set.want(algorithm::sha256);
  set.update(bytes_of("ab"));
  std::thread([moved = std::move(set)]() mutable {
    moved.update(bytes_of("c"));
    moved.finish();
    if (moved.value(algorithm::sha256) != crypto::digest_of(algorithm::sha256, "abc")) std::abort();
  }).join();
}

TEST_CASE("hmac_matches_rfc_4231") {
  CHECK(crypto::to_hex(crypto::hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(crypto::to_hex(crypto::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(crypto::to_hex(crypto::hmac_sha256(
            std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(crypto::to_hex(crypto::hmac_sha256("", "")) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 2202.
TEST_CASE("a_key_of_hmac_signs_as_often_as_one_likes") {
  // RFC 4231, 4.2, and lengths around the ends of SHA-256's blocks by the definition (RFC 2104, 2).
  const crypto::hmac_sha256_key key(std::string(20, '\x0b'));
  const crypto::hmac_sha256_key copy = key;
  CHECK(crypto::to_hex(key.sign("Hi There").bytes()) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  for (const unsigned bytes :
       {0U, 1U, 55U, 56U, 63U, 64U, 65U, 119U, 120U, 127U, 128U, 129U, 999U}) {
    const std::string message(bytes, 'm');
    const std::string inner = std::string(20, '\x0b' ^ 0x36) + std::string(44, 0x36) + message;
    const std::string outer = std::string(20, '\x0b' ^ 0x5c) + std::string(44, 0x5c);
    const auto inside = crypto::digest_of(algorithm::sha256, inner);
    const auto wanted = crypto::digest_of(algorithm::sha256, outer + std::string(inside.bytes()));
    CHECK(key.sign(message) == wanted);
    CHECK(copy.sign(message) == wanted);
  }
}

TEST_CASE("hmac_sha1_is_that_of_the_rfc") {
  CHECK(crypto::to_hex(crypto::hmac_sha1(std::string(20, '\x0b'), "Hi There")) ==
        "b617318655057264e28bc0b6fb378c8ef146be00");
  CHECK(crypto::to_hex(crypto::hmac_sha1("Jefe", "what do ya want for nothing?")) ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(crypto::to_hex(crypto::hmac_sha1(
            std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST_CASE("hex_is_strict") {
  CHECK(crypto::to_hex(std::string_view("\0\x7f\xff", 3)) == "007fff");
  CHECK(crypto::from_hex("007fFF") == std::string("\0\x7f\xff", 3));
  CHECK(crypto::from_hex("") == "");
  for (const char* bad : {"0", "0g", " 0", "0x", "00 ", "\xc3\xa4"})
    CHECK_FALSE(crypto::from_hex(bad));
}

TEST_CASE("base64_is_strict_and_returns_what_went_in") {
  const std::vector<std::pair<std::string, std::string>> rfc_4648 = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : rfc_4648) {
    CHECK(crypto::to_base64(plain) == text);
    CHECK(crypto::from_base64(text) == plain);
  }
  std::string every(256, '\0');
  for (std::size_t n = 0; n < every.size(); ++n) every[n] = static_cast<char>(n);
  CHECK(crypto::from_base64(crypto::to_base64(every)) == every);
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "=Zg=", "Zg==Zg==",
                          "Zm9v\n", "Zm-_", " Zg=", "Z===", "Zm=v"}) {
    CHECK_FALSE(crypto::from_base64(bad));
  }
}

}  // namespace digest_test
