#include "gateway/iam/permission.hpp"

#include <algorithm>
#include <array>

#include "auth/caller_values.hpp"
#include "auth/identity_rules.hpp"
#include "gateway/s3/dates.hpp"

namespace torhaus::gateway::iam {
namespace {

using auth::policy::same_ignoring_case;
using auth::policy::starts_ignoring_case;

// Users that administration made see themselves; those of IAM need a policy for that too.
bool sees_itself(const action_call& call, std::string_view arn) {
  const bool reads = call.action.starts_with("iam:Get") || call.action.starts_with("iam:List");
  const bool governed = call.caller.rules && call.caller.rules->governed;
  return reads && !governed && call.caller.type != auth::principal::kind::federated &&
         arn == call.caller.arn;
}

// AWS: the keys of GetSessionToken (without MFA) and GetFederationToken open no IAM action.
bool keys_open_iam(const auth::principal& who) {
  return !who.temporary || who.type == auth::principal::kind::assumed_role;
}

// AWS: Service Authorization Reference, IAM: where the key is the boundary that the user or role
// has. In CreateUser and PutUserPermissionsBoundary it is the one that the request gives.
bool reads_boundary(std::string_view action) {
  constexpr auto actions = std::to_array<std::string_view>(
      {"iam:AttachUserPolicy", "iam:DetachUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy",
       "iam:DeleteUserPermissionsBoundary", "iam:AttachRolePolicy", "iam:DetachRolePolicy",
       "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRolePermissionsBoundary"});
  return std::ranges::find(actions, action) != actions.end();
}

}  // namespace

bool call_values::find(std::string_view key, std::vector<std::string>& values) const {
  if (auth::find_caller_value(call_.caller, key, values)) return true;
  const std::size_t before = values.size();
  for (const auto& [name, value] : call_.facts) {
    if (same_ignoring_case(name, key)) values.push_back(value);
  }
  if (values.size() > before) return true;
  for (const std::string_view family : {"aws:ResourceTag/", "iam:ResourceTag/"}) {
    if (about_ == nullptr || !starts_ignoring_case(key, family)) continue;
    for (const auto& [name, value] : about_->tags) {
      if (same_ignoring_case(name, key.substr(family.size()))) values.push_back(value);
    }
    return values.size() > before;
  }
  if (same_ignoring_case(key, "iam:PermissionsBoundary")) {
    if (about_ == nullptr || about_->boundary.empty() || !reads_boundary(call_.action))
      return false;
    return values.push_back(about_->boundary), true;
  }
  if (same_ignoring_case(key, "aws:ResourceAccount")) {
    return values.emplace_back(account_), true;
  }
  const http::origin& from = call_.request.from;
  const auto one = [&](std::string value) { return values.push_back(std::move(value)), true; };
  if (same_ignoring_case(key, "aws:SourceIp")) return one(from.client.to_string());
  if (same_ignoring_case(key, "aws:SecureTransport")) return one(from.secure ? "true" : "false");
  const sys_micros now = call_.clock.now();
  if (same_ignoring_case(key, "aws:CurrentTime")) return one(s3::iso_date(now));
  if (same_ignoring_case(key, "aws:EpochTime")) {
    const auto since = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
    return one(std::to_string(since.count()));
  }
  if (same_ignoring_case(key, "aws:UserAgent")) {
    const auto sent = call_.request.find("User-Agent");
    return sent && one(std::string(*sent));
  }
  return false;
}

std::string arn_in_account(const action_call& call, std::string_view rest) {
  std::string arn = "arn:aws:iam::" + call.caller.account + ":";
  return arn.append(rest);
}

auth::decision decide(action_call& call, const auth::identity_request& asked) {
  const auth::decision decided = call.authorizer.decide(asked);
  if (decided.why.from != auth::reason::source::nothing) {
    call.because = auth::describe(decided.why);
  }
  return decided;
}

result<void> permit(action_call& call, std::string_view arn, const auth::identity::entity* about) {
  if (!keys_open_iam(call.caller)) return errc::invalid_client_token_id;
  const call_values values(call, about, call.caller.account);
  const auth::identity_request asked{.caller = call.caller,
                                     .action = call.action,
                                     .resource = arn,
                                     .owner_account = call.caller.account,
                                     .by_default = sees_itself(call, arn),
                                     .values = &values};
  const auth::decision decided = decide(call, asked);
  if (decided.is == auth::access::allowed) return {};
  return auth::denied(call.caller, call.action, arn, decided);
}

namespace {

using auth::identity::entity;

// Whether all that a policy may ask about an entity is as it was.
bool same_to_policies(const entity& a, const entity& b) {
  return a.id == b.id && a.name == b.name && a.path == b.path && a.tags == b.tags &&
         a.boundary == b.boundary;
}

}  // namespace

auth::identity::directory::check_fn judged_again(action_call& call, const entity& judged) {
  return [&call, &judged](const entity& now) -> result<void> {
    if (same_to_policies(now, judged)) return {};
    return permit(call, arn_of(call.caller.account, now), &now);
  };
}

task<result<entity>> change_judged(action_call& call, const entity& judged,
                                   auth::identity::directory::change_fn fn) {
  using view = auth::identity::directory::view;
  auto check = judged_again(call, judged);
  auto work = [&](entity& e, const view& at) -> result<void> {
    if (auto may = check(e); !may) return may;
    return fn(e, at);
  };
  co_return co_await call.entities.change(judged.kind, judged.agency, judged.name, work);
}

task<result<void>> remove_judged(action_call& call, const entity& judged) {
  co_return co_await call.entities.remove(judged.kind, judged.agency, judged.name,
                                          judged_again(call, judged));
}

}  // namespace torhaus::gateway::iam
