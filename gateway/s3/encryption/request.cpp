#include "gateway/s3/encryption/request.hpp"

#include <boost/json.hpp>

#include "gateway/s3/parameters.hpp"
#include "storage/crypto/digest.hpp"
#include "storage/crypto/sealing.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace crypto = storage::crypto;

constexpr std::string_view sse_header = "x-amz-server-side-encryption";
constexpr std::string_view key_id_header = "x-amz-server-side-encryption-aws-kms-key-id";
constexpr std::string_view context_header = "x-amz-server-side-encryption-context";
constexpr std::string_view bucket_key_header = "x-amz-server-side-encryption-bucket-key-enabled";
struct customer_headers {
  std::string_view algorithm, key, md5;
};
constexpr customer_headers headers_of_object = {
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-customer-key-MD5",
};
constexpr customer_headers headers_of_source = {
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "x-amz-copy-source-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key-MD5",
};
constexpr std::size_t max_context_bytes = 8192;  // AWS KMS: "Encryption context"

std::optional<std::string_view> said(const context& ctx, std::string_view name) {
  if (const auto header = ctx.header(name)) return header;
  if (!ctx.caller.presigned()) return std::nullopt;
  for (const auto& [parameter, value] : ctx.where.query) {
    if (http::equal_ignoring_case(parameter, name)) return value;
  }
  return std::nullopt;
}

// Whatever header is wrong, AWS names x-amz-server-side-encryption, and no value.
error refused(std::string message) { return missing_argument(std::move(message), sse_header); }

error must(std::string_view what) {
  return refused("Requests specifying Server Side Encryption with Customer provided keys must " +
                 std::string(what));
}

result<std::string> parse_context(std::string_view base64) {
  const error refusal = invalid_argument("The header '" + std::string(context_header) +
                                             "' shall be Base64-encoded UTF-8 string holding JSON "
                                             "which represents a string-string map",
                                         context_header, base64.substr(0, 1024));
  auto text = crypto::from_base64(base64);
  if (!text || text->size() > max_context_bytes) return refusal;
  boost::system::error_code failed;
  const boost::json::value parsed = boost::json::parse(*text, failed);
  if (failed || !parsed.is_object()) return refusal;
  for (const auto& [name, value] : parsed.as_object()) {
    if (!value.is_string()) return refusal;
  }
  return std::move(*text);
}

result<void> read_kms_parts(const context& ctx, encryption_request& asked) {
  const bool kms = asked.kind == encryption_kind::kms;
  if (const auto id = said(ctx, key_id_header)) {
    if (!kms) {
      return invalid_argument(
          "Server Side Encryption with AWS KMS managed key requires HTTP header "
          "x-amz-server-side-encryption : aws:kms",
          sse_header, asked.kind ? algorithm_name(*asked.kind) : std::string_view("null"));
    }
    asked.key_id = *id;
  }
  if (const auto text = said(ctx, context_header)) {
    if (!kms) {
      return invalid_argument(
          "An encryption context requires HTTP header x-amz-server-side-encryption : aws:kms",
          context_header, *text);
    }
    auto parsed = parse_context(*text);
    if (!parsed) return std::move(parsed).error();
    asked.context = std::move(*parsed);
  }
  if (const auto flag = said(ctx, bucket_key_header)) {
    if (!http::equal_ignoring_case(*flag, "true") && !http::equal_ignoring_case(*flag, "false")) {
      return invalid_argument("The value must be true or false", bucket_key_header, *flag);
    }
    asked.bucket_key = http::equal_ignoring_case(*flag, "true");
  }
  return {};
}

std::string md5_of(std::string_view bytes) {
  return crypto::to_base64(crypto::digest_of(crypto::algorithm::md5, bytes).bytes());
}

}  // namespace

error wrong_customer_key() {
  return error(errc::access_denied,
               "Requests specifying Server Side Encryption with Customer provided keys must "
               "provide the correct secret key.");
}

