// Imports of users and memberships from CSV: all rows or none.
#include <algorithm>

#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/csv.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {
namespace {

using namespace auth;

// The rows of a table that make sense, and what is wrong with the others.
template <class Row>
class import_rows {
 public:
  void add(const csv_row& from, result<Row> made) {
    ++count_;
    if (!made) return wrong(from.line, made.error().message());
    lines_.push_back(from.line);
    good_.push_back(std::move(*made));
  }
  void wrong(std::size_t line, std::string_view what) {
    mistakes_.emplace_back(line, std::string(what));
  }
  // A table with mistakes is shown to the store too, so that all of them are told at once.
  identity::import_mode mode() const {
    return mistakes_.empty() ? identity::import_mode::store : identity::import_mode::check;
  }
  std::vector<Row> take() { return std::move(good_); }

  result<admin_answer> outcome(const result<std::vector<std::optional<error>>>& stored) && {
    if (!stored) return stored.error();
    for (std::size_t i = 0; i < stored->size(); ++i) {
      if ((*stored)[i]) wrong(lines_[i], (*stored)[i]->message());
    }
    if (mistakes_.empty()) return admin_answer{201, boost::json::object{{"imported", count_}}};
    std::ranges::sort(mistakes_);
    std::vector<error::field> fields;
    for (auto& [line, what] : mistakes_) {
      fields.emplace_back("line " + std::to_string(line), std::move(what));
    }
    return error(errc::invalid_argument,
                 std::to_string(fields.size()) + " of " + std::to_string(count_) +
                     " lines are bad; nothing was imported",
                 std::move(fields));
  }

 private:
  std::size_t count_ = 0;
  std::vector<Row> good_;
  std::vector<std::size_t> lines_;  // of the good ones
  std::vector<std::pair<std::size_t, std::string>> mistakes_;
};

result<bool> read_flag(std::string_view text, bool absent) {
  if (text.empty()) return absent;
  if (text == "yes" || text == "true") return true;
  if (text == "no" || text == "false") return false;
  return error(errc::invalid_argument, "neither yes nor no: " + std::string(text));
}

result<std::optional<sys_micros>> read_time(std::string_view text) {
  if (text.empty()) return std::optional<sys_micros>();
  if (const auto when = parse_time(text)) return when;
  return error(errc::invalid_argument, "no date (2027-01-31): " + std::string(text));
}

result<identity::user> user_of(const csv_table& t, const csv_row& row, const principal& who) {
  identity::user u;
  u.agency = t.field(row, "agency");
  if (u.agency.empty()) u.agency = who.agency;
  u.name = t.field(row, "name");
  u.display_name = t.field(row, "display_name");
  u.email = t.field(row, "email");
  const std::string_view kind = t.field(row, "kind");
  if (!kind.empty() && kind != "person" && kind != "application") {
    return error(errc::invalid_argument, "kind must be person or application");
  }
  if (kind == "application") u.kind = identity::user_kind::application;
  auto expires = read_time(t.field(row, "expires"));
  if (!expires) return std::move(expires).error();
  u.expires = *expires;
  const auto administrator = read_flag(t.field(row, "administrator"), false);
  const auto outsider = read_flag(t.field(row, "outsider"), false);
  const auto opens = read_flag(t.field(row, "may_open_projects"), !outsider || !*outsider);
  for (const auto* flag : {&administrator, &outsider, &opens}) {
    if (!*flag) return flag->error();
  }
  u.administrator = *administrator;
  u.outsider = *outsider;
  u.may_open_projects = *opens;
  if (!administers(who, u.agency)) {
    return not_allowed(who, "create users of the agency " + u.agency);
  }
  return u;
}

task<result<projects::membership>> member_of(admin_call& call, const csv_table& t,
                                             const csv_row& row) {
  const principal& who = call.caller;
  projects::membership m;
  m.project = t.field(row, "project");
  m.as.agency = t.field(row, "agency");
  m.as.user = t.field(row, "user");
  m.as.invited_by = who.arn;
  const auto as = projects::parse_role(t.field(row, "role"));
  if (!as) {
    co_return error(errc::invalid_argument,
                    "there is no role " + std::string(t.field(row, "role")));
  }
  m.as.as = *as;
  auto ends = read_time(t.field(row, "ends"));
  if (!ends) co_return std::move(ends).error();
  m.as.ends = *ends;
  const auto project = co_await call.projects().view(m.project);
  const auto there =
      project ? projects::standing_of(*project, who, call.now()) : projects::standing();
  const bool gives = project && gives_roles(who, there);
  const bool self = m.as.agency == who.agency && m.as.user == who.user_name;
  if (!gives && !(is_operator(who) && !project)) {
    co_return not_allowed(who, "give roles in the project " + m.project);
  }
  if (self && !there.manages()) {
    co_return not_allowed(who, "take a role in a project: a manager has to give it");
  }
  co_return m;
}

result<csv_table> read_table(admin_call& call, const std::vector<std::string_view>& columns,
                             std::initializer_list<std::string_view> needed) {
  const std::string text = call.input.text("csv").value_or("");
  if (auto good = call.input.finish(); !good) return std::move(good).error();
  auto table = parse_csv(text, columns);
  if (!table) return table;
  for (const std::string_view name : needed) {
    if (std::ranges::find(table->columns, name) != table->columns.end()) continue;
    return error(errc::invalid_argument, "line 1: the column " + std::string(name) + " is missing");
  }
  return table;
}

}  // namespace

task<result<admin_answer>> import_users(admin_call& call) {
  const auto table = read_table(call,
                                {"agency", "name", "display_name", "email", "kind", "expires",
                                 "administrator", "outsider", "may_open_projects"},
                                {"name"});
  if (!table) co_return table.error();
  import_rows<identity::user> rows;
  for (const csv_row& row : table->rows) rows.add(row, user_of(*table, row, call.caller));
  const auto stored = co_await call.identities().create_users(rows.take(), rows.mode());
  co_return std::move(rows).outcome(stored);
}

task<result<admin_answer>> import_members(admin_call& call) {
  const auto table = read_table(call, {"project", "agency", "user", "role", "ends"},
                                {"project", "agency", "user", "role"});
  if (!table) co_return table.error();
  import_rows<projects::membership> rows;
  for (const csv_row& row : table->rows) rows.add(row, co_await member_of(call, *table, row));
  const auto stored = co_await call.projects().add_members(rows.take(), rows.mode());
  co_return std::move(rows).outcome(stored);
}

}  // namespace torhaus::gateway::admin
