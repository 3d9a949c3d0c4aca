#include "storage/journal/line.hpp"

#include <charconv>

#include "storage/base/utc.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::storage::journal {
namespace {

constexpr std::string_view line_domain{"torhaus journal line 1\0", 23};
constexpr std::string_view mac_domain{"torhaus journal mac 1\0", 22};
constexpr std::string_view begin_of_line = "{\"seq\":";
constexpr std::string_view begin_of_hash = ",\"hash\":\"";
constexpr std::string_view begin_of_mac = ",\"mac\":\"";
constexpr std::size_t hex_digits = 64;
constexpr std::string_view file_ending = ".jsonl";

std::string_view bytes_of(const line_hash& h) {
  return {reinterpret_cast<const char*>(h.data()), h.size()};
}

void append_number(std::string& out, std::uint64_t n) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
  out.append(digits.data(), end);
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return n;
}

// Takes `,"name":"64 hex digits"` off the end of `text`: the digits, or nothing.
std::optional<std::string_view> take_last(std::string_view& text, std::string_view begin) {
  const std::size_t length = begin.size() + hex_digits + 1;
  if (text.size() < length || text.back() != '"') return std::nullopt;
  const std::size_t at = text.size() - length;
  if (text.substr(at, begin.size()) != begin) return std::nullopt;
  const std::string_view digits = text.substr(at + begin.size(), hex_digits);
  text.remove_suffix(length);
  return digits;
}

}  // namespace

line_hash hash_of(const line_hash& before, std::string_view content) {
  thread_local std::string whole;  // reused: this runs for every line
  whole.clear();
  whole.append(line_domain).append(bytes_of(before)).append(content);
  const auto digest = crypto::digest_of(crypto::algorithm::sha256, whole);
  line_hash out{};
  std::copy_n(digest.data.begin(), out.size(), out.begin());
  return out;
}

std::string mac_of(const crypto::secret_key& key, const line_hash& hash) {
  return crypto::hmac_sha256(key.view(), std::string(mac_domain).append(bytes_of(hash)));
}

void append_line(std::string& out, chain& at, std::string_view members,
                 const crypto::secret_key* key) {
  const std::size_t begin = out.size();
  out += begin_of_line;
  append_number(out, at.next);
  out += ',';
  out += members;
  at.head = hash_of(at.head, std::string_view(out).substr(begin));
  ++at.next;
  out.append(begin_of_hash).append(hex_of(at.head)).append("\"");
  if (key != nullptr) {
    out.append(begin_of_mac).append(crypto::to_hex(mac_of(*key, at.head))).append("\"");
  }
  out += "}\n";
}

std::optional<parsed_line> parse_line(std::string_view text) {
  if (!text.starts_with(begin_of_line) || !text.ends_with('}')) return std::nullopt;
  parsed_line line;
  text.remove_suffix(1);
  if (const auto mac = take_last(text, begin_of_mac)) {
    line.mac = crypto::from_hex(*mac);
    if (!line.mac) return std::nullopt;
  }
  const auto digits = take_last(text, begin_of_hash);
  const auto hash = digits ? hash_from_hex(*digits) : std::nullopt;
  if (!hash) return std::nullopt;
  line.hash = *hash;
  line.content = text;
  text.remove_prefix(begin_of_line.size());
  const auto seq = take_number(text);
  if (!seq || *seq == 0 || !text.starts_with(',')) return std::nullopt;
  line.seq = *seq;
  line.members = text.substr(1);
  return line;
}

std::optional<std::string_view> text_member(std::string_view members, std::string_view name) {
  const std::string begin = "\"" + std::string(name) + "\":\"";
  const std::size_t at = members.find(begin);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = members.substr(at + begin.size());
  const std::size_t end = rest.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(0, end);
}

std::optional<std::uint64_t> number_member(std::string_view members, std::string_view name) {
  const std::string begin = "\"" + std::string(name) + "\":";
  const std::size_t at = members.find(begin);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = members.substr(at + begin.size());
  return take_number(rest);
}

std::string_view type_of(std::string_view members) {
  // Every line has its time first: a fixed length.
  constexpr std::size_t time_bytes =
      std::string_view("\"time\":\"2026-11-25T08:15:00.123456Z\",").size();
  if (members.size() < time_bytes) return {};
  constexpr std::string_view begin = "\"type\":\"";
  std::string_view rest = members.substr(time_bytes);
  if (!rest.starts_with(begin)) return {};
  rest.remove_prefix(begin.size());
  return rest.substr(0, rest.find('"'));
}

std::string hex_of(const line_hash& h) { return crypto::to_hex(bytes_of(h)); }

std::optional<line_hash> hash_from_hex(std::string_view text) {
  const auto bytes = crypto::from_hex(text);
  line_hash out{};
  if (!bytes || bytes->size() != out.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(out.data()));
  return out;
}

void append_time(std::string& out, sys_micros t) { append_utc(out, rfc3339_micros, utc_of(t)); }

std::string time_text(sys_micros t) { return utc_text(rfc3339_micros, utc_of(t)); }

std::string day_text(std::chrono::sys_days day) { return utc_text("YYYY-MM-DD", utc_of(day)); }

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t length) -> std::optional<unsigned> {
    std::string_view digits = text.substr(at, length);
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
    }
    return static_cast<unsigned>(*take_number(digits));
  };
  const auto year = part(0, 4), month = part(5, 2), day = part(8, 2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<std::chrono::sys_days> day_of_file(std::string_view name) {
  if (!name.ends_with(file_ending)) return std::nullopt;
  return parse_day(name.substr(0, name.size() - file_ending.size()));
}

std::string file_of_day(std::chrono::sys_days day) { return day_text(day).append(file_ending); }

}  // namespace torhaus::storage::journal
