#include "gateway/s3/settings/access.hpp"

#include "auth/policy/parser.hpp"
#include "auth/policy/publicity.hpp"
#include "gateway/s3/settings/ownership.hpp"
#include "gateway/s3/settings/public_access_block.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

result<auth::bucket_rules> parse_access(const storage::catalog::setting_documents& documents) {
  auth::bucket_rules rules;
  const auto find = [&](bucket_setting which) -> const std::string* {
    const auto found = documents.find(which);
    return found == documents.end() ? nullptr : &found->second;
  };
  if (const std::string* text = find(bucket_setting::policy)) {
    auto parsed = auth::policy::parse(*text, auth::policy::holder::resource);
    if (!parsed) return std::move(parsed).error();
    rules.policy_is_public = auth::policy::is_public(*parsed);
    rules.policy_reads_tags = parsed->asks_for("s3:existingobjecttag/");
    rules.policy_reads_body = parsed->asks_for_body();
    rules.policy = std::move(*parsed);
  }
  if (const std::string* text = find(bucket_setting::public_access_block)) {
    const auto parsed = parse_public_access_block(*text);
    if (!parsed) return parsed.error();
    rules.block = *parsed;
  }
  if (const std::string* text = find(bucket_setting::ownership)) {
    const auto parsed = parse_ownership(*text);
    if (!parsed) return parsed.error();
    rules.ownership = *parsed;
  }
  if (const std::string* text = find(bucket_setting::acl)) {
    auto parsed = auth::acl::decode(*text);
    if (!parsed) return std::move(parsed).error();
    rules.acl = std::move(*parsed);
  }
  return rules;
}

}  // namespace torhaus::gateway::s3
