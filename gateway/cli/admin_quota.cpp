#include "gateway/cli/admin_quota.hpp"

#include <array>
#include <cstdio>
#include <memory>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/admin_output.hpp"
#include "gateway/cli/config.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

constexpr std::array quota_columns = {
    column{"objects", "Objects"}, column{"quota_objects", "of (0: no limit)"},
    column{"bytes", "Bytes"}, column{"upload_bytes", "Bytes of uploads"},
    column{"quota_bytes", "of (0: no limit)"}};

struct quota_arguments {
  std::string kind;
  std::string name;
  std::string bytes;
  std::string objects;
  bool as_json = false;
};

std::string path_of(const quota_arguments& a) {
  return (a.kind == "agency" ? "agencies/" : "projects/") + path_segment(a.name);
}

int show(const quota_arguments& a) {
  admin_client client;
  const auto answer = client.call("GET", path_of(a) + "/quota", nullptr);
  if (!answer) return failed(answer.error());
  const std::string text =
      a.as_json ? json_text(*answer) : record_text(answer->as_object(), quota_columns);
  std::fputs(text.c_str(), stdout);
  return 0;
}

int set(const quota_arguments& a) {
  json::object body;
  if (!a.bytes.empty()) body["quota_bytes"] = parse_size(a.bytes);
  if (!a.objects.empty()) body["quota_objects"] = parse_size(a.objects);
  if (body.empty()) throw std::runtime_error("quota set: expected --bytes or --objects");
  admin_client client;
  const auto answer = client.call("PATCH", path_of(a), body);
  if (!answer) return failed(answer.error());
  return show(a);
}

}  // namespace

void add_quota(CLI::App& admin, int& exit_code) {
  CLI::App* quota = admin.add_subcommand("quota", "What projects and agencies use and may use");
  quota->require_subcommand(1);
  const auto begin = [quota](const char* verb, const char* help) {
    auto pair = std::pair(quota->add_subcommand(verb, help), std::make_shared<quota_arguments>());
    auto& [app, said] = pair;
    app->add_option("KIND", said->kind, "project or agency")
        ->required()
        ->check(CLI::IsMember({"project", "agency"}));
    app->add_option("NAME", said->name, "Its id")->required();
    app->add_flag("--json", said->as_json, "Print the server's answer as JSON");
    return pair;
  };
  const auto [one, shown] = begin("show", "Show both");
  one->callback([&exit_code, said = shown] { exit_code = show(*said); });
  const auto [change, told] = begin("set", "Change what it may use");
  change->add_option("--bytes", told->bytes, "e.g. 10GB; 0: no limit");
  change->add_option("--objects", told->objects, "e.g. 100000; 0: no limit");
  change->callback([&exit_code, said = told] { exit_code = set(*said); });
}

}  // namespace torhaus::gateway::cli
