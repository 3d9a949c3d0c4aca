// The chunk cipher against its plaintext: any split, any range, and nothing that was tampered with.
#include "storage/crypto/chunk_cipher.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace chunk_cipher_test {

namespace crypto = torhaus::storage::crypto;
using crypto::chunk_bytes;
using crypto::chunk_header_bytes;
using crypto::chunk_tag_bytes;
using torhaus::result;

namespace {

constexpr std::size_t sealed_chunk = chunk_bytes + chunk_tag_bytes;

std::string text_of(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

crypto::secret_key key_of(char c) { return crypto::secret_key(std::string(32, c)); }

// Sizes at which something changes: nothing, a byte, around one and two chunks, a run of chunks.
const std::vector<std::size_t> sizes{0,
                                     1,
                                     chunk_bytes - 1,
                                     chunk_bytes,
                                     chunk_bytes + 1,
                                     2 * chunk_bytes - 1,
                                     2 * chunk_bytes,
                                     2 * chunk_bytes + 1,
                                     5 * chunk_bytes + 12345};

class sealing {
 public:
  explicit sealing(const crypto::secret_key& key) : encryptor_(key) {}
  void update(std::string_view text) {
    REQUIRE(encryptor_.update(std::as_bytes(std::span(text)), sink_));
  }
  std::string finish() {
    REQUIRE(encryptor_.finish(sink_));
    return sealed_;
  }

 private:
  std::string sealed_;
  crypto::chunk_encryptor::sink sink_ = [this](std::span<const std::byte> bytes) {
    sealed_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return result<void>();
  };
  crypto::chunk_encryptor encryptor_;
};

std::string seal(std::string_view text, char key = 'k') {
  sealing s(key_of(key));
  s.update(text);
  return s.finish();
}

struct opened {
  explicit opened(std::string bytes, char key = 'k')
      : sealed(std::move(bytes)), decryptor(key_of(key), sealed.size()) {}

  // Like a blob reader, but handing out less than was asked, sometimes.
  crypto::chunk_decryptor::source source() {
    return [this](std::uint64_t offset, std::span<std::byte> out) -> result<std::size_t> {
      if (offset >= sealed.size()) return std::size_t{0};
      std::size_t n = std::min<std::size_t>(out.size(), sealed.size() - offset);
      if (n > 1000) n -= 7;
      std::copy_n(reinterpret_cast<const std::byte*>(sealed.data()) + offset, n, out.begin());
      fetched += n;
      return n;
    };
  }
  // The bytes of a range; nothing when they do not open.
  std::optional<std::string> read(std::uint64_t offset, std::size_t length) {
    std::string text(length, '?');
    const auto n = decryptor.read(offset, std::as_writable_bytes(std::span(text)), source());
    if (!n) {
      CHECK(n.error().code() == torhaus::errc::internal_error);
      return std::nullopt;
    }
    return text.substr(0, *n);
  }
  std::optional<std::string> all() { return read(0, sealed.size()); }

  std::string sealed;
  crypto::chunk_decryptor decryptor;
  std::size_t fetched = 0;
};

}  // namespace

TEST_CASE("any_split_of_the_plaintext_opens_to_the_plaintext_and_has_the_announced_size") {
  std::mt19937 random(7);
  for (const std::size_t size : sizes) {
    const std::string text = text_of(size);
    for (const std::size_t most :
         {std::size_t{1} << 30, std::size_t{1000}, chunk_bytes, chunk_bytes + 1}) {
      sealing s(key_of('k'));
      for (std::size_t at = 0; at < size;) {
        const std::size_t n = std::min(size - at, 1 + random() % most);
        s.update(std::string_view(text).substr(at, n));
        at += n;
      }
      opened o(s.finish());
      INFO(size << " bytes in pieces of " << most);
      CHECK(o.sealed.size() == crypto::sealed_size(size));
      CHECK(crypto::plain_size(o.sealed.size()) == size);
      CHECK(o.decryptor.size() == size);
      const auto back = o.all();
      REQUIRE(back);
      CHECK(*back == text);
    }
  }
}

TEST_CASE("any_range_reads_as_the_plaintext_does") {
  std::mt19937 random(11);
  for (const std::size_t size : sizes) {
    const std::string text = text_of(size);
    opened o(seal(text));
    for (int round = 0; round < 200; ++round) {
      const std::size_t offset = random() % (size + 2);
      const std::size_t length = random() % 3 == 0 ? random() % 100 : random() % (size + 2);
      const std::string wanted = offset < size ? text.substr(offset, length) : std::string();
      INFO(size << " bytes, " << length << " at " << offset);
      const auto got = o.read(offset, length);
      REQUIRE(got);
      REQUIRE(*got == wanted);
    }
  }
}

TEST_CASE("a_range_fetches_the_chunks_that_it_touches_and_no_others") {
  opened o(seal(text_of(20 * chunk_bytes)));
  REQUIRE(o.read(7 * chunk_bytes + 5, 10));
  CHECK(o.fetched == chunk_header_bytes + sealed_chunk);
  o.fetched = 0;
  REQUIRE(o.read(7 * chunk_bytes + 15, 10));  // the kept chunk
  CHECK(o.fetched == 0);
  REQUIRE(o.read(9 * chunk_bytes - 1, 2 + chunk_bytes));
  CHECK(o.fetched == 3 * sealed_chunk);
}

TEST_CASE("a_bit_that_was_flipped_anywhere_is_found") {
  std::mt19937 random(13);
  for (const std::size_t size : sizes) {
    const std::string sealed = seal(text_of(size));
    for (int round = 0; round < 40; ++round) {
      // The header and the ends of chunks more often than chance would.
      std::size_t at = random() % sealed.size();
      if (round < 10) at = random() % chunk_header_bytes;
      if (round >= 30) at = sealed.size() - 1 - random() % chunk_tag_bytes;
      std::string changed = sealed;
      changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
      INFO(size << " bytes, byte " << at);
      CHECK_FALSE(opened(changed).all());
    }
  }
}

TEST_CASE("a_damaged_chunk_spoils_its_own_range_only") {
  const std::string text = text_of(5 * chunk_bytes);
  std::string sealed = seal(text);
  sealed[chunk_header_bytes + 2 * sealed_chunk + 100] ^= 1;
  opened o(sealed);
  CHECK(o.read(0, 2 * chunk_bytes) == text.substr(0, 2 * chunk_bytes));
  CHECK(o.read(3 * chunk_bytes, 2 * chunk_bytes) == text.substr(3 * chunk_bytes));
  std::string out(10, '?');
  const auto n =
      o.decryptor.read(2 * chunk_bytes - 5, std::as_writable_bytes(std::span(out)), o.source());
  CHECK_FALSE(n);
  CHECK(out == std::string(10, '\0'));  // nothing is handed out, not even what did open
}

TEST_CASE("a_truncated_or_extended_string_does_not_open") {
  for (const std::size_t size : sizes) {
    const std::string sealed = seal(text_of(size));
    // At chunk boundaries the length alone would not tell.
    for (std::size_t end = chunk_header_bytes; end < sealed.size(); end += sealed_chunk) {
      INFO(size << " bytes cut to " << end);
      CHECK_FALSE(opened(sealed.substr(0, end)).all());
    }
    for (const std::size_t cut : {std::size_t{1}, chunk_tag_bytes, chunk_tag_bytes + 1}) {
      CHECK_FALSE(opened(sealed.substr(0, sealed.size() - cut)).all());
    }
    CHECK_FALSE(opened(sealed + std::string(1, '\0')).all());
    CHECK_FALSE(opened(sealed + std::string(chunk_tag_bytes, '\0')).all());
    CHECK_FALSE(opened(sealed + sealed.substr(chunk_header_bytes)).all());
  }
  CHECK_FALSE(opened("").all());
}

TEST_CASE("chunks_that_were_swapped_repeated_or_mixed_do_not_open") {
  const std::string text = text_of(4 * chunk_bytes);
  const std::string one = seal(text);
  const std::string two = seal(text);
  const auto chunk = [](const std::string& of, std::size_t i) {
    return of.substr(chunk_header_bytes + i * sealed_chunk, sealed_chunk);
  };
  const std::string head = one.substr(0, chunk_header_bytes);
  const std::string c0 = chunk(one, 0), c1 = chunk(one, 1), c2 = chunk(one, 2), c3 = chunk(one, 3);
  REQUIRE(opened(head + c0 + c1 + c2 + c3).all() == text);
  CHECK_FALSE(opened(head + c1 + c0 + c2 + c3).all());
  CHECK_FALSE(opened(head + c0 + c0 + c2 + c3).all());
  CHECK_FALSE(opened(head + c0 + c1 + c3 + c2).all());
  CHECK_FALSE(opened(head + c0 + c1 + c2).all());
  CHECK_FALSE(opened(head + c3).all());
  // The same key and text, another salt.
  CHECK_FALSE(opened(head + c0 + chunk(two, 1) + c2 + c3).all());
  CHECK_FALSE(opened(two.substr(0, chunk_header_bytes) + one.substr(chunk_header_bytes)).all());
}

TEST_CASE("the_right_key_is_needed_and_the_same_text_never_looks_the_same") {
  const std::string text = text_of(1000);
  const std::string sealed = seal(text);
  CHECK(opened(sealed).all() == text);
  CHECK_FALSE(opened(sealed, 'K').all());
  CHECK(sealed != seal(text));
  CHECK(sealed.find(text.substr(0, 16)) == std::string::npos);
}

TEST_CASE("an_empty_string_is_sealed_too") {
  const std::string sealed = seal("");
  CHECK(sealed.size() == chunk_header_bytes + chunk_tag_bytes);
  CHECK(opened(sealed).all() == "");
  CHECK_FALSE(opened(sealed, 'K').all());
}

TEST_CASE("lengths_that_no_sealed_string_has_are_known") {
  CHECK_FALSE(crypto::plain_size(0));
  CHECK_FALSE(crypto::plain_size(chunk_header_bytes + chunk_tag_bytes - 1));
  CHECK(crypto::plain_size(chunk_header_bytes + chunk_tag_bytes) == 0);
  const std::uint64_t full = chunk_header_bytes + sealed_chunk;
  CHECK(crypto::plain_size(full) == chunk_bytes);
  for (std::uint64_t more = 1; more <= chunk_tag_bytes; ++more) {
    CHECK_FALSE(crypto::plain_size(full + more));
  }
  CHECK(crypto::plain_size(full + chunk_tag_bytes + 1) == chunk_bytes + 1);
  const std::uint64_t large = std::uint64_t{64} << 30;
  CHECK(crypto::plain_size(crypto::sealed_size(large)) == large);
}

TEST_CASE("what_the_sink_refuses_ends_the_encryption") {
  crypto::chunk_encryptor encryptor(key_of('k'));
  const auto full = [](std::span<const std::byte>) -> result<void> {
    return torhaus::errc::insufficient_storage;
  };
  const std::string text = text_of(2 * chunk_bytes);
  const auto outcome = encryptor.update(std::as_bytes(std::span(text)), full);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code() == torhaus::errc::insufficient_storage);
}

}  // namespace chunk_cipher_test
