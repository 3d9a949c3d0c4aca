#include "auth/projects/quotas.hpp"

#include "auth/identity/schema.hpp"
#include "auth/projects/impl.hpp"

namespace torhaus::auth::projects {

storage::catalog::quota_limits stored_quotas::limits_of(
    const storage::kv::snapshot& s, const storage::catalog::bucket_record& bucket) const {
  storage::catalog::quota_limits out;
  if (const auto project = load_project(s, bucket.project)) {
    out.project = {project->quota_objects, project->quota_bytes};
  }
  const auto id = s.get(identity::account_key(bucket.owner_account));
  const auto record = id ? s.get(identity::agency_key(*id)) : std::nullopt;
  if (!record) return out;
  const identity::agency agency = identity::decode_agency(*record);
  out.agency = {agency.quota_objects, agency.quota_bytes};
  out.agency_name = agency.id;
  return out;
}

}  // namespace torhaus::auth::projects
