// Decisions from identity policies, boundaries, session policies and bucket policies together.
#include "auth/authorizer.hpp"

#include "auth/identity_rules.hpp"
#include "tests/unit/auth/policy/policy_world.hpp"

namespace authorizer_test {

using namespace torhaus;
using auth::access;
using auth::principal;
using test::policy_of;
using test::user_of;

namespace {

const std::string home = "111111111111";
const std::string away = "222222222222";
const std::string get_all = R"("Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*")";
const std::string deny_get = R"("Effect":"Deny","Action":"s3:GetObject","Resource":"*")";
const std::string put_all = R"("Effect":"Allow","Action":"s3:PutObject","Resource":"*")";

auth::named_policy named(const std::string& name, const std::string& statement) {
  auto d = test::parsed(policy_of(statement), auth::policy::holder::identity);
  return {name, std::make_shared<const auth::policy::document>(std::move(d))};
}

// A user of IAM with these policies.
struct identity {
  auth::identity_rules rules;
  principal who;

  identity(const std::string& account, const std::string& name) : who(user_of(account, name)) {
    rules.governed = true;
  }
  identity& policy(const std::string& statement) {
    rules.policies.push_back(named("p", statement));
    return *this;
  }
  identity& boundary(const std::string& statement) {
    rules.boundary = named("limit", statement);
    return *this;
  }
  identity& session(const std::string& statement) {
    rules.limited = true;
    rules.session.push_back(named("session", statement));
    return *this;
  }
  identity& of_administration() {
    rules.governed = false;
    return *this;
  }
  identity& role(const std::string& name, const std::string& session_name) {
    who.type = principal::kind::assumed_role;
    who.source_arn = "arn:aws:iam::" + who.account + ":role/" + name;
    who.arn = "arn:aws:sts::" + who.account + ":assumed-role/" + name + "/" + session_name;
    return *this;
  }
  operator principal() {
    auth::note_what_is_read(rules);
    who.rules = std::make_shared<const auth::identity_rules>(rules);
    return who;
  }
};

struct bucket_world {
  bucket_world() {
    bucket.name = "b";
    bucket.owner_account = home;
    bucket.owner_canonical_id = "canonical-" + home;
    rules.ownership = auth::object_ownership::bucket_owner_enforced;
  }
  void bucket_policy(const std::string& principal, const std::string& rest) {
    rules.policy = test::parsed(policy_of(R"("Principal":)" + principal + "," + rest));
  }
  auth::decision decide(const principal& who, const std::string& action = "s3:GetObject") const {
    return auth::authorizer().decide(auth::access_request{.caller = who,
                                                          .action = action,
                                                          .bucket = &bucket,
                                                          .bucket_name = bucket.name,
                                                          .key = "k",
                                                          .rules = &rules});
  }
  bool allowed(const principal& who, const std::string& action = "s3:GetObject") const {
    return decide(who, action).is == access::allowed;
  }
  storage::catalog::bucket_record bucket;
  auth::bucket_rules rules;
};

std::string aws(const std::string& name) { return R"({"AWS":")" + name + "\"}"; }

}  // namespace

TEST_CASE_METHOD(bucket_world, "a user of IAM may nothing without a policy") {
  CHECK_FALSE(allowed(identity(home, "eva")));
  CHECK(allowed(identity(home, "eva").policy(get_all)));
  CHECK_FALSE(allowed(identity(home, "eva").policy(get_all), "s3:PutObject"));
  CHECK_FALSE(allowed(identity(away, "max").policy(get_all)));
  CHECK_FALSE(allowed(user_of(home, "anna")));  // made by administration, without a role
  CHECK(allowed(user_of(home, "root")));
  CHECK_FALSE(allowed(user_of(away, "root")));
}

TEST_CASE_METHOD(bucket_world, "an explicit deny wins wherever it stands") {
  const principal eva = identity(home, "eva").policy(get_all).policy(deny_get);
  CHECK(decide(eva).is == access::explicitly_denied);
  CHECK(decide(identity(home, "eva").policy(get_all).boundary(deny_get)).is ==
        access::explicitly_denied);
  CHECK(decide(identity(home, "eva").policy(get_all).session(deny_get)).is ==
        access::explicitly_denied);
  CHECK(decide(identity(home, "anna").of_administration().policy(deny_get)).is ==
        access::explicitly_denied);
  bucket_policy(R"("*")", deny_get);
  CHECK(decide(identity(home, "eva").policy(get_all)).is == access::explicitly_denied);
  CHECK(decide(user_of(home, "root")).is == access::explicitly_denied);
}

