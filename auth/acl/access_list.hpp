// Access control lists: who was granted what on a bucket or an object, besides policies.
// AWS: "Access control list (ACL) overview".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.hpp"
#include "storage/base/result.hpp"

namespace torhaus::auth::acl {

enum class permission : std::uint8_t { read, write, read_acp, write_acp, full_control };

struct grantee {
  enum class kind : std::uint8_t {
    canonical_user,
    all_users,            // anyone, also anonymous
    authenticated_users,  // anyone with a key of this server
    log_delivery,         // who writes access logs
  };
  kind type = kind::canonical_user;
  std::string canonical_id;  // of a canonical_user
  bool operator==(const grantee&) const = default;
};

struct grant {
  grantee to;
  permission what = permission::read;
  bool operator==(const grant&) const = default;
};

// AWS: at most 100 grants.
inline constexpr std::size_t max_grants = 100;

struct access_list {
  std::vector<grant> grants;
  bool operator==(const access_list&) const = default;
};

// Whether groups of strangers count.
enum class public_grants : std::uint8_t { count, ignored };

// Whether the list grants `wanted` to the caller; FULL_CONTROL grants everything.
bool grants(const access_list&, const principal& caller, permission wanted,
            public_grants = public_grants::count);

// Whether anything is granted to all users or to all with a key.
bool is_public(const access_list&);

// Whether anything is granted to anybody but the owner.
bool grants_to_others(const access_list&, std::string_view owner_canonical_id);

// What an owner has who said nothing.
access_list private_to(std::string_view owner_canonical_id);

enum class subject : std::uint8_t { bucket, object };

// A canned ACL by its name in x-amz-acl; nullopt when there is none of that name for the subject.
struct owners {
  std::string_view object;  // canonical id of the owner of what the ACL is for
  std::string_view bucket;  // of the bucket: the same for the bucket itself
};
std::optional<access_list> canned(std::string_view name, subject, const owners&);

// As it is stored (object_version::acl, bucket_setting::acl): a letter for the version, then a line
// for each grant: a letter for the permission, one for the kind of grantee, its canonical id.
//   1 LF (R|W|r|w|F) (c|a|u|l) ID LF …
// R READ, W WRITE, r READ_ACP, w WRITE_ACP, F FULL_CONTROL; c a canonical user, a all users,
// u authenticated users, l log delivery.
std::string encode(const access_list&);
// internal_error for what encode() cannot have made.
result<access_list> decode(std::string_view stored);
// An empty text is private to the owner.
result<access_list> decode_or_private(std::string_view stored, std::string_view owner_canonical_id);

// The names of documents and headers.
std::string_view permission_name(permission);                       // "READ_ACP"
std::optional<permission> parse_permission(std::string_view name);  // of the same
std::string_view group_uri(grantee::kind);                          // of the three groups
std::optional<grantee::kind> parse_group_uri(std::string_view uri);

}  // namespace torhaus::auth::acl
