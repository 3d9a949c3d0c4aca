// Two requests about one entity at the same time: each keeps what the other has changed.
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace concurrent_changes_test {

using namespace torhaus;
using test::answer;
using test::iam_world;
using test::run_task;

namespace {

// More reads than a request makes before it writes.
constexpr unsigned most_reads = 12;

struct changes_world : iam_world {
  // Sends `slow`, and `meanwhile` behind the first, second, … read that it makes, each time after
  // `prepare`; `check` then looks at what came of it.
  void interleave(const std::string& slow, const std::string& meanwhile,
                  const std::function<void()>& prepare,
                  const std::function<void(const answer&, const answer&)>& check,
                  const test::caller* who = nullptr) {
    for (unsigned reads = 1;; ++reads) {
      INFO(slow << " after " << reads << " reads");
      REQUIRE(reads <= most_reads);
      prepare();
      std::optional<answer> other;
      identity_db.after_reads(reads, [&] { other = iam(meanwhile, agency_root); });
      const answer done = iam(slow, who != nullptr ? *who : agency_root);
      identity_db.after_reads(0, nullptr);
      if (!other) return;
      check(done, *other);
    }
  }
  std::string shown(const std::string& form, const std::string& element) {
    return iam(form, agency_root).element(element);
  }
};

}  // namespace

TEST_CASE_METHOD(changes_world, "a role keeps both of two changes") {
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" +
      owner.agency.account + R"("},"Action":"sts:AssumeRole"}})";
  REQUIRE(iam("Action=CreateRole&RoleName=pruefer&AssumeRolePolicyDocument=" + test::escaped(trust),
              agency_root)
              .status == 200);
  interleave(
      "Action=UpdateRole&RoleName=pruefer&Description=Revision",
      "Action=UpdateRole&RoleName=pruefer&MaxSessionDuration=7200",
      [&] {
        iam("Action=UpdateRole&RoleName=pruefer&Description=&MaxSessionDuration=3600", agency_root);
      },
      [&](const answer&, const answer&) {
        CHECK(shown("Action=GetRole&RoleName=pruefer", "Description") == "Revision");
        CHECK(shown("Action=GetRole&RoleName=pruefer", "MaxSessionDuration") == "7200");
      });
}

TEST_CASE_METHOD(changes_world, "a user or group that is renamed keeps the path it got meanwhile") {
  make_user("ida");
  REQUIRE(iam("Action=CreateGroup&GroupName=ida", agency_root).status == 200);
  for (const std::string kind : {"User", "Group"}) {
    const std::string update = "Action=Update" + kind + "&" + kind + "Name=";
    interleave(
        update + "ida&New" + kind + "Name=Ida", update + "ida&NewPath=/amt/",
        [&] { iam(update + "Ida&NewPath=/&New" + kind + "Name=ida", agency_root); },
        [&](const answer&, const answer&) {
          const std::string get = "Action=Get" + kind + "&" + kind + "Name=ida";
          CHECK(shown(get, kind + "Name") == "Ida");
          CHECK(shown(get, "Path") == "/amt/");
        });
  }
}

TEST_CASE_METHOD(changes_world, "two keys are the most, also when two are asked for at once") {
  make_user("ida");
  interleave(
      "Action=CreateAccessKey&UserName=ida", "Action=CreateAccessKey&UserName=ida",
      [&] {
        // Down to one key.
        const auto keys = run_task(identities.list_keys("bauamt", "ida"));
        for (std::size_t i = 1; i < keys->size(); ++i) {
          REQUIRE(run_task(identities.delete_key((*keys)[i].id)));
        }
      },
      [&](const answer& one, const answer& other) {
        CHECK((one.status == 200) != (other.status == 200));
        CHECK(run_task(identities.list_keys("bauamt", "ida"))->size() == 2);
      });
}

TEST_CASE_METHOD(changes_world,
                 "what a policy asks of an entity holds at the moment of its change") {
  const std::string text =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*",
      "Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/amt":"bau"}}}]})";
  const test::caller ida = make_user("ida");
  put_policy("User", "ida", text);
  const std::string trust = test::escaped(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" +
      owner.agency.account + R"("},"Action":"sts:AssumeRole"}})");
  const std::string role = "&RoleName=pruefer";
  const std::string arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
  const auto tag_as = [&](const std::string& amt) {
    return "Action=TagRole" + role + "&Tags.member.1.Key=amt&Tags.member.1.Value=" + amt;
  };
  for (const std::string& slow :
       {std::string("Action=UpdateRole&Description=x"),
        "Action=UpdateAssumeRolePolicy&PolicyDocument=" + trust,
        "Action=PutRolePolicy&PolicyName=p&PolicyDocument=" + test::escaped(text),
        "Action=AttachRolePolicy&PolicyArn=" + arn,
        "Action=PutRolePermissionsBoundary&PermissionsBoundary=" + arn,
        std::string("Action=UntagRole&TagKeys.member.1=other"), std::string("Action=DeleteRole")}) {
    unsigned interrupted = 0;
    interleave(
        slow + role, tag_as("kasse"),
        [&] {
          iam("Action=CreateRole" + role + "&AssumeRolePolicyDocument=" + trust, agency_root);
          REQUIRE(iam(tag_as("bau"), agency_root).status == 200);
        },
        [&](const answer& done, const answer& other) {
          ++interrupted;
          CHECK(other.status == 200);
          CHECK(outcome(done) == "403 AccessDenied");
        },
        &ida);
    CHECK(interrupted > 0);
    iam("Action=DeleteRole" + role, agency_root);
  }
}

TEST_CASE_METHOD(changes_world, "a group is joined only as it was judged") {
  const test::caller ida = make_user("ida");
  put_policy("User", "ida",
             R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*",
      "Resource":"arn:aws:iam::*:group/frei/*"}]})");
  for (const std::string& action :
       {std::string("AddUserToGroup"), std::string("RemoveUserFromGroup")}) {
    interleave(
        "Action=" + action + "&GroupName=g&UserName=ida",
        "Action=UpdateGroup&GroupName=g&NewPath=/fest/",
        [&] {
          iam("Action=CreateGroup&GroupName=g", agency_root);
          REQUIRE(iam("Action=UpdateGroup&GroupName=g&NewPath=/frei/", agency_root).status == 200);
          const bool member = action == "RemoveUserFromGroup";
          iam(std::string("Action=") + (member ? "AddUserToGroup" : "RemoveUserFromGroup") +
                  "&GroupName=g&UserName=ida",
              agency_root);
        },
        [&](const answer& done, const answer&) { CHECK(outcome(done) == "403 AccessDenied"); },
        &ida);
  }
}

}  // namespace concurrent_changes_test
