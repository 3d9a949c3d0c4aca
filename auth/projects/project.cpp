#include "auth/projects/project.hpp"

#include <algorithm>
#include <array>

#include "storage/catalog/types.hpp"

namespace torhaus::auth::projects {
namespace {

template <class Value>
struct named {
  Value value;
  std::string_view name;
};
constexpr std::array roles = {
    named<role>{role::reader, "reader"}, named<role>{role::contributor, "contributor"},
    named<role>{role::editor, "editor"}, named<role>{role::depositor, "depositor"},
    named<role>{role::manager, "manager"}};
constexpr std::array states = {
    named<state>{state::active, "active"}, named<state>{state::read_only, "read-only"},
    named<state>{state::closed, "closed"}, named<state>{state::deleted, "deleted"}};

bool printable(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

result<void> field(bool good, std::string name, std::string_view rule) {
  if (good) return {};
  return error(errc::invalid_argument, name.append(" ").append(rule));
}

}  // namespace

std::string_view name_of(role r) { return std::ranges::find(roles, r, &named<role>::value)->name; }
std::string_view name_of(state s) {
  return std::ranges::find(states, s, &named<state>::value)->name;
}

std::optional<role> parse_role(std::string_view name) {
  const auto* found = std::ranges::find(roles, name, &named<role>::name);
  if (found == roles.end()) return std::nullopt;
  return found->value;
}

std::optional<state> parse_state(std::string_view name) {
  const auto* found = std::ranges::find(states, name, &named<state>::name);
  if (found == states.end()) return std::nullopt;
  return found->value;
}

result<void> check(const project& p) {
  const bool id = storage::catalog::bucket_name::parse(p.id).has_value();
  for (const result<void>& one :
       {field(id, "id", "must be a name that a bucket can have"),
        field(p.title.size() <= 128 && printable(p.title), "title",
              "must have at most 128 printable characters"),
        field(p.purpose.size() <= 1024 && printable(p.purpose), "purpose",
              "must have at most 1024 printable characters"),
        field(p.classification.size() <= 64 && printable(p.classification), "classification",
              "must have at most 64 printable characters"),
        field(p.retention_days <= max_days, "retention_days", "must be at most 36500"),
        field(p.read_only_days <= max_days, "read_only_days", "must be at most 36500"),
        field(p.grace_days <= max_days, "grace_days", "must be at most 36500")}) {
    if (!one) return one.error();
  }
  return {};
}

}  // namespace torhaus::auth::projects
