#include "gateway/http/head_check.hpp"

#include <algorithm>
#include <charconv>

#include "gateway/http/characters.hpp"
#include "gateway/http/message.hpp"

namespace torhaus::gateway::http {
namespace {

error bad(std::string_view why) { return error(errc::bad_request, std::string(why)); }

result<void> check_request_line(std::string_view line, head_facts& facts) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad("Malformed request line.");
  facts.method = line.substr(0, first);
  facts.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(facts.method) || facts.method.size() > 20) return bad("Malformed method.");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return bad("Unsupported HTTP version.");
  facts.http11 = version == "HTTP/1.1";
  if (facts.target.size() > max_target_bytes) return error(errc::uri_too_long);
  if (!facts.target.starts_with('/')) return bad("Malformed request target.");
  const bool printable = std::ranges::all_of(facts.target, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && c != '#';
  });
  if (!printable) return bad("Malformed request target.");
  return {};
}

result<void> note_length(std::string_view value, head_facts& facts) {
  if (facts.content_length) return bad("Content-Length is given twice.");
  std::uint64_t length = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), length);
  // Below 2^63, so that no sum of lengths can overflow.
  if (value.empty() || failed != std::errc() || end != value.data() + value.size() ||
      length > INT64_MAX) {
    return bad("Malformed Content-Length.");
  }
  facts.content_length = length;
  return {};
}

result<void> note_coding(std::string_view value, head_facts& facts) {
  if (facts.chunked) return bad("Transfer-Encoding is given twice.");
  if (!equal_ignoring_case(value, "chunked")) {
    return error(errc::not_implemented, "Transfer-Encoding other than chunked is not implemented.");
  }
  if (!facts.http11) return bad("Transfer-Encoding needs HTTP/1.1.");
  facts.chunked = true;
  return {};
}

bool list_has(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equal_ignoring_case(trim(list.substr(0, comma)), wanted)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

result<void> note_host(std::string_view value, head_facts& facts, std::size_t& hosts) {
  // An empty one is refused with a missing one, once the version is known to ask for it.
  if (++hosts > 1 || !std::ranges::all_of(value, is_host_character)) {
    return bad("Malformed Host header.");
  }
  facts.host = value;
  return {};
}

// What decides over the connection's end, from all Connection headers: "close" wins.
struct connection_options {
  bool close = false;
  bool keep_alive = false;
};

struct seen_so_far {
  std::size_t hosts = 0;
  connection_options connection;
};

result<void> check_header(std::string_view line, head_facts& facts, seen_so_far& seen) {
  if (line.front() == ' ' || line.front() == '\t') return bad("Folded header lines are refused.");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return bad("Malformed header line.");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (equal_ignoring_case(name, "Host")) {
    return note_host(value, facts, seen.hosts);
  } else if (equal_ignoring_case(name, "Content-Length")) {
    return note_length(value, facts);
  } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
    return note_coding(value, facts);
  } else if (equal_ignoring_case(name, "Connection")) {
    if (list_has(value, "close")) seen.connection.close = true;
    if (list_has(value, "keep-alive")) seen.connection.keep_alive = true;
  } else if (equal_ignoring_case(name, "Expect")) {
    // RFC 9110 section 10.1.1 leaves it to the server what it does about other expectations. As
    // with AWS they change nothing.
    if (equal_ignoring_case(value, "100-continue")) facts.expect_continue = facts.http11;
  }
  return {};
}

}  // namespace

result<std::size_t> head_scanner::find_end(std::string_view have) {
  while (scanned_ < have.size()) {
    // Most pieces hold nothing but text.
    const std::string_view piece = have.substr(scanned_, plain_step);
    const bool behind_cr = scanned_ > 0 && have[scanned_ - 1] == '\r';
    if (piece.size() == plain_step && !behind_cr && !has_control(piece)) {
      scanned_ += plain_step;
      continue;
    }
    const auto end = find_end_within(have, scanned_ + piece.size());
    if (!end || *end > 0) return end;
  }
  return std::size_t{0};
}

// The same within a piece that holds a line's end: what is before and behind it is text again.
result<std::size_t> head_scanner::find_end_within(std::string_view have, std::size_t until) {
  for (; scanned_ < until; ++scanned_) {
    const bool behind_cr = scanned_ > 0 && have[scanned_ - 1] == '\r';
    while (!behind_cr && until - scanned_ > small_step &&
           !has_control({have.data() + scanned_, small_step})) {
      scanned_ += small_step;
    }
    const char c = have[scanned_];
    if ((c == '\n') != behind_cr) return bad("Malformed line end.");
    if (is_control(c) && c != '\r' && c != '\n') return bad("Control character in the head.");
    if (c == '\n' && scanned_ >= 3 && have[scanned_ - 2] == '\n') return scanned_ + 1;
  }
  return std::size_t{0};
}

result<head_facts> check_head(std::string_view head) {
  if (!head.ends_with("\r\n\r\n")) return bad("Malformed request head.");
  head.remove_suffix(2);
  head_facts facts;
  seen_so_far seen;
  bool request_line = true;
  for (std::size_t count = 0; !head.empty(); ++count) {
    const std::size_t end = head.find('\r');
    // A line ends with CRLF and nothing else does; a lone CR, LF or NUL is ambiguous.
    if (end == std::string_view::npos || end == 0 || head.substr(end, 2) != "\r\n") {
      return bad("Malformed line end.");
    }
    if (has_control(head.substr(0, end))) return bad("Control character in the head.");
    if (count > max_headers) return bad("Too many headers.");
    const std::string_view line = head.substr(0, end);
    const auto checked =
        request_line ? check_request_line(line, facts) : check_header(line, facts, seen);
    if (!checked) return checked.error();
    request_line = false;
    head.remove_prefix(end + 2);
  }
  if (request_line) return bad("Malformed request head.");
  if (facts.http11 && facts.host.empty()) return bad("A Host header is required.");
  if (facts.chunked && facts.content_length) {
    return bad("Both Content-Length and Transfer-Encoding.");
  }
  facts.keep_alive = !seen.connection.close && (facts.http11 || seen.connection.keep_alive);
  return facts;
}

}  // namespace torhaus::gateway::http
