#include "gateway/s3/routing.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace torhaus::gateway::s3 {
namespace {

// Every query parameter that names a sub-resource anywhere in S3.
constexpr std::array sub_resources = std::to_array<std::string_view>({
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "annotation",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metadataAnnotationTable",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
});

// Parameters that may come without a value and are no sub-resource for all that.
constexpr std::array values_that_may_be_empty = std::to_array<std::string_view>({
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "id",
    "key-marker",
    "list-type",
    "marker",
    "max-keys",
    "max-parts",
    "max-uploads",
    "part-number-marker",
    "partNumber",
    "prefix",
    "start-after",
    "upload-id-marker",
    "version-id-marker",
    "versionId",
});

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
  return !all_parts(spec,
                    [wanted](std::string_view name, std::string_view) { return name != wanted; });
}

bool fits(const operation& row, const http::request& call, const target& where) {
  const bool present =
      all_parts(row.sub_resource, [&](std::string_view name, std::string_view value) {
        const auto given = where.parameter(name);
        return given && (value.empty() || *given == value);
      });
  return present && (row.header.empty() || call.find(row.header));
}

// The rows of a scope and method, in the table's order.
std::span<const operation* const> rows_of(scope at, std::string_view method) {
  using index = std::map<std::pair<scope, std::string_view>, std::vector<const operation*>>;
  static const index rows = [] {
    index made;
    for (const operation& row : operations()) made[{row.where, row.method}].push_back(&row);
    return made;
  }();
  const auto found = rows.find({at, method});
  if (found == rows.end()) return {};
  return found->second;
}

// Whether the request names a sub-resource that the row is not about.
bool names_another(const operation& row, const target& where) {
  return std::ranges::any_of(where.query, [&](const auto& parameter) {
    const auto& name = parameter.first;
    // Only with PUT is partNumber more than a filter: it must not become a plain upload.
    const bool part = name == "partNumber" && row.method == "PUT";
    return (part || names_sub_resource(name)) && !names(row.sub_resource, name);
  });
}

scope scope_of(const target& where) {
  if (where.by_arn) return scope::resource;
  if (where.bucket.empty()) return scope::service;
  return where.key.empty() ? scope::bucket : scope::object;
}

std::string_view resource_type(scope s) {
  switch (s) {
    case scope::service:
      return "SERVICE";
    case scope::bucket:
    case scope::resource:
      return "BUCKET";
    case scope::object:
      return "OBJECT";
  }
  return "";
}

bool known_at(scope at, std::string_view sub_resource) {
  return std::ranges::any_of(operations(), [&](const operation& row) {
    return row.where == at && names(row.sub_resource, sub_resource);
  });
}

bool starts_like_a_header(std::string_view name) {
  return name.size() > 2 && http::equal_ignoring_case(name.substr(0, 2), "x-");
}

// A name alone ("?annotation") is how S3 spells a sub-resource. One that nobody here has heard of
// must not end as PutObject or DeleteObject of the same key; for reading an object, it is what web
// pages write against caches.
std::string_view unheard_of(const http::request& call, const target& where) {
  const bool reads_object =
      scope_of(where) == scope::object && (call.method == "GET" || call.method == "HEAD");
  if (reads_object) return {};
  for (const auto& [name, value] : where.query) {
    const bool bare =
        value.empty() && !names_sub_resource(name) && !starts_like_a_header(name) &&
        !name.starts_with("response-") &&
        std::ranges::find(values_that_may_be_empty, name) == values_that_may_be_empty.end();
    if (bare) return name;
  }
  return {};
}

error not_implemented(std::string_view sub_resource, scope at) {
  return error(errc::not_implemented, "The sub-resource " + std::string(sub_resource) +
                                          " is not implemented by this server.")
      .with("ResourceType", std::string(resource_type(at)));
}

// Sub-resources of a bucket that are asked of a key.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> only_of_buckets = {
    {{"uploads", "Key is not expected for the GET method ?uploads subresource"},
     {"versions", "There is no such thing as the ?versions sub-resource for a key"}}};

// Why no row is about this request.
error no_operation(const http::request& call, const target& where) {
  const scope at = scope_of(where);
  if (at == scope::object && call.method == "GET") {
    for (const auto& [name, why] : only_of_buckets) {
      if (where.has(name)) return error(errc::invalid_request, std::string(why));
    }
  }
  if (at == scope::object && call.method == "PUT" && where.has("partNumber") &&
      !where.has("uploadId")) {
    return error(errc::invalid_argument,
                 "This operation does not accept partNumber without uploadId")
        .with("ArgumentName", "partNumber")
        .with("ArgumentValue", std::string(where.parameter("partNumber").value_or("")));
  }
  std::string_view first;
  for (const auto& [name, value] : where.query) {
    if (!names_sub_resource(name) || name == first) continue;
    if (!known_at(at, name)) return not_implemented(name, at);
    if (!first.empty()) {
      return error(errc::invalid_argument,
                   "Conflicting query string parameters: " + std::string(first) + ", " + name)
          .with("ArgumentName", "ResourceType")
          .with("ArgumentValue", std::string(first));
    }
    first = name;
  }
  return error(errc::method_not_allowed)
      .with("Method", call.method)
      .with("ResourceType", std::string(resource_type(at)));
}

}  // namespace

bool names_sub_resource(std::string_view name) {
  return std::ranges::find(sub_resources, name) != sub_resources.end();
}

std::string_view action_of(const operation& row, const target& where) {
  return !row.version_action.empty() && where.has("versionId") ? row.version_action
                                                               : row.iam_action;
}

std::string allowed_methods(const target& where) {
  std::string list;
  for (const char* method : {"GET", "HEAD", "PUT", "POST", "DELETE"}) {
    http::request probe;
    probe.method = method;
    if (where.by_arn) probe.headers.push_back({"x-amz-account-id", ""});
    if (!find_operation(probe, where)) continue;
    if (!list.empty()) list += ", ";
    list += method;
  }
  return list;
}

result<const operation*> find_operation(const http::request& call, const target& where) {
  const scope at = scope_of(where);
  if (const auto name = unheard_of(call, where); !name.empty()) return not_implemented(name, at);
  for (const operation* row : rows_of(at, call.method)) {
    if (!fits(*row, call, where) || names_another(*row, where)) continue;
    // Every write makes a version of its own: one that is named cannot be meant.
    if (row->iam_action == "s3:PutObject" && where.has("versionId")) {
      return error(errc::invalid_argument, "This operation does not accept a version-id.")
          .with("ArgumentName", "versionId")
          .with("ArgumentValue", std::string(where.parameter("versionId").value_or("")));
    }
    return row;
  }
  return no_operation(call, where);
}

}  // namespace torhaus::gateway::s3
