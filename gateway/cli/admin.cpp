// torhaus admin agency|user|key: the admin API from the command line.
#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/admin_kms.hpp"
#include "gateway/cli/admin_output.hpp"
#include "gateway/cli/command.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

constexpr std::array agency_columns = {
    column{"id", "ID"},           column{"name", "Name"},
    column{"account", "Account"}, column{"canonical_id", "Canonical ID"},
    column{"email", "E-mail"},    column{"enabled", "Enabled"},
    column{"created", "Created"}};
constexpr std::array user_columns = {
    column{"name", "Name"},       column{"agency", "Agency"},
    column{"id", "ID"},           column{"display_name", "Display name"},
    column{"email", "E-mail"},    column{"root", "Root"},
    column{"enabled", "Enabled"}, column{"may_open_projects", "May open projects"},
    column{"created", "Created"}};
constexpr std::array key_columns = {column{"access_key_id", "Access key ID"},
                                    column{"agency", "Agency"},
                                    column{"user", "User"},
                                    column{"enabled", "Enabled"},
                                    column{"expires", "Expires"},
                                    column{"last_used", "Last used"},
                                    column{"created", "Created"}};
// What creating a key answers; the secret is shown this once.
constexpr std::array new_key_columns = {
    column{"access_key_id", "Access key ID"}, column{"secret_key", "Secret key"},
    column{"agency", "Agency"}, column{"user", "User"}, column{"expires", "Expires"}};

constexpr std::size_t max_pages = 10'000;  // of 1,000 entries each

// What one command line said; every command uses some of it.
struct arguments {
  bool as_json = false;
  bool enable = false;
  bool disable = false;
  bool root = false;
  bool open_projects = false;
  bool no_projects = false;
  std::vector<std::string> names;  // the entity's path: agency, user, key
  std::string secret_file;
  std::vector<std::pair<std::string, std::string>> texts;  // members of the body that were given
};

class entity_commands {
 public:
  // `levels` are the names that lead to one entity: AGENCY, AGENCY USER, AGENCY USER KEY.
  entity_commands(CLI::App& admin, int& exit_code, std::string name, std::string plural,
                  std::vector<std::string> levels, std::span<const column> columns)
      : exit_code_(exit_code),
        plural_(std::move(plural)),
        levels_(std::move(levels)),
        columns_(columns),
        app_(admin.add_subcommand(name, "List, create, change and delete " + plural_)) {
    app_->require_subcommand(1);
  }

  struct command {
    CLI::App* app;
    std::shared_ptr<arguments> given;
  };

  void add_list() {
    command c = begin("list", "List " + plural_, levels_.size() - 1);
    c.app->callback([this, given = c.given] { exit_code_ = list(*given); });
  }
  void add_show() {
    command c = begin("show", "Show one", levels_.size());
    c.app->callback([this, given = c.given] {
      exit_code_ = call("GET", path_of(*given, true), nullptr, *given, columns_);
    });
  }
  void add_delete() {
    command c = begin("delete", "Delete one", levels_.size());
    c.app->callback([this, given = c.given] {
      exit_code_ = call("DELETE", path_of(*given, true), nullptr, *given, {});
    });
  }
  // `named`: the last name is part of the command line and goes into the body under this member.
  command add_create(const std::string& named, std::span<const column> shown) {
    command c = begin("create", "Create one", levels_.size() - (named.empty() ? 1 : 0));
    c.app->callback([this, given = c.given, named, shown] {
      json::object body = body_of(*given);
      if (!named.empty()) body[named] = given->names.back();
      if (!given->secret_file.empty()) body["secret_key"] = read_secret(given->secret_file);
      const std::size_t parents = levels_.size() - 1;
      arguments parent = *given;
      parent.names.resize(parents);
      exit_code_ = call("POST", path_of(parent, false), body, *given, shown);
    });
    return c;
  }
  command add_update() {
    command c = begin("update", "Change one", levels_.size());
    c.app->add_flag("--enable", c.given->enable, "Allow its use again");
    c.app->add_flag("--disable", c.given->disable, "Refuse every request of it")
        ->excludes("--enable");
    c.app->callback([this, given = c.given] {
      const json::object body = body_of(*given);
      if (body.empty()) throw std::runtime_error("update: nothing to change was given");
      exit_code_ = call("PATCH", path_of(*given, true), body, *given, columns_);
    });
    return c;
  }
  // An option whose text goes into the body.
  static void add_text(const command& c, const std::string& option, const std::string& member,
                       const std::string& help) {
    c.app->add_option_function<std::string>(
        option,
        [given = c.given, member](const std::string& text) {
          given->texts.emplace_back(member, text);
        },
        help);
  }

 private:
  command begin(const std::string& verb, const std::string& help, std::size_t names) {
    command c{app_->add_subcommand(verb, help), std::make_shared<arguments>()};
    c.given->names.resize(names);
    for (std::size_t i = 0; i < names; ++i) {
      c.app->add_option(levels_[i], c.given->names[i])->required();
    }
    c.app->add_flag("--json", c.given->as_json, "Print the server's answer as JSON");
    return c;
  }

