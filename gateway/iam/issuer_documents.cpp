#include "gateway/iam/issuer_documents.hpp"

#include "gateway/http/client.hpp"
#include "storage/base/thread_name.hpp"

namespace torhaus::gateway::iam {
namespace {

error unreachable(std::string cause) {
  return error(errc::idp_communication_error).because(std::move(cause));
}

// One of the places at once, for as long as it lives.
class place {
 public:
  explicit place(std::atomic<std::size_t>& taken) : taken_(taken), number_(taken.fetch_add(1)) {}
  ~place() { taken_.fetch_sub(1); }
  place(const place&) = delete;
  place& operator=(const place&) = delete;
  bool is_there() const { return number_ < issuer_documents::at_once; }

 private:
  std::atomic<std::size_t>& taken_;
  std::size_t number_;
};

}  // namespace

issuer_documents::issuer_documents(std::string ca_file, std::chrono::seconds limit)
    : ca_file_(std::move(ca_file)), limit_(limit) {
  name_threads(pool_, at_once, "issuers");
}

task<result<std::string>> issuer_documents::get(std::string url) {
  const std::size_t slashes = url.find("://");
  if (slashes == std::string::npos) co_return unreachable("no URL: " + url);
  const std::size_t path = url.find('/', slashes + 3);
  http::client_request call;
  call.endpoint = url.substr(0, path);
  call.method = "GET";
  call.target = path == std::string::npos ? "/" : url.substr(path);
  call.ca_file = ca_file_;
  call.time_limit = limit_;
  const auto host = http::host_of_endpoint(call.endpoint);
  if (!host) co_return unreachable("no URL: " + url);
  call.headers = {{"Host", *host}, {"Accept", "application/json"}};
  const place mine(asking_);
  if (!mine.is_there()) {
    co_return error(errc::idp_communication_error,
                    "Too many identity providers are being asked at the moment; try again.");
  }
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
