#include "auth/identity/attached_rules.hpp"

#include <algorithm>

#include "auth/identity/directory_rows.hpp"
#include "auth/policy/parser.hpp"

namespace torhaus::auth::identity {
namespace {

using storage::kv::snapshot;

class collector {
 public:
  collector(const snapshot& s, const agency& home, document_pool& pool)
      : s_(s), home_(home), pool_(pool) {}

  // A policy that cannot be read any more could have denied: everything is denied instead.
  named_policy read(std::string name, const std::string& text) {
    auto document = pool_.parsed(text);
    if (!document) document = pool_.parsed(deny_everything);
    return {std::move(name), std::move(document)};
  }
  std::optional<named_policy> managed(const std::string& arn) {
    const auto text = load_policy_text(s_, arn, home_.id, home_.account);
    if (!text) return std::nullopt;
    return read(arn, *text);
  }
  void add_of(const entity& e, std::string_view where, std::vector<named_policy>& to) {
    for (const inline_policy& p : e.policies)
      to.push_back(read(std::string(where) + p.name, p.text));
    for (const std::string& arn : e.attached) {
      if (auto one = managed(arn)) to.push_back(std::move(*one));
    }
  }
  void add_groups(const entity& e, std::vector<named_policy>& to) {
    for (const std::string& name : e.groups) {
      const auto group = load_entity(s_, entity_kind::group, home_.id, name);
      if (group) add_of(*group, group->name + "/", to);
    }
  }

 private:
  static inline const std::string deny_everything =
      R"({"Version":"2012-10-17","Statement":[{"Sid":"Unreadable","Effect":"Deny","Action":"*",)"
      R"("Resource":"*"}]})";
  const snapshot& s_;
  const agency& home_;
  document_pool& pool_;
};

void add_limits(identity_rules& rules, const session& limits, const agency& home, const entity& e,
                collector& all) {
  rules.limited = limits.limited();
  for (const std::string& text : limits.policies) {
    rules.session.push_back(all.read("of the session", text));
  }
  for (const std::string& arn : limits.policy_arns) {
    // One that is not there could have denied: everything is denied instead.
    auto one = all.managed(arn);
    rules.session.push_back(one ? std::move(*one) : all.read(arn, ""));
  }
  // AWS: a session tag stands for the tag of the role with the same key.
  for (const auto& tag : limits.tags) {
    std::erase_if(rules.tags, [&](const auto& old) {
      return policy::same_ignoring_case(old.first, tag.first);
    });
    rules.tags.push_back(tag);
  }
  for (const auto& claim : limits.claims) {
    if (claim.first != transitive_tag_claim) {
      rules.claims.push_back(claim);
      continue;
    }
    const auto tag = std::ranges::find(limits.tags, claim.second, &tag_pairs::value_type::first);
    if (tag != limits.tags.end()) rules.transitive_tags.push_back(*tag);
  }
  // An agency's root user is a member by the account.
  const bool of_root = e.id.empty() && e.kind == entity_kind::user;
  if (limits.type == session::kind::federated) rules.member_id = of_root ? home.account : limits.id;
  rules.issued = limits.issued;
}

}  // namespace

std::shared_ptr<const policy::document> document_pool::parsed(const std::string& text) {
  {
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(text);
    if (at != known_.end()) {
      if (auto alive = at->second.lock()) return alive;
    }
  }
  auto made = policy::parse(text, policy::holder::identity);
  if (!made) return nullptr;
  auto shared = std::make_shared<const policy::document>(std::move(*made));
  const std::lock_guard lock(mutex_);
  if (known_.size() >= next_sweep_) {
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    next_sweep_ = known_.size() * 2 + sweep_at;
  }
  known_[text] = shared;
  return shared;
}

std::shared_ptr<const identity_rules> attached_rules(const snapshot& s, const agency& home,
                                                     const entity& e, const session* limits,
                                                     document_pool& pool) {
  auto rules = std::make_shared<identity_rules>();
  collector all(s, home, pool);
  rules->governed = e.governed || e.kind == entity_kind::role;
  all.add_of(e, "", rules->policies);
  all.add_groups(e, rules->policies);
  rules->tags = e.tags;
  if (!e.boundary.empty()) {
    rules->boundary = all.managed(e.boundary);
    // AWS: a boundary that is gone allows nothing.
    if (!rules->boundary) {
      rules->boundary = {e.boundary, std::make_shared<const policy::document>()};
    }
  }
  if (limits != nullptr) add_limits(*rules, *limits, home, e, all);
  const bool nothing = !rules->governed && rules->policies.empty() && !rules->boundary &&
                       limits == nullptr && rules->tags.empty();
  if (nothing) return nullptr;
  note_what_is_read(*rules);
  return rules;
}

}  // namespace torhaus::auth::identity
