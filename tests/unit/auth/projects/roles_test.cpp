// Roles, ends and states: who may do what, and when no more.
#include "auth/projects/roles.hpp"

#include <algorithm>

#include "auth/projects/schedule.hpp"
#include "tests/unit/auth/projects/projects_world.hpp"

namespace roles_test {

using namespace torhaus;
using namespace torhaus::auth::projects;
using test::projects_world;
using test::run_task;

namespace {

// The roles that an action is allowed to, in the order of the enumeration.
std::string allowed_to(std::string_view action) {
  std::string who;
  for (const role r :
       {role::reader, role::contributor, role::editor, role::depositor, role::manager}) {
    who += allowing(r, action) != nullptr ? name_of(r).front() : '-';
  }
  return who;
}

struct standing_world : projects_world {
  standing_world() {
    make(named("trasse"));
    REQUIRE(add("trasse", of("bauamt", "eva", role::manager)) == errc{});
    REQUIRE(add("trasse", of("stadtwerke", "max", role::editor)) == errc{});
  }
  bool may(const std::string& agency, const std::string& user, std::string_view action) {
    const auto project = view("trasse");
    const auto caller = who(agency, user);
    const standing s = standing_of(*project, caller, clock.now());
    return refusal_of(s, action).empty() && (s.owner_root || allowing(s, action) != nullptr);
  }
  void change(const store::edit_function& edit) {
    REQUIRE(run_task(projects.change("trasse", edit)));
  }
};

}  // namespace

TEST_CASE("each role allows what its name says") {
  for (const char* action :
       {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions",
        "s3:GetObjectTagging", "s3:GetObjectAttributes"}) {
    INFO(action);
    CHECK(allowed_to(action) == "rce-m");
  }
  CHECK(allowed_to("s3:PutObject") == "-cedm");
  CHECK(allowed_to("s3:AbortMultipartUpload") == "-cedm");
  CHECK(allowed_to("s3:GetBucketLocation") == "rcedm");
  for (const char* action : {"s3:PutObjectTagging", "s3:DeleteObjectTagging",
                             "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads"}) {
    INFO(action);
    CHECK(allowed_to(action) == "-ce-m");
  }
  for (const char* action : {"s3:DeleteObject", "s3:DeleteObjectVersion"}) {
    INFO(action);
    CHECK(allowed_to(action) == "--e-m");
  }
  for (const char* action :
       {"s3:DeleteBucket", "s3:CreateBucket", "s3:PutBucketPolicy", "s3:GetBucketPolicy",
        "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:BypassGovernanceRetention",
        "s3:PutObjectRetention", "s3:PutObjectAcl", "s3:SomethingNew"}) {
    INFO(action);
    CHECK(allowed_to(action) == "----m");
  }
}

TEST_CASE("a role names the statement that allows") {
  CHECK(allowing(role::editor, "s3:DeleteObject")->sid == "DeleteObjects");
  CHECK(allowing(role::depositor, "s3:PutObject")->sid == "DepositObjects");
  CHECK(policy_of(role::reader).statements.size() == 2);
}

TEST_CASE("roles and states are read as they are written, and nothing else") {
  for (const role r :
       {role::reader, role::contributor, role::editor, role::depositor, role::manager}) {
    CHECK(parse_role(name_of(r)) == r);
  }
  for (const state s : {state::active, state::read_only, state::closed, state::deleted}) {
    CHECK(parse_state(name_of(s)) == s);
  }
  CHECK_FALSE(parse_role("Reader"));
  CHECK_FALSE(parse_role(""));
  CHECK_FALSE(parse_state("open"));
}

TEST_CASE_METHOD(standing_world, "members from any agency have their role, colleagues nothing") {
  CHECK(may("bauamt", "eva", "s3:PutBucketPolicy"));
  CHECK(may("stadtwerke", "max", "s3:DeleteObject"));
  CHECK_FALSE(may("stadtwerke", "max", "s3:DeleteBucket"));
  CHECK_FALSE(may("bauamt", "jo", "s3:GetObject"));
}

TEST_CASE_METHOD(standing_world, "a member past its end has nothing") {
  REQUIRE(run_task(
      projects.change_member("trasse", "stadtwerke", "max", [&](member& m) -> result<void> {
        m.ends = clock.now() + std::chrono::hours(1);
        return {};
      })));
  CHECK(may("stadtwerke", "max", "s3:GetObject"));
  clock.advance(std::chrono::hours(1));
  CHECK_FALSE(may("stadtwerke", "max", "s3:GetObject"));
}

TEST_CASE_METHOD(standing_world, "a user of the same name made later is another one") {
  REQUIRE(run_task(identities.delete_user("stadtwerke", "max")));
  make_user("stadtwerke", "max");
  CHECK_FALSE(may("stadtwerke", "max", "s3:GetObject"));
  CHECK(add("trasse", of("stadtwerke", "max", role::reader)) == errc{});
  CHECK(may("stadtwerke", "max", "s3:GetObject"));
  CHECK_FALSE(may("stadtwerke", "max", "s3:DeleteObject"));
}

TEST_CASE_METHOD(standing_world, "whom a user vouches for has the role of that very user") {
  const auto vouched_for = [&] {
    const auto self = run_task(identities.find_user("stadtwerke", "max")).value();
    auth::identity::session s;
    s.type = auth::identity::session::kind::federated;
    s.agency = self.agency;
    s.name = self.name;
    s.id = self.id;
    s.session_name = "firma";
    s.issued = clock.now();
    s.expires = clock.now() + std::chrono::hours(1);
    const auto keys = identities.make_session(s);
    return run_task(identities.resolve(keys.access_key_id, keys.token)).value().who();
  };
  const auto is_member = [&] {
    return standing_of(*view("trasse"), vouched_for(), clock.now()).as != nullptr;
  };
  CHECK(is_member());
  REQUIRE(run_task(identities.delete_user("stadtwerke", "max")));
  make_user("stadtwerke", "max");  // another one, and the membership is still there
  CHECK_FALSE(is_member());
}

TEST_CASE_METHOD(standing_world, "a read-only project is read by members and written by nobody") {
  change([](project& p) -> result<void> {
    p.held = state::read_only;
    return {};
  });
  CHECK(may("stadtwerke", "max", "s3:GetObject"));
  CHECK_FALSE(may("stadtwerke", "max", "s3:PutObject"));
  CHECK_FALSE(may("bauamt", "eva", "s3:PutObject"));
  CHECK_FALSE(may("bauamt", "eva", "s3:DeleteBucket"));
  const standing s = standing_of(*view("trasse"), who("bauamt", "eva"), clock.now());
  CHECK(refusal_of(s, "s3:PutObject") == "The project trasse is read-only.");
}

TEST_CASE_METHOD(standing_world, "a closed project is read by its managers only") {
  change([](project& p) -> result<void> {
    p.held = state::closed;
    return {};
  });
  CHECK(may("bauamt", "eva", "s3:GetObject"));
  CHECK_FALSE(may("bauamt", "eva", "s3:PutObject"));
  CHECK_FALSE(may("stadtwerke", "max", "s3:GetObject"));
}

TEST_CASE_METHOD(standing_world, "a project goes through its states by the calendar") {
  const auto begin = clock.now();
  change([&](project& p) -> result<void> {
    p.ends = begin + std::chrono::days(1);
    p.read_only_days = 2;
    p.grace_days = 3;
    return {};
  });
  const project p = run_task(projects.find("trasse")).value();
  const auto after = [&](int days) { return begin + std::chrono::days(days); };
  CHECK(state_at(p, after(1) - std::chrono::microseconds(1)) == state::active);
  CHECK(state_at(p, after(1)) == state::read_only);
  CHECK(state_at(p, after(3)) == state::closed);
  CHECK(state_at(p, after(99)) == state::closed);
  CHECK_FALSE(deletion_due(p, after(6) - std::chrono::microseconds(1)));
  CHECK(deletion_due(p, after(6)));
  CHECK(schedule_of(p).deleted == after(6));
  clock.advance(std::chrono::days(1));
  CHECK_FALSE(may("bauamt", "eva", "s3:PutObject"));
  change([&](project& later) -> result<void> {
    later.ends = after(100);
    return {};
  });
  CHECK(may("bauamt", "eva", "s3:PutObject"));
}

TEST_CASE_METHOD(standing_world, "what is held by hand does not wait for the calendar") {
  project p = named("x");
  p.held = state::closed;
  CHECK(state_at(p, clock.now()) == state::closed);
  CHECK_FALSE(deletion_due(p, clock.now()));
  CHECK_FALSE(schedule_of(p).deleted);
}

}  // namespace roles_test
