#include "gateway/admin/json.hpp"

#include <chrono>

#include "auth/projects/schedule.hpp"
#include "storage/base/utc.hpp"

namespace torhaus::gateway::admin {

namespace json = boost::json;

std::string time_text(sys_micros t) { return utc_text(rfc3339_seconds, utc_of(t)); }

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

namespace {

json::value optional_time(const std::optional<sys_micros>& when) {
  return when ? json::value(time_text(*when)) : json::value(nullptr);
}

}  // namespace

json::object to_json(const auth::identity::agency& a) {
  json::object out{{"id", a.id},
                   {"name", a.name},
                   {"email", a.email},
                   {"account", a.account},
                   {"canonical_id", a.canonical_id},
                   {"created", time_text(a.created)},
                   {"enabled", a.enabled},
                   {"contact", a.contact},
                   {"quota_bytes", a.quota_bytes},
                   {"quota_objects", a.quota_objects}};
  out["domains"] = json::array(a.domains.begin(), a.domains.end());
  return out;
}

json::object to_json(const auth::identity::user& u) {
  json::object out{{"agency", u.agency},
                   {"name", u.name},
                   {"display_name", u.display_name},
                   {"email", u.email},
                   {"id", u.id},
                   {"created", time_text(u.created)},
                   {"enabled", u.enabled},
                   {"root", u.root},
                   {"may_open_projects", u.may_open_projects},
                   {"administrator", u.administrator},
                   {"outsider", u.outsider}};
  out["kind"] = u.kind == auth::identity::user_kind::person ? "person" : "application";
  out["expires"] = optional_time(u.expires);
  return out;
}

json::object to_json(const auth::identity::access_key& k) {
  json::object out{{"access_key_id", k.id},
                   {"agency", k.agency},
                   {"user", k.user},
                   {"created", time_text(k.created)},
                   {"enabled", k.enabled}};
  out["expires"] = optional_time(k.expires);
  out["last_used"] = optional_time(k.last_used);
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

json::object to_json(const auth::projects::project& p, sys_micros now) {
  using namespace auth::projects;
  const schedule when = schedule_of(p);
  const state is = state_at(p, now);
  json::object out{{"id", p.id},
                   {"title", p.title},
                   {"purpose", p.purpose},
                   {"owner", p.owner},
                   {"state", std::string(name_of(is))},
                   {"held", std::string(name_of(p.held))},
                   {"classification", p.classification},
                   {"quota_bytes", p.quota_bytes},
                   {"quota_objects", p.quota_objects},
                   {"retention_days", p.retention_days},
                   {"read_only_days", p.read_only_days},
                   {"grace_days", p.grace_days}};
  out["ends"] = optional_time(p.ends);
  // What is still to come.
  const bool gone = is == state::deleted;
  const auto ahead = [&](const std::optional<sys_micros>& at, state to) {
    return is < to ? optional_time(at) : json::value(nullptr);
  };
  out["read_only_on"] = ahead(when.read_only, state::read_only);
  out["closed_on"] = ahead(when.closed, state::closed);
  out["deleted_on"] = gone ? json::value(nullptr) : optional_time(when.deleted);
  out["waits"] = p.waits.empty() ? json::value(nullptr) : json::value(p.waits);
  out["created"] = time_text(p.created);
  out["implicit"] = p.implicit;
  return out;
}

json::object to_json(const auth::projects::member& m, sys_micros now) {
  json::object out{{"agency", m.agency},
                   {"user", m.user},
                   {"role", std::string(auth::projects::name_of(m.as))},
                   {"invited_by", m.invited_by},
                   {"since", time_text(m.since)}};
  out["ends"] = optional_time(m.ends);
  out["ended"] = m.ends && *m.ends <= now;
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

json::value* json_input::take(std::string_view name) {
  const auto at = members_.find({name.data(), name.size()});
  if (at == members_.end()) return nullptr;
  taken_ = std::move(at->value());
  members_.erase(at);
  return &taken_;
}

void json_input::note(std::string_view name, std::string_view rule) {
  if (mistake_.empty()) mistake_ = std::string(name).append(" ").append(rule);
}

std::optional<std::string> json_input::text(std::string_view name) {
  const json::value* found = take(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_string()) return std::string(found->as_string());
  note(name, "must be a string");
  return std::nullopt;
}

std::optional<bool> json_input::flag(std::string_view name) {
  const json::value* found = take(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_bool()) return found->as_bool();
  note(name, "must be true or false");
  return std::nullopt;
}

std::optional<std::uint64_t> json_input::number(std::string_view name, std::uint64_t most) {
  const json::value* found = take(name);
  if (found == nullptr) return std::nullopt;
  boost::system::error_code bad;
  const auto value = found->to_number<std::uint64_t>(bad);
  if (!bad && value <= most && !found->is_double()) return value;
  note(name, "must be a whole number from 0 to " + std::to_string(most));
  return std::nullopt;
}

namespace {

std::optional<std::vector<std::string>> texts_in(const json::value& list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> all;
  for (const json::value& one : list.get_array()) {
    if (!one.is_string()) return std::nullopt;
    all.emplace_back(one.get_string());
  }
  return all;
}

}  // namespace

std::optional<std::vector<std::string>> json_input::texts(std::string_view name) {
  const json::value* found = take(name);
  if (found == nullptr) return std::nullopt;
  auto all = texts_in(*found);
  if (!all) note(name, "must be a list of strings");
  return all;
}

std::optional<json_input::text_table> json_input::table(std::string_view name) {
  constexpr std::size_t most = 50;
  const json::value* found = take(name);
  if (found == nullptr) return std::nullopt;
  text_table all;
  bool good = found->is_object() && found->get_object().size() <= most;
  for (const auto& [key, value] : good ? found->get_object() : json::object()) {
    auto texts = value.is_string() ? std::vector{std::string(value.get_string())}
                                   : texts_in(value).value_or(std::vector<std::string>());
    good = good && !texts.empty();
    all.emplace_back(std::string(key), std::move(texts));
  }
  if (good) return all;
  note(name, "must be an object of at most 50 strings or lists of strings");
  return std::nullopt;
}

std::optional<std::optional<sys_micros>> json_input::time(std::string_view name) {
  const json::value* found = take(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_null()) return std::optional<sys_micros>();
  if (found->is_string()) {
    if (const auto when = parse_time(std::string_view(found->as_string()))) return when;
  }
  note(name, "must be a date (2027-01-31) or a time (2027-01-31T12:00:00Z)");
  return std::nullopt;
}

result<void> json_input::finish() const {
  if (!mistake_.empty()) return error(errc::invalid_argument, mistake_);
  if (members_.empty()) return {};
  return error(errc::invalid_argument, "unknown member " + std::string(members_.begin()->key()));
}

}  // namespace torhaus::gateway::admin
