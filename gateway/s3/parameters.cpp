#include "gateway/s3/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/s3/access/request_values.hpp"

namespace torhaus::gateway::s3 {
namespace {

using storage::crypto::algorithm;

struct checksum_row {
  algorithm kind;
  std::string_view name;
  std::string_view header;
};
// AWS: "Checking object integrity". In the order in which errors name them.
constexpr std::array checksums = {
    checksum_row{algorithm::crc32, "CRC32", "x-amz-checksum-crc32"},
    checksum_row{algorithm::crc32c, "CRC32C", "x-amz-checksum-crc32c"},
    checksum_row{algorithm::crc64nvme, "CRC64NVME", "x-amz-checksum-crc64nvme"},
    checksum_row{algorithm::md5, "MD5", "x-amz-checksum-md5"},
    checksum_row{algorithm::sha1, "SHA1", "x-amz-checksum-sha1"},
    checksum_row{algorithm::sha256, "SHA256", "x-amz-checksum-sha256"},
    checksum_row{algorithm::sha512, "SHA512", "x-amz-checksum-sha512"},
    checksum_row{algorithm::xxhash128, "XXHASH128", "x-amz-checksum-xxhash128"},
    checksum_row{algorithm::xxhash3, "XXHASH3", "x-amz-checksum-xxhash3"},
    checksum_row{algorithm::xxhash64, "XXHASH64", "x-amz-checksum-xxhash64"},
};
static_assert(checksums.size() == storage::crypto::algorithm_count);

const checksum_row* row_of(algorithm a) {
  const auto at = std::ranges::find(checksums, a, &checksum_row::kind);
  return at == checksums.end() ? nullptr : &*at;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc() || text.empty() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return n;
}

error invalid_argument(std::string message, std::string_view name, std::string_view value) {
  return error(errc::invalid_argument, std::move(message))
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", std::string(value));
}

error missing_argument(std::string message, std::string_view name) {
  return error(errc::invalid_argument, std::move(message)).with("ArgumentName", std::string(name));
}

result<void> check_expected_owner(const context& ctx) {
  const auto expected = instruction(ctx, "x-amz-expected-bucket-owner");
  if (!expected || !ctx.bucket || *expected == ctx.bucket->owner_account) return {};
  constexpr std::size_t account_digits = 12;
  const bool account = expected->size() == account_digits &&
                       expected->find_first_not_of("0123456789") == std::string_view::npos;
  if (account) return errc::access_denied;
  return error(errc::invalid_bucket_owner_account,
               "The value of the expected bucket owner parameter must be an AWS Account ID... [" +
                   std::string(*expected) + "]");
}

result<std::size_t> page_size(const context& ctx, std::string_view name, std::size_t most) {
  const auto given = ctx.parameter(name);
  if (!given || given->empty()) return most;
  const auto n = parse_number(*given);
  if (!n || *n > INT32_MAX) {
    return invalid_argument(
        "Provided " + std::string(name) + " not an integer or within integer range", name, *given);
  }
  return std::min<std::size_t>(*n, most);
}

result<bool> url_encoding(const context& ctx) {
  const auto given = ctx.parameter("encoding-type");
  if (!given) return false;
  if (*given == "url") return true;
  return invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", *given);
}

std::string url_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~' || c == '/';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string quoted(const storage::catalog::etag& e) { return "\"" + e.text() + "\""; }

std::string_view checksum_name(algorithm a) {
  const auto* row = row_of(a);
  return row == nullptr ? std::string_view() : row->name;
}

std::optional<algorithm> parse_checksum_name(std::string_view name) {
  for (const checksum_row& row : checksums) {
    if (http::equal_ignoring_case(row.name, name)) return row.kind;
  }
  return std::nullopt;
}

const std::vector<algorithm>& checksum_algorithms() {
  static const std::vector<algorithm> all = [] {
    std::vector<algorithm> kinds;
    for (const checksum_row& row : checksums) kinds.push_back(row.kind);
    return kinds;
  }();
  return all;
}

result<std::optional<algorithm>> checksum_choice(const context& ctx) {
  const auto named = ctx.header("x-amz-checksum-algorithm");
  if (!named) return std::optional<algorithm>();
  if (const auto kind = parse_checksum_name(*named)) return std::optional(*kind);
  std::string valid;
  for (const checksum_row& row : checksums) {
    if (!valid.empty()) valid += ", ";
    valid += row.name;
  }
  return error(errc::invalid_request,
               "Checksum algorithm provided is unsupported. Please try again with any of the valid "
               "types: [" +
                   valid + "]");
}

std::string_view checksum_type_name(storage::catalog::checksum_type t) {
  return t == storage::catalog::checksum_type::composite ? "COMPOSITE" : "FULL_OBJECT";
}

std::string checksum_text(const storage::catalog::object_checksum& c) {
  std::string text = storage::crypto::to_base64(c.value.bytes());
  if (c.type == storage::catalog::checksum_type::composite) text += "-" + std::to_string(c.parts);
  return text;
}

std::string checksum_element(algorithm a) { return "Checksum" + std::string(checksum_name(a)); }

std::string checksum_header(algorithm a) {
  const auto* row = row_of(a);
  return row == nullptr ? std::string() : std::string(row->header);
}

bool has_integrity_header(const context& ctx) {
  if (ctx.header("Content-MD5") || ctx.header("x-amz-trailer")) return true;
  return std::ranges::any_of(
      checksums, [&](const checksum_row& row) { return ctx.header(row.header).has_value(); });
}

std::string object_url(const context& ctx, std::string_view bucket, std::string_view key) {
  std::string base = ctx.service.public_endpoint;
  if (base.empty()) {
    base = (ctx.call.from.secure ? "https://" : "http://") + ctx.call.host;
    if (ctx.where.virtual_host) return base + "/" + url_encode(key);
  }
  return base + "/" + std::string(bucket) + "/" + url_encode(key);
}

}  // namespace torhaus::gateway::s3
