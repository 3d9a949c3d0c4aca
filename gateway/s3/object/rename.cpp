// RenameObject. https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html
#include <algorithm>

#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/rename_tokens.hpp"
#include "gateway/s3/parameters.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

constexpr std::size_t max_token = 64;

// AWS: up to 64 characters of ASCII 33 to 126.
result<void> check_token(std::string_view token) {
  const bool good = !token.empty() && token.size() <= max_token &&
                    std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
  if (good) return {};
  return invalid_argument("A client token has 1 to 64 printable characters of ASCII, no blanks",
                          "x-amz-client-token", token);
}

// A token is its caller's, in one bucket.
std::string whole_token(const context& ctx, std::string_view token) {
  return std::to_string(ctx.bucket->id) + '\0' + ctx.caller.who().arn + '\0' + std::string(token);
}

// All that decides what the request does, as a digest: headers can be long.
std::string request_digest(const context& ctx, const catalog::object_key& from) {
  std::string text = from.str() + '\0' + ctx.where.key;
  for (const std::string prefix : {"", "x-amz-rename-source-"}) {
    for (const char* condition :
         {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}) {
      text += '\0';
      text += ctx.header(prefix + condition).value_or("");
    }
  }
  namespace crypto = storage::crypto;
  return crypto::to_hex(crypto::digest_of(crypto::algorithm::sha256, text).bytes());
}

// "/key" or "key", percent-encoded; AWS: the object of the same bucket. A whole "bucket/key" is
// understood when the value begins with "/BUCKET/".
result<catalog::object_key> read_source(const context& ctx) {
  const auto given = ctx.header("x-amz-rename-source");
  if (!given || given->empty()) {
    return invalid_argument("Missing required header for this request: x-amz-rename-source",
                            "x-amz-rename-source", "");
  }
  auto decoded = percent_decode(*given, plus_sign::literal);
  if (!decoded) {
    return invalid_argument("The value of x-amz-rename-source must be URL encoded",
                            "x-amz-rename-source", *given);
  }
  std::string_view key = *decoded;
  if (key.starts_with('/')) key.remove_prefix(1);
  return catalog::object_key::parse(key);
}

result<std::optional<std::chrono::sys_seconds>> read_time(const context& ctx,
                                                          const std::string& name) {
  const auto given = ctx.header(name);
  if (!given) return std::optional<std::chrono::sys_seconds>();
  const auto when = parse_date(*given);
  if (!when) return invalid_argument("A date of a condition cannot be read", name, *given);
  return when;
}

result<catalog::rename_condition> read_conditions(const context& ctx, const std::string& prefix) {
  catalog::rename_condition c;
  if (const auto tag = ctx.header(prefix + "If-Match")) c.if_match = std::string(*tag);
  if (const auto tag = ctx.header(prefix + "If-None-Match")) c.if_none_match = std::string(*tag);
  const auto since = read_time(ctx, prefix + "If-Modified-Since");
  if (!since) return since.error();
  c.if_modified_since = *since;
  const auto until = read_time(ctx, prefix + "If-Unmodified-Since");
  if (!until) return until.error();
  c.if_unmodified_since = *until;
  return c;
}

// Whether the conditions tell more of an object than that it is there.
bool compares(const catalog::rename_condition& c) {
  const auto named = [](const std::optional<std::string>& tag) { return tag && *tag != "*"; };
  return named(c.if_match) || named(c.if_none_match) || c.if_modified_since ||
         c.if_unmodified_since;
}

// Holds a token while its rename is carried out, and gives it back if that fails or throws.
class claimed_token {
 public:
  claimed_token(rename_tokens* tokens, std::string token)
      : tokens_(tokens), token_(std::move(token)) {}
  ~claimed_token() {
    if (held_) tokens_->end(token_, succeeded_);
  }
  claimed_token(const claimed_token&) = delete;
  claimed_token& operator=(const claimed_token&) = delete;

  result<rename_tokens::state> begin(const std::string& request) {
    if (tokens_ == nullptr) return rename_tokens::state::fresh;
    auto known = tokens_->begin(token_, request);
    held_ = known && *known == rename_tokens::state::fresh;
    return known;
  }
  void succeeded() { succeeded_ = true; }

 private:
  rename_tokens* tokens_;
  std::string token_;
  bool held_ = false;
  bool succeeded_ = false;
};

}  // namespace

task<result<http::response>> rename_object(context& ctx) {
  auto to = catalog::object_key::parse(ctx.where.key);
  if (!to) co_return std::move(to).error();
  auto from = read_source(ctx);
  if (!from) co_return std::move(from).error();
  const auto token = ctx.header("x-amz-client-token");
  if (token) {
    if (auto good = check_token(*token); !good) co_return std::move(good).error();
  }
  // What a rename takes away and what it reads; s3:PutObject of the target was asked before.
  for (const char* action : {"s3:GetObject", "s3:DeleteObject"}) {
    auto ok = co_await ctx.may(action, *ctx.bucket, from->str());
    if (!ok) co_return std::move(ok).error();
  }
  if (from->str() == to->str()) {
    co_return error(errc::invalid_request, "An object cannot be renamed to itself.");
  }
  catalog::rename_conditions conditions;
  auto source = read_conditions(ctx, "x-amz-rename-source-");
  if (!source) co_return std::move(source).error();
  conditions.source = std::move(*source);
  auto target = read_conditions(ctx, "");
  if (!target) co_return std::move(target).error();
  conditions.target = std::move(*target);
  // As for other writes (write_condition.hpp).
  if (compares(conditions.target)) {
    auto ok = co_await ctx.may("s3:GetObject", *ctx.bucket, ctx.where.key);
    if (!ok) co_return std::move(ok).error();
  }
  // A depositor adds; what is there is not the depositor's to replace.
  if (ctx.new_keys_only) conditions.target.if_none_match = "*";
  claimed_token claim(token ? ctx.service.renames : nullptr,
                      token ? whole_token(ctx, *token) : std::string());
  const auto known = claim.begin(request_digest(ctx, *from));
  if (!known) co_return known.error();
  if (*known == rename_tokens::state::done) co_return http::response();
  const auto done = co_await ctx.service.catalog->rename_object(ctx.bucket->id, std::move(*from),
                                                                std::move(*to), conditions);
  if (!done) co_return done.error();
  claim.succeeded();
  co_return http::response();
}

}  // namespace torhaus::gateway::s3
