#include "gateway/audit/record.hpp"

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

void text(std::string& out, std::string_view name, std::string_view value,
          std::size_t max_bytes = max_text_bytes) {
  if (value.empty()) return;
  out.append(",\"").append(name).append("\":\"");
  append_escaped(out, value, max_bytes);
  out += '"';
}

void number(std::string& out, std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(",\"").append(name).append("\":").append(digits.data(), end);
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
  text(out, "id", r.request_id);
  if (r.from != nullptr) {
    text(out, "listener", r.from->zone);
    text(out, "ip", http::text_of(r.from->client));
    text(out, "tls", r.from->tls_version.empty() && r.from->secure ? "proxy" : r.from->tls_version);
  }
  text(out, "user", r.user);
  text(out, "agency", r.agency);
  text(out, "account", r.account);
  text(out, "session_of", r.session_of);
  text(out, "key_id", r.key_id);
  text(out, "claimed_key_id", r.claimed_key_id);
  text(out, "op", r.operation);
  text(out, "bucket", r.bucket);
  text(out, "key", r.key, max_key_bytes);
  text(out, "version", r.version);
  text(out, "source", r.source, max_key_bytes + max_text_bytes);
  text(out, "project", r.project);
  text(out, "subject", r.subject);
  text(out, "input", r.input, max_input_bytes);
  number(out, "status", r.status);
  text(out, "error", r.error);
  number(out, "bytes_in", r.bytes_in);
  number(out, "bytes_out", r.bytes_out);
  number(out, "took_us", static_cast<std::uint64_t>(std::max<std::int64_t>(r.took.count(), 0)));
  text(out, "because", r.because);
}

std::string_view claimed_key_id(const http::request& call) {
  if (const auto header = call.find("Authorization")) return behind(*header, "Credential=", "/, ");
  return behind(call.query, "X-Amz-Credential=", "/%&");
}

}  // namespace torhaus::gateway::audit
