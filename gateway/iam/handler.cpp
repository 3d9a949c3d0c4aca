// AWS: "IAM query API", "STS query API", "Common errors".
#include "gateway/iam/handler.hpp"

#include <algorithm>
#include <chrono>

#include "gateway/audit/call.hpp"
#include "gateway/audit/secrets.hpp"
#include "gateway/iam/actions.hpp"
#include "gateway/s3/target.hpp"
#include "storage/base/log.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::iam {
namespace {

constexpr std::size_t max_form_bytes = std::size_t{256} << 10;

const interface& face_of(std::string_view version) {
  return version == sts_interface.version ? sts_interface : iam_interface;
}

http::response xml_answer(unsigned status, std::string document, std::string_view request_id) {
  http::response r;
  r.status = status;
  r.set("Content-Type", "text/xml");
  r.set("x-amzn-RequestId", std::string(request_id));
  r.body = std::move(document);
  return r;
}

// What the authenticator says in S3's words, in those of IAM.
error authentication_in_iam_words(const error& why) {
  switch (why.code()) {
    case errc::invalid_access_key_id:
    case errc::invalid_token:
      return error(errc::invalid_client_token_id);
    case errc::expired_token:
      return error(errc::expired_security_token);
    case errc::authorization_header_malformed:
    case errc::authorization_query_parameters_error:
      return error(errc::incomplete_signature, std::string(why.message()));
    case errc::request_time_too_skewed:
      return error(errc::signature_does_not_match,
                   "Signature expired: " + std::string(why.message()));
    case errc::signature_does_not_match:
      return error(errc::signature_does_not_match);  // nothing of the key or the request
    default:
      return why;
  }
}

task<result<std::string>> read_body(http::request& call) {
  std::string body;
  std::array<std::byte, 16 * 1024> buffer{};
  while (true) {
    const auto n = co_await call.body->read(buffer);
    if (!n) co_return n.error();
    if (*n == 0) co_return body;
    if (body.size() + *n > max_form_bytes) co_return errc::max_message_length_exceeded;
    body.append(reinterpret_cast<const char*>(buffer.data()), *n);
  }
}

// Identities, or who may act as whom.
bool changes_something(std::string_view operation) {
  for (const std::string_view reads : {"iam:Get", "iam:List", "iam:Simulate", "iam:Generate"}) {
    if (operation.starts_with(reads)) return false;
  }
  return operation != "sts:GetCallerIdentity" && operation != "sts:GetAccessKeyInfo";
}

// What is known of a request as it goes along.
struct record {
  audit::caller_facts who;
  std::string because;  // what decided that the caller may or may not
  std::string input;    // the form without its secrets, when there is a trail
  std::string operation = "-";
  std::string version;
  std::uint64_t bytes_in = 0;
};

class iam_handler final : public http::request_handler {
 public:
  explicit iam_handler(const iam_services& s)
      : s_(s), entities_(*s.identities), actions_(actions()) {}

  // No coroutine of its own around what is not ours.
  task<http::response> handle(http::request& call) override {
    return is_ours(call) ? handle_ours(call) : s_.next->handle(call);
  }

  http::response refuse(const error& why, const http::origin& from,
                        std::string_view request_id) override {
    return s_.next->refuse(why, from, request_id);
  }

 private:
  task<http::response> handle_ours(http::request& call) {
    const auto began = std::chrono::steady_clock::now();
    record seen;
    http::response answer;
    std::string_view failed;
    try {
      auto outcome = co_await serve(call, seen);
      if (outcome) {
        answer = xml_answer(200, std::move(*outcome), call.id);
      } else {
        failed = code_of(outcome.error().code());
        answer = refusal(outcome.error(), seen, call.id);
      }
    } catch (const std::exception& fault) {
      const auto why = error(errc::internal_error).because(fault.what());
      failed = code_of(why.code());
      answer = refusal(why, seen, call.id);
    }
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - began);
    report(call, seen, answer, failed, took);
    if (s_.trail != nullptr && failed.empty() && changes_something(seen.operation)) {
      if (auto kept = co_await s_.trail->settle(); !kept) {
        co_return refusal(kept.error(), seen, call.id);
      }
    }
    co_return answer;
  }

  // A path-style bucket is never "/", and a virtual one is in the host.
  bool is_ours(const http::request& call) const {
    if (call.path != "/" || s3::names_bucket_in_host(call.host, s_.bucket_domains)) return false;
    if (call.method == "POST") return true;
    return call.method == "GET" &&
           (call.query.starts_with("Action=") || call.query.find("&Action=") != call.query.npos);
  }

