// Random patterns and random policies against the simple evaluator.
#include "auth/policy/evaluator.hpp"

#include "auth/policy/parser.hpp"
#include "tests/property/policy/simple_policy.hpp"
#include "tests/support/catch.hpp"

namespace policy_property {

using namespace torhaus;
using namespace torhaus::test;
using auth::principal;

namespace {

constexpr int patterns_tried = 200'000;

}  // namespace

TEST_CASE("wildcards match as their definition says") {
  const std::uint64_t seed = first_seed();
  dice d(seed);
  for (int i = 0; i < patterns_tried; ++i) {
    const std::string wanted = d.text("ab*?", 8);
    const std::string subject = d.text("ab", 8);
    const policy::pattern p(wanted, policy::wildcards::taken, policy::variables::none);
    if (p.matches(subject, policy::no_values()) == matches(wanted, subject)) continue;
    FAIL("TORHAUS_PROPERTY_SEED=" << seed << ": " << wanted << " on " << subject);
  }
}

TEST_CASE("policies decide as the simple evaluator does") {
  const std::uint64_t seed = first_seed();
  dice d(seed);
  for (int i = 0; i < policies_tried(); ++i) {
    std::vector<simple_statement> all;
    for (std::size_t n = 1 + d.below(4); n > 0; --n) all.push_back(random_statement(d, accounts));
    const std::string text = as_json(all);
    const auto parsed = policy::parse(text, policy::holder::resource);
    if (!parsed) FAIL(text << ": " << std::string(parsed.error().message()));
    for (int k = 0; k < 10; ++k) {
      const std::string& account = d.one_of(accounts);
      simple_request r{{account}, d.one_of(verbs), "arn:aws:s3:::b" + d.text("/ab", 5), {}};
      if (!d.chance(3)) r.prefix = d.text("ab", 4);
      principal who;
      who.type = principal::kind::user;
      who.account = account;
      const prefix_value values(r.prefix);
      const auto got = policy::evaluate(*parsed, {who, r.action, r.resource, values}).is;
      if (got == simple_decision(all, r)) continue;
      FAIL("TORHAUS_PROPERTY_SEED=" << seed << ": " << text << " for " << account << " " << r.action
                                    << " " << r.resource);
    }
  }
}

}  // namespace policy_property
