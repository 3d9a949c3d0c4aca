#include "gateway/audit/search.hpp"

#include <algorithm>

#include "gateway/audit/escape.hpp"

namespace torhaus::gateway::audit {
namespace {

namespace journal = storage::journal;

constexpr std::size_t max_value_bytes = 1024;

std::string as_stored(std::string_view value) {
  std::string out;
  append_escaped(out, value, max_value_bytes);
  return out;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A time without its Z is a prefix of the times of records, to a day or a second.
bool is_time(std::string_view text) {
  const std::string_view form = text.size() == 10 ? "dddd-dd-dd" : "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == 'd' ? !digit : text[i] != form[i]) return false;
  }
  return journal::parse_day(text.substr(0, 10)).has_value();
}

std::string_view without_zone(std::string_view time) {
  return time.ends_with('Z') ? time.substr(0, time.size() - 1) : time;
}

std::optional<std::chrono::sys_days> day_of(std::string_view time) {
  return time.empty() ? std::nullopt : journal::parse_day(time.substr(0, 10));
}

}  // namespace

std::string_view raw_member(std::string_view line, std::string_view name) {
  // Quotation marks inside of values have a backslash before them, so this is found as a member
  // only.
  std::string begin;
  begin.append(",\"").append(name).append("\":\"");
  const std::size_t at = line.find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + begin.size());
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
  return rest.substr(0, end);
}

result<void> check(const filter& f) {
  for (const std::string* text : {&f.user, &f.agency, &f.project, &f.bucket, &f.key_prefix,
                                  &f.operation, &f.result, &f.request_id, &f.ip, &f.type}) {
    if (text->size() > max_value_bytes) {
      return error(errc::invalid_argument, "A value to search for has more than 1,024 bytes");
    }
  }
  for (const std::string* time : {&f.from, &f.to}) {
    if (!time->empty() && !is_time(*time)) {
      return error(errc::invalid_argument,
                   "\"" + *time + "\": expected 2026-11-25 or 2026-11-25T08:00:00Z");
    }
  }
  if (all_digits(f.result) && f.result.size() != 3) {
    return error(errc::invalid_argument,
                 "\"" + f.result + "\": expected ok, failed, a status of three digits or a code");
  }
  return {};
}

matcher::matcher(const filter& f) : f_(f) {
  const auto member = [this](std::string_view name, std::string_view value, bool whole = true) {
    if (value.empty()) return;
    std::string part;
    part.append(",\"").append(name).append("\":\"").append(as_stored(value));
    if (whole) part += '"';
    parts_.push_back(std::move(part));
  };
  member("agency", f.agency);
  member("bucket", f.bucket);
  member("key", f.key_prefix, false);
  member("op", f.operation);
  member("id", f.request_id);
  member("ip", f.ip);
  member("type", f.type);
}

bool matcher::matches(std::string_view line) const {
  for (const std::string& part : parts_) {
    if (line.find(part) == std::string_view::npos) return false;
  }
  const std::string_view time = raw_member(line, "time");
  const std::string_view from = without_zone(f_.from);
  const std::string_view to = without_zone(f_.to);
  if (!from.empty() && time.substr(0, from.size()) < from) return false;
  if (!to.empty() && time.substr(0, to.size()) > to) return false;
  return has_user(line) && has_result(line) &&
         (f_.project.empty() || of_project(line, f_.project)) && in_scope(line);
}

bool matcher::has_user(std::string_view line) const {
  if (f_.user.empty()) return true;
  const std::string_view arn = raw_member(line, "user");
  const std::string wanted = as_stored(f_.user);
  return arn == wanted || arn.ends_with("/" + wanted);
}

bool matcher::has_result(std::string_view line) const {
  if (f_.result.empty()) return true;
  const std::size_t at = line.find(",\"status\":");
  if (at == std::string_view::npos) return false;
  const std::string_view status = line.substr(at + 10, 3);
  if (f_.result == "ok") return status < "400";
  if (f_.result == "failed") return status >= "400";
  if (all_digits(f_.result)) return status == f_.result;
  return raw_member(line, "error") == as_stored(f_.result);
}

// A record without a project is of the one that its bucket's name says.
bool matcher::of_project(std::string_view line, std::string_view project) const {
  const std::string_view named = raw_member(line, "project");
  if (!named.empty()) return named == project;
  const std::string_view bucket = raw_member(line, "bucket");
  return bucket == project ||
         (bucket.starts_with(project) && bucket.substr(project.size()).starts_with('-'));
}

bool matcher::in_scope(std::string_view line) const {
  if (!f_.only) return true;
  const std::string_view time = raw_member(line, "time");
  const bool own = !f_.only->agency.empty() && raw_member(line, "agency") == f_.only->agency;
  if (own && time >= f_.only->agency_since) return true;
  const std::string_view named = raw_member(line, "project");
  const auto known = f_.only->projects.find(named);
  return known != f_.only->projects.end() && time >= known->second;
}

result<page> search(const std::filesystem::path& directory, const filter& f, journal::reading order,
                    const std::string& after, const page_limits& limits) {
  if (auto good = check(f); !good) return std::move(good).error();
  journal::reader::options o{.directory = directory, .order = order};
  o.first = day_of(f.from);
  // A record may have been written after midnight.
  if (const auto last = day_of(f.to)) o.last = *last + std::chrono::days(1);
  journal::reader lines(o);
  if (auto there = lines.go_on_at(after); !there) return std::move(there).error();
  const matcher wanted(f);
  page out;
  const bool more = lines.read(limits.bytes, [&](std::string_view line) {
    if (wanted.matches(line)) out.lines.emplace_back(line);
    return out.lines.size() < limits.records;
  });
  if (more) out.next = lines.position();
  return out;
}

}  // namespace torhaus::gateway::audit
