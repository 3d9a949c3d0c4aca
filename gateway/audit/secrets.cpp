#include "gateway/audit/secrets.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

namespace torhaus::gateway::audit {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> secret_words = {
    "secret", "password", "token", "assertion", "code", "signature", "credential"};
constexpr std::string_view hidden = "-";

bool is_secret(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::ranges::any_of(
      secret_words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

void hide(json::value& value) {
  if (auto* object = value.if_object()) {
    for (auto& [name, member] : *object) {
      if (is_secret({name.data(), name.size()}) && !member.is_structured()) {
        member = hidden;
      } else {
        hide(member);
      }
    }
  } else if (auto* array = value.if_array()) {
    for (json::value& item : *array) hide(item);
  }
}

}  // namespace

std::string form_without_secrets(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::string_view name = part.substr(0, part.find('='));
    if (!out.empty()) out += '&';
    if (is_secret(name) && name.size() < part.size()) {
      out.append(name).append("=").append(hidden);
    } else {
      out += part;
    }
  }
  return out;
}

std::string json_without_secrets(std::string_view text) {
  if (text.empty()) return {};
  json::parse_options bounds;
  bounds.max_depth = 8;
  boost::system::error_code bad;
  json::value value = json::parse({text.data(), text.size()}, bad, {}, bounds);
  if (bad) return "(not JSON)";
  hide(value);
  return json::serialize(value);
}

}  // namespace torhaus::gateway::audit
