#include "gateway/admin/json.hpp"

#include <chrono>
#include <cstdio>

namespace torhaus::gateway::admin {

namespace json = boost::json;

std::string time_text(sys_micros t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02ld:%02ld:%02ldZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<long>(clock.hours().count()),
                static_cast<long>(clock.minutes().count()),
                static_cast<long>(clock.seconds().count()));
  return text.data();
}

std::optional<sys_micros> parse_time(std::string_view text) {
  // The form says where digits stand; everything else stands for itself.
  const std::string_view form = text.size() == 10 ? "dddd-dd-dd" : "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != form.size()) return {};
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == 'd' ? !digit : text[i] != form[i]) return {};
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    unsigned value = 0;
    for (const char c : text.substr(at, digits))
      value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(0, 4))),
                                         std::chrono::month(number(5, 2)),
                                         std::chrono::day(number(8, 2))};
  const bool day_only = text.size() == 10;
  const unsigned hour = day_only ? 23 : number(11, 2);
  const unsigned minute = day_only ? 59 : number(14, 2);
  const unsigned second = day_only ? 59 : number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return {};
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

json::object to_json(const auth::identity::agency& a) {
  return {{"id", a.id},
          {"name", a.name},
          {"email", a.email},
          {"account", a.account},
          {"canonical_id", a.canonical_id},
          {"created", time_text(a.created)},
          {"enabled", a.enabled}};
}

json::object to_json(const auth::identity::user& u) {
  return {{"agency", u.agency},   {"name", u.name}, {"display_name", u.display_name},
          {"email", u.email},     {"id", u.id},     {"created", time_text(u.created)},
          {"enabled", u.enabled}, {"root", u.root}, {"may_open_projects", u.may_open_projects}};
}

json::object to_json(const auth::identity::access_key& k) {
  json::object out{{"access_key_id", k.id},
                   {"agency", k.agency},
                   {"user", k.user},
                   {"created", time_text(k.created)},
                   {"enabled", k.enabled}};
  out["expires"] = k.expires ? json::value(time_text(*k.expires)) : json::value(nullptr);
  out["last_used"] = k.last_used ? json::value(time_text(*k.last_used)) : json::value(nullptr);
  return out;
}

json::object to_json(const auth::keys::key_description& k) {
  json::object out{{"id", k.id},
                   {"description", k.description},
                   {"enabled", k.enabled},
                   {"created", time_text(k.created)},
                   {"rotated", time_text(k.rotated)},
                   {"versions", k.versions}};
  out["alias"] = k.alias.empty() ? json::value(nullptr) : json::value(k.alias);
  return out;
}

result<json_input> json_input::parse(std::string_view text) {
  json::parse_options bounds;
  bounds.max_depth = 8;
  boost::system::error_code bad;
  json::value value = json::parse({text.data(), text.size()}, bad, {}, bounds);
  if (bad || !value.is_object()) {
    return error(errc::invalid_argument, "The body is not a JSON object: " +
                                             (bad ? bad.message() : std::string("another type")));
  }
  json_input in;
  in.members_ = std::move(value.as_object());
  return in;
}

std::optional<std::string> json_input::text(std::string_view name) {
  const auto at = members_.find({name.data(), name.size()});
  if (at == members_.end()) return std::nullopt;
  std::optional<std::string> found;
  if (at->value().is_string()) {
    found = std::string(at->value().as_string());
  } else if (mistake_.empty()) {
    mistake_ = std::string(name) + " must be a string";
  }
  members_.erase(at);
  return found;
}

std::optional<bool> json_input::flag(std::string_view name) {
  const auto at = members_.find({name.data(), name.size()});
  if (at == members_.end()) return std::nullopt;
  std::optional<bool> found;
  if (at->value().is_bool()) {
    found = at->value().as_bool();
  } else if (mistake_.empty()) {
    mistake_ = std::string(name) + " must be true or false";
  }
  members_.erase(at);
  return found;
}

result<void> json_input::finish() const {
  if (!mistake_.empty()) return error(errc::invalid_argument, mistake_);
  if (members_.empty()) return {};
  return error(errc::invalid_argument, "unknown member " + std::string(members_.begin()->key()));
}

}  // namespace torhaus::gateway::admin