  // agencies/A/users/U/keys/K, with or without the last name.
  std::string path_of(const arguments& given, bool one) const {
    constexpr std::array<std::string_view, 3> collections = {"agencies", "users", "keys"};
    std::string path;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      path += (i == 0 ? "" : "/") + std::string(collections[i]);
      if (i + 1 < levels_.size() || one) path += "/" + path_segment(given.names[i]);
    }
    return path;
  }

  static json::object body_of(const arguments& given) {
    json::object body;
    for (const auto& [member, text] : given.texts) body[member] = text;
    if (given.enable || given.disable) body["enabled"] = given.enable;
    if (given.root) body["root"] = true;
    if (given.open_projects || given.no_projects) body["may_open_projects"] = given.open_projects;
    return body;
  }

  // A secret never stands on the command line, where every user of the machine can read it.
  static std::string read_secret(const std::string& file) {
    std::string secret;
    std::ifstream from_file;
    if (file != "-") {
      from_file.open(file);
      if (!from_file) throw std::runtime_error("cannot read " + file);
    }
    std::getline(file == "-" ? std::cin : from_file, secret);
    if (secret.empty()) throw std::runtime_error(file + ": the first line is empty");
    return secret;
  }

  static int failed(const error& why) {
    std::fprintf(stderr, "torhaus: %s\n", std::string(why.message()).c_str());
    return 1;
  }

  static int call(const std::string& method, const std::string& path, const json::value& body,
                  const arguments& given, std::span<const column> shown) {
    admin_client client;
    const auto answer = client.call(method, path, body);
    if (!answer) return failed(answer.error());
    if (answer->is_null()) return 0;
    const std::string text =
        given.as_json ? json_text(*answer) : record_text(answer->as_object(), shown);
    std::fputs(text.c_str(), stdout);
    return 0;
  }

  int list(const arguments& given) const {
    admin_client client;
    json::array all;
    std::string after;
    for (std::size_t page = 0; page < max_pages; ++page) {
      const std::string path =
          path_of(given, false) + (after.empty() ? "" : "?after=" + path_segment(after));
      const auto answer = client.call("GET", path, nullptr);
      if (!answer) return failed(answer.error());
      const json::object& document = answer->as_object();
      for (const json::value& item : document.at(plural_).as_array()) all.push_back(item);
      const json::value& next = document.at("next");
      if (next.is_null()) break;
      after = std::string(next.as_string());
    }
    const std::string text =
        given.as_json ? json_text(json::object{{plural_, all}}) : table_text(all, columns_);
    std::fputs(text.c_str(), stdout);
    return 0;
  }

  int& exit_code_;
  std::string plural_;
  std::vector<std::string> levels_;
  std::span<const column> columns_;
  CLI::App* app_;
};

using commands = std::shared_ptr<entity_commands>;

void add_agency(CLI::App& admin, int& exit_code, std::vector<commands>& owners) {
  const auto c = std::make_shared<entity_commands>(
      admin, exit_code, "agency", "agencies", std::vector<std::string>{"AGENCY"}, agency_columns);
  owners.push_back(c);
  c->add_list();
  c->add_show();
  c->add_delete();
  const auto create = c->add_create("id", agency_columns);
  c->add_text(create, "--name", "name", "Full name");
  c->add_text(create, "--email", "email", "Address of its contact");
  c->add_text(create, "--account", "account", "Account id of 12 digits (made when not given)");
  c->add_text(create, "--canonical-id", "canonical_id", "Canonical id (made when not given)");
  const auto update = c->add_update();
  c->add_text(update, "--name", "name", "Full name");
  c->add_text(update, "--email", "email", "Address of its contact");
}

void add_user(CLI::App& admin, int& exit_code, std::vector<commands>& owners) {
  const auto c = std::make_shared<entity_commands>(
      admin, exit_code, "user", "users", std::vector<std::string>{"AGENCY", "USER"}, user_columns);
  owners.push_back(c);
  c->add_list();
  c->add_show();
  c->add_delete();
  const auto create = c->add_create("name", user_columns);
  create.app->add_flag("--root", create.given->root, "The agency's root user");
  const auto update = c->add_update();
  for (const auto& one : {create, update}) {
    c->add_text(one, "--display-name", "display_name", "Name shown to others");
    c->add_text(one, "--email", "email", "E-mail address");
    one.app->add_flag("--may-open-projects", one.given->open_projects, "May create buckets");
    one.app->add_flag("--may-not-open-projects", one.given->no_projects, "May not create buckets")
        ->excludes("--may-open-projects");
  }
}

void add_key(CLI::App& admin, int& exit_code, std::vector<commands>& owners) {
  const auto c = std::make_shared<entity_commands>(
      admin, exit_code, "key", "keys", std::vector<std::string>{"AGENCY", "USER", "KEY"},
      key_columns);
  owners.push_back(c);
  c->add_list();
  c->add_delete();
  const auto create = c->add_create("", new_key_columns);
  c->add_text(create, "--access-key-id", "access_key_id", "Use this id instead of a new one");
  create.app->add_option("--secret-key-file", create.given->secret_file,
                         "Take the secret from the first line of this file ('-': standard input)");
  const auto update = c->add_update();
  for (const auto& one : {create, update}) {
    c->add_text(one, "--expires", "expires",
                "Last day (2027-01-31) or moment (2027-01-31T12:00:00Z) of its use");
  }
}

}  // namespace

void add_admin(CLI::App& app, int& exit_code) {
  auto* admin = app.add_subcommand(
      "admin",
      "Administer a running server: its admin listener is TORHAUS_ENDPOINT\n"
      "(default http://127.0.0.1:9001), the administrator AWS_ACCESS_KEY_ID and\n"
      "AWS_SECRET_ACCESS_KEY");
  admin->require_subcommand(1);
  // Callbacks refer to these; they live as long as the command line is worked on.
  const auto owners = std::make_shared<std::vector<commands>>();
  add_agency(*admin, exit_code, *owners);
  add_user(*admin, exit_code, *owners);
  add_key(*admin, exit_code, *owners);
  add_kms_key(*admin, exit_code);
  admin->final_callback([owners] {});
}

}  // namespace torhaus::gateway::cli
