// Encrypted blobs over a real disk store.
#include "storage/blob/encrypted.hpp"

#include "storage/crypto/chunk_cipher.hpp"
#include "tests/unit/storage/blob/support.hpp"

namespace torhaus::storage::blob::test {
namespace {

const crypto::secret_key key(std::string(32, 'k'));

placed_blob put_encrypted(store& to, worker_pool& pool, const std::string& bytes) {
  auto out = encrypting(to.create(crypto::sealed_size(bytes.size())), key, pool);
  constexpr std::size_t portion = 100'003;
  for (std::size_t at = 0; at < bytes.size(); at += portion) {
    const std::size_t count = std::min(portion, bytes.size() - at);
    REQUIRE(out->append(bytes_of(bytes).subspan(at, count)));
  }
  auto sealed = run_task(out->seal());
  REQUIRE(sealed);
  placed_blob placed = sealed->placed();
  sealed->committed();
  return placed;
}

std::optional<std::string> read_decrypted(store& from, const placed_blob& placed,
                                          const crypto::secret_key& with = key) {
  auto opened = from.open(placed);
  if (!opened) return std::nullopt;
  const auto reader = decrypting(std::move(*opened), with);
  std::string out(static_cast<std::size_t>(reader->size()), '\0');
  const auto got = reader->read(0, std::as_writable_bytes(std::span(out)));
  if (!got || *got != out.size()) return std::nullopt;
  return out;
}

}  // namespace

TEST_CASE("an encrypted blob of any size comes back and is not stored in the clear") {
  const temp_dir dir;
  worker_pool pool(1);
  const auto store = open_disk(options_in(dir.path()));
  for (std::size_t size : boundary_sizes()) {
    for (const std::size_t more : {std::size_t{0}, crypto::chunk_bytes}) {
      size += more;
      CAPTURE(size);
      const std::string bytes = content(size, size + 1);
      const placed_blob placed = put_encrypted(*store, pool, bytes);
      CHECK(placed.size == crypto::sealed_size(size));
      const auto back = read_decrypted(*store, placed);
      REQUIRE(back);
      REQUIRE((*back == bytes));
      const crypto::secret_key other(std::string(32, 'K'));
      if (size > 0) REQUIRE_FALSE(read_decrypted(*store, placed, other));
      const auto raw = try_read(*store, placed);
      REQUIRE(raw);
      if (size >= 16) REQUIRE(raw->find(bytes.substr(0, 16)) == std::string::npos);
    }
  }
  pool.join();
}

TEST_CASE("a reader of encrypted bytes knows the plaintext's size and hands out any range") {
  const temp_dir dir;
  worker_pool pool(1);
  const auto store = open_disk(options_in(dir.path()));
  const std::string bytes = content(3'000'000, 9);
  const placed_blob placed = put_encrypted(*store, pool, bytes);
  auto opened = store->open(placed);
  REQUIRE(opened);
  const auto reader = decrypting(std::move(*opened), key);
  CHECK(reader->size() == bytes.size());
  std::mt19937_64 random(5);
  for (int round = 0; round < 300; ++round) {
    const std::size_t offset = random() % bytes.size();
    std::string out(random() % 400'000, '?');
    const auto got = reader->read(offset, std::as_writable_bytes(std::span(out)));
    REQUIRE(got);
    REQUIRE((out.substr(0, *got) == bytes.substr(offset, out.size())));
  }
  CHECK(*reader->read(bytes.size(), std::span<std::byte>()) == 0);
  pool.join();
}

}  // namespace torhaus::storage::blob::test
