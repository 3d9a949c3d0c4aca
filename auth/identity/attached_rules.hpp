// From what is stored of an identity to the rules that decide: documents parsed, groups and managed
// policies looked up.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "auth/identity/entity.hpp"
#include "auth/identity/session.hpp"
#include "auth/identity_rules.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::auth::identity {

struct agency;

// Parsed policies by their text, as long as somebody uses them: a policy that is attached to many
// is kept once.
class document_pool {
 public:
  // nullptr for a text that does not parse any more.
  std::shared_ptr<const policy::document> parsed(const std::string& text);

 private:
  static constexpr std::size_t sweep_at = 1000;  // entries, then the unused ones go
  std::mutex mutex_;
  std::size_t next_sweep_ = sweep_at;
  std::unordered_map<std::string, std::weak_ptr<const policy::document>> known_;
};

// `limits`: the session, or nullptr. Returns nullptr when nothing is attached and nothing limits.
std::shared_ptr<const identity_rules> attached_rules(const storage::kv::snapshot&,
                                                     const agency& home, const entity&,
                                                     const session* limits, document_pool&);

}  // namespace torhaus::auth::identity
