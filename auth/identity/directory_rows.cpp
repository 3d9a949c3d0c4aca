#include "auth/identity/directory_rows.hpp"

#include <algorithm>

#include "auth/identity/managed_policies.hpp"
#include "auth/policy/values.hpp"

namespace torhaus::auth::identity {

using policy::lower_case;
using storage::kv::snapshot;
using storage::kv::transaction;

std::optional<entity> load_entity(const snapshot& s, entity_kind kind, std::string_view agency,
                                  std::string_view name) {
  const auto bytes = s.get(entity_key(static_cast<char>(kind), agency, lower_case(name)));
  if (!bytes) return std::nullopt;
  return decode_entity(*bytes);
}

std::optional<user> find_user_ignoring_case(const snapshot& s, std::string_view agency,
                                            std::string_view name) {
  if (auto exact = load_user(s, agency, name)) return exact;
  const std::string begin = user_key(agency, "");
  const auto rows = s.scan(begin, after_prefix(begin));
  for (bool more = rows->seek(begin); more; more = rows->next()) {
    if (!policy::same_ignoring_case(rows->key().substr(begin.size()), name)) continue;
    return decode_user(rows->value());
  }
  return std::nullopt;
}

std::optional<entity> load_user_entity(const snapshot& s, std::string_view agency,
                                       std::string_view name) {
  auto known = load_entity(s, entity_kind::user, agency, name);
  if (known && known->name == name) return known;
  auto made = load_user(s, agency, name);
  if (!made && known) return known;
  if (!made) made = find_user_ignoring_case(s, agency, name);
  if (!made || made->root) return std::nullopt;
  entity e;
  e.agency = made->agency;
  e.name = made->name;
  e.id = made->id;
  e.created = made->created;
  return e;
}

std::vector<entity> load_entities(const snapshot& s, entity_kind kind, std::string_view agency,
                                  std::size_t max) {
  std::vector<entity> found;
  const std::string begin = entity_key(static_cast<char>(kind), agency, "");
  const auto rows = s.scan(begin, after_prefix(begin));
  for (bool more = rows->seek(begin); more && found.size() < max; more = rows->next()) {
    found.push_back(decode_entity(rows->value()));
  }
  return found;
}

void put_entity(transaction& t, const entity& e) {
  t.put(entity_key(static_cast<char>(e.kind), e.agency, lower_case(e.name)), encode(e));
}

result<void> put_user_entity(transaction& t, const entity& e) {
  const auto there = load_entity(t, entity_kind::user, e.agency, e.name);
  if (there && there->name != e.name) {
    return error(errc::unmodifiable_entity, "The name of the user " + e.name +
                                                " differs only in case from that of the user " +
                                                there->name + ".");
  }
  put_entity(t, e);
  return {};
}

std::vector<std::string> load_members(const snapshot& s, std::string_view agency,
                                      std::string_view group) {
  std::vector<std::string> names;
  const std::string begin = member_of_group_key(agency, lower_case(group), "");
  const auto rows = s.scan(begin, after_prefix(begin));
  for (bool more = rows->seek(begin); more; more = rows->next()) {
    names.emplace_back(rows->key().substr(begin.size()));
  }
  return names;
}

void erase_user_entity(transaction& t, std::string_view agency, std::string_view name) {
  const auto known = load_entity(t, entity_kind::user, agency, name);
  if (!known || known->name != name) return;
  for (const std::string& group : known->groups) {
    t.erase(member_of_group_key(agency, group, known->name));
  }
  t.erase(unique_id_key(known->id));
  t.erase(entity_key('u', agency, lower_case(name)));
}

std::optional<std::string> load_policy_text(const snapshot& s, std::string_view arn,
                                            std::string_view agency, std::string_view account) {
  if (const aws_policy* known = find_aws_policy(arn)) return std::string(known->text);
  const auto found = load_entity(s, entity_kind::policy, agency, name_in_arn(arn));
  if (!found || arn_of(account, *found) != arn || found->current() == nullptr) return std::nullopt;
  return found->current()->text;
}

}  // namespace torhaus::auth::identity
