#include "gateway/s3/body/announcement.hpp"

#include <algorithm>

#include "gateway/http/characters.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace crypto = storage::crypto;

constexpr std::string_view checksum_prefix = "x-amz-checksum-";

bool has_prefix(std::string_view name, std::string_view prefix) {
  return name.size() > prefix.size() &&
         http::equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

// The algorithm in "x-amz-checksum-crc32"; nullopt for -type, -mode, -algorithm and unknown ones.
std::optional<crypto::algorithm> algorithm_of(std::string_view header_name) {
  if (!has_prefix(header_name, checksum_prefix)) return std::nullopt;
  return parse_checksum_name(header_name.substr(checksum_prefix.size()));
}

result<void> read_length(const http::request& call, announcement& a) {
  std::optional<std::uint64_t> length = call.body->content_length();
  if (a.streaming) {
    const auto decoded = call.find("x-amz-decoded-content-length");
    if (!decoded) return errc::missing_content_length;
    length = parse_number(*decoded);
  }
  if (!length) return errc::missing_content_length;
  if (*length > max_single_put_bytes) {
    return error(errc::entity_too_large)
        .with("ProposedSize", std::to_string(*length))
        .with("MaxSizeAllowed", std::to_string(max_single_put_bytes));
  }
  a.length = *length;
  return {};
}

result<void> read_md5(const http::request& call, announcement& a) {
  const auto given = call.find("Content-MD5");
  if (!given) return {};
  a.md5 = parse_digest(crypto::algorithm::md5, *given);
  a.of_part = call.query.find("uploadId=") != std::string_view::npos;
  if (!a.md5) return error(errc::invalid_digest).with("Content-MD5", std::string(*given));
  return {};
}

// A checksum that nobody here can compute must not pass for checked.
result<void> refuse_unknown_checksums(const http::request& call) {
  for (const http::header& h : call.headers) {
    if (!has_prefix(h.name, checksum_prefix) || algorithm_of(h.name)) continue;
    const std::string_view rest = h.name.substr(checksum_prefix.size());
    const bool about = http::equal_ignoring_case(rest, "algorithm") ||
                       http::equal_ignoring_case(rest, "type") ||
                       http::equal_ignoring_case(rest, "mode");
    if (about) continue;
    return error(errc::invalid_request,
                 "The algorithm type you specified in x-amz-checksum- header is invalid.");
  }
  return {};
}

result<void> read_checksum(const http::request& call, announcement& a) {
  const http::header* found = nullptr;
  for (const http::header& h : call.headers) {
    if (!algorithm_of(h.name)) continue;
    // Said before what any of them is worth.
    if (found != nullptr) return several_checksums();
    found = &h;
  }
  if (found == nullptr) return {};
  const crypto::algorithm kind = *algorithm_of(found->name);
  a.checksum = parse_digest(kind, found->value);
  if (a.checksum) return {};
  return error(errc::invalid_request, "Value for " + checksum_header(kind) + " header is invalid.");
}

result<void> read_trailer(const http::request& call, announcement& a) {
  const auto names = call.find("x-amz-trailer");
  if (!names) return {};
  a.trailer_names = *names;
  std::string_view rest = *names;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = http::trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    const auto kind = algorithm_of(name);
    if (!kind) {
      return error(errc::invalid_request,
                   "The value specified in the x-amz-trailer header is not supported");
    }
    if (a.trailer || a.checksum) return several_checksums();
    a.trailer = kind;
  }
  return {};
}

// AWS refuses an SDK's announcement of an algorithm that nothing follows, or that another follows.
result<void> check_sdk_algorithm(const http::request& call, const announcement& a) {
  const auto named = call.find("x-amz-sdk-checksum-algorithm");
  if (!named) return {};
  const auto kind = parse_checksum_name(*named);
  const auto follows = a.checksum ? std::optional(a.checksum->kind) : a.trailer;
  if (!kind || (follows && *follows != *kind)) {
    return error(errc::invalid_request,
                 "Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  if (follows || a.md5) return {};
  return error(errc::invalid_request,
               "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* "
               "or x-amz-trailer headers were found.");
}

}  // namespace

error several_checksums() {
  return error(errc::invalid_request,
               "Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
               "allowed.");
}

std::optional<crypto::digest_value> parse_digest(crypto::algorithm kind, std::string_view base64) {
  const auto bytes = crypto::from_base64(base64);
  if (!bytes || bytes->size() != crypto::digest_bytes(kind)) return std::nullopt;
  crypto::digest_value value;
  value.kind = kind;
  std::ranges::copy(*bytes, value.data.begin());
  return value;
}

bool strip_aws_chunked(std::string_view content_encoding, std::string& rest) {
  const std::string_view as_sent = content_encoding;
  bool found = false;
  rest.clear();
  while (!content_encoding.empty()) {
    const std::size_t comma = content_encoding.find(',');
    const std::string_view token = http::trim(content_encoding.substr(0, comma));
    content_encoding =
        comma == std::string_view::npos ? std::string_view() : content_encoding.substr(comma + 1);
    if (http::equal_ignoring_case(token, "aws-chunked")) {
      found = true;
      continue;
    }
    if (token.empty()) continue;
    if (!rest.empty()) rest += ",";
    rest += token;
  }
  if (!found) rest = as_sent;
  return found;
}

result<announcement> read_announcement(const http::request& call,
                                       const auth::sigv4::verified& signature,
                                       bool with_checksums) {
  announcement a;
  a.streaming = auth::sigv4::is_streaming(signature.mode);
  a.body_hash = signature.body_hash;
  std::string ignored;
  const std::string_view encoding = call.find("Content-Encoding").value_or("");
  // Nothing would tell whether the body is framed: what was meant as an object of N bytes could be
  // kept with its frames.
  if (signature.mode == auth::sigv4::payload_mode::unsigned_payload &&
      strip_aws_chunked(encoding, ignored)) {
    return invalid_argument(
        "aws-chunked encoding is not supported when x-amz-content-sha256 UNSIGNED-PAYLOAD is "
        "supplied",
        "Content-Encoding", encoding);
  }
  if (auto ok = read_length(call, a); !ok) return std::move(ok).error();
  if (auto ok = read_md5(call, a); !ok) return std::move(ok).error();
  if (auto ok = refuse_unknown_checksums(call); !ok) return std::move(ok).error();
  if (!with_checksums) return a;
  if (auto ok = read_checksum(call, a); !ok) return std::move(ok).error();
  if (auto ok = read_trailer(call, a); !ok) return std::move(ok).error();
  if (auto ok = check_sdk_algorithm(call, a); !ok) return std::move(ok).error();
  if (a.trailer && !a.streaming) {
    return error(errc::invalid_request, "x-amz-trailer needs a streaming body.");
  }
  return a;
}

result<announcement> read_form_announcement(const http::request& request,
                                            std::optional<std::uint64_t> most_bytes) {
  announcement a;
  a.length = std::min(most_bytes.value_or(max_single_put_bytes), max_single_put_bytes);
  a.exact_length = false;
  if (auto ok = read_md5(request, a); !ok) return std::move(ok).error();
  if (auto ok = refuse_unknown_checksums(request); !ok) return std::move(ok).error();
  if (auto ok = read_checksum(request, a); !ok) return std::move(ok).error();
  return a;
}

}  // namespace torhaus::gateway::s3
