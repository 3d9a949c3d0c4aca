#include "gateway/admin/handler.hpp"

#include <array>

#include "auth/sigv4/uri.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/routes.hpp"
#include "gateway/audit/call.hpp"
#include "gateway/audit/secrets.hpp"
#include "storage/base/log.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view api_prefix = "/-/admin/v1/";
constexpr std::size_t max_body_bytes = 1 << 20;

http::response json_response(unsigned status, const json::value& body) {
  http::response r;
  r.status = status;
  r.set("Cache-Control", "no-store");
  if (status == 204) return r;
  r.set("Content-Type", "application/json");
  r.body = json::serialize(body) + "\n";
  return r;
}

http::response text_response(unsigned status, std::string type, std::string text) {
  http::response r;
  r.status = status;
  r.set("Content-Type", std::move(type));
  r.body = std::move(text);
  return r;
}

http::response error_response(const error& why, std::string_view request_id) {
  if (!why.cause().empty()) {
    log::error("admin_request_failed", {{"request_id", request_id}, {"cause", why.cause()}});
  }
  json::object body{{"code", code_of(why.code())},
                    {"message", std::string(why.message())},
                    {"request_id", std::string(request_id)}};
  if (!why.fields().empty()) {
    json::array details;
    for (const auto& [at, message] : why.fields()) {
      details.push_back(json::object{{"at", at}, {"message", message}});
    }
    body["details"] = std::move(details);
  }
  return json_response(status_of(why.code()), body);
}

std::optional<std::string> decode(std::string_view text) {
  return auth::sigv4::decode_strict(text, auth::sigv4::plus::literal);
}

// What the stars of the pattern stand for, or nullopt when the path is another one.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t p = pattern.find('/');
    const std::size_t s = path.find('/');
    const std::string_view want = pattern.substr(0, p);
    const std::string_view have = path.substr(0, s);
    if (want == "*") {
      auto name = decode(have);
      if (!name || name->empty()) return std::nullopt;
      names.push_back(std::move(*name));
    } else if (want != have) {
      return std::nullopt;
    }
    const bool pattern_ends = p == std::string_view::npos;
    if (pattern_ends != (s == std::string_view::npos)) return std::nullopt;
    if (pattern_ends) return names;
    pattern.remove_prefix(p + 1);
    path.remove_prefix(s + 1);
  }
}

task<result<std::string>> read_body(http::request& call) {
  std::string body;
  std::array<std::byte, 16 * 1024> buffer{};
  while (true) {
    const auto n = co_await call.body->read(buffer);
    if (!n) co_return n.error();
    if (*n == 0) co_return body;
    if (body.size() + *n > max_body_bytes) co_return errc::max_message_length_exceeded;
    body.append(reinterpret_cast<const char*>(buffer.data()), *n);
  }
}

std::string after_of(std::string_view query) {
  constexpr std::string_view name = "after=";
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    if (part.starts_with(name)) return decode(part.substr(name.size())).value_or("");
    query.remove_prefix(std::min(query.size(), part.size() + 1));
  }
  return {};
}

// What is known of a call as it goes along; the log line and the audit record are made from it.
struct seen_call {
  audit::caller_facts who;
  std::string input;  // body or query without secrets, when there is a trail
  std::string operation;
  std::string because;  // by what right it was called
  std::uint64_t bytes_in = 0;
};

// "GET, POST": what the routes of this path are called with.
std::string allowed_methods(std::string_view path) {
  std::string list;
  for (const admin_route& row : admin_routes()) {
    if (!match(row.pattern, path.substr(api_prefix.size()))) continue;
    if (!list.empty()) list += ", ";
    list += row.method;
  }
  return list;
}

class admin_handler final : public http::request_handler {
 public:
  explicit admin_handler(const admin_services& services) : services_(services) {}

