#include "auth/projects/roles.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

#include "auth/identity_rules.hpp"
#include "auth/policy/evaluator.hpp"
#include "auth/policy/parser.hpp"
#include "auth/projects/schedule.hpp"

namespace torhaus::auth::projects {
namespace {

// Sids are what explanations and the audit name.
constexpr std::string_view see_bucket =
    R"({"Sid": "SeeBucket", "Effect": "Allow", "Resource": "*", "Action": [
      "s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketVersioning",
      "s3:GetBucketTagging", "s3:ListTagsForResource", "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration",
      "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls",
      "s3:GetBucketRequestPayment"]})";
constexpr std::string_view read_objects =
    R"({"Sid": "ReadObjects", "Effect": "Allow", "Resource": "*", "Action": [
      "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging",
      "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes", "s3:GetObjectRetention",
      "s3:GetObjectLegalHold"]})";
constexpr std::string_view write_objects =
    R"({"Sid": "WriteObjects", "Effect": "Allow", "Resource": "*", "Action": [
      "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
      "s3:ListBucketMultipartUploads", "s3:PutObjectTagging", "s3:PutObjectVersionTagging",
      "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"]})";
constexpr std::string_view delete_objects =
    R"({"Sid": "DeleteObjects", "Effect": "Allow", "Resource": "*", "Action": [
      "s3:DeleteObject", "s3:DeleteObjectVersion"]})";
// Clients ask for the location before anything else.
constexpr std::string_view deposit_objects =
    R"({"Sid": "DepositObjects", "Effect": "Allow", "Resource": "*", "Action": [
      "s3:PutObject", "s3:AbortMultipartUpload", "s3:GetBucketLocation"]})";
constexpr std::string_view manage =
    R"({"Sid": "Manage", "Effect": "Allow", "Resource": "*",
      "Action": ["s3:*", "s3express:*"]})";

policy::document made_of(std::initializer_list<std::string_view> statements) {
  std::string text = R"({"Version": "2012-10-17", "Statement": [)";
  bool first = true;
  for (const std::string_view s : statements) {
    if (!first) text += ',';
    text += s;
    first = false;
  }
  auto parsed = policy::parse(text + "]}", policy::holder::identity);
  if (!parsed) throw std::logic_error("roles: " + std::string(parsed.error().message()));
  return std::move(*parsed);
}

// The answers for every action that has a name here, so that a request costs a hash look-up.
struct compiled_role {
  explicit compiled_role(policy::document made) : document(std::move(made)) {
    constexpr std::array names = {
#define TORHAUS_S3_ACTION(name, on) std::string_view("s3:" name),
#include "auth/policy/actions.inc"
#undef TORHAUS_S3_ACTION
    };
    for (const std::string_view name : names) known.emplace(name, search(name));
  }

  const policy::statement* search(std::string_view action) const {
    const auto found = std::ranges::find_if(document.statements, [&](const policy::statement& s) {
      return policy::applies_to_action(s, action);
    });
    return found == document.statements.end() ? nullptr : &*found;
  }

  const policy::statement* find(std::string_view action) const {
    const auto at = known.find(action);
    return at == known.end() ? search(action) : at->second;
  }

  policy::document document;
  std::unordered_map<std::string_view, const policy::statement*> known;
};

const compiled_role& compiled(role r) {
  static const std::array<compiled_role, 5> all = {
      compiled_role(made_of({see_bucket, read_objects})),
      compiled_role(made_of({see_bucket, read_objects, write_objects})),
      compiled_role(made_of({see_bucket, read_objects, write_objects, delete_objects})),
      compiled_role(made_of({deposit_objects})), compiled_role(made_of({manage}))};
  return all.at(static_cast<std::size_t>(r) - 1);
}

// By id and never by name: a user of that name may have been another one when it became a member.
const member* find_member(const project_view& p, const principal& who) {
  const bool of_another = who.rules && !who.rules->member_id.empty();
  const auto found = p.members.find(of_another ? who.rules->member_id : who.user_id);
  return found == p.members.end() ? nullptr : &found->second;
}

bool only_reads(std::string_view action) {
  return action.starts_with("s3:Get") || action.starts_with("s3:List");
}

}  // namespace

const policy::document& policy_of(role r) { return compiled(r).document; }

const policy::statement* allowing(role r, std::string_view action) {
  return compiled(r).find(action);
}

standing standing_of(const project_view& p, const principal& who, sys_micros now) {
  standing s;
  s.project = &p;
  s.state = state_at(p.about, now);
  if (who.type == principal::kind::anonymous) return s;
  s.owner_root = who.is_account_root() && who.account == p.about.owner_account;
  const member* found = find_member(p, who);
  if (found != nullptr && (!found->ends || *found->ends > now)) s.as = found;
  return s;
}

std::string refusal_of(const standing& s, std::string_view action) {
  if (s.state == state::active) return {};
  if (s.state == state::read_only && only_reads(action)) return {};
  if (s.state == state::closed && only_reads(action) && s.manages()) return {};
  const project& p = s.project->about;
  if (s.state == state::read_only) return "The project " + p.id + " is read-only.";
  return "The project " + p.id + " is " + std::string(name_of(s.state)) + ".";
}

const policy::statement* allowing(const standing& s, std::string_view action) {
  return s.as == nullptr ? nullptr : allowing(s.as->as, action);
}

}  // namespace torhaus::auth::projects
