#include "auth/authorizer.hpp"

#include <algorithm>
#include <string>

#include "auth/identity_rules.hpp"

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

// Whether the bucket, or the project that a new one would belong to, is of the caller's agency.
bool in_own_agency(const access_request& r) {
  std::string_view owner;
  if (r.project != nullptr) owner = r.project->project->about.owner_account;
  if (r.bucket != nullptr) owner = r.bucket->owner_account;
  return r.caller.type != principal::kind::anonymous && !owner.empty() && owner == r.caller.account;
}

// AWS: a bucket policy cannot lock the root user of the owner's account out of itself.
bool keeps_access_to_policy(const access_request& r) {
  return r.caller.is_account_root() && in_own_agency(r) &&
         (r.action == "s3:GetBucketPolicy" || r.action == "s3:PutBucketPolicy" ||
          r.action == "s3:DeleteBucketPolicy");
}

bool is_somebody(const principal& who) { return who.type != principal::kind::anonymous; }
bool is_governed(const principal& who) { return who.rules && who.rules->governed; }

// A session that the root user of an agency gave to somebody; its policies limit it.
bool stands_for_root(const principal& who) {
  return who.type == principal::kind::federated && who.source_arn.ends_with(":root");
}

// What users may do without a policy. The root user of an agency: everything within it. Users that
// administration made: in their agency what a role, a policy or an ACL gives them by itself, and
// elsewhere the same, since their agency has nothing against it; and they open projects, if they
// may. Users of IAM: nothing.
bool may_by_default(const access_request& r) {
  if (r.project == nullptr && r.action == "s3:CreateBucket" && !r.caller.may_open_projects) {
    return false;
  }
  if (r.caller.is_account_root() || stands_for_root(r.caller)) return true;
  if (is_governed(r.caller)) return false;
  return !in_own_agency(r);
}

// Both sides of the decision, before ACLs and the ownership of objects are looked at.
struct sides {
  bool own = false;  // within the agency that owns the bucket
  identity_side mine;
  resource_side theirs;
  bool by_itself = false;         // the bucket policy gives it without the caller's own policies
  bool public_by_itself = false;  // and so would anything that is given to everyone
  const policy::statement* role = nullptr;  // of the caller's role in the project
  std::string_view role_name;

  // A role names its user, so within the agency it is limited by session policies only.
  bool by_role() const {
    if (role == nullptr || mine.denied) return false;
    return own ? mine.within_session : mine.allows();
  }
  // What roles and policies give on the bucket and the objects of its owner.
  bool by_policies() const {
    if (own && (mine.allows() || by_itself)) return true;
    return by_role() || (theirs.allows() && mine.allows());
  }
  reason why() const {
    if (own && mine.allows()) return mine.why;
    if (!theirs.allows() && by_role()) return {reason::source::role, role_name, role};
    return theirs.allows() ? theirs.why() : mine.why;
  }
};

void look_at_role(sides& all, const access_request& r) {
  if (r.project == nullptr) return;
  all.role = projects::allowing(*r.project, r.action);
  if (all.role != nullptr) all.role_name = projects::name_of(r.project->as->as);
}

sides ask_both(const access_request& r) {
  sides all;
  all.own = in_own_agency(r);
  const policy::document* document = nullptr;
  if (r.rules != nullptr && r.rules->policy) document = &*r.rules->policy;
  look_at_role(all, r);
  if (document == nullptr && r.caller.rules == nullptr) {
    all.mine.allowed = !is_somebody(r.caller) || may_by_default(r);
    if (all.mine.allowed) all.mine.why.from = reason::source::defaults;
    all.public_by_itself = true;
    return all;
  }
  const std::string resource = resource_of(r);
  const policy::condition_values& values = r.values != nullptr ? *r.values : policy::no_values();
  const policy::request asked{r.caller, r.action, resource, values};
  // Nobody has no side of his own.
  all.mine = ask_identity(asked, !is_somebody(r.caller) || may_by_default(r));
  all.theirs = ask_resource(document, asked);
  all.by_itself = grants_by_itself(all.theirs, asked, all.mine);
  all.public_by_itself = all.mine.within_boundary && all.mine.within_session;
  return all;
}

