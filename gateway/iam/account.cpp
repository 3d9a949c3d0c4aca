// GetAccountSummary and lists of what there is none of.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
#include <array>

#include "gateway/iam/subject.hpp"

namespace torhaus::gateway::iam {
namespace {

void write_count(action_call& call, std::string_view name, std::uint64_t value) {
  call.out.open("entry").text("key", name).number("value", value).close("entry");
}

task<result<void>> get_account_summary(action_call& call) {
  if (auto may = permit(call, "*"); !may) co_return std::move(may).error();
  const std::pair<entity_kind, std::string_view> kinds[] = {
      {entity_kind::user, "Users"},
      {entity_kind::group, "Groups"},
      {entity_kind::role, "Roles"},
      {entity_kind::policy, "Policies"},
      {entity_kind::oidc_provider, "Providers"}};
  call.out.open("SummaryMap");
  for (const auto& [kind, name] : kinds) {
    const auto all = co_await call.entities.list(kind, call.caller.agency);
    if (!all) co_return all.error();
    write_count(call, name, all->size());
  }
  constexpr std::pair<std::string_view, std::uint64_t> quotas[] = {
      {"UsersQuota", 5000},
      {"GroupsQuota", 300},
      {"RolesQuota", 1000},
      {"PoliciesQuota", 1500},
      {"AccessKeysPerUserQuota", 2},
      {"GroupsPerUserQuota", 10},
      {"AttachedPoliciesPerUserQuota", 10},
      {"AttachedPoliciesPerGroupQuota", 10},
      {"AttachedPoliciesPerRoleQuota", 10},
      {"UserPolicySizeQuota", 2048},
      {"GroupPolicySizeQuota", 5120},
      {"RolePolicySizeQuota", 10240},
      {"AssumeRolePolicySizeQuota", 2048},
      {"PolicySizeQuota", 6144},
      {"VersionsPerPolicyQuota", 5},
      {"AccountMFAEnabled", 0},
      {"MFADevices", 0},
      {"InstanceProfiles", 0},
      {"ServerCertificates", 0}};
  for (const auto& [name, value] : quotas) write_count(call, name, value);
  call.out.close("SummaryMap");
  co_return result<void>();
}

template <const char* Element>
task<result<void>> nothing(action_call& call) {
  if (auto may = permit(call, "*"); !may) co_return std::move(may).error();
  call.out.open(Element).close(Element).flag("IsTruncated", false);
  co_return result<void>();
}
constexpr char profiles[] = "InstanceProfiles";
constexpr char aliases[] = "AccountAliases";
constexpr char devices[] = "MFADevices";
constexpr char certificates[] = "Certificates";
constexpr char ssh_keys[] = "SSHPublicKeys";
constexpr char specific[] = "ServiceSpecificCredentials";
constexpr char saml[] = "SAMLProviderList";

// Software that deletes a user asks for its password first.
task<result<void>> get_login_profile(action_call& call) {
  const auto found = co_await subject_of(call, entity_kind::user);
  if (!found) co_return found.error();
  co_return error(errc::no_such_entity,
                  "Login Profile for User " + found->name + " cannot be found.");
}

constexpr std::array account_rows = std::to_array<action>({
    {"GetAccountSummary", iam_interface, get_account_summary},
    {"GetLoginProfile", iam_interface, get_login_profile},
    {"DeleteLoginProfile", iam_interface, get_login_profile},
    {"ListAccountAliases", iam_interface, nothing<aliases>},
    {"ListInstanceProfiles", iam_interface, nothing<profiles>},
    {"ListInstanceProfilesForRole", iam_interface, nothing<profiles>},
    {"ListMFADevices", iam_interface, nothing<devices>},
    {"ListSigningCertificates", iam_interface, nothing<certificates>},
    {"ListSSHPublicKeys", iam_interface, nothing<ssh_keys>},
    {"ListServiceSpecificCredentials", iam_interface, nothing<specific>},
    {"ListSAMLProviders", iam_interface, nothing<saml>},
});

}  // namespace

std::span<const action> account_actions() { return account_rows; }

}  // namespace torhaus::gateway::iam