TEST_CASE_METHOD(bucket_world, "within the agency a bucket policy that names the user is enough") {
  bucket_policy(aws("arn:aws:iam::" + home + ":user/eva"), get_all);
  CHECK(allowed(identity(home, "eva")));
  CHECK_FALSE(allowed(identity(home, "ida")));
  bucket_policy(R"("*")", get_all);
  CHECK(allowed(identity(home, "ida")));
  // The account passes on what its own policies give.
  bucket_policy(aws(home), get_all);
  CHECK_FALSE(allowed(identity(home, "eva")));
}

TEST_CASE_METHOD(bucket_world, "across agencies both sides must allow") {
  bucket_policy(aws("arn:aws:iam::" + away + ":user/max"), get_all);
  CHECK_FALSE(allowed(identity(away, "max")));
  CHECK(allowed(identity(away, "max").policy(get_all)));
  CHECK_FALSE(allowed(identity(away, "eva").policy(get_all)));
  CHECK(allowed(user_of(away, "max")));  // made by administration
  bucket_policy(aws(away), get_all);
  CHECK_FALSE(allowed(identity(away, "eva")));
  CHECK(allowed(identity(away, "eva").policy(get_all)));
  CHECK(allowed(user_of(away, "root")));
}

TEST_CASE_METHOD(bucket_world, "a boundary and a session policy limit and give nothing") {
  CHECK_FALSE(allowed(identity(home, "eva").boundary(get_all)));
  CHECK(allowed(identity(home, "eva").policy(get_all).boundary(get_all)));
  CHECK_FALSE(allowed(identity(home, "eva").policy(get_all).boundary(put_all)));
  CHECK_FALSE(allowed(identity(home, "eva").session(get_all)));
  CHECK_FALSE(allowed(identity(home, "eva").policy(get_all).session(put_all)));
  CHECK(allowed(identity(home, "eva").policy(get_all).session(put_all).session(get_all)));
}

TEST_CASE_METHOD(bucket_world, "what a bucket policy gives is limited by how it names the caller") {
  const std::string role = "arn:aws:iam::" + home + ":role/r";
  const std::string session = "arn:aws:sts::" + home + ":assumed-role/r/s";
  const auto of_role = [] { return identity(home, "r").role("r", "s"); };
  bucket_policy(aws(role), get_all);
  CHECK(allowed(of_role()));
  CHECK_FALSE(allowed(of_role().boundary(put_all)));
  CHECK_FALSE(allowed(of_role().session(put_all)));
  bucket_policy(aws(session), get_all);
  CHECK(allowed(of_role().boundary(put_all).session(put_all)));
  CHECK_FALSE(allowed(identity(home, "r").role("r", "other")));
  bucket_policy(aws("arn:aws:iam::" + home + ":user/eva"), get_all);
  CHECK(allowed(identity(home, "eva").boundary(put_all)));
  CHECK_FALSE(allowed(identity(home, "eva").session(put_all)));
  bucket_policy(R"("*")", get_all);
  CHECK_FALSE(allowed(identity(home, "eva").boundary(put_all)));
}

TEST_CASE_METHOD(bucket_world, "the strongest way in which a policy names the caller counts") {
  const std::string user = "arn:aws:iam::" + home + ":user/eva";
  rules.policy =
      test::parsed(R"({"Version":"2012-10-17","Statement":[{"Principal":)" + aws(home) + "," +
                   get_all + R"(},{"Principal":)" + aws(user) + "," + get_all + "}]}");
  CHECK(allowed(identity(home, "eva")));
}