  task<result<std::string>> serve(http::request& call, record& seen) {
    if (auto ok = audit::check_recorded(s_.trail); !ok) co_return std::move(ok).error();
    auto body = co_await read_body(call);
    if (!body) co_return std::move(body).error();
    seen.bytes_in = body->size();
    const std::string_view text = call.method == "POST" ? std::string_view(*body) : call.query;
    if (s_.trail != nullptr) seen.input = audit::form_without_secrets(text);
    auto input = form::parse(text);
    if (!input) co_return std::move(input).error();
    seen.version = input->value("Version");
    auto caller = co_await authenticate(call, *body);
    if (!caller) co_return authentication_in_iam_words(caller.error());
    seen.who.remember(caller->who());
    const auto row = find_action(*input, *caller);
    if (!row) co_return row.error();
    if (caller->anonymous() && !(*row)->anonymous) co_return errc::missing_authentication_token;
    const std::string name((*row)->name);
    seen.operation = std::string((*row)->face.service) + ":" + name;
    s3::xml::writer doc(name + "Response", (*row)->face.xmlns);
    doc.open(name + "Result");
    action_call work{*s_.identities,    entities_, *s_.authorizer,
                     s_.web_identities, *s_.clock, call,
                     caller->who(),     *input,    doc,
                     seen.operation};
    auto done = co_await (*row)->run(work);
    seen.because = std::move(work.because);
    if (work.shown) seen.who.remember(*work.shown);
    if (!done) co_return std::move(done).error();
    doc.close(name + "Result");
    doc.open("ResponseMetadata").text("RequestId", call.id).close("ResponseMetadata");
    co_return std::move(doc).take();
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
    co_return co_await s_.authenticator->authenticate(view, body, errc::signature_does_not_match);
  }

  result<const action*> find_action(const form& input, const auth::authenticated& caller) const {
    const std::string name(input.value("Action"));
    const std::string version(input.value("Version"));
    const auto at = std::ranges::find_if(actions_, [&](const action* row) {
      return row->name == name && row->face.version == version;
    });
    if (at == actions_.end()) {
      // Who has no key is told so, whatever is asked for.
      if (caller.anonymous()) return errc::missing_authentication_token;
      return error(errc::invalid_action,
                   "Could not find operation " + (name.empty() ? "NO_ACTION_SPECIFIED" : name) +
                       " for version " + (version.empty() ? "NO_VERSION_SPECIFIED" : version));
    }
    if (!caller.anonymous() && (*at)->face.service != caller.signature().scope.service) {
      return error(errc::signature_does_not_match,
                   "Credential should be scoped to correct service: '" +
                       std::string((*at)->face.service) + "'.");
    }
    return *at;
  }

  static http::response refusal(const error& why, const record& seen, std::string_view id) {
    const unsigned status = status_of(why.code());
    const bool fault = status >= 500;
    if (fault || !why.cause().empty()) {
      log::write(fault ? log::level::error : log::level::debug, "request_error",
                 {{"request_id", id}, {"code", code_of(why.code())}, {"cause", why.cause()}});
    }
    s3::xml::writer doc("ErrorResponse", face_of(seen.version).xmlns);
    doc.open("Error").text("Type", fault ? "Receiver" : "Sender");
    doc.text("Code", code_of(why.code())).text("Message", s3::xml::readable(why.message()));
    doc.close("Error").text("RequestId", id);
    return xml_answer(status, std::move(doc).take(), id);
  }

  void report(const http::request& call, const record& seen, const http::response& answer,
              std::string_view failed, std::chrono::microseconds took) const {
    const std::uint64_t bytes_out = std::get<std::string>(answer.body).size();
    if (s_.observer != nullptr) {
      s_.observer->observed(seen.operation, answer.status, seen.bytes_in, bytes_out, took);
    }
    if (s_.trail != nullptr) add_to_trail(call, seen, answer, failed, took);
    if (!log::enabled(log::level::info)) return;
    log::info("request", {{"request_id", call.id},
                          {"client", call.from.client.to_string()},
                          {"caller", seen.who.arn},
                          {"operation", seen.operation},
                          {"status", answer.status},
                          {"error", failed},
                          {"bytes_in", seen.bytes_in},
                          {"bytes_out", bytes_out},
                          {"took_us", static_cast<std::int64_t>(took.count())}});
  }

  void add_to_trail(const http::request& call, const record& seen, const http::response& answer,
                    std::string_view failed, std::chrono::microseconds took) const {
    const std::uint64_t bytes_out = std::get<std::string>(answer.body).size();
    audit::record r = audit::record_of("request", call, seen.who,
                                       {answer.status, failed, seen.bytes_in, bytes_out, took});
    r.operation = seen.operation;
    r.input = seen.input;
    r.because = seen.because;
    s_.trail->add(r);
  }

  const iam_services& s_;
  auth::identity::directory entities_;
  const std::vector<const action*> actions_;
};

}  // namespace

std::vector<std::string> action_names() {
  std::vector<std::string> names;
  for (const action* row : actions()) {
    names.push_back(std::string(row->face.service) + ":" + std::string(row->name));
  }
  return names;
}

std::unique_ptr<http::request_handler> make_iam_handler(const iam_services& services) {
  return std::make_unique<iam_handler>(services);
}

}  // namespace torhaus::gateway::iam
