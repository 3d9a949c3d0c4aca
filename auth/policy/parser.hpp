// From the text of a policy to a document. AWS: "Grammar of the IAM JSON policy language".
#pragma once

#include <cstddef>
#include <string_view>

#include "auth/policy/document.hpp"
#include "storage/base/result.hpp"

namespace torhaus::auth::policy {

// AWS: a bucket policy has at most 20 KB.
inline constexpr std::size_t max_bytes = std::size_t{20} * 1024;
// AWS: other documents are limited by IAM, which does not count white space.
inline constexpr std::size_t max_identity_bytes = std::size_t{128} * 1024;

enum class holder : std::uint8_t {
  resource,  // every statement names whom it is about
  identity,  // no statement does: it is about whom the policy is attached to
  trust,     // of a role: every statement names who may assume it, and no resource
};

// malformed_policy with a text that names the element, for what the grammar refuses, and for an
// element that stands twice, a Sid that is used twice, an unknown version, operator or key of a
// condition, or a value that the operator cannot compare. No network or store is asked: whether
// principals exist is the caller's question.
result<document> parse(std::string_view text, holder);

// What a bucket policy must fulfil besides: every resource lies in this bucket, every action is one
// of S3 and applies to a resource of its statement, nothing is allowed to all but some.
result<void> check_for_bucket(const document&, std::string_view bucket);

}  // namespace torhaus::auth::policy
