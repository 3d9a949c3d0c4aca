// Structured log: one JSON object a line on standard error (or a file). The only global of the
// program. Never pass a secret, an Authorization header or a presigned query here.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace torhaus::log {

enum class level : std::uint8_t { debug, info, warning, error };

struct field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;

  field(std::string_view n, std::string_view v) : name(n), value(v) {}
  field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  field(std::string_view n, int v) : name(n), value(std::int64_t{v}) {}
  field(std::string_view n, unsigned v) : name(n), value(std::uint64_t{v}) {}
  field(std::string_view n, long v) : name(n), value(std::int64_t{v}) {}
  field(std::string_view n, unsigned long v) : name(n), value(std::uint64_t{v}) {}
  field(std::string_view n, double v) : name(n), value(v) {}
  field(std::string_view n, bool v) : name(n), value(v) {}
};

// Writes {"time":RFC 3339 UTC with microseconds,"level":…,"event":event,…fields}. Values are
// escaped, so that none can begin a line of its own; event and names are constants without anything
// that JSON escapes. Thread-safe; a full disk is not an
// error here.
void write(level, std::string_view event, std::initializer_list<field> fields = {});

inline void debug(std::string_view e, std::initializer_list<field> f = {}) {
  write(level::debug, e, f);
}
inline void info(std::string_view e, std::initializer_list<field> f = {}) {
  write(level::info, e, f);
}
inline void warning(std::string_view e, std::initializer_list<field> f = {}) {
  write(level::warning, e, f);
}
inline void error(std::string_view e, std::initializer_list<field> f = {}) {
  write(level::error, e, f);
}

bool enabled(level) noexcept;

// Called once by main before other threads exist. An empty path means standard error; the file is
// opened for appending with mode 0640 and opened anew by reopen() (log rotation). configure throws
// std::system_error when it cannot be opened; reopen goes on with the file of before.
void configure(level least, const std::string& path);
void reopen();

}  // namespace torhaus::log
