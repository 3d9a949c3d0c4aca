#include "gateway/admin/audit.hpp"

#include <charconv>
#include <map>

#include "auth/sigv4/uri.hpp"
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/audit/archive.hpp"

namespace torhaus::gateway::admin {
namespace {

namespace json = boost::json;
using parameters = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t max_parameters = 32;
constexpr std::size_t max_page = 1000;
// Of one agency; what is beyond is not found.
constexpr std::size_t max_projects = 100'000;

// invalid_argument for a name given twice or a value that is no percent-encoding.
result<parameters> parse(std::string_view query) {
  parameters all;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    const std::string_view name = part.substr(0, part.find('='));
    const std::string_view raw = part.substr(std::min(part.size(), name.size() + 1));
    auto value = auth::sigv4::decode_strict(raw, auth::sigv4::plus::literal);
    if (!value || all.size() >= max_parameters ||
        !all.emplace(std::string(name), std::move(*value)).second) {
      return error(errc::invalid_argument, "The parameter " + std::string(name) + " is malformed");
    }
  }
  return all;
}

std::string take(parameters& from, std::string_view name) {
  const auto at = from.find(name);
  if (at == from.end()) return {};
  std::string value = std::move(at->second);
  from.erase(at);
  return value;
}

result<void> nothing_left(const parameters& given) {
  if (given.empty()) return {};
  return error(errc::invalid_argument, "unknown parameter " + given.begin()->first);
}

result<storage::journal::reading> order_of(const std::string& text) {
  if (text.empty() || text == "newest") return storage::journal::reading::newest_first;
  if (text == "oldest") return storage::journal::reading::oldest_first;
  return error(errc::invalid_argument, "order: expected newest or oldest");
}

result<audit::page_limits> limits_of(const std::string& text) {
  audit::page_limits limits;
  if (text.empty()) return limits;
  const char* const end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, limits.records);
  if (failed == std::errc() && stopped == end && limits.records >= 1 &&
      limits.records <= max_page) {
    return limits;
  }
  return error(errc::invalid_argument, "limit: expected a number from 1 to 1000");
}

audit::filter filter_of(parameters& given) {
  audit::filter f;
  f.user = take(given, "user");
  f.agency = take(given, "agency");
  f.project = take(given, "project");
  f.bucket = take(given, "bucket");
  f.key_prefix = take(given, "key_prefix");
  f.operation = take(given, "operation");
  f.result = take(given, "result");
  f.request_id = take(given, "request_id");
  f.ip = take(given, "ip");
  f.type = take(given, "type");
  f.from = take(given, "from");
  f.to = take(given, "to");
  return f;
}

json::value next_of(const std::string& next) {
  return next.empty() ? json::value(nullptr) : json::value(next);
}

// What the caller may see: the operator all, administrators what their agency's users did and what
// was done in its projects.
task<result<std::optional<audit::filter::scope>>> scope_of(admin_call& call) {
  using scope = audit::filter::scope;
  const auth::principal& who = call.caller;
  if (is_operator(who)) co_return std::optional<scope>();
  if (!administers(who, who.agency)) co_return not_allowed(who, "search the audit journal");
  const auto home = co_await call.identities().find_agency(who.agency);
  if (!home) co_return home.error();
  scope mine;
  mine.agency = who.agency;
  storage::journal::append_time(mine.agency_since, home->created);
  std::string after;
  while (mine.projects.size() < max_projects) {
    const auto some = co_await call.projects().list_owned(who.agency, after, page_size);
    if (!some) co_return some.error();
    for (const auto& one : *some) {
      std::string since;
      storage::journal::append_time(since, one.created);
      mine.projects.emplace(one.id, std::move(since));
    }
    if (some->size() < page_size) break;
    after = some->back().id;
  }
  co_return std::optional<scope>(std::move(mine));
}

}  // namespace

task<result<admin_answer>> search_audit(admin_call& call) {
  if (call.services.archive == nullptr) co_return errc::not_implemented;
  auto given = parse(call.query);
  if (!given) co_return std::move(given).error();
  audit::filter wanted = filter_of(*given);
  const auto order = order_of(take(*given, "order"));
  if (!order) co_return order.error();
  const auto limits = limits_of(take(*given, "limit"));
  if (!limits) co_return limits.error();
  std::string after = take(*given, "after");
  if (auto good = nothing_left(*given); !good) co_return std::move(good).error();
  auto may_see = co_await scope_of(call);
  if (!may_see) co_return std::move(may_see).error();
  wanted.only = std::move(*may_see);
  const auto page =
      co_await call.services.archive->search(std::move(wanted), *order, std::move(after), *limits);
  if (!page) co_return page.error();
  json::array items;
  for (const std::string& line : page->lines) {
    boost::system::error_code bad;
    json::value record = json::parse(line, bad);
    // A line that was changed into something else is for verify_audit to name.
    if (bad || !record.is_object()) continue;
    record.as_object().erase("mac");
    items.push_back(std::move(record));
  }
  json::object body;
  body["records"] = std::move(items);
  body["next"] = next_of(page->next);
  co_return admin_answer{200, std::move(body)};
}

task<result<admin_answer>> verify_audit(admin_call& call) {
  if (call.services.archive == nullptr) co_return errc::not_implemented;
  auto given = parse(call.query);
  if (!given) co_return std::move(given).error();
  std::string after = take(*given, "after");
  if (auto good = nothing_left(*given); !good) co_return std::move(good).error();
  const auto part = co_await call.services.archive->verify(std::move(after));
  if (!part) co_return part.error();
  json::array findings;
  for (const auto& f : part->findings) {
    findings.push_back(json::object{{"file", f.file}, {"line", f.line}, {"what", f.what}});
  }
  json::object body;
  body["lines"] = part->lines;
  body["found"] = part->found;
  body["findings"] = std::move(findings);
  body["next"] = next_of(part->next);
  co_return admin_answer{200, std::move(body)};
}

}  // namespace torhaus::gateway::admin
