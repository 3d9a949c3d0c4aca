// PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
#include "auth/identity/directory.hpp"
#include "auth/policy/parser.hpp"
#include "auth/policy/publicity.hpp"
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace policy = auth::policy;
using storage::catalog::bucket_setting;

error unknown_principal(std::string_view name) {
  return error(errc::malformed_policy, "Invalid principal in policy")
      .with("Detail", std::string(name));
}

task<bool> exists(const context& ctx, const policy::principal_name& p) {
  using kind = policy::principal_name::kind;
  if (p.type == kind::account) {
    const auto known = co_await ctx.service.identities->find_agency_by_account(p.value);
    co_return known.has_value();
  }
  if (p.type == kind::canonical_user) {
    const auto known = co_await ctx.service.identities->find_agency_by_canonical_id(p.value);
    co_return known.has_value();
  }
  if (p.type == kind::identity) {
    auth::identity::directory entities(*ctx.service.identities);
    co_return co_await entities.principal_exists(p.value);
  }
  co_return true;
}

// AWS: a principal that does not exist is refused, so that nobody can become it later.
task<result<void>> check_principals(const context& ctx, const policy::document& d) {
  for (const policy::statement& s : d.statements) {
    for (const policy::principal_name& p : s.principals) {
      const bool known = co_await exists(ctx, p);
      if (!known) co_return unknown_principal(p.value);
    }
  }
  co_return result<void>();
}

}  // namespace

// x-amz-confirm-remove-self-bucket-access needs no answer: whatever the policy says, the root user
// of the owning agency keeps its way to it (auth/authorizer.hpp).
task<result<http::response>> put_bucket_policy(context& ctx) {
  const auto parsed = policy::parse(ctx.xml_body, policy::holder::resource);
  if (!parsed) co_return parsed.error();
  if (auto ok = policy::check_for_bucket(*parsed, ctx.bucket->name); !ok) {
    co_return std::move(ok).error();
  }
  if (auto ok = co_await check_principals(ctx, *parsed); !ok) co_return std::move(ok).error();
  if (ctx.settings->access.block.block_public_policy && policy::is_public(*parsed)) {
    co_return error(errc::access_denied,
                    "User: " + ctx.caller.who().arn +
                        " is not authorized to perform: s3:PutBucketPolicy on resource: "
                        "\"arn:aws:s3:::" +
                        ctx.bucket->name +
                        "\" because public policies are prevented by the BlockPublicPolicy setting "
                        "in S3 Block Public Access.");
  }
  co_return co_await store_setting(ctx, bucket_setting::policy, ctx.xml_body, 204);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
task<result<http::response>> get_bucket_policy(context& ctx) {
  co_return answer_setting(ctx, bucket_setting::policy, errc::no_such_bucket_policy,
                           "application/json");
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
task<result<http::response>> delete_bucket_policy(context& ctx) {
  co_return co_await remove_setting(ctx, bucket_setting::policy);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html
task<result<http::response>> get_bucket_policy_status(context& ctx) {
  const auth::bucket_rules& rules = ctx.settings->access;
  if (!rules.policy)
    co_return error(errc::no_such_bucket_policy).with("BucketName", ctx.bucket->name);
  xml::writer doc("PolicyStatus");
  doc.flag("IsPublic", rules.policy_is_public);
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = std::move(doc).take();
  co_return r;
}

}  // namespace torhaus::gateway::s3
