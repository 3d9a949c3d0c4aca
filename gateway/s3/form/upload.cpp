#include "gateway/s3/form/upload.hpp"

#include <algorithm>
#include <array>

#include "gateway/s3/body/announcement.hpp"
#include "gateway/s3/form/fields.hpp"
#include "gateway/s3/form/policy.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::gateway::s3::form {
namespace {

constexpr std::array kept_headers = std::to_array<std::string_view>(
    {"Host", "Origin", "Referer", "User-Agent", "Access-Control-Request-Method"});

auth::upload_claim claim_of(std::span<const field> fields) {
  const auto text = [fields](std::string_view name) {
    return find_field(fields, name).value_or("");
  };
  auth::upload_claim claim;
  claim.version_4 = {.algorithm = text("x-amz-algorithm"),
                     .credential = text("x-amz-credential"),
                     .date = text("x-amz-date"),
                     .signature = text("x-amz-signature"),
                     .security_token = text("x-amz-security-token")};
  claim.version_2 = {.access_key_id = text("AWSAccessKeyId"), .signature = text("signature")};
  claim.policy = text("policy");
  return claim;
}

result<std::string> key_of(std::span<const field> fields) {
  const auto given = find_field(fields, "key");
  if (!given) return auth::sigv4::missing_form_field("key");
  if (given->empty()) {
    return error(errc::invalid_argument, "User key must have a length greater than 0.")
        .with("ArgumentName", "key")
        .with("ArgumentValue", "");
  }
  auto key = storage::catalog::object_key::parse(*given);
  if (!key) return std::move(key).error();
  return key->str();
}

task<result<void>> read_fields(http::body_reader& body, parser& form) {
  // Small, so that little of the file is copied twice.
  std::array<std::byte, 8192> piece;
  while (true) {
    auto n = co_await body.read(piece);
    if (!n) co_return std::move(n).error();
    if (*n == 0) co_return errc::malformed_post_request;
    auto file = form.feed({reinterpret_cast<const char*>(piece.data()), *n});
    if (!file) co_return std::move(file).error();
    if (*file) co_return result<void>();
  }
}

void build_call(const http::request& call, upload& u) {
  u.call = call;
  u.call.headers.clear();
  for (const http::header& h : call.headers) {
    const bool kept = std::ranges::any_of(kept_headers, [&h](std::string_view name) {
      return http::equal_ignoring_case(h.name, name);
    });
    if (kept) u.call.headers.push_back(h);
  }
  for (const auto& [name, value] : u.headers) u.call.headers.push_back({name, value});
  u.call.body = u.file.get();
}

}  // namespace

result<void> check_is_form(const http::request& call) {
  const auto boundary = parse_boundary(call.find("Content-Type").value_or(""));
  if (!boundary) return boundary.error();
  return {};
}

task<result<std::unique_ptr<upload>>> receive(http::request& call, std::string_view bucket,
                                              auth::authenticator& authenticator, sys_micros now) {
  const auto boundary = parse_boundary(call.find("Content-Type").value_or(""));
  if (!boundary) co_return boundary.error();
  parser form(*boundary);
  if (auto ok = co_await read_fields(*call.body, form); !ok) co_return std::move(ok).error();
  std::vector<field> fields = form.fields();
  replace_file_name(fields, form.file_name());
  auto key = key_of(fields);
  if (!key) co_return std::move(key).error();

  const auth::upload_claim claim = claim_of(fields);
  auto sender = co_await authenticator.authenticate_form(claim);
  if (!sender) co_return std::move(sender).error();
  size_bounds bounds;
  if (!claim.policy.empty()) {
    const auto rules = policy::parse(claim.policy);
    if (!rules) co_return rules.error();
    const auto allowed = rules->check(fields, bucket, now);
    if (!allowed) co_return allowed.error();
    bounds = *allowed;
  }
  bounds.most = std::min(bounds.most, max_single_put_bytes);

  auto u = std::make_unique<upload>(std::move(*sender));
  auto headers = headers_of(fields);
  if (!headers) co_return std::move(headers).error();
  u->headers = std::move(*headers);
  u->fields = std::move(fields);
  u->key = std::move(*key);
  u->file = std::make_unique<file_body>(*call.body, form.rest(), form.delimiter());
  u->file->limit(bounds);
  build_call(call, *u);
  co_return u;
}

}  // namespace torhaus::gateway::s3::form
