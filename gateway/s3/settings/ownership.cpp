#include "gateway/s3/settings/ownership.hpp"

#include <algorithm>
#include <array>

#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

using auth::object_ownership;

constexpr std::array<std::pair<object_ownership, std::string_view>, 3> ownership_names = {{
    {object_ownership::bucket_owner_enforced, "BucketOwnerEnforced"},
    {object_ownership::bucket_owner_preferred, "BucketOwnerPreferred"},
    {object_ownership::object_writer, "ObjectWriter"},
}};

}  // namespace

std::optional<object_ownership> parse_ownership_name(std::string_view name) {
  for (const auto& [kind, text] : ownership_names) {
    if (text == name) return kind;
  }
  return std::nullopt;
}

std::string_view ownership_name(object_ownership kind) {
  return std::ranges::find(ownership_names, kind, [](const auto& n) { return n.first; })->second;
}

result<object_ownership> parse_ownership(std::string_view document) {
  const auto doc = xml::document::parse(document, "OwnershipControls");
  if (!doc) return doc.error();
  const auto rules = doc->root().children();
  if (rules.size() != 1 || rules.front().name() != "Rule") return errc::malformed_xml;
  const auto parts = rules.front().children();
  if (parts.size() != 1 || parts.front().name() != "ObjectOwnership") return errc::malformed_xml;
  const auto kind = parse_ownership_name(parts.front().text());
  if (!kind) return errc::malformed_xml;
  return *kind;
}

std::string write(object_ownership kind) {
  xml::writer doc("OwnershipControls");
  doc.open("Rule").text("ObjectOwnership", ownership_name(kind)).close("Rule");
  return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
