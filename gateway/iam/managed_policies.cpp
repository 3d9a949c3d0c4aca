// CreatePolicy, GetPolicy, DeletePolicy, ListPolicies, the versions of policies, tags.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
#include "auth/identity/managed_policies.hpp"

#include <array>
#include <map>

#include "gateway/iam/subject.hpp"
#include "gateway/iam/tagging.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::iam {
namespace {

namespace identity = auth::identity;
using identity::policy_version;
using view = identity::directory::view;

constexpr std::size_t policies_quota = 1500;
constexpr std::size_t policy_size = 6144;
constexpr std::size_t versions_quota = 5;

// A policy of AWS as an entity. Its dates say nothing: it came with the program.
entity of_aws(const identity::aws_policy& p) {
  entity e;
  e.kind = entity_kind::policy;
  e.name = p.name;
  e.path = p.path;
  e.description = p.description;
  e.id = "ANPA" + auth::policy::lower_case(p.name);
  e.versions.push_back({1, std::string(p.text), {}});
  return e;
}

std::string arn_of_policy(const action_call& call, const entity& e) {
  return arn_of(e.agency.empty() ? "aws" : call.caller.account, e);
}

error no_such_policy(const std::string& arn) {
  return error(errc::no_such_entity, "Policy " + arn + " was not found.");
}

// The policy that PolicyArn names, when the caller may do the action with it.
task<result<entity>> policy_of(action_call& call) {
  const auto arn = required(call.input, "PolicyArn");
  if (!arn) co_return arn.error();
  if (const identity::aws_policy* known = identity::find_aws_policy(*arn)) {
    if (auto may = permit(call, *arn); !may) co_return std::move(may).error();
    co_return of_aws(*known);
  }
  std::string name(identity::name_in_arn(*arn));
  auto found = co_await call.entities.find(entity_kind::policy, call.caller.agency, name);
  if (found && arn_of_policy(call, *found) != *arn) found = no_such_policy(*arn);
  if (auto may = permit(call, *arn, found ? &*found : nullptr); !may) {
    co_return std::move(may).error();
  }
  if (!found) co_return no_such_policy(*arn);
  co_return std::move(found);
}

// The same for changes, which AWS's policies do not take.
task<result<entity>> own_policy_of(action_call& call) {
  auto found = co_await policy_of(call);
  if (found && found->agency.empty()) {
    co_return error(errc::access_denied, "Policies of AWS cannot be changed.");
  }
  co_return found;
}

struct use_count {
  std::uint64_t attached = 0;
  std::uint64_t boundaries = 0;
};

// How often each policy is used in the agency.
task<result<std::map<std::string, use_count>>> count_uses(action_call& call) {
  std::map<std::string, use_count> counted;
  for (const auto kind : {entity_kind::user, entity_kind::group, entity_kind::role}) {
    const auto all = co_await call.entities.list(kind, call.caller.agency);
    if (!all) co_return all.error();
    for (const entity& e : *all) {
      for (const std::string& arn : e.attached) ++counted[arn].attached;
      if (!e.boundary.empty()) ++counted[e.boundary].boundaries;
    }
  }
  co_return counted;
}

void write_policy(action_call& call, const entity& e, const use_count& count) {
  const policy_version* current = e.current();
  call.out.text("PolicyName", e.name).text("PolicyId", e.id);
  call.out.text("Arn", arn_of_policy(call, e)).text("Path", e.path);
  call.out.text("DefaultVersionId", "v" + std::to_string(e.default_version));
  call.out.number("AttachmentCount", count.attached);
  call.out.number("PermissionsBoundaryUsageCount", count.boundaries).flag("IsAttachable", true);
  if (!e.description.empty()) call.out.text("Description", e.description);
  call.out.text("CreateDate", s3::iso_date(e.created));
  call.out.text("UpdateDate", s3::iso_date(current != nullptr ? current->created : e.created));
}

task<result<void>> create_policy(action_call& call) {
  entity e;
  e.kind = entity_kind::policy;
  e.agency = call.caller.agency;
  auto name = required_name(call.input, "PolicyName", 128);
  if (!name) co_return std::move(name).error();
  auto path = path_of(call.input, "Path");
  if (!path) co_return std::move(path).error();
  auto description = description_of(call.input);
  if (!description) co_return std::move(description).error();
  auto tags = tags_of(call.input);
  if (!tags) co_return std::move(tags).error();
  e.name = std::move(*name);
  e.path = std::move(*path);
  e.description = std::move(*description);
  e.tags = std::move(*tags);
  note_tags(call, e.tags);
  if (auto may = permit(call, arn_of_policy(call, e)); !may) co_return std::move(may).error();
  auto text =
      document_of(call.input, "PolicyDocument", auth::policy::holder::identity, policy_size);
  if (!text) co_return std::move(text).error();
  e.versions.push_back({1, std::move(*text), call.clock.now()});
  auto nothing = [](entity&, const view&) { return result<void>(); };
  const auto made = co_await call.entities.create(std::move(e), policies_quota, nothing);
  if (!made) co_return made.error();
  call.out.open("Policy");
  write_policy(call, *made, {});
  if (!made->tags.empty()) write_tags(call.out, made->tags);
  call.out.close("Policy");
  co_return result<void>();
}

task<result<void>> get_policy(action_call& call) {
  const auto found = co_await policy_of(call);
  if (!found) co_return found.error();
  auto counted = co_await count_uses(call);
  if (!counted) co_return std::move(counted).error();
  call.out.open("Policy");
  write_policy(call, *found, (*counted)[arn_of_policy(call, *found)]);
  write_tags(call.out, found->tags);
  call.out.close("Policy");
  co_return result<void>();
}

task<result<void>> delete_policy(action_call& call) {
  const auto found = co_await own_policy_of(call);
  if (!found) co_return found.error();
  co_return co_await remove_judged(call, *found);
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html
task<result<void>> list_policies(action_call& call) {
  if (auto may = permit(call, arn_in_account(call, "policy/")); !may) {
    co_return std::move(may).error();
  }
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  const std::string_view scope = call.input.value("Scope");
  std::vector<entity> all;
  if (scope != "AWS") {
    auto own = co_await call.entities.list(entity_kind::policy, call.caller.agency);
    if (!own) co_return std::move(own).error();
    all = std::move(*own);
  }
  if (scope != "Local") {
    for (const identity::aws_policy& p : identity::aws_policies()) all.push_back(of_aws(p));
  }
  auto counted = co_await count_uses(call);
  if (!counted) co_return std::move(counted).error();
  const std::string prefix(call.input.value("PathPrefix"));
  const bool attached = call.input.value("OnlyAttached") == "true";
  std::erase_if(all, [&](const entity& e) {
    return !e.path.starts_with(prefix) ||
           (attached && (*counted)[arn_of_policy(call, e)].attached == 0);
  });
  const auto place = [&](const entity& e) {
    return auth::policy::lower_case(e.name + " " + arn_of_policy(call, e));
  };
  std::ranges::sort(all, {}, place);
  write_page(call.out, "Policies", *wanted, all, place, [&](const entity& e) {
    call.out.open("member");
    write_policy(call, e, (*counted)[arn_of_policy(call, e)]);
    call.out.close("member");
  });
  co_return result<void>();
}

void write_version(action_call& call, const entity& e, const policy_version& v, bool text) {
  if (text) call.out.text("Document", encoded_document(v.text));
  call.out.text("VersionId", "v" + std::to_string(v.number));
  call.out.flag("IsDefaultVersion", v.number == e.default_version);
  call.out.text("CreateDate", s3::iso_date(v.created));
}

result<std::uint32_t> version_of(const form& input) {
  const auto given = required(input, "VersionId");
  if (!given) return given.error();
  const auto n = given->starts_with('v') ? s3::parse_number(given->substr(1)) : std::nullopt;
  if (n && *n >= 1 && *n <= 0xffffffffU) return static_cast<std::uint32_t>(*n);
  return error(errc::validation_error, "VersionId must be v and a number.");
}

error no_such_version(const entity& e, std::uint32_t number) {
  return error(errc::no_such_entity, "Policy " + e.name + " version v" + std::to_string(number) +
                                         " does not exist or is not attachable.");
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
task<result<void>> create_policy_version(action_call& call) {
  const auto found = co_await own_policy_of(call);
  if (!found) co_return found.error();
  const auto text =
      document_of(call.input, "PolicyDocument", auth::policy::holder::identity, policy_size);
  if (!text) co_return text.error();
  const bool as_default = call.input.value("SetAsDefault") == "true";
  const sys_micros now = call.clock.now();
  auto add = [&](entity& e, const view&) -> result<void> {
    if (e.versions.size() >= versions_quota) {
      return error(errc::limit_exceeded,
                   "A managed policy can have up to 5 versions. Before you create a new version, "
                   "you must delete an existing version.");
    }
    e.versions.push_back({++e.last_version, *text, now});
    if (as_default) e.default_version = e.last_version;
    return {};
  };
  const auto done = co_await change_judged(call, *found, add);
  if (!done) co_return done.error();
  call.out.open("PolicyVersion");
  write_version(call, *done, done->versions.back(), false);
  call.out.close("PolicyVersion");
  co_return result<void>();
}

task<result<void>> get_policy_version(action_call& call) {
  const auto number = version_of(call.input);
  if (!number) co_return number.error();
  const auto found = co_await policy_of(call);
  if (!found) co_return found.error();
  const policy_version* v = found->version(*number);
  if (v == nullptr) co_return no_such_version(*found, *number);
  call.out.open("PolicyVersion");
  write_version(call, *found, *v, true);
  call.out.close("PolicyVersion");
  co_return result<void>();
}

task<result<void>> list_policy_versions(action_call& call) {
  const auto found = co_await policy_of(call);
  if (!found) co_return found.error();
  call.out.open("Versions");
  for (auto v = found->versions.rbegin(); v != found->versions.rend(); ++v) {
    call.out.open("member");
    write_version(call, *found, *v, false);
    call.out.close("member");
  }
  call.out.close("Versions").flag("IsTruncated", false);
  co_return result<void>();
}

task<result<void>> delete_policy_version(action_call& call) {
  const auto number = version_of(call.input);
  if (!number) co_return number.error();
  const auto found = co_await own_policy_of(call);
  if (!found) co_return found.error();
  auto take = [&](entity& e, const view&) -> result<void> {
    if (e.default_version == *number) {
      return error(errc::delete_conflict, "Cannot delete the default version of a policy.");
    }
    const auto gone =
        std::erase_if(e.versions, [&](const policy_version& v) { return v.number == *number; });
    if (gone == 0) return no_such_version(e, *number);
    return {};
  };
  const auto done = co_await change_judged(call, *found, take);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> set_default_policy_version(action_call& call) {
  const auto number = version_of(call.input);
  if (!number) co_return number.error();
  const auto found = co_await own_policy_of(call);
  if (!found) co_return found.error();
  auto put = [&](entity& e, const view&) -> result<void> {
    if (e.version(*number) == nullptr) return no_such_version(e, *number);
    e.default_version = *number;
    return {};
  };
  const auto done = co_await change_judged(call, *found, put);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> tag_policy(action_call& call) {
  const auto tags = tags_of(call.input);
  if (!tags) co_return tags.error();
  note_tags(call, *tags);
  const auto found = co_await own_policy_of(call);
  if (!found) co_return found.error();
  auto add = [&tags](entity& e, const view&) { return merge_tags(e.tags, *tags); };
  const auto done = co_await change_judged(call, *found, add);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> untag_policy(action_call& call) {
  const std::vector<std::string> keys = list_of(call.input, "TagKeys");
  note_tag_keys(call, keys);
  const auto found = co_await own_policy_of(call);
  if (!found) co_return found.error();
  auto take = [&keys](entity& e, const view&) -> result<void> {
    remove_tags(e.tags, keys);
    return {};
  };
  const auto done = co_await change_judged(call, *found, take);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> list_policy_tags(action_call& call) {
  const auto found = co_await policy_of(call);
  if (!found) co_return found.error();
  write_tags(call.out, found->tags);
  call.out.flag("IsTruncated", false);
  co_return result<void>();
}

constexpr std::array managed_policy_rows = std::to_array<action>({
    {"CreatePolicy", iam_interface, create_policy},
    {"GetPolicy", iam_interface, get_policy},
    {"DeletePolicy", iam_interface, delete_policy},
    {"ListPolicies", iam_interface, list_policies},
    {"CreatePolicyVersion", iam_interface, create_policy_version},
    {"GetPolicyVersion", iam_interface, get_policy_version},
    {"ListPolicyVersions", iam_interface, list_policy_versions},
    {"DeletePolicyVersion", iam_interface, delete_policy_version},
    {"SetDefaultPolicyVersion", iam_interface, set_default_policy_version},
    {"TagPolicy", iam_interface, tag_policy},
    {"UntagPolicy", iam_interface, untag_policy},
    {"ListPolicyTags", iam_interface, list_policy_tags},
});

}  // namespace

std::span<const action> managed_policy_actions() { return managed_policy_rows; }

}  // namespace torhaus::gateway::iam
