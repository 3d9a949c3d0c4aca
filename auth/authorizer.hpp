// The one question: may this caller do this? An explicit deny wins; the default is deny.
#pragma once

#include <string_view>

#include "auth/principal.hpp"
#include "storage/base/result.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::auth {

struct access_request {
  const principal& caller;
  std::string_view action;  // "s3:GetObject"
  const storage::catalog::bucket_record* bucket =
      nullptr;  // null for actions on no bucket (s3:ListAllMyBuckets)
  std::string_view bucket_name;
  std::string_view key;  // decoded; empty for bucket actions
};

class authorizer {
 public:
  // access_denied with a text that names caller, action and resource as AWS does.
  // The rule: users enter the buckets of their own agency and no others (the installation's root is
  // a user of the agency "root" here and gets no further); anonymous callers enter none.
  result<void> allow(const access_request&) const;
};

}  // namespace torhaus::auth