result<std::optional<customer_key>> read_customer_key(const context& ctx, key_of whose) {
  const customer_headers& named = whose == key_of::object ? headers_of_object : headers_of_source;
  const auto algorithm = said(ctx, named.algorithm);
  const auto key = said(ctx, named.key);
  const auto md5 = said(ctx, named.md5);
  if (!algorithm && !key && !md5) return std::optional<customer_key>();
  if (!ctx.call.from.secure && !ctx.service.allow_sse_c_over_http) {
    return error(errc::invalid_request,
                 "Requests specifying Server Side Encryption with Customer provided keys must be "
                 "made over a secure connection.");
  }
  if (!algorithm) return must("provide a valid encryption algorithm.");
  if (*algorithm != "AES256") {
    return error(errc::invalid_encryption_algorithm,
                 "The Encryption request you specified is not valid. Supported value: AES256.")
        .with("ArgumentName", std::string(sse_header))
        .with("ArgumentValue", std::string(algorithm->substr(0, 1024)));
  }
  if (!key) return must("provide an appropriate secret key.");
  auto raw = crypto::from_base64(*key);
  if (!raw || raw->size() != crypto::secret_key::bytes) {
    // AWS measures the key of a write. Who reads and knows its MD5 has another key than the right.
    const bool reads = ctx.call.method == "GET" || ctx.call.method == "HEAD";
    if (raw && reads && md5 && *md5 == md5_of(*raw)) return wrong_customer_key();
    return refused("The secret key was invalid for the specified algorithm.");
  }
  if (!md5) return must("provide the client calculated MD5 of the secret key.");
  std::optional<customer_key> found(customer_key{crypto::secret_key(*raw), std::string(*md5)});
  crypto::wipe(std::as_writable_bytes(std::span(*raw)));
  if (md5_of(found->key.view()) != *md5) {
    return refused("The calculated MD5 hash of the key did not match the hash that was provided.");
  }
  return found;
}

result<encryption_request> read_encryption_request(const context& ctx) {
  encryption_request asked;
  auto key = read_customer_key(ctx, key_of::object);
  const auto method = said(ctx, sse_header);
  if (!key && !method) return std::move(key).error();
  if ((!key || *key) && method) {
    return invalid_argument(
        "Server Side Encryption with Customer provided key is incompatible with the encryption "
        "method specified",
        sse_header, *method);
  }
  if (method) {
    if (*method == "AES256") {
      asked.kind = encryption_kind::s3;
    } else if (*method == "aws:kms") {
      asked.kind = encryption_kind::kms;
    } else if (*method == "aws:kms:dsse" || *method == "aws:fsx") {
      return error(errc::not_implemented, "x-amz-server-side-encryption: " + std::string(*method) +
                                              " is not implemented by this server.")
          .with("Header", std::string(sse_header));
    } else {
      return invalid_argument("The encryption method specified is not supported", sse_header,
                              method->substr(0, 1024));
    }
  }
  if (auto ok = read_kms_parts(ctx, asked); !ok) return std::move(ok).error();
  if (*key) {
    asked.kind = encryption_kind::customer;
    asked.key = std::move(*key);
  }
  return asked;
}

result<void> refuse_write_encryption(const context& ctx) {
  for (const std::string_view name :
       {sse_header, key_id_header, context_header, bucket_key_header}) {
    const auto value = said(ctx, name);
    if (!value) continue;
    return invalid_argument(std::string(name) + " header is not supported for this operation.",
                            name, value->substr(0, 1024));
  }
  return {};
}

bool asks_for_encryption(const context& ctx) {
  for (const std::string_view name : {sse_header, key_id_header, bucket_key_header}) {
    if (said(ctx, name)) return true;
  }
  return said(ctx, "x-amz-server-side-encryption-customer-algorithm").has_value();
}

}  // namespace torhaus::gateway::s3
