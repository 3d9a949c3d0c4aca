// What a bucket's project and agency may use, for the catalog to ask inside its transactions.
#pragma once

#include "storage/catalog/quota.hpp"

namespace torhaus::auth::projects {

// Reads the records of projects and agencies that lie in the catalog's own database, so that a
// limit holds from its commit on. A project or agency without a record has no limit.
class stored_quotas final : public storage::catalog::quota_source {
 public:
  storage::catalog::quota_limits limits_of(const storage::kv::snapshot&,
                                           const storage::catalog::bucket_record&) const override;
};

}  // namespace torhaus::auth::projects
