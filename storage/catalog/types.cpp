// Names from outside: the rules of buckets, keys and ETags.
#include "storage/catalog/types.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "storage/base/utf8.hpp"

namespace torhaus::storage::catalog {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter_or_digit(char c) { return digit(c) || (c >= 'a' && c <= 'z'); }

// Four numbers with dots between them.
bool looks_like_an_address(std::string_view name) {
  std::size_t dots = 0;
  for (const char c : name) {
    if (c == '.')
      ++dots;
    else if (!digit(c))
      return false;
  }
  return dots == 3;
}

// AWS reserves these for its own kinds of buckets and access points.
constexpr std::array<std::string_view, 3> reserved_prefixes = {"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::array<std::string_view, 5> reserved_suffixes = {"-s3alias", "--ol-s3", ".mrap",
                                                               "--x-s3", "--table-s3"};

bool valid_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (letter_or_digit(c)) continue;
    if ((c != '-' && c != '.') || i == 0 || i + 1 == name.size()) return false;
    // Each label between dots begins and ends with a letter or digit, so that it is a host name.
    if (c == '.' && (!letter_or_digit(name[i - 1]) || !letter_or_digit(name[i + 1]))) return false;
  }
  if (looks_like_an_address(name)) return false;
  return std::none_of(reserved_prefixes.begin(), reserved_prefixes.end(),
                      [&](std::string_view p) { return name.starts_with(p); }) &&
         std::none_of(reserved_suffixes.begin(), reserved_suffixes.end(),
                      [&](std::string_view s) { return name.ends_with(s); });
}

}  // namespace

result<bucket_name> bucket_name::parse(std::string_view text) {
  if (!valid_bucket_name(text)) {
    return error(errc::invalid_bucket_name).with("BucketName", std::string(text.substr(0, 255)));
  }
  return bucket_name(std::string(text));
}

result<object_key> object_key::parse(std::string_view text) {
  if (text.size() > max_bytes) {
    return error(errc::key_too_long)
        .with("Size", std::to_string(text.size()))
        .with("MaxSizeAllowed", std::to_string(max_bytes));
  }
  if (text.empty() || !is_utf8(text)) return errc::invalid_uri;
  return object_key(std::string(text));
}

std::string etag::text() const {
  std::string out = crypto::to_hex({reinterpret_cast<const char*>(md5.data()), md5.size()});
  if (parts != 0) out += "-" + std::to_string(parts);
  return out;
}

std::optional<etag> etag::parse(std::string_view text) {
  constexpr std::size_t hex_digits = 32;
  // AWS takes one quote for two.
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  if (text.size() < hex_digits) return std::nullopt;
  const auto raw = crypto::from_hex(text.substr(0, hex_digits));
  if (!raw || raw->size() != hex_digits / 2) return std::nullopt;
  etag out;
  std::copy(raw->begin(), raw->end(), out.md5.begin());
  text.remove_prefix(hex_digits);
  if (text.empty()) return out;
  text.remove_prefix(1);
  if (text.data()[-1] != '-' || text.empty() || text.front() == '0') return std::nullopt;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out.parts);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace torhaus::storage::catalog
