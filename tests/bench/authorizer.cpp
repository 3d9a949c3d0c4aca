// Decisions per second on one thread: what every request pays before anything else. One JSON line a
// case. No request of the usual way allocates for the policies that it is asked about: they are
// parsed when a key or a bucket is looked up.
#include "auth/authorizer.hpp"

#include <chrono>
#include <cstdio>

#include "auth/identity_rules.hpp"
#include "auth/policy/parser.hpp"

namespace {

using namespace torhaus;
namespace policy = auth::policy;

constexpr int statements = 50;
constexpr int rounds = 200'000;

// Statements about other prefixes, and the one that allows at the end: the longest way.
policy::document document(policy::holder whose) {
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  for (int i = 1; i <= statements; ++i) {
    text += i > 1 ? "," : "";
    text += R"({"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":)";
    const std::string folder = i < statements ? "p" + std::to_string(i) : "data";
    text += R"("arn:aws:s3:::akten/)" + folder + "/*\"";
    if (whose == policy::holder::resource) text += R"(,"Principal":{"AWS":"222222222222"})";
    text += "}";
  }
  auto made = policy::parse(text + "]}", whose);
  if (!made) std::abort();
  return std::move(*made);
}

void measure(const char* name, const auth::access_request& asked) {
  const auth::authorizer decide;
  if (decide.decide(asked).is != auth::access::allowed) std::abort();
  const auto began = std::chrono::steady_clock::now();
  int allowed = 0;
  for (int i = 0; i < rounds; ++i) {
    allowed += decide.decide(asked).is == auth::access::allowed ? 1 : 0;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("{\"case\":\"%s\",\"decisions\":%d,\"per_second\":%.0f}\n", name, allowed,
              rounds / took.count());
}

}  // namespace

int main() {
  storage::catalog::bucket_record bucket;
  bucket.name = "akten";
  bucket.owner_account = "111111111111";
  bucket.owner_canonical_id = "owner";
  auth::principal who;
  who.type = auth::principal::kind::user;
  who.account = bucket.owner_account;
  who.canonical_id = "owner";
  who.arn = "arn:aws:iam::111111111111:root";
  auth::access_request asked{.caller = who,
                             .action = "s3:GetObject",
                             .bucket = &bucket,
                             .bucket_name = bucket.name,
                             .key = "data/2026/11/25/report-0001.pdf"};
  measure("owner, no policy", asked);
  auth::bucket_rules rules;
  rules.ownership = auth::object_ownership::bucket_owner_enforced;
  asked.rules = &rules;
  measure("owner, settings without a policy", asked);

  who.arn = "arn:aws:iam::111111111111:user/eva";
  auto own = std::make_shared<auth::identity_rules>();
  own->governed = true;
  own->policies.push_back(
      {"p", std::make_shared<const policy::document>(document(policy::holder::identity))});
  who.rules = own;
  measure("identity policy of 50 statements", asked);
  rules.policy = document(policy::holder::resource);
  who.account = "222222222222";
  measure("other agency, both policies of 50 statements", asked);
  who.rules = nullptr;
  measure("other agency, bucket policy of 50 statements", asked);
}
