#include "auth/policy/condition_names.hpp"

#include <algorithm>
#include <array>

#include "storage/crypto/digest.hpp"

namespace torhaus::auth::policy {
namespace {

struct operator_name {
  std::string_view name;
  comparison compare;
  bool negated = false;
};

// AWS: "IAM JSON policy elements: Condition operators".
constexpr std::array operators = {
    operator_name{"StringEquals", comparison::string_equals},
    operator_name{"StringNotEquals", comparison::string_equals, true},
    operator_name{"StringEqualsIgnoreCase", comparison::string_equals_ignore_case},
    operator_name{"StringNotEqualsIgnoreCase", comparison::string_equals_ignore_case, true},
    operator_name{"StringLike", comparison::string_like},
    operator_name{"StringNotLike", comparison::string_like, true},
    operator_name{"NumericEquals", comparison::numeric_equals},
    operator_name{"NumericNotEquals", comparison::numeric_equals, true},
    operator_name{"NumericLessThan", comparison::numeric_less},
    operator_name{"NumericLessThanEquals", comparison::numeric_less_equals},
    operator_name{"NumericGreaterThan", comparison::numeric_greater},
    operator_name{"NumericGreaterThanEquals", comparison::numeric_greater_equals},
    operator_name{"DateEquals", comparison::date_equals},
    operator_name{"DateNotEquals", comparison::date_equals, true},
    operator_name{"DateLessThan", comparison::date_less},
    operator_name{"DateLessThanEquals", comparison::date_less_equals},
    operator_name{"DateGreaterThan", comparison::date_greater},
    operator_name{"DateGreaterThanEquals", comparison::date_greater_equals},
    operator_name{"Bool", comparison::boolean},
    operator_name{"BinaryEquals", comparison::binary_equals},
    operator_name{"IpAddress", comparison::ip_address},
    operator_name{"NotIpAddress", comparison::ip_address, true},
    operator_name{"ArnEquals", comparison::arn_like},
    operator_name{"ArnNotEquals", comparison::arn_like, true},
    operator_name{"ArnLike", comparison::arn_like},
    operator_name{"ArnNotLike", comparison::arn_like, true},
    operator_name{"Null", comparison::null},
};

// AWS: "AWS global condition context keys", and "Condition keys for Amazon S3" in the Service
// Authorization Reference. A key whose name ends in '/' is a family.
constexpr std::array<std::string_view, 46> global_keys = {"aws:calledvia",
                                                          "aws:calledviafirst",
                                                          "aws:calledvialast",
                                                          "aws:currenttime",
                                                          "aws:ec2instancesourceprivateipv4",
                                                          "aws:ec2instancesourcevpc",
                                                          "aws:epochtime",
                                                          "aws:federatedprovider",
                                                          "aws:multifactorauthage",
                                                          "aws:multifactorauthpresent",
                                                          "aws:principalaccount",
                                                          "aws:principalarn",
                                                          "aws:principalisawsservice",
                                                          "aws:principalorgid",
                                                          "aws:principalorgpaths",
                                                          "aws:principalservicename",
                                                          "aws:principalservicenameslist",
                                                          "aws:principaltag/",
                                                          "aws:principaltype",
                                                          "aws:referer",
                                                          "aws:requestedregion",
                                                          "aws:requesttag/",
                                                          "aws:resourceaccount",
                                                          "aws:resourceorgid",
                                                          "aws:resourceorgpaths",
                                                          "aws:resourcetag/",
                                                          "aws:securetransport",
                                                          "aws:sourceaccount",
                                                          "aws:sourcearn",
                                                          "aws:sourceidentity",
                                                          "aws:sourceip",
                                                          "aws:sourceorgid",
                                                          "aws:sourceorgpaths",
                                                          "aws:sourceowner",
                                                          "aws:sourcevpc",
                                                          "aws:sourcevpcarn",
                                                          "aws:sourcevpce",
                                                          "aws:tagkeys",
                                                          "aws:tokenissuetime",
                                                          "aws:useragent",
                                                          "aws:userid",
                                                          "aws:username",
                                                          "aws:viaawsservice",
                                                          "aws:vpcsourceip",
                                                          "kms:viaservice",
                                                          "torhaus:"};
constexpr std::array<std::string_view, 45> s3_keys = {
    "s3:accesspointnetworkorigin",
    "s3:authtype",
    "s3:bucketkeyenabled",
    "s3:buckettag/",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointtag/",
    "s3:delimiter",
    "s3:destinationregion",
    "s3:existingobjecttag/",
    "s3:if-match",
    "s3:if-none-match",
    "s3:inventoryaccessibleoptionalfields",
    "s3:isreplicationpauserequest",
    "s3:jobsuspendedcause",
    "s3:locationconstraint",
    "s3:max-keys",
    "s3:object-lock-legal-hold",
    "s3:object-lock-mode",
    "s3:object-lock-remaining-retention-days",
    "s3:object-lock-retain-until-date",
    "s3:objectcreationoperation",
    "s3:prefix",
    "s3:requestobjecttag/",
    "s3:requestobjecttagkeys",
    "s3:resourceaccount",
    "s3:signatureage",
    "s3:signatureversion",
    "s3:tlsversion",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-content-sha256",
    "s3:x-amz-copy-source",
    "s3:x-amz-grant-full-control",
    "s3:x-amz-grant-read",
    "s3:x-amz-grant-read-acp",
    "s3:x-amz-grant-write",
    "s3:x-amz-grant-write-acp",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-object-ownership",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm",
    "s3:x-amz-storage-class",
    "s3:x-amz-website-redirect-location"};

// Policy and request both say base64 of the bytes.
bool is_base64(std::string_view text) { return storage::crypto::from_base64(text).has_value(); }

}  // namespace

std::optional<condition> parse_operator(std::string_view name) {
  condition c;
  constexpr std::string_view all = "ForAllValues:";
  constexpr std::string_view any = "ForAnyValue:";
  constexpr std::string_view exists = "IfExists";
  if (name.starts_with(all)) {
    c.quantity = quantifier::for_all;
    name.remove_prefix(all.size());
  } else if (name.starts_with(any)) {
    c.quantity = quantifier::for_any;
    name.remove_prefix(any.size());
  }
  if (name.ends_with(exists)) {
    c.if_exists = true;
    name.remove_suffix(exists.size());
  }
  const auto found = std::ranges::find(operators, name, &operator_name::name);
  if (found == operators.end()) return std::nullopt;
  // AWS: Null asks whether a key exists already.
  const bool null = found->compare == comparison::null;
  if (null && (c.if_exists || c.quantity != quantifier::one)) return std::nullopt;
  c.compare = found->compare;
  c.negated = found->negated;
  return c;
}

bool known_key(std::string_view key) {
  const std::string lower = lower_case(key);
  const auto named = [&](std::string_view k) {
    const bool family = k.ends_with('/') || k.ends_with(':');
    return family ? lower.size() > k.size() && lower.starts_with(k) : lower == k;
  };
  return std::ranges::any_of(global_keys, named) || std::ranges::any_of(s3_keys, named);
}

bool comparable(comparison how, const pattern& value) {
  if (value.has_variables()) return true;
  const std::string& text = value.text();
  switch (how) {
    case comparison::numeric_equals:
    case comparison::numeric_less:
    case comparison::numeric_less_equals:
    case comparison::numeric_greater:
    case comparison::numeric_greater_equals:
      return parse_numeric(text).has_value();
    case comparison::date_equals:
    case comparison::date_less:
    case comparison::date_less_equals:
    case comparison::date_greater:
    case comparison::date_greater_equals:
      return parse_date(text).has_value();
    case comparison::boolean:
    case comparison::null:
      return same_ignoring_case(text, "true") || same_ignoring_case(text, "false");
    case comparison::binary_equals:
      return is_base64(text);
    case comparison::ip_address:
      return parse_network(text).has_value();
    default:
      return true;
  }
}

}  // namespace torhaus::auth::policy
