// Does a policy allow or deny this request? AWS: "Policy evaluation logic".
#pragma once

#include <string_view>

#include "auth/policy/document.hpp"
#include "auth/principal.hpp"

namespace torhaus::auth::policy {

struct request {
  const principal& caller;
  std::string_view action;    // "s3:GetObject"
  std::string_view resource;  // "arn:aws:s3:::bucket/key"
  const condition_values& values;
};

enum class decision : std::uint8_t { none, allow, deny };

struct verdict {
  // How a statement of a resource's policy names the caller, the weakest first.
  enum class named : std::uint8_t {
    account,   // the account, which may pass it on to its users; and all policies of identities
    everyone,  // "*"
    identity,  // the user, or the role of a session
    session,   // the session
  };
  decision is = decision::none;
  const statement* because = nullptr;  // the statement that decided; lives as long as the document
  named how = named::account;          // of an allow: the strongest of those that allow
};

// An explicit deny wins over every allow; what no statement speaks of is none.
verdict evaluate(const document&, const request&);

// Parts of it, for the checks of documents and for tests.
bool applies_to_action(const statement&, std::string_view action);
bool holds(const condition&, const condition_values&);

}  // namespace torhaus::auth::policy
