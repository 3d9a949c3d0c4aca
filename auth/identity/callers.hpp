// Principals with all that is known of them, made inside a read.
#pragma once

#include "auth/identity/attached_rules.hpp"
#include "auth/identity/store.hpp"
#include "auth/principal.hpp"

namespace torhaus::auth::identity {

// The user itself, or a session of it (GetSessionToken, GetFederationToken).
principal user_principal(const storage::kv::snapshot&, const agency& home, const user&,
                         const session* limits, document_pool&);
// A session of a role.
principal role_principal(const storage::kv::snapshot&, const agency& home, const entity& role,
                         const session&, document_pool&);

}  // namespace torhaus::auth::identity
