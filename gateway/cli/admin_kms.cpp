#include "gateway/cli/admin_kms.hpp"

#include <array>
#include <cstdio>
#include <memory>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/admin_output.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

constexpr std::array kms_columns = {column{"id", "ID"},
                                    column{"alias", "Alias"},
                                    column{"enabled", "Enabled"},
                                    column{"versions", "Versions"},
                                    column{"created", "Created"},
                                    column{"rotated", "Rotated"},
                                    column{"description", "Description"}};
constexpr std::size_t max_key_pages = 10'000;

struct kms_arguments {
  std::string key;
  std::string alias;
  std::string description;
  bool as_json = false;
};
using key_arguments = std::shared_ptr<kms_arguments>;

int show(const result<json::value>& answer, bool as_json) {
  if (!answer) {
    std::fprintf(stderr, "torhaus: %s\n", std::string(answer.error().message()).c_str());
    return 1;
  }
  const std::string text =
      as_json ? json_text(*answer) : record_text(answer->as_object(), kms_columns);
  std::fputs(text.c_str(), stdout);
  return 0;
}

int list(const kms_arguments& a) {
  admin_client client;
  json::array all;
  std::string after;
  for (std::size_t page = 0; page < max_key_pages; ++page) {
    const auto answer = client.call(
        "GET", "kms-keys" + (after.empty() ? "" : "?after=" + path_segment(after)), nullptr);
    if (!answer) return show(answer, a.as_json);
    for (const json::value& item : answer->at("kms_keys").as_array()) all.push_back(item);
    const json::value& next = answer->at("next");
    if (next.is_null()) break;
    after = std::string(next.as_string());
  }
  const std::string text =
      a.as_json ? json_text(json::object{{"kms_keys", all}}) : table_text(all, kms_columns);
  std::fputs(text.c_str(), stdout);
  return 0;
}

int call(const kms_arguments& a, const char* method, const std::string& more,
         const json::value& body) {
  admin_client client;
  return show(client.call(method, "kms-keys/" + path_segment(a.key) + more, body), a.as_json);
}

int create(const kms_arguments& a) {
  json::object body;
  if (!a.key.empty()) body["id"] = a.key;
  if (!a.alias.empty()) body["alias"] = a.alias;
  if (!a.description.empty()) body["description"] = a.description;
  admin_client client;
  return show(client.call("POST", "kms-keys", body), a.as_json);
}

struct command {
  CLI::App* app;
  key_arguments said;
};

command begin(CLI::App& keys, const char* verb, const char* help) {
  command c{keys.add_subcommand(verb, help), std::make_shared<kms_arguments>()};
  c.app->add_flag("--json", c.said->as_json, "Print the server's answer as JSON");
  return c;
}

command begin_on_key(CLI::App& keys, const char* verb, const char* help) {
  command c = begin(keys, verb, help);
  c.app->add_option("KEY", c.said->key, "Key id, alias/NAME or ARN")->required();
  return c;
}

}  // namespace

void add_kms_key(CLI::App& admin, int& exit_code) {
  CLI::App* keys = admin.add_subcommand("kms-key", "Keys for SSE-KMS: list, create, rotate, …");
  keys->require_subcommand(1);
  const command all = begin(*keys, "list", "List keys");
  all.app->callback([&exit_code, said = all.said] { exit_code = list(*said); });

  const command made = begin(*keys, "create", "Create one");
  made.app->add_option("ID", made.said->key, "Its id (made when not key_arguments)");
  made.app->add_option("--alias", made.said->alias, "A second name: alias/NAME");
  made.app->add_option("--description", made.said->description, "What it is for");
  made.app->callback([&exit_code, said = made.said] { exit_code = create(*said); });

  const command one = begin_on_key(*keys, "show", "Show one");
  one.app->callback([&exit_code, said = one.said] { exit_code = call(*said, "GET", "", nullptr); });
  const command turn =
      begin_on_key(*keys, "rotate",
                   "Wrap with a new version from now on; what older ones wrapped stays readable");
  turn.app->callback([&exit_code, said = turn.said] {
    exit_code = call(*said, "POST", "/rotate", json::object{});
  });
  const command off = begin_on_key(*keys, "disable", "Lock every object under it until enabled");
  off.app->callback([&exit_code, said = off.said] {
    exit_code = call(*said, "PATCH", "", json::object{{"enabled", false}});
  });
  const command on = begin_on_key(*keys, "enable", "Allow its use again");
  on.app->callback([&exit_code, said = on.said] {
    exit_code = call(*said, "PATCH", "", json::object{{"enabled", true}});
  });
}

}  // namespace torhaus::gateway::cli
