#include "gateway/http/message.hpp"

#include <algorithm>

namespace torhaus::gateway::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> request::find(std::string_view name) const noexcept {
  for (const header& h : headers) {
    if (equal_ignoring_case(h.name, name)) return h.value;
  }
  return std::nullopt;
}

std::size_t request::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [name](const header& h) { return equal_ignoring_case(h.name, name); }));
}

}  // namespace torhaus::gateway::http
