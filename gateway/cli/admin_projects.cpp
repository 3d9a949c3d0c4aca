#include "gateway/cli/admin_projects.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <iterator>

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

// The days that are announced stand behind the state.
constexpr std::array project_columns = {column{"id", "ID"},
                                        column{"title", "Title"},
                                        column{"owner", "Owner"},
                                        column{"state", "State"},
                                        column{"ends", "Ends"},
                                        column{"read_only_on", "Read-only on"},
                                        column{"closed_on", "Closed on"},
                                        column{"deleted_on", "Deleted on"},
                                        column{"waits", "Waits for"},
                                        column{"retention_days", "Retention days"},
                                        column{"classification", "Classification"},
                                        column{"quota_bytes", "Quota bytes"},
                                        column{"quota_objects", "Quota objects"},
                                        column{"purpose", "Purpose"}};
constexpr std::array member_columns = {column{"agency", "Agency"},
                                       column{"user", "User"},
                                       column{"role", "Role"},
                                       column{"ends", "Ends"},
                                       column{"ended", "Ended"},
                                       column{"since", "Since"},
                                       column{"invited_by", "Invited by"}};
constexpr std::array import_columns = {column{"imported", "Imported"}};

void add_project(CLI::App& admin, int& exit_code, entity_owners& owners) {
  const auto c = std::make_shared<entity_commands>(
      admin, exit_code, "project", "projects", entity_paths{"projects", "projects/*", {"PROJECT"}},
      project_columns);
  owners.push_back(c);
  c->add_list();
  c->add_show();
  c->add_delete();
  const auto create = c->add_create({"id"}, project_columns);
  c->add_text(create, "--owner", "owner", "The agency that owns it (default: the caller's)");
  c->add_text(create, "--manager", "manager", "Its first manager, a user (default: the caller)");
  c->add_text(create, "--manager-agency", "manager_agency", "The manager's (default: the owner)");
  const auto update = c->add_update();
  for (const auto& one : {create, update}) {
    c->add_text(one, "--title", "title", "Short name");
    c->add_text(one, "--purpose", "purpose", "What it is for");
    c->add_text(one, "--classification", "classification", "Label, e.g. VS-NfD");
    c->add_number(one, "--quota-bytes", "quota_bytes", "e.g. 10GB; 0: none");
    c->add_number(one, "--quota-objects", "quota_objects", "0: none");
    c->add_number(one, "--retention-days", "retention_days", "After which objects leave; 0: never");
    c->add_time(one, "--ends", "ends", "Last day; then it is read-only");
    c->add_number(one, "--read-only-days", "read_only_days", "Between the end and closing (30)");
    c->add_number(one, "--grace-days", "grace_days", "Between closing and deletion (30)");
    c->add_text(one, "--state", "state", "At least: active, read-only or closed");
  }
}

void add_member(CLI::App& admin, int& exit_code, entity_owners& owners) {
  const auto c = std::make_shared<entity_commands>(
      admin, exit_code, "member", "members",
      entity_paths{
          "projects/*/members", "projects/*/members/*/*", {"PROJECT", "AGENCY", "USER", "ROLE"}},
      member_columns);
  owners.push_back(c);
  c->add_list();
  c->add_show();
  c->add_delete("end", "End a membership");
  const auto add =
      c->add_create({"agency", "user", "role"}, member_columns, "add",
                    "Give a user a role: reader, contributor, editor, depositor or manager");
  const auto update = c->add_update();
  c->add_text(update, "--role", "role", "Another role");
  c->add_time(add, "--ends", "ends", "Last day");
  c->add_time(update, "--ends", "ends", "Last day");
}

std::string read_file(const std::string& file) {
  std::ifstream from_file;
  if (file != "-") {
    from_file.open(file, std::ios::binary);
    if (!from_file) throw std::runtime_error("cannot read " + file);
  }
  std::istream& in = file == "-" ? std::cin : from_file;
  return {std::istreambuf_iterator<char>(in), {}};
}

void add_import(CLI::App& admin, int& exit_code) {
  auto* import = admin.add_subcommand("import", "Create users or give roles from a CSV file");
  import->require_subcommand(1);
  const auto add = [&](const std::string& what, const std::string& help) {
    auto* c = import->add_subcommand(what, help);
    const auto file = std::make_shared<std::string>();
    const auto as_json = std::make_shared<bool>(false);
    c->add_option("FILE", *file, "'-': standard input")->required();
    c->add_flag("--json", *as_json, "Print the server's answer as JSON");
    c->callback([&exit_code, what, file, as_json] {
      const json::object body{{"csv", read_file(*file)}};
      exit_code = call_and_print("POST", "imports/" + what, body, *as_json, import_columns);
    });
  };
  add("users",
      "Columns: agency, name, display_name, email, kind, expires, administrator,\n"
      "outsider, may_open_projects. All lines or none");
  add("members", "Columns: project, agency, user, role, ends. All lines or none");
}

