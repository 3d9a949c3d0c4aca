#include "auth/authorizer.hpp"

#include <algorithm>
#include <string>

namespace torhaus::auth {
namespace {

using storage::catalog::bucket_record;

// What an ACL has to say about an action. AWS: "Mapping of ACL permissions and access policy
// permissions".
enum class decides : std::uint8_t {
  bucket_owner,
  object_owner,
  either_owner,  // AWS: "By default, the bucket owner has this permission", tags of objects
};
struct action_rule {
  std::string_view action;
  decides who;
  std::optional<acl::permission> needs;  // in the ACL of the bucket or of the object
};
constexpr action_rule rules_of_actions[] = {
    {"s3:ListBucket", decides::bucket_owner, acl::permission::read},
    {"s3:ListBucketVersions", decides::bucket_owner, acl::permission::read},
    {"s3:ListBucketMultipartUploads", decides::bucket_owner, acl::permission::read},
    {"s3:PutObject", decides::bucket_owner, acl::permission::write},
    {"s3:DeleteObject", decides::bucket_owner, acl::permission::write},
    {"s3:GetBucketAcl", decides::bucket_owner, acl::permission::read_acp},
    {"s3:PutBucketAcl", decides::bucket_owner, acl::permission::write_acp},
    {"s3:GetObject", decides::object_owner, acl::permission::read},
    {"s3:GetObjectVersion", decides::object_owner, acl::permission::read},
    {"s3:GetObjectTorrent", decides::object_owner, acl::permission::read},
    {"s3:GetObjectVersionTorrent", decides::object_owner, acl::permission::read},
    {"s3:GetObjectAcl", decides::object_owner, acl::permission::read_acp},
    {"s3:GetObjectVersionAcl", decides::object_owner, acl::permission::read_acp},
    {"s3:PutObjectAcl", decides::object_owner, acl::permission::write_acp},
    {"s3:PutObjectVersionAcl", decides::object_owner, acl::permission::write_acp},
    {"s3:GetObjectAttributes", decides::object_owner, std::nullopt},
    {"s3:GetObjectVersionAttributes", decides::object_owner, std::nullopt},
    {"s3:GetObjectTagging", decides::either_owner, std::nullopt},
    {"s3:GetObjectVersionTagging", decides::either_owner, std::nullopt},
    {"s3:PutObjectTagging", decides::either_owner, std::nullopt},
    {"s3:PutObjectVersionTagging", decides::either_owner, std::nullopt},
    {"s3:DeleteObjectTagging", decides::either_owner, std::nullopt},
    {"s3:DeleteObjectVersionTagging", decides::either_owner, std::nullopt},
};

const action_rule* rule_of(std::string_view action) {
  const auto* found = std::ranges::find(rules_of_actions, action, &action_rule::action);
  return found == std::end(rules_of_actions) ? nullptr : found;
}

std::string resource_of(const access_request& r) {
  std::string arn = "arn:aws:s3:::";
  arn.append(r.bucket_name);
  if (!r.key.empty()) arn.append("/").append(r.key);
  return arn;
}

bool in_own_agency(const access_request& r) {
  return r.caller.type != principal::kind::anonymous && !r.bucket->owner_account.empty() &&
         r.bucket->owner_account == r.caller.account;
}

// AWS: a bucket policy cannot lock the root user of the owner's account out of itself.
bool keeps_access_to_policy(const access_request& r) {
  return r.caller.is_account_root() && in_own_agency(r) &&
         (r.action == "s3:GetBucketPolicy" || r.action == "s3:PutBucketPolicy" ||
          r.action == "s3:DeleteBucketPolicy");
}

policy::decision ask_policy(const access_request& r) {
  if (r.rules == nullptr || !r.rules->policy) return policy::decision::none;
  const std::string resource = resource_of(r);
  const policy::condition_values& values = r.values != nullptr ? *r.values : policy::no_values();
  return policy::evaluate(*r.rules->policy, {r.caller, r.action, resource, values}).is;
}

acl::public_grants strangers(const access_request& r) {
  const bool ignored = r.rules != nullptr && r.rules->block.ignore_public_acls;
  return ignored ? acl::public_grants::ignored : acl::public_grants::count;
}

access yes_or_no(bool good) { return good ? access::allowed : access::denied; }

// AWS: a bucket policy allows nothing on objects that the owner of the bucket does not own.
access by_object(const access_request& r, const action_rule& rule, policy::decision said) {
  const object_facts& o = *r.object;
  if (!o.exists) return yes_or_no(in_own_agency(r) || said == policy::decision::allow);
  const bool known = r.caller.type != principal::kind::anonymous;
  if (known && r.caller.canonical_id == o.owner_canonical_id) return access::allowed;
  if (rule.who == decides::either_owner && in_own_agency(r)) return access::allowed;
  const bool of_bucket_owner = o.owner_canonical_id == r.bucket->owner_canonical_id;
  if (of_bucket_owner && said == policy::decision::allow) return access::allowed;
  if (!rule.needs || o.acl.empty()) return access::denied;
  const auto list = acl::decode(o.acl);
  // What cannot be read grants nothing.
  return yes_or_no(list && acl::grants(*list, r.caller, *rule.needs, strangers(r)));
}

access by_bucket(const access_request& r, const action_rule* rule, policy::decision said) {
  if (in_own_agency(r) || said == policy::decision::allow) return access::allowed;
  if (rule == nullptr || !rule->needs || rule->who != decides::bucket_owner) return access::denied;
  if (r.rules == nullptr || !r.rules->acl ||
      r.rules->ownership == object_ownership::bucket_owner_enforced) {
    return access::denied;
  }
  return yes_or_no(acl::grants(*r.rules->acl, r.caller, *rule->needs, strangers(r)));
}

access on_no_bucket(const access_request& r) {
  if (r.caller.type == principal::kind::anonymous) return access::denied;
  return yes_or_no(r.action == "s3:ListAllMyBuckets" ||
                   (r.action == "s3:CreateBucket" && r.caller.may_open_projects));
}

}  // namespace

access authorizer::decide(const access_request& r) const {
  if (r.bucket == nullptr) return on_no_bucket(r);
  const bool own = in_own_agency(r);
  // Without settings nobody else could ever write, so the agency owns every object.
  if (r.rules == nullptr && own) return access::allowed;
  const action_rule* rule = rule_of(r.action);
  const bool of_object_owner = rule != nullptr && rule->who != decides::bucket_owner;
  if (of_object_owner && r.object == nullptr && r.rules != nullptr && r.rules->policy_reads_tags) {
    return access::needs_object;
  }
  const policy::decision said = ask_policy(r);
  if (said == policy::decision::deny) {
    return keeps_access_to_policy(r) ? access::allowed : access::explicitly_denied;
  }
  if (!own && r.rules != nullptr && r.rules->block.restrict_public_buckets &&
      r.rules->policy_is_public) {
    return access::denied;
  }
  const bool acls_count =
      r.rules == nullptr || r.rules->ownership != object_ownership::bucket_owner_enforced;
  if (!of_object_owner || !acls_count) return by_bucket(r, rule, said);
  return r.object == nullptr ? access::needs_object : by_object(r, *rule, said);
}

result<void> authorizer::allow(const access_request& r) const {
  const access answer = decide(r);
  if (answer == access::allowed) return {};
  return denied(r, answer);
}

// AWS: "Troubleshoot access denied", the text names who, what, on which resource and why.
error denied(const access_request& r, access how) {
  if (r.caller.type == principal::kind::anonymous) return error(errc::access_denied);
  std::string text = "User: " + r.caller.arn + " is not authorized to perform: ";
  text.append(r.action);
  if (!r.bucket_name.empty()) text.append(" on resource: \"").append(resource_of(r)).append("\"");
  if (how == access::explicitly_denied) text += " with an explicit deny in a resource-based policy";
  return error(errc::access_denied, std::move(text));
}

bool decided_by_object_owner(std::string_view action) {
  const action_rule* rule = rule_of(action);
  return rule != nullptr && rule->who != decides::bucket_owner;
}

std::string_view owner_of_new_object(const principal& writer, const bucket_record& bucket,
                                     object_ownership ownership, std::string_view canned_acl) {
  const bool given_away = ownership == object_ownership::bucket_owner_preferred &&
                          canned_acl == "bucket-owner-full-control";
  if (ownership == object_ownership::bucket_owner_enforced || given_away) {
    return bucket.owner_canonical_id;
  }
  if (writer.type == principal::kind::anonymous) return anonymous_canonical_id;
  return writer.canonical_id;
}

}  // namespace torhaus::auth
