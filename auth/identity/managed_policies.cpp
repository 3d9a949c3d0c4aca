// AWS: "AWS managed policies", those that speak of S3, IAM and STS. The texts are written here:
// they allow what AWS's do on the services that there are.
#include "auth/identity/managed_policies.hpp"

#include <algorithm>
#include <array>

namespace torhaus::auth::identity {
namespace {

constexpr std::array policies = std::to_array<aws_policy>({
    {"AdministratorAccess", "/", "Full access.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"},
    {"AmazonS3FullAccess", "/", "Full access to all buckets.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],)"
     R"("Resource":"*"}]})"},
    {"AmazonS3ReadOnlyAccess", "/", "Read-only access to all buckets.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*",)"
     R"("s3:Describe*"],"Resource":"*"}]})"},
    {"IAMFullAccess", "/", "Full access to IAM.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*"],)"
     R"("Resource":"*"}]})"},
    {"IAMReadOnlyAccess", "/", "Read-only access to IAM.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Generate*",)"
     R"("iam:Get*","iam:List*","iam:Simulate*"],"Resource":"*"}]})"},
    {"IAMUserChangePassword", "/", "Lets a user change its own password.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ChangePassword"],)"
     R"("Resource":["arn:aws:iam::*:user/${aws:username}"]},{"Effect":"Allow",)"
     R"("Action":["iam:GetAccountPasswordPolicy"],"Resource":"*"}]})"},
    {"PowerUserAccess", "/", "Full access but to IAM.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*"],)"
     R"("Resource":"*"},{"Effect":"Allow","Action":["iam:ListRoles"],"Resource":"*"}]})"},
    {"ReadOnlyAccess", "/", "Read-only access.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*",)"
     R"("s3:Get*","s3:List*","sts:GetCallerIdentity"],"Resource":"*"}]})"},
    {"SecurityAudit", "/", "Reads how access is configured.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*",)"
     R"("s3:GetBucket*","s3:GetEncryptionConfiguration","s3:GetLifecycleConfiguration",)"
     R"("s3:ListAllMyBuckets"],"Resource":"*"}]})"},
    {"ViewOnlyAccess", "/job-function/", "Lists what there is.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:List*",)"
     R"("s3:ListAllMyBuckets","s3:ListBucket"],"Resource":"*"}]})"},
});

}  // namespace

std::span<const aws_policy> aws_policies() { return policies; }

const aws_policy* find_aws_policy(std::string_view arn) {
  if (!arn.starts_with(aws_policy_prefix)) return nullptr;
  const std::string_view rest = arn.substr(aws_policy_prefix.size());
  const auto named = [&](const aws_policy& p) {
    return rest.starts_with(p.path) && rest.substr(p.path.size()) == p.name;
  };
  const auto found = std::ranges::find_if(policies, named);
  return found == policies.end() ? nullptr : &*found;
}

}  // namespace torhaus::auth::identity
