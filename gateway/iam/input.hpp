// Parameters of IAM's actions: read, and checked as AWS documents them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/identity/entity.hpp"
#include "auth/policy/parser.hpp"
#include "gateway/iam/form.hpp"
#include "storage/base/result.hpp"

namespace torhaus::gateway::iam {

// validation_error that names the parameter.
result<std::string> required(const form&, std::string_view parameter);

// Letters, digits and _+=,.@-, from 1 to `most` of them.
result<std::string> required_name(const form&, std::string_view parameter, std::size_t most);
result<void> check_name(std::string_view parameter, std::string_view value, std::size_t least,
                        std::size_t most);
// "/" or "/…/"; what is not given is "/".
result<std::string> path_of(const form&, std::string_view parameter);
result<std::string> description_of(const form&);
// A number in a range; `otherwise` when it is not given.
result<std::uint64_t> number_of(const form&, std::string_view parameter, std::uint64_t least,
                                std::uint64_t most, std::uint64_t otherwise);

// "Tags.member.1.Key" and so on; at most 50, none twice.
result<auth::identity::tag_pairs> tags_of(const form&);
// "TagKeys.member.1" and so on, as far as they are numbered.
std::vector<std::string> list_of(const form&, std::string_view parameter,
                                 std::string_view member = "");

// The document of that parameter when it parses: malformed_policy_document. `most` characters,
// spaces apart: limit_exceeded.
result<std::string> document_of(const form&, std::string_view parameter, auth::policy::holder,
                                std::size_t most);
// AWS does not count white space.
std::size_t counted_size(std::string_view document);
error in_iam_words(const error& malformed);

// Part of a list.
struct page {
  std::size_t most = 100;
  std::string after;  // Marker
};
result<page> page_of(const form&);

}  // namespace torhaus::gateway::iam
