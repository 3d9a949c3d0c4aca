// A request's method, host and target as they come from the network, one a line. Whatever they are,
// they name a bucket and a key within bounds or are refused, and lead to one row of the operations
// table or to an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/s3/parameters.hpp"
#include "gateway/s3/resource_target.hpp"
#include "gateway/s3/routing.hpp"
#include "gateway/s3/target.hpp"

namespace {

namespace s3 = torhaus::gateway::s3;
namespace http = torhaus::gateway::http;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// A key must mean the same however a client encodes it.
void check_key(const s3::target& where) {
  require(where.key.size() <= 1024);
  const std::string path = "/bucket/" + s3::url_encode(where.key);
  const auto again = s3::parse_target("127.0.0.1", path, "", {});
  require(again && again->bucket == "bucket" && again->key == where.key);
}

// To S3 Control: the target is a bucket alone, and no operation on a bucket or object is reached.
void check_resource(http::request call, const std::vector<std::string>& bases) {
  call.headers.push_back({"x-amz-account-id", std::string_view(call.host).substr(0, 12)});
  if (!s3::names_resource(call, bases)) return;
  const auto where = s3::parse_resource_target(call.path, call.query);
  if (!where) return;
  require(where->by_arn && where->key.empty());
  const auto row = s3::find_operation(call, *where);
  require(!row || (*row)->where == s3::scope::resource);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> bases = {"s3.example.org", "example.org"};
  std::string_view text(reinterpret_cast<const char*>(data), size);
  http::request call;
  call.method = next_line(text);
  call.host = next_line(text);
  call.target = next_line(text);
  const std::size_t question = std::min(call.target.find('?'), call.target.size());
  call.path = std::string_view(call.target).substr(0, question);
  call.query = std::string_view(call.target).substr(std::min(question + 1, call.target.size()));
  if (!text.empty()) call.headers.push_back({"x-amz-copy-source", next_line(text)});

  check_resource(call, bases);
  const auto where = s3::parse_target(call.host, call.path, call.query, bases);
  if (!where) return 0;
  require(where->query.size() <= 256);
  require(where->virtual_host == s3::names_bucket_in_host(call.host, bases));
  if (!where->key.empty()) check_key(*where);
  const auto row = s3::find_operation(call, *where);
  if (!row) return 0;
  require((*row)->method == call.method);
  // What would overwrite or delete an object was not meant for something else.
  if ((*row)->sub_resource.empty()) {
    for (const auto& [name, value] : where->query) require(!s3::names_sub_resource(name));
  }
  return 0;
}
