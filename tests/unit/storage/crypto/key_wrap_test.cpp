// Wrapped keys open under their own key and context only.
#include "storage/crypto/key_wrap.hpp"

#include "tests/support/catch.hpp"

namespace key_wrap_test {

namespace crypto = torhaus::storage::crypto;
using crypto::secret_key;

TEST_CASE("a_wrapped_key_opens_under_its_own_key_and_context_only") {
  const secret_key under(std::string(32, 'u'));
  const secret_key key(std::string(32, 'd'));
  const std::string wrapped = crypto::wrap_key(under, "bucket", key);
  CHECK(wrapped.size() == crypto::wrapped_key_bytes);
  CHECK(wrapped.find(std::string(4, 'd')) == std::string::npos);
  const auto back = crypto::unwrap_key(under, "bucket", wrapped);
  REQUIRE(back);
  CHECK(back->view() == key.view());
  CHECK_FALSE(crypto::unwrap_key(under, "other", wrapped));
  CHECK_FALSE(crypto::unwrap_key(secret_key(std::string(32, 'U')), "bucket", wrapped));
  CHECK(crypto::wrap_key(under, "bucket", key) != wrapped);
}

TEST_CASE("a_wrapped_key_that_was_changed_in_any_bit_or_length_does_not_open") {
  const secret_key under(std::string(32, 'u'));
  const std::string wrapped = crypto::wrap_key(under, "c", secret_key(std::string(32, 'd')));
  for (std::size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    std::string changed = wrapped;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    REQUIRE_FALSE(crypto::unwrap_key(under, "c", changed));
  }
  CHECK_FALSE(crypto::unwrap_key(under, "c", wrapped.substr(1)));
  CHECK_FALSE(crypto::unwrap_key(under, "c", wrapped + '\0'));
  CHECK_FALSE(crypto::unwrap_key(under, "c", ""));
}

TEST_CASE("keys_have_32_bytes_and_come_from_the_random_source") {
  CHECK_THROWS_AS(secret_key(std::string(31, 'k')), std::logic_error);
  CHECK_THROWS_AS(secret_key(std::string(33, 'k')), std::logic_error);
  auto& random = torhaus::system_random_source();
  CHECK(secret_key::random(random).view() != secret_key::random(random).view());
}

}  // namespace key_wrap_test
