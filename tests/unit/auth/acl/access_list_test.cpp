// Grants, canned ACLs and their stored form.
#include "auth/acl/access_list.hpp"
#include "tests/support/catch.hpp"

namespace access_list_test {

using namespace torhaus;
using namespace torhaus::auth;
using acl::permission;

namespace {

principal known(const std::string& canonical_id) {
  principal p;
  p.type = principal::kind::user;
  p.canonical_id = canonical_id;
  return p;
}

acl::access_list canned(const std::string& name, acl::subject of = acl::subject::object) {
  const auto list = acl::canned(name, of, {"writer", "owner"});
  REQUIRE(list);
  return *list;
}

}  // namespace

TEST_CASE("a grant is for whom it names") {
  const acl::access_list list{{{{acl::grantee::kind::canonical_user, "max"}, permission::read}}};
  CHECK(acl::grants(list, known("max"), permission::read));
  CHECK_FALSE(acl::grants(list, known("max"), permission::write));
  CHECK_FALSE(acl::grants(list, known("eva"), permission::read));
  principal user = known("eva");
  user.user_id = "AIDAEVA";
  CHECK(acl::grants({{{{acl::grantee::kind::canonical_user, "AIDAEVA"}, permission::read}}}, user,
                    permission::read));
  user.user_id = "max";  // no unique id: an account's number may be a canonical id
  CHECK_FALSE(acl::grants(list, user, permission::read));
  CHECK_FALSE(acl::grants(list, principal{}, permission::read));
  // An anonymous caller has no id that a grant could name.
  const acl::access_list empty_id{{{{acl::grantee::kind::canonical_user, ""}, permission::read}}};
  CHECK_FALSE(acl::grants(empty_id, principal{}, permission::read));
}

TEST_CASE("FULL_CONTROL grants everything, READ one thing") {
  const auto owner = known("writer");
  for (const permission p : {permission::read, permission::write, permission::read_acp,
                             permission::write_acp, permission::full_control}) {
    CHECK(acl::grants(acl::private_to("writer"), owner, p));
  }
}

TEST_CASE("canned ACLs grant what AWS says") {
  const principal nobody;
  const principal stranger = known("stranger");
  CHECK(canned("private") == acl::private_to("writer"));
  CHECK(acl::grants(canned("public-read"), nobody, permission::read));
  CHECK_FALSE(acl::grants(canned("public-read"), nobody, permission::write));
  CHECK(acl::grants(canned("public-read-write"), nobody, permission::write));
  CHECK_FALSE(acl::grants(canned("authenticated-read"), nobody, permission::read));
  CHECK(acl::grants(canned("authenticated-read"), stranger, permission::read));
  CHECK(acl::grants(canned("bucket-owner-read"), known("owner"), permission::read));
  CHECK_FALSE(acl::grants(canned("bucket-owner-read"), known("owner"), permission::read_acp));
  CHECK(acl::grants(canned("bucket-owner-full-control"), known("owner"), permission::write_acp));
  CHECK_FALSE(acl::grants_to_others(canned("bucket-owner-read", acl::subject::bucket), "writer"));
  CHECK(canned("log-delivery-write", acl::subject::bucket).grants.size() == 3);
  CHECK_FALSE(acl::canned("log-delivery-write", acl::subject::object, {"a", "b"}));
  CHECK_FALSE(acl::canned("public", acl::subject::object, {"a", "b"}));
  CHECK(acl::grants_to_others(canned("aws-exec-read"), "writer"));
}

TEST_CASE("groups of strangers are public and can be ignored") {
  CHECK(acl::is_public(canned("public-read")));
  CHECK(acl::is_public(canned("authenticated-read")));
  CHECK_FALSE(acl::is_public(canned("log-delivery-write", acl::subject::bucket)));
  CHECK_FALSE(acl::is_public(canned("bucket-owner-full-control")));
  CHECK_FALSE(acl::grants(canned("public-read"), known("max"), permission::read,
                          acl::public_grants::ignored));
  CHECK(acl::grants(canned("public-read"), known("writer"), permission::read,
                    acl::public_grants::ignored));
}

TEST_CASE("a stored list is read as it was") {
  for (const char* name : {"private", "public-read-write", "authenticated-read", "aws-exec-read",
                           "bucket-owner-read"}) {
    const auto list = canned(name);
    const auto again = acl::decode(acl::encode(list));
    REQUIRE(again);
    CHECK(*again == list);
  }
  const auto revoked = acl::decode(acl::encode({}));
  REQUIRE(revoked);
  CHECK(revoked->grants.empty());
  CHECK(acl::decode_or_private("", "eva").value() == acl::private_to("eva"));
  for (const char* damaged :
       {"", "1", "2\nRa\n", "1\nRa", "1\nXa\n", "1\nRx\n", "1\nRc\n", "1\nRaid\n", "1\n\n"}) {
    INFO(damaged);
    const auto list = acl::decode(damaged);
    REQUIRE_FALSE(list);
    CHECK(list.error().code() == errc::internal_error);
  }
}

TEST_CASE("permissions and groups have the names of documents") {
  CHECK(acl::parse_permission("WRITE_ACP") == permission::write_acp);
  CHECK(acl::permission_name(permission::full_control) == "FULL_CONTROL");
  CHECK_FALSE(acl::parse_permission("write"));
  CHECK(acl::parse_group_uri("http://acs.amazonaws.com/groups/global/AllUsers") ==
        acl::grantee::kind::all_users);
  CHECK_FALSE(acl::parse_group_uri(""));
  CHECK_FALSE(acl::parse_group_uri("http://acs.amazonaws.com/groups/global/Everyone"));
}

}  // namespace access_list_test
