#include "auth/policy/publicity.hpp"

#include <algorithm>
#include <array>

namespace torhaus::auth::policy {
namespace {

// Keys that make a statement private when they are bound to fixed values.
constexpr std::array<std::string_view, 15> binding_keys = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id"};

bool fixed(const condition& c, const pattern& value) {
  if (value.has_variables()) return false;
  if (!value.has_wildcards()) return true;
  const std::string& text = value.text();
  // AWS: every session of one role is a fixed set.
  if (same_ignoring_case(c.key, "aws:userid")) {
    const std::size_t colon = text.find(':');
    return colon != text.npos && text.substr(0, colon).find_first_of("*?") == text.npos;
  }
  // An access point of one account may have any name.
  if (!same_ignoring_case(c.key, "s3:dataaccesspointarn")) return false;
  constexpr std::size_t account_field = 4;
  std::size_t at = 0;
  for (std::size_t i = 0; i < account_field && at != text.npos; ++i) at = text.find(':', at) + 1;
  const std::string account = text.substr(at, text.find(':', at) - at);
  return !account.empty() && account.find_first_of("*?") == text.npos;
}

// AWS: 0.0.0.0/0 and other very broad networks bind nothing.
bool narrow(const pattern& value) {
  const auto net = parse_network(value.text());
  return net && net->prefix >= (net->address.is_v4() ? 8U : 32U);
}

bool binds(const condition& c) {
  // What holds when the key is missing, or for the empty set, binds nobody.
  if (c.negated || c.if_exists || c.quantity == quantifier::for_all) return false;
  if (c.compare == comparison::ip_address && same_ignoring_case(c.key, "aws:sourceip")) {
    return std::ranges::all_of(c.values, narrow);
  }
  const bool text =
      c.compare == comparison::string_equals || c.compare == comparison::string_like ||
      c.compare == comparison::string_equals_ignore_case || c.compare == comparison::arn_like;
  return text && std::ranges::find(binding_keys, lower_case(c.key)) != binding_keys.end() &&
         std::ranges::all_of(c.values, [&](const pattern& value) { return fixed(c, value); });
}

bool is_public(const statement& s) {
  if (s.effect == effect::deny) return false;
  const bool everyone =
      s.not_principal || std::ranges::any_of(s.principals, [](const principal_name& p) {
        return p.type == principal_name::kind::everyone;
      });
  return everyone && std::ranges::none_of(s.conditions, binds);
}

}  // namespace

bool is_public(const document& d) {
  return std::ranges::any_of(d.statements, [](const statement& s) { return is_public(s); });
}

}  // namespace torhaus::auth::policy