acl::public_grants strangers(const access_request& r) {
  const bool ignored = r.rules != nullptr && r.rules->block.ignore_public_acls;
  return ignored ? acl::public_grants::ignored : acl::public_grants::count;
}

decision yes_or_no(bool good, reason why) { return {good ? access::allowed : access::denied, why}; }
constexpr reason by_acl{.from = reason::source::acl};

// What the owner's account has, its users need a policy for, and what another account has been
// given, its users need their own side for; what is given to everyone, they do not.
bool list_grants(const acl::access_list& list, const access_request& r, const sides& all,
                 acl::permission wanted, bool owner) {
  const bool may = all.mine.allows() || all.by_role();
  if (!owner && may && acl::grants(list, r.caller, wanted, strangers(r))) return true;
  return all.public_by_itself && acl::grants(list, principal{}, wanted, strangers(r));
}

// AWS: a bucket policy allows nothing on objects that the owner of the bucket does not own.
decision by_object(const access_request& r, const action_rule& rule, const sides& all) {
  const object_facts& o = *r.object;
  if (!o.exists) return yes_or_no(all.by_policies(), all.why());
  const bool mine = is_somebody(r.caller) && r.caller.canonical_id == o.owner_canonical_id;
  const bool of_bucket_owner = o.owner_canonical_id == r.bucket->owner_canonical_id;
  const bool either = rule.who == decides::either_owner && all.own;
  if ((of_bucket_owner || either) && all.by_policies()) {
    return {access::allowed, all.why()};
  }
  if (mine && !of_bucket_owner) return yes_or_no(all.mine.allows(), by_acl);
  if (!rule.needs || o.acl.empty()) return {access::denied, all.mine.why};
  const auto list = acl::decode(o.acl);
  if (!list) return {access::denied, by_acl};  // what cannot be read grants nothing
  // Who owns the bucket but not the object is a stranger to the object; what users may do in the
  // bucket, their role says.
  return yes_or_no(list_grants(*list, r, all, *rule.needs, mine), by_acl);
}

decision by_bucket(const access_request& r, const action_rule* rule, const sides& all) {
  if (all.by_policies()) return {access::allowed, all.why()};
  if (rule == nullptr || !rule->needs || rule->who != decides::bucket_owner || r.rules == nullptr ||
      !r.rules->acl || r.rules->ownership == object_ownership::bucket_owner_enforced) {
    return {access::denied, all.why()};
  }
  if (list_grants(*r.rules->acl, r, all, *rule->needs, all.own)) return {access::allowed, by_acl};
  return {access::denied, all.why()};
}

decision on_no_bucket(const access_request& r) {
  if (!is_somebody(r.caller)) return {access::denied, {}};
  std::string resource = resource_of(r);
  if (r.bucket_name.empty()) resource += '*';
  const policy::condition_values& values = r.values != nullptr ? *r.values : policy::no_values();
  const bool known = r.action == "s3:ListAllMyBuckets" || r.action == "s3:CreateBucket";
  const identity_side mine =
      ask_identity({r.caller, r.action, resource, values}, known && may_by_default(r));
  if (mine.denied) return {access::explicitly_denied, mine.why};
  if (r.project == nullptr) return yes_or_no(known && mine.allows(), mine.why);
  // A bucket that a project covers is made by those who may within it.
  sides all;
  all.own = in_own_agency(r);
  all.mine = mine;
  look_at_role(all, r);
  return yes_or_no(all.by_policies(), all.why());
}

// Whether the decision hangs on the object's tags and nobody has looked at them.
bool reads_tags(const access_request& r) {
  return (r.rules != nullptr && r.rules->policy_reads_tags) ||
         (r.caller.rules && r.caller.rules->reads_tags);
}

}  // namespace

