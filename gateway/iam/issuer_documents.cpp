#include "gateway/iam/issuer_documents.hpp"

#include "gateway/http/client.hpp"

namespace torhaus::gateway::iam {
namespace {

error unreachable(std::string cause) {
  return error(errc::idp_communication_error).because(std::move(cause));
}

}  // namespace

task<result<std::string>> issuer_documents::get(std::string url) {
  const std::size_t slashes = url.find("://");
  if (slashes == std::string::npos) co_return unreachable("no URL: " + url);
  const std::size_t path = url.find('/', slashes + 3);
  http::client_request call;
  call.endpoint = url.substr(0, path);
  call.method = "GET";
  call.target = path == std::string::npos ? "/" : url.substr(path);
  call.ca_file = ca_file_;
  call.time_limit = time_limit;
  const auto host = http::host_of_endpoint(call.endpoint);
  if (!host) co_return unreachable("no URL: " + url);
  call.headers = {{"Host", *host}, {"Accept", "application/json"}};
  auto ask = [&call] { return http::send(call); };
  auto got = co_await offload(pool_, std::move(ask));
  if (!got) co_return unreachable(std::string(got.error().message()));
  if (got->status != 200) {
    co_return unreachable(url + " answers " + std::to_string(got->status));
  }
  if (got->body.size() > max_bytes) co_return unreachable(url + " answers too much");
  co_return std::move(got->body);
}

}  // namespace torhaus::gateway::iam