TEST_CASE_METHOD(bucket_world, "buckets are made and listed as policies say") {
  const auto on_none = [](const principal& who, const std::string& action,
                          const std::string& name) {
    return auth::authorizer()
        .decide(
            auth::access_request{.caller = who, .action = action, .bucket_name = name, .key = {}})
        .is;
  };
  const principal maker =
      identity(home, "eva")
          .policy(R"("Effect":"Allow","Action":"s3:CreateBucket","Resource":"arn:aws:s3:::p-*")");
  CHECK(on_none(maker, "s3:CreateBucket", "p-1") == access::allowed);
  CHECK(on_none(maker, "s3:CreateBucket", "q") == access::denied);
  CHECK(on_none(maker, "s3:ListAllMyBuckets", "") == access::denied);
  principal anna = user_of(home, "anna");  // made by administration
  CHECK(on_none(anna, "s3:CreateBucket", "q") == access::denied);
  anna.may_open_projects = true;
  CHECK(on_none(anna, "s3:CreateBucket", "q") == access::allowed);
  CHECK(on_none(user_of(home, "anna"), "s3:ListAllMyBuckets", "") == access::allowed);
  CHECK(on_none(principal(), "s3:ListAllMyBuckets", "") == access::denied);
}

TEST_CASE_METHOD(bucket_world, "an ACL gives to an account, whose users need a policy") {
  rules.ownership = auth::object_ownership::object_writer;
  rules.acl.emplace();
  rules.acl->grants.push_back({{auth::acl::grantee::kind::canonical_user, "canonical-" + away},
                               auth::acl::permission::read});
  const std::string list = R"("Effect":"Allow","Action":"s3:ListBucket","Resource":"*")";
  CHECK_FALSE(allowed(identity(away, "max"), "s3:ListBucket"));
  CHECK(allowed(identity(away, "max").policy(list), "s3:ListBucket"));
  CHECK(allowed(user_of(away, "max"), "s3:ListBucket"));
  CHECK_FALSE(allowed(principal(), "s3:ListBucket"));
  rules.acl->grants.push_back(
      {{auth::acl::grantee::kind::all_users, {}}, auth::acl::permission::read});
  CHECK(allowed(principal(), "s3:ListBucket"));
  CHECK(allowed(identity(home, "eva"), "s3:ListBucket"));
  CHECK_FALSE(allowed(identity(home, "eva").session(put_all), "s3:ListBucket"));
}

TEST_CASE_METHOD(bucket_world, "the deciding statement is told") {
  const auto why = [&](const principal& who) { return auth::describe(decide(who).why); };
  CHECK(why(identity(home, "eva").policy(R"("Sid":"Readers",)" + get_all)) ==
        "identity policy p, statement 1 (Readers)");
  CHECK(why(identity(home, "eva").policy(get_all).session(deny_get)) ==
        "session policy session, statement 1");
  CHECK(why(identity(home, "eva").policy(get_all).boundary(put_all)) == "permissions boundary");
  CHECK(why(identity(home, "eva")) == "no policy");
  CHECK(why(user_of(home, "anna")) == "no policy");
  CHECK(why(user_of(home, "root")) == "default rights of the agency");
  bucket_policy(R"("*")", deny_get);
  CHECK(why(user_of(home, "anna")) == "resource policy, statement 1");
}

TEST_CASE("a trust policy must allow, and names the caller or passes it on to the account") {
  const auto assume = [](const principal& who, const std::string& trusted) {
    const auto trust = test::parsed(
        policy_of(R"("Effect":"Allow","Principal":)" + trusted + R"(,"Action":"sts:AssumeRole")"),
        auth::policy::holder::trust);
    return auth::authorizer()
               .decide(auth::identity_request{.caller = who,
                                              .action = "sts:AssumeRole",
                                              .resource = "arn:aws:iam::" + home + ":role/r",
                                              .owner_account = home,
                                              .resource_policy = &trust})
               .is == access::allowed;
  };
  const std::string may = R"("Effect":"Allow","Action":"sts:AssumeRole","Resource":"*")";
  const std::string eva = aws("arn:aws:iam::" + home + ":user/eva");
  CHECK(assume(identity(home, "eva"), eva));
  CHECK_FALSE(assume(identity(home, "ida").policy(may), eva));
  CHECK_FALSE(assume(identity(home, "eva"), aws(home)));
  CHECK(assume(identity(home, "eva").policy(may), aws(home)));
  CHECK(assume(identity(away, "max").policy(may), aws(away)));
  CHECK_FALSE(assume(identity(away, "max"), aws(away)));
}

namespace {

// The bucket in a project of its agency, with one member.
struct project_world : bucket_world {
  using role = auth::projects::role;

