// The one question: may this caller do this? An explicit deny wins; the default is deny.
#pragma once

#include <optional>
#include <string_view>

#include "auth/acl/access_list.hpp"
#include "auth/evaluation.hpp"
#include "auth/policy/document.hpp"
#include "auth/policy/evaluator.hpp"
#include "auth/principal.hpp"
#include "auth/projects/roles.hpp"
#include "storage/base/result.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::auth {

// AWS: "Blocking public access to your Amazon S3 storage".
struct public_access_block {
  bool block_public_acls = false;
  bool ignore_public_acls = false;
  bool block_public_policy = false;
  bool restrict_public_buckets = false;
  bool operator==(const public_access_block&) const = default;
};

// AWS: "Controlling ownership of objects and disabling ACLs for your bucket".
enum class object_ownership : std::uint8_t {
  object_writer,           // who writes an object owns it
  bucket_owner_preferred,  // the bucket's owner, when the writer says so
  bucket_owner_enforced,   // the bucket's owner always; ACLs count for nothing
};

// What the settings of a bucket say about access to it. Made once, shared by requests.
struct bucket_rules {
  std::optional<policy::document> policy;
  bool policy_is_public = false;   // policy::is_public
  bool policy_reads_tags = false;  // a condition asks for the tags of the object
  bool policy_reads_body = false;  // or for what a request may say in its body
  public_access_block block;
  object_ownership ownership = object_ownership::object_writer;
  std::optional<acl::access_list> acl;  // nullopt: private to the owner
};

// What of an object the decision may need.
struct object_facts {
  bool exists = true;
  std::string_view owner_canonical_id = {};
  std::string_view acl = {};  // as it is stored
};

struct access_request {
  const principal& caller;
  std::string_view action;  // "s3:GetObject"
  const storage::catalog::bucket_record* bucket =
      nullptr;  // null for actions on no bucket (s3:ListAllMyBuckets)
  std::string_view bucket_name;
  std::string_view key;                  // decoded; empty for bucket actions
  const bucket_rules* rules = nullptr;   // null: the bucket never had a setting
  const object_facts* object = nullptr;  // null: nobody has looked
  const policy::condition_values* values = nullptr;
  // Where the caller stands in the project of the bucket, or that a new bucket would belong to.
  const projects::standing* project = nullptr;
};

enum class access : std::uint8_t {
  allowed,
  denied,             // nothing allows it
  explicitly_denied,  // a statement denies it
  needs_object,       // ask again with object_facts (or with exists = false)
};

// The answer and what decided. The reason points into the policies; describe() makes it a text.
struct decision {
  access is = access::denied;
  reason why = {};
};

// An action on an identity or a role, which have arns of their own.
struct identity_request {
  const principal& caller;
  std::string_view action;         // "iam:GetUser"
  std::string_view resource;       // "arn:aws:iam::123456789012:user/eva"
  std::string_view owner_account;  // whose the resource is
  // The trust policy of a role. Then it must allow, and the caller's own policies only when it
  // names no more than the caller's account.
  const policy::document* resource_policy = nullptr;
  bool by_default = false;  // users may without a policy
  const policy::condition_values* values = nullptr;
};

class authorizer {
 public:
  // AWS's "Policy evaluation logic" for identity policies, boundaries, session policies, the bucket
  // policy, ACLs and the ownership of objects. A role in the project of the bucket is a grant of
  // its owner, and what the state of the project refuses nobody may. An explicit deny of any policy
  // wins, but one of the bucket policy cannot keep the root user of the owning agency from the
  // policy itself. The installation's root is a user of the agency "root" here and gets no further.
  decision decide(const access_request&) const;
  decision decide(const identity_request&) const;

  // access_denied with a text that names caller, action and resource as AWS does.
  result<void> allow(const access_request&) const;
};

// access_denied as AWS words it.
error denied(const access_request&, const decision&);
error denied(const principal&, std::string_view action, std::string_view resource, const decision&);

// Whether the action is one on an object that the owner of the object decides about: the bucket's
// owner may not read what somebody else owns.
bool decided_by_object_owner(std::string_view action);

// AWS: the canonical id under which anonymous callers own what they write.
inline constexpr std::string_view anonymous_canonical_id = "65a011a29cdf8ec533ec3d1ccaae921c";

// Who owns an object that the caller writes, under the ownership setting of the bucket.
std::string_view owner_of_new_object(const principal& writer,
                                     const storage::catalog::bucket_record&, object_ownership,
                                     std::string_view canned_acl);

}  // namespace torhaus::auth
