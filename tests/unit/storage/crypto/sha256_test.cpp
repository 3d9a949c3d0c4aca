// SHA-256 alone and in one pass with MD5, against published vectors and OpenSSL's digests.
#include "storage/crypto/sha256.hpp"

#include <openssl/evp.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace sha256_test {

namespace crypto = torhaus::storage::crypto;
using crypto::sha256_code;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string openssl(const EVP_MD* kind, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  REQUIRE(EVP_Digest(text.data(), text.size(), out.data(), &size, kind, nullptr) == 1);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string random_text(std::mt19937& random, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

// Mostly about a block, now and then many of them, so that every phase and both loops come up.
std::size_t random_step(std::mt19937& random) { return random() % (random() % 8 ? 200 : 5000); }

std::vector<sha256_code> codes_here() {
  std::vector<sha256_code> out{sha256_code::openssl};
  if (crypto::has(sha256_code::own)) {
    out.push_back(sha256_code::own);
  } else {
    WARN("this processor has no SHA instructions");
  }
  return out;
}

std::string hex_of(sha256_code code, std::string_view text) {
  crypto::sha256_stream stream(code);
  stream.update(bytes_of(text));
  return crypto::to_hex(stream.finish().bytes());
}

}  // namespace

// FIPS 180-4's examples, of one block, of two, and of a million times the letter a.
TEST_CASE("sha256_of_every_code_matches_published_vectors") {
  for (const sha256_code code : codes_here()) {
    CAPTURE(static_cast<int>(code));
    CHECK(hex_of(code, "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex_of(code, "abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex_of(code, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex_of(code, std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
}

TEST_CASE("sha256_of_every_length_up_to_five_blocks_is_openssls") {
  std::mt19937 random(5);
  const std::string text = random_text(random, 320);
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const std::string_view part = std::string_view(text).substr(0, length);
    const std::string expected = crypto::to_hex(openssl(EVP_sha256(), part));
    for (const sha256_code code : codes_here()) {
      CAPTURE(length, static_cast<int>(code));
      REQUIRE(hex_of(code, part) == expected);
    }
  }
}

TEST_CASE("both_digests_in_one_pass_are_openssls_however_the_bytes_arrive") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    for (const sha256_code code : codes_here()) {
      const std::string text = random_text(random, random() % 20'000);
      crypto::md5_stream md5;
      crypto::sha256_stream sha(code);
      std::string_view rest = text;
      while (!rest.empty()) {
        const auto piece = rest.substr(0, random_step(random));
        rest.remove_prefix(piece.size());
        if (random() % 4 > 0) {
          crypto::update_both(md5, sha, bytes_of(piece));
        } else {
          sha.update(bytes_of(piece));
          md5.update(bytes_of(piece));
        }
      }
      CAPTURE(round, static_cast<int>(code), text.size());
      REQUIRE(md5.finish().bytes() == openssl(EVP_md5(), text));
      REQUIRE(sha.finish().bytes() == openssl(EVP_sha256(), text));
    }
  }
}

// As aws-chunked has it: SHA-256 of each chunk, MD5 of them all, so that their blocks do not begin
// at the same bytes.
TEST_CASE("sha256_of_chunks_and_md5_of_all_in_one_pass_are_openssls") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const sha256_code code : codes_here()) {
    std::string all;
    crypto::md5_stream md5;
    for (int chunk = 0; chunk < 300; ++chunk) {
      const std::string text = random_text(random, random_step(random));
      const std::size_t cut = random() % (text.size() + 1);
      crypto::sha256_stream sha(code);
      crypto::update_both(md5, sha, bytes_of(text).first(cut));
      crypto::update_both(md5, sha, bytes_of(text).subspan(cut));
      CAPTURE(chunk, static_cast<int>(code), text.size(), cut);
      REQUIRE(sha.finish().bytes() == openssl(EVP_sha256(), text));
      all += text;
    }
    REQUIRE(md5.finish().bytes() == openssl(EVP_md5(), all));
  }
}

TEST_CASE("a_sha256_stream_can_be_moved_and_begun_anew_at_any_time") {
  for (const sha256_code code : codes_here()) {
    crypto::sha256_stream stream(code);
    stream.update(bytes_of("thrown away"));
    stream = crypto::sha256_stream(code);
    stream.update(bytes_of("a"));
    crypto::sha256_stream moved(std::move(stream));
    moved.update(bytes_of("bc"));
    CHECK(moved.finish().bytes() == openssl(EVP_sha256(), "abc"));
  }
}

}  // namespace sha256_test
