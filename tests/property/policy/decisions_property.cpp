// Whole decisions from random identity policies, boundaries, session policies and bucket policies
// against rules written down apart. AWS: "Policy evaluation logic".
#include "auth/authorizer.hpp"

#include "auth/identity_rules.hpp"
#include "auth/policy/parser.hpp"
#include "tests/property/policy/simple_policy.hpp"
#include "tests/support/catch.hpp"

namespace decisions_property {

using namespace torhaus;
using namespace torhaus::test;
using auth::principal;

namespace {

using statements = std::vector<simple_statement>;

// A caller and everything that is attached to it.
struct simple_caller {
  std::string account;
  bool governed = false;
  bool session = false;  // of a role
  std::vector<statements> policies;
  std::optional<statements> boundary;
  std::optional<statements> limits;  // session policy

  std::string role() const { return "arn:aws:iam::" + account + ":role/r"; }
  std::string arn() const {
    return session ? "arn:aws:sts::" + account + ":assumed-role/r/s"
                   : "arn:aws:iam::" + account + ":user/eva";
  }
};

const std::string owner = "111111111111";

const std::vector<std::string>& principals() {
  static const std::vector<std::string> all = {"111111111111",
                                               "222222222222",
                                               "arn:aws:iam::111111111111:user/eva",
                                               "arn:aws:iam::222222222222:user/eva",
                                               "arn:aws:iam::111111111111:role/r",
                                               "arn:aws:sts::111111111111:assumed-role/r/s",
                                               "arn:aws:sts::222222222222:assumed-role/r/s"};
  return all;
}

statements random_statements(dice& d, bool mostly_allow = false) {
  statements all;
  for (std::size_t n = 1 + d.below(3); n > 0; --n) {
    all.push_back(random_statement(d, principals()));
    if (mostly_allow && !d.chance(4)) all.back().deny = false;
  }
  return all;
}

statements of_identity(statements all) {
  for (simple_statement& s : all) s.principal.clear();
  return all;
}

simple_caller random_caller(dice& d) {
  simple_caller c;
  c.account = d.one_of(accounts);
  c.session = d.chance(2);
  c.governed = c.session || d.chance(2);
  for (std::size_t n = d.below(3); n > 0; --n) {
    c.policies.push_back(of_identity(random_statements(d, true)));
  }
  if (d.chance(3)) c.boundary = of_identity(random_statements(d, true));
  if (c.session && d.chance(2)) c.limits = of_identity(random_statements(d, true));
  return c;
}

bool allows(const std::optional<statements>& all, const simple_request& r) {
  return !all || simple_decision(*all, r) == policy::decision::allow;
}

// Whether an allow of the bucket policy calls the caller by one of these names.
bool given_to(const statements& bucket, simple_request r, std::vector<std::string> names) {
  r.names = std::move(names);
  for (const simple_statement& s : bucket) {
    if (!s.deny && !s.principal.empty() && applies(s, r)) return true;
  }
  return false;
}
bool given_to_everyone(const statements& bucket, const simple_request& r) {
  for (const simple_statement& s : bucket) {
    if (!s.deny && s.principal.empty() && applies(s, r)) return true;
  }
  return false;
}

bool simple_answer(const simple_caller& c, const statements& bucket, simple_request r) {
  r.names = {c.account, c.arn(), c.session ? c.role() : c.arn()};
  std::vector<statements> everything = c.policies;
  everything.push_back(bucket);
  if (c.boundary) everything.push_back(*c.boundary);
  if (c.limits) everything.push_back(*c.limits);
  for (const statements& one : everything) {
    if (simple_decision(one, r) == policy::decision::deny) return false;
  }
  // Users of administration: nothing against it elsewhere, at home as project roles say; here none.
  bool own = !c.governed && c.account != owner;
  for (const statements& one : c.policies) own = own || allows(one, r);
  const bool limited = !allows(c.boundary, r) || !allows(c.limits, r);
  const bool mine = own && !limited;
  const bool theirs = simple_decision(bucket, r) == policy::decision::allow;
  if (c.account != owner) return mine && theirs;
  if (mine) return true;
  if (c.session && given_to(bucket, r, {c.arn()})) return true;
  if (c.session && given_to(bucket, r, {c.role()}) && !limited) return true;
  if (!c.session && given_to(bucket, r, {c.arn()}) && allows(c.limits, r)) return true;
  return given_to_everyone(bucket, r) && !limited;
}

auth::named_policy parsed(const statements& all) {
  auto made = policy::parse(as_json(all, policy::holder::identity), policy::holder::identity);
  if (!made) FAIL(std::string(made.error().message()));
  return {"p", std::make_shared<const policy::document>(std::move(*made))};
}

principal real(const simple_caller& c) {
  principal who;
  who.type = c.session ? principal::kind::assumed_role : principal::kind::user;
  who.account = c.account;
  who.canonical_id = "c" + c.account;
  who.arn = c.arn();
  if (c.session) who.source_arn = c.role();
  auto rules = std::make_shared<auth::identity_rules>();
  rules->governed = c.governed;
  for (const statements& one : c.policies) rules->policies.push_back(parsed(one));
  if (c.boundary) rules->boundary = parsed(*c.boundary);
  if (c.limits) {
    rules->limited = true;
    rules->session.push_back(parsed(*c.limits));
  }
  who.rules = std::move(rules);
  return who;
}

}  // namespace

TEST_CASE("decisions from all kinds of policies are those of the simple rules") {
  const std::uint64_t seed = first_seed();
  dice d(seed);
  storage::catalog::bucket_record bucket;
  bucket.owner_account = owner;
  bucket.owner_canonical_id = "c" + owner;
  int allowed = 0;
  for (int i = 0; i < policies_tried(); ++i) {
    const simple_caller c = random_caller(d);
    const statements theirs = random_statements(d, true);
    auth::bucket_rules rules;
    rules.ownership = auth::object_ownership::bucket_owner_enforced;
    auto document = policy::parse(as_json(theirs), policy::holder::resource);
    if (!document) FAIL(std::string(document.error().message()));
    rules.policy = std::move(*document);
    const principal who = real(c);
    for (int k = 0; k < 5; ++k) {
      simple_request r{{}, d.one_of(verbs), "arn:aws:s3:::b/" + d.text("ab", 4), {}};
      if (!d.chance(3)) r.prefix = d.text("ab", 4);
      const prefix_value values(r.prefix);
      const std::string key = r.resource.substr(std::string("arn:aws:s3:::b/").size());
      if (key.empty()) continue;
      const auth::access_request asked{.caller = who,
                                       .action = r.action,
                                       .bucket = &bucket,
                                       .bucket_name = "b",
                                       .key = key,
                                       .rules = &rules,
                                       .values = &values};
      const bool got = auth::authorizer().decide(asked).is == auth::access::allowed;
      allowed += got ? 1 : 0;
      if (got == simple_answer(c, theirs, r)) continue;
      FAIL("TORHAUS_PROPERTY_SEED=" << seed << ": case " << i << ", bucket policy "
                                    << as_json(theirs) << " for " << c.arn() << " " << r.action
                                    << " " << r.resource);
    }
  }
  CHECK(allowed > policies_tried() / 10);  // not all alike
}

}  // namespace decisions_property
