#include "gateway/s3/capabilities.hpp"

#include "gateway/s3/operations.hpp"

namespace torhaus::gateway::s3 {
namespace {

std::string_view scope_text(scope s) {
  switch (s) {
    case scope::service:
      return "service";
    case scope::bucket:
      return "bucket";
    case scope::object:
      return "object";
    case scope::resource:
      return "bucket, by its ARN";
  }
  return "";
}

}  // namespace

std::string capability_table() {
  std::string out = "| operation | on | IAM action | answered |\n|---|---|---|---|\n";
  for (const operation& row : operations()) {
    out.append("| ").append(row.name).append(" | ").append(scope_text(row.where)).append(" | ");
    out.append(row.iam_action);
    if (!row.version_action.empty()) out.append(", ").append(row.version_action);
    out.append(" | ").append(row.run != nullptr ? "yes" : "NotImplemented").append(" |\n");
  }
  return out;
}

}  // namespace torhaus::gateway::s3
