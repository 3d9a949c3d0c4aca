#include "auth/identity/rules.hpp"

#include <algorithm>
#include <array>

#include "storage/crypto/digest.hpp"

namespace torhaus::auth::identity {
namespace {

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view digits = "0123456789";

bool made_of(std::string_view text, std::initializer_list<std::string_view> alphabets) {
  return std::ranges::all_of(text, [&](char c) {
    return std::ranges::any_of(
        alphabets, [c](std::string_view a) { return a.find(c) != std::string_view::npos; });
  });
}

bool printable(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

result<void> field(bool good, std::string_view name, std::string_view rule) {
  if (good) return {};
  std::string text(name);
  text += ' ';
  text += rule;
  return error(errc::invalid_argument, std::move(text)).with("ArgumentName", std::string(name));
}

result<void> first_failure(std::initializer_list<result<void>> checks) {
  for (const result<void>& c : checks) {
    if (!c) return c.error();
  }
  return {};
}

// Text of `count` characters, each from 32 equally likely ones.
std::string random_text(random_source& random, std::string_view alphabet32, std::size_t count) {
  std::string bytes(count, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  for (char& c : bytes) c = alphabet32[static_cast<unsigned char>(c) % 32];
  return bytes;
}

constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

}  // namespace

result<void> check(const agency& a) {
  const bool domains =
      a.domains.size() <= max_domains && std::ranges::all_of(a.domains, [](const std::string& d) {
        return !d.empty() && d.size() <= 253 && d.front() != '.' &&
               made_of(d, {lower, digits, "-."});
      });
  return first_failure({
      field(domains, "domains", "must be at most 20 domain names in lower case"),
      field(a.contact.size() <= 256 && printable(a.contact), "contact",
            "must have at most 256 printable characters"),
      field(!a.id.empty() && a.id.size() <= 32 && made_of(a.id, {lower, digits, "-"}), "id",
            "must have 1 to 32 characters of a-z, 0-9 and '-'"),
      field(a.name.size() <= 128 && printable(a.name), "name",
            "must have at most 128 printable characters"),
      field(a.email.size() <= 254 && printable(a.email) &&
                (a.email.empty() || a.email.find('@') != std::string::npos),
            "email", "must be an e-mail address"),
      field(a.account.empty() || (a.account.size() == 12 && made_of(a.account, {digits})),
            "account", "must have 12 digits"),
      field(a.canonical_id.size() <= 128 && made_of(a.canonical_id, {lower, upper, digits, "-_$"}),
            "canonical_id", "must have at most 128 letters, digits, '-', '_' and '$'"),
  });
}

result<void> check(const user& u) {
  return first_failure({
      field(!u.name.empty() && u.name.size() <= 64 &&
                made_of(u.name, {lower, upper, digits, "_+=,.@-"}),
            "name", "must have 1 to 64 characters of A-Z, a-z, 0-9 and _+=,.@-"),
      field(u.display_name.size() <= 128 && printable(u.display_name), "display_name",
            "must have at most 128 printable characters"),
      field(u.email.size() <= 254 && printable(u.email), "email", "must be an e-mail address"),
      field(!u.outsider || u.expires, "expires", "is required: an outsider is invited until a day"),
      field(!u.outsider || !u.administrator, "administrator", "cannot be an outsider"),
      field(!u.outsider || !u.root, "root", "cannot be an outsider"),
      field(!u.root || !u.expires, "expires",
            "cannot be set: the root user of an agency has no end"),
  });
}

result<void> check_key_pair(std::string_view access_key_id, std::string_view secret) {
  return first_failure({
      field(access_key_id.size() >= 16 && access_key_id.size() <= 128 &&
                made_of(access_key_id, {lower, upper, digits, "_"}),
            "access_key_id", "must have 16 to 128 letters, digits and '_'"),
      field(secret.size() >= 16 && secret.size() <= 256 && printable(secret), "secret_key",
            "must have 16 to 256 printable characters"),
  });
}

std::string make_account(random_source& random) {
  std::array<std::byte, 8> bytes{};
  random.fill(bytes);
  std::uint64_t number = 0;
  for (const std::byte b : bytes) number = number << 8 | std::to_integer<std::uint64_t>(b);
  std::string text = std::to_string(number % 899'999'999'999ULL + 100'000'000'000ULL);
  return text;
}

std::string make_canonical_id(random_source& random) {
  std::array<char, 32> bytes{};
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return storage::crypto::to_hex({bytes.data(), bytes.size()});
}

std::string make_id(std::string_view prefix, random_source& random) {
  return std::string(prefix) + random_text(random, base32, 16);
}
std::string make_user_id(random_source& random) { return make_id("AIDA", random); }
std::string make_access_key_id(random_source& random) { return make_id("AKIA", random); }

std::string make_secret(random_source& random) {
  std::array<char, 30> bytes{};
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return storage::crypto::to_base64({bytes.data(), bytes.size()});
}

}  // namespace torhaus::auth::identity
