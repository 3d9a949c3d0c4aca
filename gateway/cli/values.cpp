// Values of the configuration as text: end points, durations, sizes.
#include <charconv>
#include <sstream>
#include <utility>

#include "gateway/cli/config.hpp"

namespace torhaus::gateway::cli {
namespace {

// The number at the front of `text`, which is shortened by it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end == text.data()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

[[noreturn]] void refuse(std::string_view text, std::string_view expected) {
  throw config_error("\"" + std::string(text) + "\": expected " + std::string(expected));
}

// number × the factor of its unit, or nullopt when the unit is unknown or the product too large.
std::optional<std::uint64_t> scaled(
    std::string_view text,
    std::initializer_list<std::pair<std::string_view, std::uint64_t>> units) {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  for (const auto& [unit, factor] : units) {
    if (unit != text) continue;
    if (*number > UINT64_MAX / factor) return std::nullopt;
    return *number * factor;
  }
  return std::nullopt;
}

}  // namespace

endpoint parse_endpoint(std::string_view text) {
  constexpr std::string_view expected = "ADDRESS:PORT, for example 127.0.0.1:9000 or [::1]:9000";
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) refuse(text, expected);
  std::string_view port = text.substr(colon + 1);
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  } else if (address.find(':') != std::string_view::npos) {
    refuse(text, expected);
  }
  const auto number = take_number(port);
  if (!number || !port.empty() || *number > 65535) refuse(text, expected);
  std::string host(address.empty() ? "0.0.0.0" : address);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code bad;
  asio::ip::make_address(host, bad);
  if (bad) refuse(text, expected);
  return {std::move(host), static_cast<std::uint16_t>(*number)};
}

std::chrono::milliseconds parse_duration(std::string_view text) {
  const auto ms = scaled(text, {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}});
  constexpr std::uint64_t year_ms = 366ULL * 24 * 3'600'000;
  if (!ms || *ms > year_ms) refuse(text, "a duration such as 250ms, 30s, 5m or 2h");
  return std::chrono::milliseconds(*ms);
}

std::uint64_t parse_size(std::string_view text) {
  constexpr std::uint64_t kib = 1024;
  const auto bytes = scaled(text, {{"", 1},
                                   {"B", 1},
                                   {"KiB", kib},
                                   {"MiB", kib * kib},
                                   {"GiB", kib * kib * kib},
                                   {"TiB", kib * kib * kib * kib},
                                   {"kB", 1000},
                                   {"KB", 1000},
                                   {"MB", 1'000'000},
                                   {"GB", 1'000'000'000},
                                   {"TB", 1'000'000'000'000}});
  if (!bytes) refuse(text, "a size such as 65536, 64KiB or 10GB");
  return *bytes;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const std::size_t begin = part.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    parts.push_back(part.substr(begin, part.find_last_not_of(' ') - begin + 1));
  }
  return parts;
}

void check_safe(const config& c) {
  if (c.data.empty()) {
    throw config_error("data: expected the data directory (--data DIR, or data = \"DIR\")");
  }
  if (c.listen.empty()) throw config_error("listen: expected at least one ADDRESS:PORT");
  if (c.tls || c.allow_plain_http) return;
  std::vector<endpoint> all = c.listen;
  all.push_back(c.admin_listen);
  for (const endpoint& e : all) {
    if (!asio::ip::make_address(e.address).is_loopback()) {
      throw config_error("listen: " + e.address +
                         " is not a loopback address and no TLS certificate is configured; set "
                         "[tls] certificate and key, or allow_plain_http = true when a proxy in "
                         "front ends TLS");
    }
  }
}

}  // namespace torhaus::gateway::cli