constexpr std::array explanation_columns = {column{"allowed", "Allowed"},
                                            column{"because", "By"},
                                            column{"project", "Project"},
                                            column{"state", "State"},
                                            column{"role", "Role"},
                                            column{"message", "Answer"},
                                            column{"not_given", "Conditions not given"}};

// Conditions of the request that have options of their own.
struct condition_option {
  const char* option;
  const char* key;
  const char* help;
};
constexpr std::array condition_options = {
    condition_option{"--source-ip", "aws:SourceIp", "Address that the request comes from"},
    condition_option{"--secure-transport", "aws:SecureTransport", "true: over TLS"},
    condition_option{"--time", "aws:CurrentTime", "2027-01-31T12:00:00Z; else now"},
    condition_option{"--prefix", "s3:prefix", "Of a listing"},
    condition_option{"--delimiter", "s3:delimiter", "Of a listing"},
    condition_option{"--max-keys", "s3:max-keys", "Of a listing"},
    condition_option{"--storage-class", "s3:x-amz-storage-class", "Of a new object"},
    condition_option{"--encryption", "s3:x-amz-server-side-encryption", "AES256 or aws:kms"}};

// "KEY=VALUE" into the conditions; a key may have several values.
void add_condition(json::object& conditions, const std::string& prefix, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw CLI::ValidationError("\"" + text + "\" is not KEY=VALUE");
  }
  json::value& values = conditions[prefix + text.substr(0, equals)];
  if (!values.is_array()) values = json::array();
  values.as_array().emplace_back(text.substr(equals + 1));
}

struct explain_arguments {
  entity_arguments call;
  json::object conditions;
};

void add_condition_options(CLI::App* c, const std::shared_ptr<explain_arguments>& given) {
  for (const condition_option& one : condition_options) {
    c->add_option_function<std::string>(
        one.option, [given, key = one.key](const std::string& v) { given->conditions[key] = v; },
        one.help);
  }
  const auto pairs = [&](const char* option, const char* prefix, const char* help) {
    c->add_option_function<std::vector<std::string>>(
        option,
        [given, prefix](const std::vector<std::string>& all) {
          for (const std::string& text : all) add_condition(given->conditions, prefix, text);
        },
        help);
  };
  pairs("--tag", "s3:RequestObjectTag/", "KEY=VALUE, a tag of a new object; may be repeated");
  pairs("--object-tag", "s3:ExistingObjectTag/", "KEY=VALUE, a tag of the object");
  pairs("--condition", "", "KEY=VALUE, any condition key; may be repeated");
}

void add_explain(CLI::App& admin, int& exit_code) {
  auto* c = admin.add_subcommand("explain",
                                 "Whether a user may do something, and what decides.\n"
                                 "explain AGENCY USER s3:GetObject BUCKET/KEY");
  const auto given = std::make_shared<explain_arguments>();
  given->call.names.resize(4);
  constexpr std::array<const char*, 4> members = {"agency", "user", "action", "resource"};
  constexpr std::array<const char*, 4> shown = {"AGENCY", "USER", "ACTION", "RESOURCE"};
  for (std::size_t i = 0; i < members.size(); ++i) {
    c->add_option(shown[i], given->call.names[i])->required();
  }
  add_condition_options(c, given);
  c->add_flag("--json", given->call.as_json, "Print the server's answer as JSON");
  c->callback([&exit_code, given, members] {
    json::object body;
    for (std::size_t i = 0; i < members.size(); ++i) body[members[i]] = given->call.names[i];
    if (!given->conditions.empty()) body["conditions"] = given->conditions;
    exit_code = call_and_print("POST", "explain", body, given->call.as_json, explanation_columns);
  });
}

}  // namespace

void add_projects(CLI::App& admin, int& exit_code, entity_owners& owners) {
  add_project(admin, exit_code, owners);
  add_member(admin, exit_code, owners);
  add_import(admin, exit_code);
  add_explain(admin, exit_code);
}

}  // namespace torhaus::gateway::cli
