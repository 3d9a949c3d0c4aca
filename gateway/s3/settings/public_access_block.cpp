#include "gateway/s3/settings/public_access_block.hpp"

#include <array>

#include "gateway/http/message.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

using auth::public_access_block;

struct part {
  std::string_view name;
  bool public_access_block::* member;
};
constexpr std::array parts = {
    part{"BlockPublicAcls", &public_access_block::block_public_acls},
    part{"IgnorePublicAcls", &public_access_block::ignore_public_acls},
    part{"BlockPublicPolicy", &public_access_block::block_public_policy},
    part{"RestrictPublicBuckets", &public_access_block::restrict_public_buckets},
};

}  // namespace

result<public_access_block> parse_public_access_block(std::string_view document) {
  const auto doc = xml::document::parse(document, "PublicAccessBlockConfiguration");
  if (!doc) return doc.error();
  public_access_block block;
  std::size_t known = 0;
  for (const part& p : parts) {
    const auto given = doc->root().children(p.name);
    if (given.size() > 1) return errc::malformed_xml;
    if (given.empty()) continue;
    const std::string text = given.front().text();
    const bool on = http::equal_ignoring_case(text, "true");
    if (!on && !http::equal_ignoring_case(text, "false")) return errc::malformed_xml;
    block.*p.member = on;
    ++known;
  }
  if (known != doc->root().children().size()) return errc::malformed_xml;
  if (known == 0) {
    return error(errc::invalid_request, "Must specify at least one configuration.");
  }
  return block;
}

std::string write(const public_access_block& block) {
  xml::writer doc("PublicAccessBlockConfiguration");
  for (const part& p : parts) doc.flag(p.name, block.*p.member);
  return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
