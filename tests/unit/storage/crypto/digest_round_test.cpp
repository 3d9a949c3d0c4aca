// Digests of many coroutines on one thread, against OpenSSL's.
#include "storage/crypto/digest_round.hpp"

#include <openssl/evp.h>

#include <string>
#include <vector>

#include "storage/crypto/sha256.hpp"
#include "tests/support/catch.hpp"

namespace digest_round_test {

using namespace torhaus;
namespace crypto = torhaus::storage::crypto;
using crypto::algorithm;

namespace {

std::string content(std::size_t bytes, std::size_t seed) {
  std::string out(bytes, '\0');
  std::uint32_t state = static_cast<std::uint32_t>(seed) * 2654435761U + 1;
  for (char& c : out) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24);
  }
  return out;
}

std::string openssl(const EVP_MD* kind, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  REQUIRE(EVP_Digest(text.data(), text.size(), out.data(), &size, kind, nullptr) == 1);
  return {reinterpret_cast<const char*>(out.data()), size};
}

// One coroutine: a message in two updates of some pieces each.
struct upload {
  std::string text;
  crypto::digest_set set;
  int others_ready = 0;  // that had asked when its first update had ended
  bool ended = false;

  explicit upload(std::size_t n) : text(content(n * n * 50, n)) {
    set.want(algorithm::md5);
    set.want(algorithm::crc32c);
    if (n % 3 != 0) set.want(algorithm::sha256);
    if (n % 5 == 0) set.want(algorithm::sha1);
  }

  task<void> run(int& asked) {
    ++asked;
    const std::string_view all = text;
    for (const auto part : {all.substr(0, all.size() / 3), all.substr(all.size() / 3)}) {
      std::vector<std::span<const std::byte>> pieces;
      for (std::size_t at = 0; at < part.size(); at += 1'001) {
        pieces.push_back(std::as_bytes(std::span(part.substr(at, 1'001))));
      }
      co_await crypto::update_in_round(set, pieces);
      if (others_ready == 0) others_ready = asked;
    }
    set.finish();
    ended = true;
  }

  void check() const {
    REQUIRE(ended);
    CHECK(set.value(algorithm::md5).bytes() == openssl(EVP_md5(), text));
    CHECK(set.value(algorithm::crc32c) == crypto::digest_of(algorithm::crc32c, text));
    if (set.wants(algorithm::sha256)) {
      CHECK(set.value(algorithm::sha256).bytes() == openssl(EVP_sha256(), text));
    }
    if (set.wants(algorithm::sha1)) {
      CHECK(set.value(algorithm::sha1).bytes() == openssl(EVP_sha1(), text));
    }
  }
};

}  // namespace

TEST_CASE("a round hashes what all coroutines that are ready have at hand") {
  for (const std::size_t count : {1U, 2U, 3U, 5U, 16U, 40U}) {
    asio::io_context context(1);
    int asked = 0;
    std::vector<upload> all;
    for (std::size_t n = 0; n < count; ++n) all.emplace_back(n + 1);
    for (upload& one : all) {
      asio::co_spawn(context.get_executor(), one.run(asked),
                     [](std::exception_ptr fault) { REQUIRE_FALSE(fault); });
    }
    context.run();
    for (const upload& one : all) {
      CAPTURE(count, one.text.size());
      one.check();
      CHECK(one.others_ready == static_cast<int>(count));
    }
  }
}

TEST_CASE("who waits for a round goes with its context") {
  upload one(7);
  int asked = 0;
  {
    asio::io_context context(1);
    asio::co_spawn(context.get_executor(), one.run(asked), [](std::exception_ptr) {});
    context.poll_one();
    REQUIRE(asked == 1);
  }
  CHECK_FALSE(one.ended);
}

TEST_CASE("a set that is at its end says so to nobody else") {
  asio::io_context context(1);
  int asked = 0;
  upload good(4);
  upload bad(5);
  bad.set.finish();
  int faults = 0;
  for (upload* one : {&good, &bad}) {
    asio::co_spawn(context.get_executor(), one->run(asked),
                   [&](std::exception_ptr fault) { faults += fault ? 1 : 0; });
  }
  context.run();
  CHECK(faults == 1);
  good.check();
}

TEST_CASE("two streams of SHA-256 advance side by side") {
  if (!crypto::has(crypto::sha256_code::own)) return;
  for (const std::size_t blocks : {1U, 2U, 7U, 1'000U}) {
    const std::string first = content(64 * blocks, 1);
    const std::string second = content(64 * blocks, 2);
    crypto::sha256_stream a;
    crypto::sha256_stream b;
    const crypto::sha256_lane lanes[] = {
        {&a.words(), std::as_bytes(std::span(first)).data()},
        {&b.words(), std::as_bytes(std::span(second)).data()},
    };
    crypto::advance_sha256(lanes, blocks);
    a.note_blocks(blocks);
    b.note_blocks(blocks);
    CHECK(a.finish().bytes() == openssl(EVP_sha256(), first));
    CHECK(b.finish().bytes() == openssl(EVP_sha256(), second));
  }
}

}  // namespace digest_round_test