decision authorizer::decide(const access_request& r) const {
  if (r.project != nullptr && !projects::refusal_of(*r.project, r.action).empty()) {
    return {access::explicitly_denied, {.from = reason::source::state}};
  }
  if (r.bucket == nullptr) return on_no_bucket(r);
  const action_rule* rule = rule_of(r.action);
  const bool of_object_owner = rule != nullptr && rule->who != decides::bucket_owner;
  if (of_object_owner && r.object == nullptr && reads_tags(r)) return {access::needs_object, {}};
  const sides all = ask_both(r);
  if (all.mine.denied) return {access::explicitly_denied, all.mine.why};
  if (all.theirs.denies()) {
    if (keeps_access_to_policy(r)) return {access::allowed, {.from = reason::source::defaults}};
    return {access::explicitly_denied, all.theirs.why()};
  }
  if (!all.own && r.rules != nullptr && r.rules->block.restrict_public_buckets &&
      r.rules->policy_is_public) {
    return {access::denied, {.from = reason::source::block}};
  }
  // Without settings nobody else could ever write, so the agency owns every object.
  const bool acls_count =
      r.rules == nullptr ? !all.own : r.rules->ownership != object_ownership::bucket_owner_enforced;
  if (!of_object_owner || !acls_count) return by_bucket(r, rule, all);
  if (r.object == nullptr) return {access::needs_object, {}};
  return by_object(r, *rule, all);
}

result<void> authorizer::allow(const access_request& r) const {
  const decision answer = decide(r);
  if (answer.is == access::allowed) return {};
  return denied(r, answer);
}

// AWS: "Troubleshoot access denied", the text names who, what, on which resource and why.
error denied(const access_request& r, const decision& how) {
  if (!is_somebody(r.caller)) return error(errc::access_denied);
  if (how.why.from == reason::source::state) {
    return error(errc::access_denied, projects::refusal_of(*r.project, r.action));
  }
  std::string resource = r.bucket_name.empty() ? std::string() : resource_of(r);
  return denied(r.caller, r.action, resource, how);
}

error denied(const principal& caller, std::string_view action, std::string_view resource,
             const decision& how) {
  std::string text = "User: " + caller.arn + " is not authorized to perform: ";
  text.append(action);
  if (!resource.empty()) text.append(" on resource: \"").append(resource).append("\"");
  using source = reason::source;
  const auto kind = [&] {
    switch (how.why.from) {
      case source::boundary:
        return "permissions boundary";
      case source::session:
        return "session policy";
      case source::resource:
        return "resource-based policy";
      default:
        return "identity-based policy";
    }
  }();
  if (how.is == access::explicitly_denied) {
    text.append(" with an explicit deny in a").append(kind[0] == 'i' ? "n " : " ").append(kind);
  } else if (is_governed(caller) && how.why.from != source::acl && how.why.from != source::block) {
    text.append(" because no ").append(kind).append(" allows the ").append(action);
    text.append(" action");
  }
  return error(errc::access_denied, std::move(text));
}

decision authorizer::decide(const identity_request& r) const {
  const policy::condition_values& values = r.values != nullptr ? *r.values : policy::no_values();
  const policy::request asked{r.caller, r.action, r.resource, values};
  const bool own = r.caller.account == r.owner_account;
  const identity_side mine = ask_identity(asked, r.by_default || r.caller.is_account_root());
  const resource_side theirs = ask_resource(r.resource_policy, asked);
  if (mine.denied) return {access::explicitly_denied, mine.why};
  if (theirs.denies()) return {access::explicitly_denied, theirs.why()};
  if (r.resource_policy == nullptr) return yes_or_no(own && mine.allows(), mine.why);
  // AWS: what a trust policy does not allow, an identity policy cannot.
  if (!theirs.allows()) return {access::denied, theirs.why()};
  const bool good = mine.allows() || grants_by_itself(theirs, asked, mine);
  return yes_or_no(good, good ? theirs.why() : mine.why);
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
