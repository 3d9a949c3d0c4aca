#include "gateway/admin/openapi.hpp"

#include <map>

#include "gateway/admin/functions.hpp"
#include "gateway/admin/quota.hpp"

namespace torhaus::gateway::admin {
namespace {

namespace json = boost::json;

json::object reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

// From one value to what all such values look like. A null may be a text as well.
json::object schema_of(const json::value& sample) {
  switch (sample.kind()) {
    case json::kind::bool_:
      return {{"type", "boolean"}};
    case json::kind::int64:
    case json::kind::uint64:
      return {{"type", "integer"}};
    case json::kind::null:
      return {{"type", json::array{"string", "null"}}};
    case json::kind::array:
      return {{"type", "array"}, {"items", json::object{{"type", "string"}}}};
    case json::kind::object: {
      json::object properties;
      for (const auto& [name, value] : sample.as_object()) properties[name] = schema_of(value);
      return {{"type", "object"}, {"properties", std::move(properties)}};
    }
    default:
      return {{"type", "string"}};
  }
}

json::object with(json::object sample, std::initializer_list<std::string_view> more) {
  for (const std::string_view name : more) sample[name] = "";
  return sample;
}

json::object schemas() {
  const auth::projects::member member;
  const json::object key = to_json(auth::identity::access_key{});
  const json::object as_member = to_json(member, {});
  json::object all;
  all["Agency"] = schema_of(to_json(auth::identity::agency{}));
  all["User"] = schema_of(to_json(auth::identity::user{}));
  all["Key"] = schema_of(key);
  all["NewKey"] = schema_of(with(key, {"secret_key"}));
  all["RotatedKey"] = schema_of(with(key, {"secret_key", "replaces", "replaced_expires"}));
  all["Project"] = schema_of(to_json(auth::projects::project{}, {}));
  all["Member"] = schema_of(as_member);
  all["Membership"] = schema_of(with(as_member, {"project"}));
  all["KmsKey"] = schema_of(to_json(auth::keys::key_description{}));
  all["Import"] = schema_of(json::object{{"imported", 0}});
  all["Quota"] = schema_of(quota_json({}, 0, 0));
  all["Scrub"] = json::object{{"type", "object"}};        // README.md has its members
  all["AuditRecord"] = json::object{{"type", "object"}};  // gateway/audit/README.md has its members
  json::object verification =
      schema_of(json::object{{"lines", 0}, {"found", 0}, {"next", nullptr}});
  verification["properties"].as_object()["findings"] =
      json::object{{"type", "array"},
                   {"items", schema_of(json::object{{"file", ""}, {"line", 0}, {"what", ""}})}};
  all["AuditVerification"] = std::move(verification);
  all["Explanation"] = schema_of(json::object{{"allowed", true},
                                              {"because", ""},
                                              {"message", nullptr},
                                              {"project", nullptr},
                                              {"state", nullptr},
                                              {"role", nullptr},
                                              {"not_given", json::array{""}}});
  all["Document"] = json::object{{"type", "object"}};
  json::object failed = schema_of(json::object{{"code", ""}, {"message", ""}, {"request_id", ""}});
  failed["properties"].as_object()["details"] = json::object{
      {"type", "array"}, {"items", schema_of(json::object{{"at", ""}, {"message", ""}})}};
  all["Error"] = std::move(failed);
  return all;
}

json::object schema_of(const body_member& m) {
  using kind = body_member::kind;
  json::object out;
  switch (m.type) {
    case kind::flag:
      out["type"] = "boolean";
      break;
    case kind::number:
      out["type"] = "integer";
      out["minimum"] = 0;
      break;
    case kind::texts:
      out["type"] = "array";
      out["items"] = json::object{{"type", "string"}};
      break;
    case kind::table:
      out["type"] = "object";
      break;
    case kind::time:
      out["type"] = json::array{"string", "null"};
      break;
    default:
      out["type"] = "string";
  }
  if (!m.about.empty()) out["description"] = m.about;
  return out;
}

json::object body_of(const admin_route& row) {
  json::object properties;
  json::array required;
  for (const body_member& m : row.body) {
    properties[m.name] = schema_of(m);
    if (m.required) required.emplace_back(m.name);
  }
  json::object schema{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  const bool needed = !required.empty();
  if (needed) schema["required"] = std::move(required);
  json::object media{{"application/json", json::object{{"schema", std::move(schema)}}}};
  return {{"required", needed}, {"content", std::move(media)}};
}

json::object answer_of(const admin_route& row) {
  if (row.answers.empty()) return {{"description", "Done"}};
  json::object schema;
  if (row.answers.ends_with("[]")) {
    const std::string_view name = row.answers.substr(0, row.answers.size() - 2);
    const std::size_t colon = name.find(':');
    json::object properties;
    properties[name.substr(0, colon)] =
        json::object{{"type", "array"}, {"items", reference(name.substr(colon + 1))}};
    properties["next"] = json::object{{"type", json::array{"string", "null"}}};
    schema = {{"type", "object"}, {"properties", std::move(properties)}};
  } else {
    schema = reference(row.answers);
  }
  json::object media{{"application/json", json::object{{"schema", std::move(schema)}}}};
  return {{"description", "Good"}, {"content", std::move(media)}};
}

std::string_view who_may(reach may) {
  switch (may) {
    case reach::everybody:
      return "Every user; what is answered, or refused, depends on who asks.";
    case reach::operator_only:
      return "The operator.";
    case reach::agency:
      return "Administrators of the agency, the operator.";
    case reach::member:
      return "Members of the project, administrators of its owner, the operator.";
    case reach::manager:
      return "Managers of the project, administrators of its owner, the operator.";
    case reach::owner:
      return "Administrators of the project's owner, the operator.";
  }
  return {};
}

// "agencies/*/users" → "/agencies/{agency}/users": a star is named by what stands before it.
std::string path_of(std::string_view pattern, json::array& parameters) {
  static const std::map<std::string_view, std::string_view> names = {
      {"agencies", "agency"},  {"users", "user"},     {"keys", "key"},
      {"projects", "project"}, {"members", "agency"}, {"kms-keys", "key"}};
  std::string path;
  std::string_view before;
  for (std::string_view rest = pattern;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    path += '/';
    if (part == "*") {
      const auto known = names.find(before);
      const std::string name(known == names.end() ? "user" : known->second);
      path += "{" + name + "}";
      parameters.push_back(json::object{{"name", name},
                                        {"in", "path"},
                                        {"required", true},
                                        {"schema", json::object{{"type", "string"}}}});
    } else {
      path += part;
    }
    before = part;
    if (slash == std::string_view::npos) return path;
    rest.remove_prefix(slash + 1);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

void add_route(json::object& paths, const admin_route& row) {
  json::array parameters;
  const std::string path = path_of(row.pattern, parameters);
  if (row.answers.ends_with("[]")) {
    parameters.push_back(json::object{{"name", "after"},
                                      {"in", "query"},
                                      {"description", "The `next` of the page before"},
                                      {"schema", json::object{{"type", "string"}}}});
  }
  const bool makes = row.method == "POST" && !row.answers.empty() && row.answers != "Explanation";
  const std::string good = row.answers.empty() ? "204" : makes ? "201" : "200";
  json::object failed{{"description", "Refused"}};
  failed["content"] =
      json::object{{"application/json", json::object{{"schema", reference("Error")}}}};
  json::object operation{{"summary", row.about}, {"description", who_may(row.may)}};
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!row.body.empty()) operation["requestBody"] = body_of(row);
  operation["responses"] = json::object{{good, answer_of(row)}, {"default", std::move(failed)}};
  if (!paths.contains(path)) paths[path] = json::object();
  paths[path].as_object()[lower(row.method)] = std::move(operation);
}

json::object made() {
  json::object paths;
  for (const admin_route& row : admin_routes()) add_route(paths, row);
  json::object signature{
      {"type", "apiKey"},
      {"in", "header"},
      {"name", "Authorization"},
      {"description",
       "AWS Signature Version 4 for the service torhaus-admin in the region us-east-1; the "
       "signature covers the body."}};
  json::object out{{"openapi", "3.1.0"}};
  out["info"] = json::object{{"title", "Torhaus administration"}, {"version", "1"}};
  out["servers"] = json::array{json::object{{"url", "/-/admin/v1"}}};
  out["security"] = json::array{json::object{{"sigv4", json::array()}}};
  out["paths"] = std::move(paths);
  out["components"] = json::object{
      {"schemas", schemas()}, {"securitySchemes", json::object{{"sigv4", std::move(signature)}}}};
  return out;
}

}  // namespace

const json::object& openapi_document() {
  static const json::object document = made();
  return document;
}

task<result<admin_answer>> show_openapi(admin_call&) {
  co_return admin_answer{200, openapi_document()};
}

}  // namespace torhaus::gateway::admin
