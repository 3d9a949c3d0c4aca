#include "gateway/cli/admin_client.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>

#include "auth/sigv4/signer.hpp"
#include "auth/sigv4/uri.hpp"
#include "gateway/admin/handler.hpp"
#include "gateway/http/client.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string text_of(const json::value& document, std::string_view member) {
  if (!document.is_object()) return {};
  const auto* found = document.as_object().if_contains({member.data(), member.size()});
  if (found == nullptr || !found->is_string()) return {};
  return std::string(found->as_string());
}

// What is wrong where, a line each.
std::string details_of(const json::value& document) {
  if (!document.is_object()) return {};
  const auto* details = document.as_object().if_contains("details");
  if (details == nullptr || !details->is_array()) return {};
  std::string text;
  for (const json::value& one : details->as_array()) {
    text += "\n  " + text_of(one, "at") + ": " + text_of(one, "message");
  }
  return text;
}

}  // namespace

int failed(const error& why) {
  std::fprintf(stderr, "torhaus: %s\n", std::string(why.message()).c_str());
  return 1;
}

std::string path_segment(std::string_view name) {
  return auth::sigv4::encode(name, auth::sigv4::slash::encoded);
}

admin_client::admin_client()
    : endpoint_(environment_variable("TORHAUS_ENDPOINT")),
      access_key_id_(environment_variable("AWS_ACCESS_KEY_ID")),
      secret_(environment_variable("AWS_SECRET_ACCESS_KEY")),
      ca_file_(environment_variable("AWS_CA_BUNDLE")) {
  if (endpoint_.empty()) endpoint_ = "http://127.0.0.1:9001";
  if (access_key_id_.empty() || secret_.empty()) {
    throw std::runtime_error(
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the credentials of an administrator");
  }
}

result<json::value> admin_client::call(const std::string& method, const std::string& path,
                                       const json::value& body) {
  http::client_request out;
  out.endpoint = endpoint_;
  out.method = method;
  out.target = "/-/admin/v1/" + path;
  out.ca_file = ca_file_;
  if (!body.is_null()) out.body = json::serialize(body);
  const auto host = http::host_of_endpoint(endpoint_);
  if (!host) return host.error();
  const std::string hash = storage::crypto::to_hex(
      storage::crypto::digest_of(storage::crypto::algorithm::sha256, out.body).bytes());
  const std::size_t question = out.target.find('?');
  const auth::sigv4::header_view host_header{"Host", *host};
  const std::string_view target(out.target);
  const auth::sigv4::request_view view{
      .method = method,
      .raw_path = target.substr(0, question),
      .raw_query = question == std::string::npos ? std::string_view() : target.substr(question + 1),
      .headers = {&host_header, 1}};
  const auth::sigv4::signer_identity who{.access_key_id = access_key_id_,
                                         .secret = secret_,
                                         .session_token = {},
                                         .region = std::string(admin::signing_region),
                                         .service = std::string(admin::signing_service)};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  out.headers.emplace_back("Host", *host);
  for (auto& h : auth::sigv4::sign_headers(view, hash, who, now)) out.headers.push_back(h);
  if (!out.body.empty()) out.headers.emplace_back("Content-Type", "application/json");
  const auto answer = http::send(out);
  if (!answer) return answer.error();
  boost::system::error_code bad;
  json::value document =
      answer->body.empty() ? json::value(nullptr) : json::parse(answer->body, bad);
  if (answer->status >= 200 && answer->status < 300 && !bad) return document;
  std::string why = bad ? std::string() : text_of(document, "message");
  why += details_of(document);
  if (why.empty()) why = "the server answered " + std::to_string(answer->status);
  return error(errc::bad_request, std::move(why));
}

}  // namespace torhaus::gateway::cli
