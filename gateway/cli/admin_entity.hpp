// list, show, create, update and delete of one kind of entity of the admin API, as commands.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gateway/cli/admin_output.hpp"
#include "gateway/cli/command.hpp"

namespace torhaus::gateway::cli {

// What one command line said; every command uses some of it.
struct entity_arguments {
  bool as_json = false;
  std::vector<std::string> names;  // the entity's path: agency, user, key
  std::string secret_file;
  boost::json::object body;  // the members that were given
};

// Where the entities of a kind are: '*' stands for one name each.
struct entity_paths {
  std::string all;  // "agencies/*/users"
  std::string one;  // "agencies/*/users/*"
  std::vector<std::string> names;
};

class entity_commands {
 public:
  struct command {
    CLI::App* app;
    std::shared_ptr<entity_arguments> given;
  };

  // `plural` is the member of the answer that holds the list.
  entity_commands(CLI::App& admin, int& exit_code, const std::string& name, std::string plural,
                  entity_paths paths, std::span<const column> columns);

  void add_list();
  void add_show();
  void add_delete(const std::string& verb = "delete", const std::string& help = "Delete one");
  // `named`: members of the body that the names behind those of the collection's path go into.
  command add_create(std::vector<std::string> named, std::span<const column> shown,
                     const std::string& verb = "create", const std::string& help = "Create one");
  command add_update();
  // POST below one entity.
  command add_action(const std::string& verb, const std::string& help,
                     std::span<const column> shown);

  // Options that go into the body.
  static void add_text(const command&, const std::string& option, const std::string& member,
                       const std::string& help);
  static void add_flag(const command&, const std::string& option, const std::string& member,
                       bool value, const std::string& help);
  // Whole numbers, also with a unit: 10GB.
  static void add_number(const command&, const std::string& option, const std::string& member,
                         const std::string& help);
  // A date, a time, or "never".
  static void add_time(const command&, const std::string& option, const std::string& member,
                       const std::string& help);
  static void add_texts(const command&, const std::string& option, const std::string& member,
                        const std::string& help);

 private:
  command begin(const std::string& verb, const std::string& help, std::size_t names);
  int list(const entity_arguments& given) const;

  int& exit_code_;
  std::string plural_;
  entity_paths paths_;
  std::span<const column> columns_;
  CLI::App* app_;
};

// Calls the API once and prints the answer, or what went wrong. Returns the exit code.
int call_and_print(const std::string& method, const std::string& path,
                   const boost::json::value& body, bool as_json, std::span<const column> shown);
// A pattern with names in the places of its stars.
std::string path_with(std::string_view pattern, std::span<const std::string> names);
std::size_t stars_in(std::string_view pattern);

}  // namespace torhaus::gateway::cli
