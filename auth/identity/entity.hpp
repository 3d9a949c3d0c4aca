// What IAM knows of: the policies, tags and the like of users; groups, roles, managed policies and
// OIDC providers. One type for all, because most of IAM does the same to each of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/base/clock.hpp"

namespace torhaus::auth::identity {

enum class entity_kind : char {
  user = 'u',
  group = 'g',
  role = 'r',
  policy = 'p',  // customer-managed
  oidc_provider = 'o',
};

using tag_pairs = std::vector<std::pair<std::string, std::string>>;

struct inline_policy {
  std::string name;
  std::string text;
};

struct policy_version {
  std::uint32_t number = 1;  // "v1"
  std::string text;
  sys_micros created{};
};

struct entity {
  entity_kind kind = entity_kind::user;
  std::string agency;
  // As it was made; two of a kind differ in more than case. A provider's: its URL without scheme.
  std::string name;
  std::string path = "/";
  std::string id;  // "AIDA…", "AGPA…", "AROA…", "ANPA…": never used again
  std::string description;
  sys_micros created{};
  tag_pairs tags;

  // Users, groups and roles.
  std::vector<inline_policy> policies;
  std::vector<std::string> attached;  // arns of managed policies
  std::string boundary;               // arn; users and roles
  // Users: IAM's, who may nothing without a policy; and the groups they are in (lower case).
  bool governed = false;
  std::vector<std::string> groups;
  // Roles.
  std::string trust;
  std::uint32_t max_session_seconds = 3600;
  // Managed policies.
  std::vector<policy_version> versions;
  std::uint32_t default_version = 1;
  std::uint32_t last_version = 1;  // numbers are never used again
  // OIDC providers.
  std::string url;  // as it was given
  std::vector<std::string> clients;
  std::vector<std::string> thumbprints;

  const policy_version* version(std::uint32_t number) const;
  const policy_version* current() const { return version(default_version); }
};

// "arn:aws:iam::ACCOUNT:user/PATH/NAME" and the like.
std::string arn_of(std::string_view account, const entity&);
// The last part of such an arn.
std::string_view name_in_arn(std::string_view arn);

std::string encode(const entity&);
entity decode_entity(std::string_view);  // throws damaged_record

}  // namespace torhaus::auth::identity
