// What comes from the network before anybody is known: a request's head, and behind it a body in
// chunks. The first byte says where the input is cut in two. Whatever arrives, our check and Beast
// must agree on it, the outcome must not depend on the cut, and nothing that is ambiguous may pass.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/http/chunked_framing.hpp"
#include "gateway/http/head_check.hpp"
#include "gateway/http/head_parser.hpp"

namespace {

namespace http = torhaus::gateway::http;

constexpr std::size_t head_limit = 32 * 1024;

void require(bool holds) {
  if (!holds) std::abort();
}

// The end of the head when it comes in two pieces; 0 when it is refused or does not end.
std::size_t end_of_head(std::string_view text, std::size_t cut) {
  http::head_scanner scanner;
  const auto early = scanner.find_end(text.substr(0, cut));
  if (!early) return 0;
  if (*early > 0) return *early;
  const auto late = scanner.find_end(text);
  return late ? *late : 0;
}

bool has(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

// What check_head let through, looked at with other eyes. Beast may refuse more (a Connection
// header that is no list).
bool agreed(std::string_view head, const http::head_facts& facts) {
  http::head_parser parser;
  if (!parser.parse(head, head_limit)) return false;
  require(parser.method() == facts.method);
  require(parser.target() == facts.target);
  require(parser.chunked() == facts.chunked);
  require(parser.content_length() == facts.content_length);
  require(!(facts.chunked && facts.content_length));
  require(!parser.keep_alive() || facts.keep_alive || !facts.http11);
  std::size_t hosts = 0;
  for (const http::header& h : parser.headers()) {
    require(!has(h.value, "\r") && !has(h.value, "\n") && !has(h.value, {"\0", 1}));
    if (!http::equal_ignoring_case(h.name, "Host")) continue;
    require(h.value == facts.host);
    ++hosts;
  }
  require(hosts <= 1 && (hosts == 1 || !facts.http11));
  return true;
}

struct outcome {
  bool accepted = false;
  bool finished = false;
  std::string data;
  std::size_t used = 0;
};

outcome read_chunks(std::string_view body, std::size_t cut) {
  outcome out;
  http::chunked_framing framing;
  for (std::string_view piece : {body.substr(0, cut), body.substr(cut)}) {
    while (!piece.empty() && !framing.finished()) {
      if (const auto left = framing.data_expected(); left > 0) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
        out.data += piece.substr(0, n);
        framing.took_data(n);
        piece.remove_prefix(n);
        out.used += n;
        continue;
      }
      const auto used = framing.feed(piece);
      if (!used) return out;
      require(*used > 0 && *used <= piece.size());
      piece.remove_prefix(*used);
      out.used += *used;
    }
  }
  out.accepted = true;
  out.finished = framing.finished();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = std::min<std::size_t>(data[0], text.size());
  const std::size_t end = end_of_head(text, text.size());
  require(end == end_of_head(text, cut));
  (void)http::check_head(text);  // what the scanner would have kept from it
  if (end == 0 || end > head_limit) return 0;
  const std::string_view head = text.substr(0, end);
  const auto facts = http::check_head(head);
  if (!facts) {
    (void)http::head_parser().parse(head, head_limit);
    return 0;
  }
  if (!agreed(head, *facts) || !facts->chunked) return 0;

  const std::string_view body = text.substr(end);
  const outcome whole = read_chunks(body, body.size());
  const outcome pieces = read_chunks(body, std::min<std::size_t>(data[0], body.size()));
  require(whole.accepted == pieces.accepted && whole.finished == pieces.finished);
  require(!whole.accepted || (whole.data == pieces.data && whole.used == pieces.used));
  return 0;
}
