#include "auth/acl/access_list.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace torhaus::auth::acl {
namespace {

using kind = grantee::kind;

struct permission_row {
  permission what;
  char letter;
  std::string_view name;
};
constexpr std::array permissions = {
    permission_row{permission::read, 'R', "READ"},
    permission_row{permission::write, 'W', "WRITE"},
    permission_row{permission::read_acp, 'r', "READ_ACP"},
    permission_row{permission::write_acp, 'w', "WRITE_ACP"},
    permission_row{permission::full_control, 'F', "FULL_CONTROL"},
};

struct grantee_row {
  kind type;
  char letter;
  std::string_view uri;
};
constexpr std::array grantees = {
    grantee_row{kind::canonical_user, 'c', ""},
    grantee_row{kind::all_users, 'a', "http://acs.amazonaws.com/groups/global/AllUsers"},
    grantee_row{kind::authenticated_users, 'u',
                "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"},
    grantee_row{kind::log_delivery, 'l', "http://acs.amazonaws.com/groups/s3/LogDelivery"},
};

// AWS: aws-exec-read lets Amazon EC2 read a bundle; this is its canonical id.
constexpr std::string_view ec2_canonical_id =
    "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

bool is_group_of_strangers(kind k) {
  return k == kind::all_users || k == kind::authenticated_users;
}

bool names(const grantee& g, const principal& caller) {
  const bool known = caller.type != principal::kind::anonymous;
  switch (g.type) {
    case kind::canonical_user:
      if (known && g.canonical_id == caller.canonical_id) return true;
      return known && caller.user_id.starts_with("AIDA") && g.canonical_id == caller.user_id;
    case kind::all_users:
      return true;
    case kind::authenticated_users:
      return known;
    case kind::log_delivery:
      return false;  // this server itself, which asks nobody
  }
  return false;
}

void add(access_list& list, kind group, permission what) {
  list.grants.push_back({{group, {}}, what});
}
void add(access_list& list, std::string_view canonical_id, permission what) {
  list.grants.push_back({{kind::canonical_user, std::string(canonical_id)}, what});
}

}  // namespace

bool grants(const access_list& list, const principal& caller, permission wanted,
            public_grants strangers) {
  return std::ranges::any_of(list.grants, [&](const grant& g) {
    if (g.what != wanted && g.what != permission::full_control) return false;
    if (strangers == public_grants::ignored && is_group_of_strangers(g.to.type)) return false;
    return names(g.to, caller);
  });
}

bool is_public(const access_list& list) {
  return std::ranges::any_of(list.grants,
                             [](const grant& g) { return is_group_of_strangers(g.to.type); });
}

bool grants_to_others(const access_list& list, std::string_view owner_canonical_id) {
  return std::ranges::any_of(list.grants, [&](const grant& g) {
    return g.to.type != kind::canonical_user || g.to.canonical_id != owner_canonical_id;
  });
}

access_list private_to(std::string_view owner_canonical_id) {
  access_list list;
  add(list, owner_canonical_id, permission::full_control);
  return list;
}

// AWS: "Canned ACL". Those that speak of the owner of the bucket are for objects; a bucket is given
// its private ACL by them.
std::optional<access_list> canned(std::string_view name, subject of, const owners& who) {
  access_list list = private_to(who.object);
  if (name == "public-read" || name == "public-read-write") {
    add(list, kind::all_users, permission::read);
    if (name == "public-read-write") add(list, kind::all_users, permission::write);
  } else if (name == "authenticated-read") {
    add(list, kind::authenticated_users, permission::read);
  } else if (name == "aws-exec-read") {
    add(list, ec2_canonical_id, permission::read);
  } else if (name == "log-delivery-write" && of == subject::bucket) {
    add(list, kind::log_delivery, permission::write);
    add(list, kind::log_delivery, permission::read_acp);
  } else if (name == "bucket-owner-read" || name == "bucket-owner-full-control") {
    const bool all = name == "bucket-owner-full-control";
    if (of == subject::object && who.bucket != who.object) {
      add(list, who.bucket, all ? permission::full_control : permission::read);
    }
  } else if (name != "private") {
    return std::nullopt;
  }
  return list;
}

std::string encode(const access_list& list) {
  std::string text = "1\n";
  for (const grant& g : list.grants) {
    text += std::ranges::find(permissions, g.what, &permission_row::what)->letter;
    text += std::ranges::find(grantees, g.to.type, &grantee_row::type)->letter;
    text.append(g.to.canonical_id).append("\n");
  }
  return text;
}

result<access_list> decode(std::string_view stored) {
  const auto broken = [] { return error(errc::internal_error).because("a stored ACL is damaged"); };
  if (!stored.starts_with("1\n")) return broken();
  stored.remove_prefix(2);
  access_list list;
  while (!stored.empty()) {
    const std::size_t end = stored.find('\n');
    if (end == std::string_view::npos || end < 2) return broken();
    const auto what = std::ranges::find(permissions, stored[0], &permission_row::letter);
    const auto to = std::ranges::find(grantees, stored[1], &grantee_row::letter);
    if (what == permissions.end() || to == grantees.end()) return broken();
    const std::string_view id = stored.substr(2, end - 2);
    if (id.empty() != (to->type != kind::canonical_user)) return broken();
    list.grants.push_back({{to->type, std::string(id)}, what->what});
    stored.remove_prefix(end + 1);
  }
  return list;
}

result<access_list> decode_or_private(std::string_view stored,
                                      std::string_view owner_canonical_id) {
  if (stored.empty()) return private_to(owner_canonical_id);
  return decode(stored);
}

std::string_view permission_name(permission p) {
  return std::ranges::find(permissions, p, &permission_row::what)->name;
}

std::optional<permission> parse_permission(std::string_view name) {
  const auto found = std::ranges::find(permissions, name, &permission_row::name);
  if (found == permissions.end()) return std::nullopt;
  return found->what;
}

std::string_view group_uri(kind k) {
  return std::ranges::find(grantees, k, &grantee_row::type)->uri;
}

std::optional<kind> parse_group_uri(std::string_view uri) {
  if (uri.empty()) return std::nullopt;
  const auto found = std::ranges::find(grantees, uri, &grantee_row::uri);
  if (found == grantees.end()) return std::nullopt;
  return found->type;
}

}  // namespace torhaus::auth::acl
