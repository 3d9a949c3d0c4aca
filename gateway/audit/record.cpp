#include "gateway/audit/record.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/audit/escape.hpp"
#include "storage/journal/line.hpp"

namespace torhaus::gateway::audit {
namespace {

// S3's longest key; a longer one was refused for it. All together, with every byte escaped, stay
// below the journal's longest line.
constexpr std::size_t max_key_bytes = 1024;
constexpr std::size_t max_text_bytes = 256;
constexpr std::size_t max_input_bytes = 2048;

// What stands before a value, in one piece because every request has two dozen: `,"name":`.
template <std::size_t Bytes>
struct member_name {
  std::array<char, Bytes + 3> begin{',', '"'};
  consteval member_name(const char (&name)[Bytes]) {
    std::copy_n(name, Bytes - 1, begin.data() + 2);
    begin[Bytes + 1] = '"';
    begin[Bytes + 2] = ':';
  }
};
template <member_name Name>
constexpr std::string_view member{Name.begin.data(), Name.begin.size()};

void text(std::string& out, std::string_view begin, std::string_view value,
          std::size_t max_bytes = max_text_bytes) {
  if (value.empty()) return;
  out.append(begin).append("\"");
  append_escaped(out, value, max_bytes);
  out += '"';
}

void number(std::string& out, std::string_view begin, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(begin).append(digits.data(), end);
}

std::string_view behind(std::string_view text, std::string_view begin, std::string_view ends) {
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + begin.size());
  return rest.substr(0, rest.find_first_of(ends));
}

}  // namespace

void append_members(std::string& out, const record& r, sys_micros now) {
  out += "\"time\":\"";
  storage::journal::append_time(out, now);
  out.append("\",\"type\":\"").append(r.type).append("\"");
  text(out, member<"id">, r.request_id);
  if (r.from != nullptr) {
    text(out, member<"listener">, r.from->zone);
    text(out, member<"ip">, http::text_of(r.from->client));
    text(out, member<"tls">,
         r.from->tls_version.empty() && r.from->secure ? "proxy" : r.from->tls_version);
  }
  text(out, member<"user">, r.user);
  text(out, member<"agency">, r.agency);
  text(out, member<"account">, r.account);
  text(out, member<"session_of">, r.session_of);
  text(out, member<"key_id">, r.key_id);
  text(out, member<"claimed_key_id">, r.claimed_key_id);
  text(out, member<"op">, r.operation);
  text(out, member<"bucket">, r.bucket);
  text(out, member<"key">, r.key, max_key_bytes);
  text(out, member<"version">, r.version);
  text(out, member<"source">, r.source, max_key_bytes + max_text_bytes);
  text(out, member<"project">, r.project);
  text(out, member<"subject">, r.subject);
  text(out, member<"input">, r.input, max_input_bytes);
  number(out, member<"status">, r.status);
  text(out, member<"error">, r.error);
  number(out, member<"bytes_in">, r.bytes_in);
  number(out, member<"bytes_out">, r.bytes_out);
  number(out, member<"took_us">,
         static_cast<std::uint64_t>(std::max<std::int64_t>(r.took.count(), 0)));
  text(out, member<"because">, r.because);
}

std::string_view claimed_key_id(const http::request& call) {
  if (const auto header = call.find("Authorization")) return behind(*header, "Credential=", "/, ");
  return behind(call.query, "X-Amz-Credential=", "/%&");
}

}  // namespace torhaus::gateway::audit
