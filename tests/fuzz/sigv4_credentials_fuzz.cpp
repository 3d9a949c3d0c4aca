// The head of a request from the network: lines of "name:value" headers after the path and the
// query. Credentials of any form must be parsed or refused, and what is parsed must verify or be
// refused, without harm.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "auth/sigv4/timestamp.hpp"
#include "auth/sigv4/verifier.hpp"

namespace {

namespace sigv4 = torhaus::auth::sigv4;

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static sigv4::verifier checker;
  static const sigv4::acceptance accepts{{"us-east-1"}, {"s3", "sts"}};
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view path = next_line(text);
  const std::string_view query = next_line(text);
  std::vector<sigv4::header_view> headers;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::size_t colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
  }
  const sigv4::request_view call{"GET", path, query, headers};
  const auto claim =
      sigv4::parse_credentials(call, accepts, *sigv4::parse_basic("20130524T000000Z"));
  if (claim && claim->has_value()) (void)checker.verify(call, **claim, "secret");
  (void)sigv4::verify_anonymous(call);
  return 0;
}
