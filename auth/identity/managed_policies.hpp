// The policies of AWS that software attaches by name.
#pragma once

#include <span>
#include <string_view>

namespace torhaus::auth::identity {

struct aws_policy {
  std::string_view name;  // "AmazonS3FullAccess"
  std::string_view path;  // "/"
  std::string_view description;
  std::string_view text;
};

inline constexpr std::string_view aws_policy_prefix = "arn:aws:iam::aws:policy";

std::span<const aws_policy> aws_policies();
// By arn:aws:iam::aws:policy/NAME; nullptr when it is not kept here.
const aws_policy* find_aws_policy(std::string_view arn);

}  // namespace torhaus::auth::identity
