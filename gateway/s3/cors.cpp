#include "gateway/s3/cors.hpp"

#include <algorithm>

#include "gateway/http/characters.hpp"
#include "gateway/s3/settings/bucket_settings.hpp"

namespace torhaus::gateway::s3 {
namespace {

// Names in Access-Control-Request-Headers; a browser sends as many as its page sets.
constexpr std::size_t max_request_headers = 256;

std::string_view resource_type(const target& where) {
  return where.key.empty() ? "BUCKET" : "OBJECT";
}

error forbidden(const context& ctx, std::string_view method, std::string_view why) {
  return error(errc::access_forbidden, "CORSResponse: " + std::string(why))
      .with("Method", std::string(method))
      .with("ResourceType", std::string(resource_type(ctx.where)));
}

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> names;
  while (!list.empty() && names.size() < max_request_headers) {
    const std::size_t comma = list.find(',');
    const std::string_view name = http::trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

template <class List>
std::string joined(const List& names) {
  std::string out;
  for (const auto& name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

// What preflight and actual answers share.
void append_permission(http::response& r, const cors_rules::permission& given,
                       const cors_rules::question& asked) {
  const cors_rule& rule = *given.rule;
  r.set("Access-Control-Allow-Origin", given.any_origin ? "*" : std::string(asked.origin));
  r.set("Access-Control-Allow-Methods", joined(rule.allowed_methods));
  if (!asked.headers.empty()) {
    r.set("Access-Control-Allow-Headers", http::lower_case(joined(asked.headers)));
  }
  if (!rule.exposed_headers.empty()) {
    r.set("Access-Control-Expose-Headers", joined(rule.exposed_headers));
  }
  if (rule.max_age_seconds) {
    r.set("Access-Control-Max-Age", std::to_string(*rule.max_age_seconds));
  }
  // Never for "*": any page would speak with the browser's credentials.
  if (!given.any_origin) r.set("Access-Control-Allow-Credentials", "true");
  r.set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

bool is_method(std::string_view method) {
  constexpr std::string_view known[] = {"GET", "PUT", "POST", "DELETE", "HEAD"};
  return std::ranges::find(known, method) != std::end(known);
}

}  // namespace

result<http::response> answer_preflight(const context& ctx) {
  const auto origin = ctx.header("Origin");
  if (!origin) {
    return error(errc::bad_request, "Insufficient information. Origin request header needed.");
  }
  const auto method = ctx.header("Access-Control-Request-Method");
  // Whatever else is wrong with the request.
  if (!ctx.bucket || !ctx.settings->cors) {
    return error(errc::access_forbidden, ctx.bucket
                                             ? "CORSResponse: CORS is not enabled for this bucket."
                                             : "CORSResponse: Bucket not found")
        .with("Method", std::string(method.value_or("OPTIONS")))
        .with("ResourceType", "BUCKET");
  }
  if (!method || !is_method(*method)) {
    return error(errc::bad_request,
                 "Invalid Access-Control-Request-Method: " + std::string(method.value_or("null")));
  }
  cors_rules::question asked{*origin, *method, {}};
  asked.headers = split(ctx.header("Access-Control-Request-Headers").value_or(""));
  for (const std::string_view name : asked.headers) {
    if (std::ranges::all_of(name, http::is_token_character)) continue;
    return error(errc::bad_request, "Access-Control-Request-Headers \"" + std::string(name) +
                                        "\" contains invalid character.");
  }
  const auto given = ctx.settings->cors->find(asked);
  if (!given) {
    return forbidden(ctx, *method,
                     "This CORS request is not allowed. This is usually because the evalution of "
                     "Origin, request method / Access-Control-Request-Method or "
                     "Access-Control-Request-Headers are not whitelisted by the resource's CORS "
                     "spec.");
  }
  http::response r;
  append_permission(r, *given, asked);
  r.body = std::string();
  return r;
}

void append_cors_headers(http::response& r, const http::request& call,
                         const bucket_settings& settings) {
  const auto origin = call.find("Origin");
  if (!origin || !settings.cors) return;
  const std::string_view method = call.find("Access-Control-Request-Method").value_or(call.method);
  cors_rules::question asked{*origin, method, {}};
  // No browser sends it with the request itself; AWS heeds it all the same.
  const std::string_view headers = call.find("Access-Control-Request-Headers").value_or("");
  if (!headers.empty()) asked.headers = split(headers);
  if (const auto given = settings.cors->find(asked)) append_permission(r, *given, asked);
}

task<void> say_cors(const services& s, http::response& answer, const http::request& call,
                    const target& where, const bucket_settings* met) {
  if (!call.find("Origin") || call.method == "OPTIONS" || where.bucket.empty()) co_return;
  if (met != nullptr) {
    append_cors_headers(answer, call, *met);
    co_return;
  }
  const auto name = storage::catalog::bucket_name::parse(where.bucket);
  if (!name) co_return;
  const auto bucket = co_await s.catalog->find_bucket(name->str());
  if (!bucket) co_return;
  const auto settings = co_await s.settings->of(*bucket);
  if (settings) append_cors_headers(answer, call, **settings);
}

}  // namespace torhaus::gateway::s3
