// AWS's meaning of "public". AWS: "Blocking public access to your Amazon S3 storage".
#pragma once

#include "auth/policy/document.hpp"

namespace torhaus::auth::policy {

// Whether the policy allows anything to more than a fixed set of accounts, identities, services,
// networks or the like. What it denies makes nothing less public.
bool is_public(const document&);

}  // namespace torhaus::auth::policy
