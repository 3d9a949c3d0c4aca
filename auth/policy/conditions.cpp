// Conditions. AWS: "IAM JSON policy elements: Condition operators", "Conditions with multiple
// context keys or values".
#include <algorithm>
#include <array>

#include "auth/policy/evaluator.hpp"

namespace torhaus::auth::policy {
namespace {

bool in_order(comparison how, auto given, auto wanted) {
  switch (how) {
    case comparison::numeric_less:
    case comparison::date_less:
      return given < wanted;
    case comparison::numeric_less_equals:
    case comparison::date_less_equals:
      return given <= wanted;
    case comparison::numeric_greater:
    case comparison::date_greater:
      return given > wanted;
    case comparison::numeric_greater_equals:
    case comparison::date_greater_equals:
      return given >= wanted;
    default:
      return given == wanted;
  }
}

// The six parts of an arn; what follows the fifth colon belongs to the last. A colon within
// ${aws:username} separates nothing.
using arn_parts = std::array<std::string_view, 6>;
std::optional<arn_parts> split_arn(std::string_view arn, variables names) {
  arn_parts parts;
  std::size_t begin = 0;
  std::size_t count = 0;
  for (std::size_t at = 0; at < arn.size() && count + 1 < parts.size(); ++at) {
    if (names == variables::taken && arn.substr(at).starts_with("${")) {
      at = std::min(arn.find('}', at), arn.size());
    } else if (arn[at] == ':') {
      parts[count++] = arn.substr(begin, at - begin);
      begin = at + 1;
    }
  }
  if (count + 1 < parts.size()) return std::nullopt;
  parts.back() = arn.substr(begin);
  return parts;
}

// A wildcard of an arn does not reach beyond its part.
bool arn_matches(const pattern& wanted, std::string_view given, const condition_values& from) {
  const variables names = wanted.has_variables() ? variables::taken : variables::none;
  const auto pieces = split_arn(given, variables::none);
  const auto patterns = split_arn(wanted.text(), names);
  if (!pieces || !patterns) return wanted.text() == "*" && pieces;
  for (std::size_t i = 0; i < pieces->size(); ++i) {
    const pattern piece((*patterns)[i], wildcards::taken, names);
    if (!piece.matches((*pieces)[i], from)) return false;
  }
  return true;
}

bool value_matches(const condition& c, const pattern& wanted, const std::string& given,
                   const condition_values& from) {
  switch (c.compare) {
    case comparison::string_equals:
    case comparison::string_like:
      return wanted.matches(given, from);
    case comparison::string_equals_ignore_case:
      return wanted.matches(given, from, letter_case::ignored);
    case comparison::arn_like:
      return arn_matches(wanted, given, from);
    case comparison::boolean:
      return same_ignoring_case(wanted.text(), given);
    case comparison::binary_equals:
      return wanted.text() == given;
    case comparison::ip_address: {
      const auto net = parse_network(wanted.text());
      const auto address = parse_address(given);
      return net && address && net->contains(*address);
    }
    case comparison::numeric_equals:
    case comparison::numeric_less:
    case comparison::numeric_less_equals:
    case comparison::numeric_greater:
    case comparison::numeric_greater_equals: {
      const auto a = parse_numeric(given);
      const auto b = parse_numeric(wanted.text());
      return a && b && in_order(c.compare, *a, *b);
    }
    case comparison::date_equals:
    case comparison::date_less:
    case comparison::date_less_equals:
    case comparison::date_greater:
    case comparison::date_greater_equals: {
      const auto a = parse_date(given);
      const auto b = parse_date(wanted.text());
      return a && b && in_order(c.compare, *a, *b);
    }
    case comparison::null:
      return false;  // asked before any value is
  }
  return false;
}

// One value of the request against all of the policy: any of them, or none of them.
bool given_matches(const condition& c, const std::string& given, const condition_values& from) {
  const bool found = std::ranges::any_of(
      c.values, [&](const pattern& wanted) { return value_matches(c, wanted, given, from); });
  return found != c.negated;
}

}  // namespace

bool holds(const condition& c, const condition_values& from) {
  std::vector<std::string> given;
  const bool exists = from.find(c.key, given);
  if (c.compare == comparison::null) {
    return std::ranges::any_of(c.values, [&](const pattern& wanted) {
      return same_ignoring_case(wanted.text(), exists ? "false" : "true");
    });
  }
  const auto fits = [&](const std::string& value) { return given_matches(c, value, from); };
  if (c.quantity == quantifier::for_all) return std::ranges::all_of(given, fits);
  if (!exists || given.empty()) {
    if (c.if_exists) return true;
    return c.quantity == quantifier::one && c.negated;
  }
  if (c.quantity == quantifier::for_any || !c.negated) return std::ranges::any_of(given, fits);
  return std::ranges::all_of(given, fits);
}

}  // namespace torhaus::auth::policy
