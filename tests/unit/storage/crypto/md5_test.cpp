// MD5 in lanes, in streams and in teams, against OpenSSL's.
#include "storage/crypto/md5.hpp"

#include <openssl/evp.h>

#include <string>
#include <vector>

#include "storage/crypto/md5_team.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

namespace md5_test {

using namespace torhaus;
namespace crypto = torhaus::storage::crypto;

namespace {

std::string content(std::size_t bytes, unsigned seed) {
  std::string out(bytes, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& c : out) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24);
  }
  return out;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string openssl_md5(std::string_view text) {
  std::array<unsigned char, 16> out{};
  REQUIRE(EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_md5(), nullptr) == 1);
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

std::string md5_in_steps(std::string_view text, std::size_t step) {
  crypto::md5_stream stream;
  while (!text.empty()) {
    const auto piece = text.substr(0, step);
    stream.update(bytes_of(piece));
    text.remove_prefix(piece.size());
  }
  return std::string(stream.finish().bytes());
}

}  // namespace

TEST_CASE("a stream's MD5 is OpenSSL's for every length and every way to cut it") {
  for (std::size_t length = 0; length < 300; ++length) {
    const std::string text = content(length, static_cast<unsigned>(length));
    const std::string expected = openssl_md5(text);
    for (const std::size_t step : {1U, 3U, 63U, 64U, 65U, 128U, 300U}) {
      CAPTURE(length, step);
      REQUIRE(md5_in_steps(text, step) == expected);
    }
  }
}

TEST_CASE("every code advances any number of lanes as one stream after the other does") {
  using crypto::md5_code;
  constexpr std::size_t blocks = 37;
  for (const md5_code code : {md5_code::plain, md5_code::avx2, md5_code::avx512}) {
    for (std::size_t count = 1; count <= crypto::max_md5_lanes; ++count) {
      std::vector<std::string> texts;
      std::vector<crypto::md5_stream> streams(count);
      std::vector<crypto::md5_lane> lanes;
      for (std::size_t n = 0; n < count; ++n) {
        texts.push_back(content(blocks * crypto::md5_block_bytes + n, static_cast<unsigned>(n)));
      }
      for (std::size_t n = 0; n < count; ++n) {
        lanes.push_back({&streams[n].words(), bytes_of(texts[n]).data()});
      }
      if (!crypto::advance_md5(code, lanes, blocks)) {
        WARN("this processor lacks code " << static_cast<int>(code));
        break;
      }
      for (std::size_t n = 0; n < count; ++n) {
        streams[n].note_blocks(blocks);
        streams[n].update(bytes_of(texts[n]).subspan(blocks * crypto::md5_block_bytes));
        CAPTURE(static_cast<int>(code), count, n);
        REQUIRE(streams[n].finish().bytes() == openssl_md5(texts[n]));
      }
    }
  }
}

namespace {

// A message in pieces of a few sizes, each handed to the team and waited for.
task<std::string> teamed(crypto::md5_team& team, std::string_view text) {
  const executor home = co_await asio::this_coro::executor;
  crypto::md5_stream stream;
  std::size_t step = 1;
  while (!text.empty()) {
    std::vector<std::span<const std::byte>> pieces;
    for (int n = 0; n < 3 && !text.empty(); ++n) {
      const auto piece = text.substr(0, step);
      pieces.push_back(bytes_of(piece));
      text.remove_prefix(piece.size());
      step = step * 5 % 70'001;
    }
    crypto::md5_team::update part(team, home, stream, pieces);
    co_await part.wait();
  }
  co_return std::string(stream.finish().bytes());
}

task<void> into(crypto::md5_team& team, std::string_view text, std::string& out) {
  out = co_await teamed(team, text);
}

}  // namespace

TEST_CASE("a team computes for many coroutines at once what OpenSSL computes for each") {
  for (const std::size_t runners : {1U, 3U}) {
    worker_pool pool(3);
    crypto::md5_team team(pool, runners);
    asio::io_context context(1);
    constexpr std::size_t count = 60;
    std::vector<std::string> texts;
    std::vector<std::string> found(count);
    for (std::size_t n = 0; n < count; ++n) {
      texts.push_back(content(n * n * 100, static_cast<unsigned>(n)));
    }
    for (std::size_t n = 0; n < count; ++n) {
      asio::co_spawn(context.get_executor(), into(team, texts[n], found[n]),
                     [](std::exception_ptr fault) { REQUIRE_FALSE(fault); });
    }
    context.run();
    for (std::size_t n = 0; n < count; ++n) {
      CAPTURE(runners, n);
      REQUIRE(found[n] == openssl_md5(texts[n]));
    }
  }
}

TEST_CASE("a set whose MD5 is fed apart for a while has all its digests") {
  const std::string text = content(100'000, 7);
  crypto::digest_set set;
  set.want(crypto::algorithm::md5);
  set.want(crypto::algorithm::crc32c);
  set.md5().update(bytes_of(text).first(777));
  set.update_but_md5(bytes_of(text).first(777));
  set.update(bytes_of(text).subspan(777));
  set.finish();
  CHECK(set.value(crypto::algorithm::md5).bytes() == openssl_md5(text));
  CHECK(set.value(crypto::algorithm::crc32c) == crypto::digest_of(crypto::algorithm::crc32c, text));
}

}  // namespace md5_test
