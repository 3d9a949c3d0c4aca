#include "tests/model/histories/event.hpp"

#include <array>

namespace torhaus::model {

namespace {

std::string value_text(int value) {
  if (value == nothing) return "nothing";
  return value == not_ours ? "what nobody wrote" : "v" + std::to_string(value);
}

std::string asked_text(const call& c) {
  static constexpr std::array names = {"put",  "remove",       "remove version",
                                       "read", "read version", "list versions",
                                       "list", "remove many"};
  std::string out = names.at(static_cast<std::size_t>(c.what));
  if (c.what == action::put) out += (c.in_parts ? " in parts " : " ") + value_text(c.value);
  if (c.condition == only_if::absent) out += " if absent";
  if (c.condition == only_if::matches) out += " if " + value_text(c.matched);
  if (!c.version.empty()) out += " " + c.version;
  return out;
}

std::string told_text(const event& e) {
  switch (e.told.is) {
    case verdict::refused:
      return "412";
    case verdict::missing:
      return "404";
    case verdict::disturbed:
      return "409";
    case verdict::unknown:
      return "(cut off)";
    case verdict::done:
      break;
  }
  std::string out = "ok";
  if (e.asked.what == action::read || e.asked.what == action::read_version) {
    out = value_text(e.told.value);
  }
  if (!e.told.version.empty()) out += " " + e.told.version;
  for (const shown_version& v : e.told.listed) {
    out += "\n        " + (v.value == nothing ? "marker" : value_text(v.value)) + " " + v.id;
  }
  return out;
}

}  // namespace

std::string text_of(const event& e, steady_time began) {
  const auto micros = [&](steady_time t) {
    return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(t - began).count());
  };
  return "client " + std::to_string(e.client) + " " + micros(e.invoked) + "–" + micros(e.returned) +
         " µs: " + asked_text(e.asked) + " -> " + told_text(e);
}

}  // namespace torhaus::model
