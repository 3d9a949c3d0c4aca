#include "storage/base/log.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <system_error>

#include "storage/base/clock.hpp"
#include "storage/base/log_sink.hpp"
#include "storage/base/plain_run.hpp"
#include "storage/base/utc.hpp"

namespace torhaus::log {
namespace {

using namespace std::string_view_literals;

struct state {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;
  std::string path;
  level least = level::info;
};

std::shared_ptr<spdlog::logger> open_logger(const std::string& path) {
  int descriptor = STDERR_FILENO;
  if (!path.empty()) {
    descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path);
    ::fchmod(descriptor, 0640);
  }
  auto made = std::make_shared<spdlog::logger>(
      "torhaus", std::make_shared<batching_sink>(descriptor, !path.empty()));
  made->set_level(spdlog::level::trace);
  return made;
}

state& global() {
  static state the_state{.mutex = {}, .logger = open_logger({}), .path = {}, .least = level::info};
  return the_state;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20) & (byte != 0x7f) & (c != '"') & (c != '\\');
}

void append_json(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_run(text, is_plain);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[byte >> 4];
    out += digits[byte & 15U];
  }
  out += '"';
}

spdlog::level::level_enum spdlog_level(level l) {
  return l >= level::warning ? spdlog::level::warn : spdlog::level::info;
}

std::string_view name_of(level l) {
  switch (l) {
    case level::debug:
      return "debug";
    case level::info:
      return "info";
    case level::warning:
      return "warning";
    case level::error:
      return "error";
  }
  return "error";
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_value(std::string& out, const field& f) {
  if (const auto* text = std::get_if<std::string_view>(&f.value)) {
    append_json(out, *text);
  } else if (const auto* flag = std::get_if<bool>(&f.value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* whole = std::get_if<std::int64_t>(&f.value)) {
    append_number(out, *whole);
  } else if (const auto* natural = std::get_if<std::uint64_t>(&f.value)) {
    append_number(out, *natural);
  } else {
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.6g", std::get<double>(f.value));
    out += digits.data();
  }
}

}  // namespace

void write(level l, std::string_view event, std::initializer_list<field> fields) {
  if (!enabled(l)) return;
  std::string line;
  line.reserve(512);
  line += "{\"time\":\"";
  append_utc(line, rfc3339_micros, utc_of(system_clock_source().now()));
  // Names and events are constants of the program, and none has what JSON escapes.
  line.append("\",\"level\":\""sv).append(name_of(l));
  line.append("\",\"event\":\""sv).append(event).append("\""sv);
  for (const field& f : fields) {
    line.append(",\""sv).append(f.name).append("\":"sv);
    append_value(line, f);
  }
  line += '}';
  std::shared_ptr<spdlog::logger> logger;
  {
    const std::lock_guard lock(global().mutex);
    logger = global().logger;
  }
  logger->log(spdlog_level(l), line);
}

bool enabled(level l) noexcept { return l >= global().least; }

void configure(level least, const std::string& path) {
  const std::lock_guard lock(global().mutex);
  global().least = least;
  global().path = path;
  global().logger = open_logger(path);
}

void reopen() {
  try {
    const std::lock_guard lock(global().mutex);
    if (!global().path.empty()) global().logger = open_logger(global().path);
  } catch (const std::system_error& why) {
    error("log_not_reopened", {{"cause", why.what()}});
  }
}

}  // namespace torhaus::log
