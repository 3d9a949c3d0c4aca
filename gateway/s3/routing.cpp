#include "gateway/s3/routing.hpp"

#include <algorithm>
#include <array>

namespace torhaus::gateway::s3 {
namespace {

// Every query parameter that names a sub-resource anywhere in S3.
constexpr std::array sub_resources = std::to_array<std::string_view>({
    "abac", "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption",
    "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "location", "logging",
    "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "metadataTable",
    "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
    "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention",
    "select", "session", "tagging", "torrent", "uploadId", "uploads", "versioning", "versions",
    "website"});

// Calls fn(name, value) for each part of "partNumber&uploadId" or "list-type=2".
template <class F>
bool all_parts(std::string_view spec, F fn) {
  while (!spec.empty()) {
    const std::size_t end = spec.find('&');
    const std::string_view part = spec.substr(0, end);
    const std::size_t equals = part.find('=');
    const bool has_value = equals != std::string_view::npos;
    if (!fn(part.substr(0, equals), has_value ? part.substr(equals + 1) : std::string_view())) {
      return false;
    }
    spec = end == std::string_view::npos ? std::string_view() : spec.substr(end + 1);
  }
  return true;
}

bool names(std::string_view spec, std::string_view wanted) {
  return !all_parts(spec, [wanted](std::string_view name, std::string_view) {
    return name != wanted;
  });
}

bool fits(const operation& row, const http::request& call, const target& where) {
  const bool present =
      all_parts(row.sub_resource, [&](std::string_view name, std::string_view value) {
        const auto given = where.parameter(name);
        return given && (value.empty() || *given == value);
      });
  return present && (row.header.empty() || call.find(row.header));
}

// Whether the request names a sub-resource that the row is not about.
bool names_another(const operation& row, const target& where) {
  return std::ranges::any_of(where.query, [&](const auto& parameter) {
    const auto& name = parameter.first;
    // Only with PUT is partNumber more than a filter: it must not become a plain upload.
    const bool part = name == "partNumber" && row.method == "PUT";
    const bool known = part || std::ranges::find(sub_resources, name) != sub_resources.end();
    return known && !names(row.sub_resource, name);
  });
}

std::string_view where_text(scope s) {
  switch (s) {
    case scope::service: return "service";
    case scope::bucket: return "bucket";
    case scope::object: return "object";
  }
  return "";
}

}  // namespace

result<const operation*> find_operation(const http::request& call, const target& where) {
  const scope at = where.bucket.empty() ? scope::service
                   : where.key.empty()  ? scope::bucket
                                        : scope::object;
  for (const operation& row : operations()) {
    if (row.where != at || row.method != call.method) continue;
    if (fits(row, call, where) && !names_another(row, where)) return &row;
  }
  return error(errc::method_not_allowed)
      .with("Method", call.method)
      .with("ResourceType", at == scope::object ? "OBJECT" : at == scope::bucket ? "BUCKET" : "SERVICE");
}

std::string capability_table() {
  std::string out = "| operation | on | IAM action | answered |\n|---|---|---|---|\n";
  for (const operation& row : operations()) {
    out.append("| ").append(row.name).append(" | ").append(where_text(row.where));
    out.append(" | ").append(row.iam_action).append(" | ");
    out.append(row.run != nullptr ? "yes" : "NotImplemented").append(" |\n");
  }
  return out;
}

}  // namespace torhaus::gateway::s3
