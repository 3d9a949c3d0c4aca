// The form of a line (README.md, "Form"): how it is chained to the one before, and taken apart.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/clock.hpp"
#include "storage/crypto/secret_key.hpp"

namespace torhaus::storage::journal {

inline constexpr std::size_t max_line_bytes = std::size_t{64} << 10;
// A line with a MAC comes at least so often.
inline constexpr std::uint64_t max_lines_without_mac = 1024;

using line_hash = std::array<std::uint8_t, 32>;

// Where the next line stands.
struct chain {
  std::uint64_t next = 1;
  line_hash head{};  // of the line before; zeros: there is none

  bool operator==(const chain&) const = default;
};

// Hash of a line whose text up to `,"hash":` is `content`.
line_hash hash_of(const line_hash& before, std::string_view content);
std::string mac_of(const crypto::secret_key&, const line_hash&);  // 32 bytes

// Appends the line of `members` with its line feed and moves the chain on. `key`: the line gets a
// MAC.
void append_line(std::string& out, chain& at, std::string_view members,
                 const crypto::secret_key* key);

struct parsed_line {
  std::uint64_t seq = 0;
  std::string_view content;  // what the hash is made of
  std::string_view members;  // behind seq
  line_hash hash{};
  std::optional<std::string> mac;  // 32 bytes
};
// `text` without its line feed; nullopt when it has not the form of a line.
std::optional<parsed_line> parse_line(std::string_view text);

// A member of the journal's own lines; nullopt when there is none. Not for members of records,
// which may hold escapes.
std::optional<std::string_view> text_member(std::string_view members, std::string_view name);
std::optional<std::uint64_t> number_member(std::string_view members, std::string_view name);
std::string_view type_of(std::string_view members);

std::string hex_of(const line_hash&);
std::optional<line_hash> hash_from_hex(std::string_view);

// "2026-11-25T08:15:00.123456Z"
std::string time_text(sys_micros);
void append_time(std::string& out, sys_micros);

// "2026-11-25"; days order as their texts do.
std::string day_text(std::chrono::sys_days);
std::optional<std::chrono::sys_days> parse_day(std::string_view);
// The day of "2026-11-25.jsonl"; nullopt for any other name.
std::optional<std::chrono::sys_days> day_of_file(std::string_view name);
std::string file_of_day(std::chrono::sys_days);

}  // namespace torhaus::storage::journal
