// Answers of servers under load: however they are cut into pieces, the outcome is the same, and no
// more is handed on than came in.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/bench/response.hpp"

namespace {

using namespace torhaus::gateway::bench;

struct seen final : body_sink {
  void begin(unsigned s) override { status = s; }
  void take(std::string_view bytes) override { body += bytes; }
  bool operator==(const seen& other) const {
    return status == other.status && body == other.body && taken == other.taken &&
           done == other.done && broken == other.broken;
  }
  unsigned status = 0;
  std::string body;
  std::size_t taken = 0;
  bool done = false;
  bool broken = false;
};

seen parse(std::string_view in, std::size_t step, response_parser::body expected) {
  seen out;
  response_parser parser;
  parser.reset(expected);
  while (out.taken < in.size() && !parser.done() && !parser.broken()) {
    const std::size_t taken = parser.feed(in.substr(out.taken, step), out);
    if (taken == 0) __builtin_trap();
    out.taken += taken;
  }
  if (!parser.broken()) parser.end_of_stream();
  out.done = parser.done();
  out.broken = parser.broken();
  if (out.body.size() > in.size()) __builtin_trap();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto expected =
      (data[0] & 1) != 0 ? response_parser::body::none : response_parser::body::as_announced;
  const std::size_t step = 1 + (data[0] >> 1);
  const std::string_view in(reinterpret_cast<const char*>(data) + 1, size - 1);
  const seen whole = parse(in, std::max<std::size_t>(in.size(), 1), expected);
  const seen pieces = parse(in, step, expected);
  // A broken head or line ends where it was found out, which depends on the pieces.
  if (whole.broken && pieces.broken) return 0;
  if (!(whole == pieces)) __builtin_trap();
  return 0;
}
