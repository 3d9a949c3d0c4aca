// Sealed secrets open in their own place only; the master key file is made once and kept private.
#include "storage/crypto/sealing.hpp"

#include <sys/stat.h>

#include <fstream>
#include <stdexcept>

#include "storage/crypto/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace sealing_test {

namespace crypto = torhaus::storage::crypto;
using crypto::when_absent;

namespace {

void write_file(const std::filesystem::path& file, std::string_view text, mode_t mode = 0600) {
  std::ofstream(file) << text;
  REQUIRE(::chmod(file.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("a_sealed_secret_opens_with_its_own_key_purpose_and_context_only") {
  const crypto::sealer sealer(std::string(32, 'k'));
  const std::string sealed = sealer.seal("access-key", "AKIA1", "secret");
  CHECK(sealed.find("secret") == std::string::npos);
  CHECK(sealer.open("access-key", "AKIA1", sealed) == "secret");
  CHECK_FALSE(sealer.open("object-key", "AKIA1", sealed));
  CHECK_FALSE(sealer.open("access-key", "AKIA2", sealed));
  CHECK_FALSE(sealer.open("access-keyA", "KIA1", sealed));
  const crypto::sealer other(std::string(32, 'K'));
  CHECK_FALSE(other.open("access-key", "AKIA1", sealed));
}

TEST_CASE("a_sealed_secret_that_was_changed_in_any_bit_or_length_does_not_open") {
  const crypto::sealer sealer(std::string(32, 'k'));
  const std::string sealed = sealer.seal("p", "c", "secret");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    REQUIRE_FALSE(sealer.open("p", "c", changed));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    REQUIRE_FALSE(sealer.open("p", "c", sealed.substr(0, size)));
  }
  CHECK_FALSE(sealer.open("p", "c", sealed + '\0'));
}

TEST_CASE("sealing_twice_gives_different_bytes") {
  const crypto::sealer sealer(std::string(32, 'k'));
  CHECK(sealer.seal("p", "c", "secret") != sealer.seal("p", "c", "secret"));
  CHECK(sealer.open("p", "c", sealer.seal("p", "c", "")) == "");
}

TEST_CASE("a_master_key_of_another_length_is_a_broken_invariant") {
  CHECK_THROWS_AS(crypto::sealer(std::string(31, 'k')), std::logic_error);
}

TEST_CASE("the_master_key_file_is_made_once_and_private") {
  const torhaus::test::temp_dir directory;
  const auto file = directory.path() / "master.key";
  CHECK_THROWS_AS(crypto::load_master_key(file, when_absent::fail), std::runtime_error);
  const std::string made = crypto::load_master_key(file, when_absent::create);
  CHECK(made.size() == 32);
  CHECK(crypto::load_master_key(file, when_absent::create) == made);
  CHECK(crypto::load_master_key(file, when_absent::fail) == made);
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    ++files;
  }
  CHECK(files == 1);
}

TEST_CASE("a_master_key_file_that_is_wrong_or_open_to_others_is_refused_with_its_name") {
  const torhaus::test::temp_dir directory;
  const auto file = directory.path() / "master.key";
  const std::string good = crypto::to_hex(std::string(32, 'k'));
  write_file(file, good);
  CHECK(crypto::load_master_key(file, when_absent::fail) == std::string(32, 'k'));
  for (const mode_t mode : {0640U, 0604U, 0660U, 0622U}) {
    write_file(file, good, mode);
    CHECK_THROWS_AS(crypto::load_master_key(file, when_absent::create), std::runtime_error);
  }
  for (const std::string& bad : {std::string(), good.substr(2), good + "00", "x" + good.substr(1),
                                 good + std::string(1, '\0'), std::string(1000, 'a')}) {
    write_file(file, bad);
    CHECK_THROWS_WITH(crypto::load_master_key(file, when_absent::create),
                      Catch::Matchers::Contains("master.key"));
  }
  CHECK_THROWS_AS(crypto::load_master_key(directory.path(), when_absent::create),
                  std::runtime_error);
  CHECK_THROWS_AS(crypto::load_master_key(directory.path() / "no" / "key", when_absent::create),
                  std::runtime_error);
}

TEST_CASE("constant_time_comparison_compares") {
  CHECK(crypto::equal_constant_time("", ""));
  CHECK(crypto::equal_constant_time("abc", "abc"));
  CHECK_FALSE(crypto::equal_constant_time("abc", "abd"));
  CHECK_FALSE(crypto::equal_constant_time("abc", "ab"));
}

TEST_CASE("what_was_sealed_once_opens_for_ever") {
  // Made by the first version of this form.
  const crypto::sealer sealer(std::string(32, 'k'));
  const auto sealed =
      crypto::from_hex("01000102030405060708090a0b6a80016bd6cde83e4b6eec63af65abd6ea94dc06534d");
  REQUIRE(sealed);
  CHECK(sealer.open("access-key", "AKIA1", *sealed) == "secret");
}

}  // namespace sealing_test