  task<http::response> handle(http::request& call) override {
    if (call.path == "/-/health/live" || call.path == "/-/health/ready") {
      const bool good = call.path == "/-/health/live" || !services_.ready || services_.ready();
      co_return text_response(good ? 200 : 503, "text/plain", good ? "ok\n" : "not ready\n");
    }
    if (call.path == "/-/metrics" && services_.counters != nullptr) {
      co_return text_response(200, "text/plain; version=0.0.4",
                              services_.counters->text(services_.sources));
    }
    const auto began = std::chrono::steady_clock::now();
    seen_call seen;
    auto outcome = co_await answer(call, seen);
    http::response response = response_to(outcome, call);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - began);
    if (services_.trail != nullptr) {
      add_to_trail(call, seen, outcome, response, took);
      if (outcome && call.method != "GET") {
        if (auto kept = co_await services_.trail->settle(); !kept) {
          response = error_response(kept.error(), call.id);
        }
      }
    }
    // Calls that were refused are the ones an auditor asks for first.
    log::info("admin", {{"request_id", call.id},
                        {"client", call.from.client.to_string()},
                        {"who", seen.who.arn},
                        {"method", call.method},
                        {"path", call.path},
                        {"outcome", outcome ? "done" : code_of(outcome.error().code())}});
    co_return response;
  }

  http::response refuse(const error& why, const http::origin& from,
                        std::string_view request_id) override {
    audit::add_refused(services_.trail, why, from, request_id);
    return error_response(why, request_id);
  }

 private:
  static http::response response_to(const result<admin_answer>& outcome,
                                    const http::request& call) {
    if (outcome) return json_response(outcome->status, outcome->body);
    http::response refused = error_response(outcome.error(), call.id);
    if (outcome.error().code() == errc::method_not_allowed) {
      refused.set("Allow", allowed_methods(call.path));
    }
    refused.close = true;
    return refused;
  }

  void add_to_trail(const http::request& call, const seen_call& seen,
                    const result<admin_answer>& outcome, const http::response& response,
                    std::chrono::microseconds took) const {
    const auto* text = std::get_if<std::string>(&response.body);
    const std::string_view failed = outcome ? "" : code_of(outcome.error().code());
    audit::record r = audit::record_of(
        "admin", call, seen.who,
        {response.status, failed, seen.bytes_in, text != nullptr ? text->size() : 0, took});
    r.operation = seen.operation;
    r.because = seen.because;
    r.subject = call.path.starts_with(api_prefix) ? call.path.substr(api_prefix.size()) : call.path;
    r.input = seen.input;
    services_.trail->add(r);
  }

  task<result<admin_answer>> answer(http::request& call, seen_call& seen) {
    if (auto ok = audit::check_recorded(services_.trail); !ok) co_return std::move(ok).error();
    if (!call.path.starts_with(api_prefix)) co_return errc::not_found;
    auto body = co_await read_body(call);
    if (!body) co_return std::move(body).error();
    seen.bytes_in = body->size();
    if (services_.trail != nullptr) {
      seen.input = body->empty() ? audit::form_without_secrets(call.query)
                                 : audit::json_without_secrets(*body);
    }
    auto caller = co_await authenticate(call, *body);
    if (!caller) co_return std::move(caller).error();
    seen.who.remember(caller->who());
    if (caller->anonymous()) co_return errc::access_denied;
    co_return co_await route(call, caller->who(), *body, seen);
  }

  task<result<auth::authenticated>> authenticate(const http::request& call,
                                                 const std::string& body) {
    std::vector<auth::sigv4::header_view> headers;
    headers.reserve(call.headers.size());
    for (const http::header& h : call.headers) headers.push_back({h.name, h.value});
    const auth::sigv4::request_view view{.method = call.method,
                                         .raw_path = call.path,
                                         .raw_query = call.query,
                                         .headers = headers,
                                         .host = call.host};
    co_return co_await services_.authenticator->authenticate(view, body, errc::access_denied);
  }

  task<result<admin_answer>> route(const http::request& call, const auth::principal& caller,
                                   const std::string& body, seen_call& seen) {
    const std::string_view path = call.path.substr(api_prefix.size());
    bool known_path = false;
    for (const admin_route& row : admin_routes()) {
      auto names = match(row.pattern, path);
      if (!names) continue;
      known_path = true;
      if (row.method != call.method) continue;
      seen.operation = std::string(row.method) + " " + std::string(row.pattern);
      admin_call work{services_, caller, std::move(*names), {}, after_of(call.query)};
      work.query = call.query;
      auto right = co_await check_reach(work, row);
      if (!right) co_return std::move(right).error();
      seen.because = std::move(*right);
      auto input = json_input::parse(body.empty() ? std::string_view("{}") : body);
      if (!input) co_return std::move(input).error();
      // These routes take nothing, so every member of a body is an unknown one.
      if (call.method == "GET" || call.method == "DELETE") {
        if (auto nothing = input->finish(); !nothing) co_return std::move(nothing).error();
      }
      work.input = std::move(*input);
      co_return co_await row.run(work);
    }
    co_return known_path ? errc::method_not_allowed : errc::not_found;
  }

  const admin_services& services_;
};

}  // namespace

std::unique_ptr<http::request_handler> make_admin_handler(const admin_services& services) {
  return std::make_unique<admin_handler>(services);
}

}  // namespace torhaus::gateway::admin
