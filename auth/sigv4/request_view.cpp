#include "auth/sigv4/request_view.hpp"

namespace torhaus::auth::sigv4 {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool equal_names(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t n = 0; n < a.size(); ++n) {
    if (lower(a[n]) != lower(b[n])) return false;
  }
  return true;
}

std::optional<std::string_view> request_view::find(std::string_view name) const noexcept {
  for (const header_view& header : headers) {
    if (header.name.size() == name.size() && equal_names(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::size_t request_view::count(std::string_view name) const noexcept {
  std::size_t found = 0;
  for (const header_view& header : headers) {
    if (header.name.size() == name.size() && equal_names(header.name, name)) ++found;
  }
  return found;
}

}  // namespace torhaus::auth::sigv4
