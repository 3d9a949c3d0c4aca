// What projects and agencies use and may use.
#include "auth/projects/quotas.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace quota_test {

using namespace torhaus;
using test::admin_world;

TEST_CASE_METHOD(admin_world, "use and limits of an agency and of a project are shown") {
  CHECK(post("agencies", R"({"id": "bauamt", "quota_bytes": 1000})").status == 201);
  CHECK(post("projects", R"({"id": "bau", "owner": "bauamt", "quota_objects": 7})").status == 201);
  const std::string agency = get("agencies/bauamt/quota").body;
  CHECK(agency == R"({"objects":0,"bytes":0,"upload_bytes":0,"quota_objects":0,"quota_bytes":1000})"
                  "\n");
  CHECK(get("projects/bau/quota").member("quota_objects") == "7");
  CHECK(get("projects/none/quota").outcome() == "404 NoSuchEntity");
  CHECK(get("agencies/none/quota").outcome() == "404 NoSuchEntity");
}

TEST_CASE_METHOD(admin_world,
                 "the catalog asks the records of project and agency for their limits") {
  CHECK(post("agencies", R"({"id": "bauamt", "quota_bytes": 1000, "account": "123456789012"})")
            .status == 201);
  CHECK(post("projects", R"({"id": "bau", "owner": "bauamt", "quota_objects": 7})").status == 201);
  storage::catalog::bucket_record bucket;
  bucket.name = "bau-1";
  bucket.project = "bau";
  bucket.owner_account = "123456789012";
  const auth::projects::stored_quotas quotas;
  const auto limits_of = [&] {
    storage::catalog::quota_limits out;
    db.read_blocking([&](const storage::kv::snapshot& s) { out = quotas.limits_of(s, bucket); });
    return out;
  };
  CHECK(limits_of().project.objects == 7);
  CHECK(limits_of().project.bytes == 0);
  CHECK(limits_of().agency.bytes == 1000);
  CHECK(limits_of().agency_name == "bauamt");
  CHECK(patch("projects/bau", R"({"quota_objects": 0, "quota_bytes": 5})").status == 200);
  CHECK(limits_of().project.bytes == 5);
  bucket.project = "none";
  bucket.owner_account = "000000000001";
  CHECK(limits_of().project.none());
  CHECK(limits_of().agency.none());
}

}  // namespace quota_test