  project_world() {
    project.about.id = "b";
    project.about.owner_account = home;
  }
  void member(const principal& who, role as) {
    auth::projects::member m;
    m.user_id = who.user_id;
    m.as = as;
    project.members[m.user_id] = m;
  }
  auth::decision ask(const principal& who, const std::string& action = "s3:GetObject") const {
    const auto there = auth::projects::standing_of(project, who, sys_micros());
    return auth::authorizer().decide(auth::access_request{.caller = who,
                                                          .action = action,
                                                          .bucket = &bucket,
                                                          .bucket_name = bucket.name,
                                                          .key = "k",
                                                          .rules = &rules,
                                                          .project = &there});
  }
  bool may(const principal& who, const std::string& action = "s3:GetObject") const {
    return ask(who, action).is == access::allowed;
  }
  static principal with_id(principal who) {
    who.user_id = "id of " + who.arn;
    return who;
  }
  auth::projects::project_view project;
};

}  // namespace

TEST_CASE_METHOD(project_world, "a role gives what its statements say, in any agency") {
  for (const std::string& account : {home, away}) {
    const principal anna = with_id(user_of(account, "anna"));
    CHECK_FALSE(may(anna));
    member(anna, role::reader);
    CHECK(may(anna));
    CHECK_FALSE(may(anna, "s3:PutObject"));
    CHECK(auth::describe(ask(anna).why) == "project role reader, statement 2 (ReadObjects)");
  }
}

TEST_CASE_METHOD(project_world, "a role is a grant, and denies of any policy win over it") {
  const principal anna = with_id(user_of(away, "anna"));
  member(anna, role::manager);
  bucket_policy(R"("*")", deny_get);
  CHECK(ask(anna).is == access::explicitly_denied);
  CHECK(may(anna, "s3:PutObject"));
  const principal max = with_id(identity(home, "max").of_administration().policy(deny_get));
  member(max, role::manager);
  CHECK(ask(max).is == access::explicitly_denied);
}

TEST_CASE_METHOD(project_world, "users of IAM: a role is enough at home, elsewhere a policy too") {
  const principal near = with_id(identity(home, "eva"));
  member(near, role::reader);
  CHECK(may(near));
  const principal far = with_id(identity(away, "max"));
  member(far, role::reader);
  CHECK_FALSE(may(far));
  const principal let = with_id(identity(away, "ida").policy(get_all));
  member(let, role::reader);
  CHECK(may(let));
  const principal session = with_id(identity(home, "ole").session(put_all));
  member(session, role::reader);
  CHECK_FALSE(may(session));
}

TEST_CASE_METHOD(project_world,
                 "what another agency's object grants the bucket's, its members have") {
  rules.ownership = auth::object_ownership::object_writer;
  auth::acl::access_list list;
  list.grants.push_back({{auth::acl::grantee::kind::canonical_user, "canonical-" + home},
                         auth::acl::permission::full_control});
  const std::string stored = auth::acl::encode(list);
  const auto may_read = [&](const principal& who) {
    const std::string owner = "canonical-" + away;
    const auth::object_facts theirs{true, owner, stored};
    const auto there = auth::projects::standing_of(project, who, sys_micros());
    return auth::authorizer()
               .decide(auth::access_request{.caller = who,
                                            .action = "s3:GetObject",
                                            .bucket = &bucket,
                                            .bucket_name = bucket.name,
                                            .key = "k",
                                            .rules = &rules,
                                            .object = &theirs,
                                            .project = &there})
               .is == access::allowed;
  };
  const principal anna = with_id(user_of(home, "anna"));
  CHECK_FALSE(may_read(anna));
  member(anna, role::depositor);
  CHECK_FALSE(may_read(anna));
  member(anna, role::reader);
  CHECK(may_read(anna));
}

TEST_CASE_METHOD(project_world, "what the state refuses nobody may, and the text says why") {
  const principal root = with_id(user_of(home, "root"));
  project.about.held = auth::projects::state::read_only;
  CHECK(may(root));
  const auto answer = ask(root, "s3:PutObject");
  CHECK(answer.is == access::explicitly_denied);
  CHECK(auth::describe(answer.why) == "state of the project");
  project.about.held = auth::projects::state::closed;
  CHECK(may(root));
  const principal anna = with_id(user_of(away, "anna"));
  member(anna, role::editor);
  CHECK_FALSE(may(anna));
}

}  // namespace authorizer_test
