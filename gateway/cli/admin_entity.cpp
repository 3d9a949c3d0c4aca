#include "gateway/cli/admin_entity.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "gateway/cli/admin_client.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t max_pages = 10'000;  // of 1,000 entries each

// A secret never stands on the command line, where every user of the machine can read it.
std::string read_secret(const std::string& file) {
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

}  // namespace

std::size_t stars_in(std::string_view pattern) {
  return static_cast<std::size_t>(std::ranges::count(pattern, '*'));
}

std::string path_with(std::string_view pattern, std::span<const std::string> names) {
  std::string path;
  std::size_t next = 0;
  for (const char c : pattern) {
    if (c == '*') {
      path += path_segment(names[next++]);
    } else {
      path += c;
    }
  }
  return path;
}

int call_and_print(const std::string& method, const std::string& path, const json::value& body,
                   bool as_json, std::span<const column> shown) {
  admin_client client;
  const auto answer = client.call(method, path, body);
  if (!answer) return failed(answer.error());
  if (answer->is_null()) return 0;
  const std::string text = as_json ? json_text(*answer) : record_text(answer->as_object(), shown);
  std::fputs(text.c_str(), stdout);
  return 0;
}

entity_commands::entity_commands(CLI::App& admin, int& exit_code, const std::string& name,
                                 std::string plural, entity_paths paths,
                                 std::span<const column> columns)
    : exit_code_(exit_code),
      plural_(std::move(plural)),
      paths_(std::move(paths)),
      columns_(columns),
      app_(admin.add_subcommand(name, "List, create, change and delete " + plural_)) {
  app_->require_subcommand(1);
}

entity_commands::command entity_commands::begin(const std::string& verb, const std::string& help,
                                                std::size_t names) {
  command c{app_->add_subcommand(verb, help), std::make_shared<entity_arguments>()};
  c.given->names.resize(names);
  for (std::size_t i = 0; i < names; ++i) {
    c.app->add_option(paths_.names[i], c.given->names[i])->required();
  }
  c.app->add_flag("--json", c.given->as_json, "Print the server's answer as JSON");
  return c;
}

void entity_commands::add_list() {
  command c = begin("list", "List " + plural_, stars_in(paths_.all));
  c.app->callback([this, given = c.given] { exit_code_ = list(*given); });
}

void entity_commands::add_show() {
  command c = begin("show", "Show one", stars_in(paths_.one));
  c.app->callback([this, given = c.given] {
    exit_code_ = call_and_print("GET", path_with(paths_.one, given->names), nullptr, given->as_json,
                                columns_);
  });
}

void entity_commands::add_delete(const std::string& verb, const std::string& help) {
  command c = begin(verb, help, stars_in(paths_.one));
  c.app->callback([this, given = c.given] {
    exit_code_ =
        call_and_print("DELETE", path_with(paths_.one, given->names), nullptr, given->as_json, {});
  });
}

entity_commands::command entity_commands::add_create(std::vector<std::string> named,
                                                     std::span<const column> shown,
                                                     const std::string& verb,
                                                     const std::string& help) {
  const std::size_t parents = stars_in(paths_.all);
  command c = begin(verb, help, parents + named.size());
  c.app->callback([this, given = c.given, named = std::move(named), shown, parents] {
    json::object body = given->body;
    for (std::size_t i = 0; i < named.size(); ++i) body[named[i]] = given->names[parents + i];
    if (!given->secret_file.empty()) body["secret_key"] = read_secret(given->secret_file);
    exit_code_ =
        call_and_print("POST", path_with(paths_.all, given->names), body, given->as_json, shown);
  });
  return c;
}

entity_commands::command entity_commands::add_update() {
  command c = begin("update", "Change one", stars_in(paths_.one));
  c.app->callback([this, given = c.given] {
    if (given->body.empty()) throw std::runtime_error("update: nothing to change was given");
    exit_code_ = call_and_print("PATCH", path_with(paths_.one, given->names), given->body,
                                given->as_json, columns_);
  });
  return c;
}

entity_commands::command entity_commands::add_action(const std::string& verb,
                                                     const std::string& help,
                                                     std::span<const column> shown) {
  command c = begin(verb, help, stars_in(paths_.one));
  c.app->callback([this, given = c.given, verb, shown] {
    exit_code_ = call_and_print("POST", path_with(paths_.one, given->names) + "/" + verb,
                                given->body, given->as_json, shown);
  });
  return c;
}

void entity_commands::add_text(const command& c, const std::string& option,
                               const std::string& member, const std::string& help) {
  c.app->add_option_function<std::string>(
      option, [given = c.given, member](const std::string& text) { given->body[member] = text; },
      help);
}

void entity_commands::add_flag(const command& c, const std::string& option,
                               const std::string& member, bool value, const std::string& help) {
  c.app->add_flag_callback(
      option,
      [given = c.given, member, value, option] {
        if (given->body.contains(member)) {
          throw CLI::ValidationError(option, "contradicts another option");
        }
        given->body[member] = value;
      },
      help);
}

void entity_commands::add_number(const command& c, const std::string& option,
                                 const std::string& member, const std::string& help) {
  CLI::Option* made = c.app->add_option_function<std::uint64_t>(
      option, [given = c.given, member](std::uint64_t n) { given->body[member] = n; }, help);
  if (member.ends_with("bytes")) made->transform(CLI::AsSizeValue(false));
}

void entity_commands::add_time(const command& c, const std::string& option,
                               const std::string& member, const std::string& help) {
  c.app->add_option_function<std::string>(
      option,
      [given = c.given, member](const std::string& text) {
        given->body[member] = text == "never" ? json::value(nullptr) : json::value(text);
      },
      help + ": a day (2027-01-31), a moment (2027-01-31T12:00:00Z) or never");
}

void entity_commands::add_texts(const command& c, const std::string& option,
                                const std::string& member, const std::string& help) {
  c.app->add_option_function<std::vector<std::string>>(
      option,
      [given = c.given, member](const std::vector<std::string>& texts) {
        json::array all;
        for (const std::string& one : texts) {
          if (!one.empty()) all.emplace_back(one);
        }
        given->body[member] = std::move(all);
      },
      help);
}

int entity_commands::list(const entity_arguments& given) const {
  admin_client client;
  json::array all;
  std::string after;
  const std::string base = path_with(paths_.all, given.names);
  for (std::size_t page = 0; page < max_pages; ++page) {
    const auto answer =
        client.call("GET", base + (after.empty() ? "" : "?after=" + path_segment(after)), nullptr);
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

}  // namespace torhaus::gateway::cli
