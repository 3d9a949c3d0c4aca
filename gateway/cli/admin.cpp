// torhaus admin: the admin API from the command line. Agencies, users and keys; the others have
// files of their own.
#include <array>
#include <memory>
#include <vector>

#include "gateway/cli/admin_audit.hpp"
#include "gateway/cli/admin_entity.hpp"
#include "gateway/cli/admin_kms.hpp"
#include "gateway/cli/admin_projects.hpp"
#include "gateway/cli/admin_quota.hpp"
#include "gateway/cli/command.hpp"

namespace torhaus::gateway::cli {
namespace {

constexpr std::array agency_columns = {column{"id", "ID"},
                                       column{"name", "Name"},
                                       column{"account", "Account"},
                                       column{"canonical_id", "Canonical ID"},
                                       column{"email", "E-mail"},
                                       column{"enabled", "Enabled"},
                                       column{"contact", "Contact"},
                                       column{"quota_bytes", "Quota bytes"},
                                       column{"quota_objects", "Quota objects"},
                                       column{"domains", "Domains"},
                                       column{"created", "Created"}};
constexpr std::array user_columns = {column{"name", "Name"},
                                     column{"agency", "Agency"},
                                     column{"kind", "Kind"},
                                     column{"display_name", "Display name"},
                                     column{"email", "E-mail"},
                                     column{"root", "Root"},
                                     column{"administrator", "Administrator"},
                                     column{"outsider", "Outsider"},
                                     column{"expires", "Expires"},
                                     column{"enabled", "Enabled"},
                                     column{"may_open_projects", "May open projects"},
                                     column{"id", "ID"},
                                     column{"created", "Created"}};
constexpr std::array membership_columns = {column{"project", "Project"}, column{"role", "Role"},
                                           column{"ends", "Ends"}, column{"since", "Since"},
                                           column{"invited_by", "Invited by"}};
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
constexpr std::array rotated_key_columns = {
    column{"access_key_id", "Access key ID"}, column{"secret_key", "Secret key"},
    column{"expires", "Expires"}, column{"replaces", "Replaces"},
    column{"replaced_expires", "which expires"}};

void add_states(const entity_commands::command& c) {
  entity_commands::add_flag(c, "--enable", "enabled", true, "Allow its use again");
  entity_commands::add_flag(c, "--disable", "enabled", false, "Refuse every request of it");
}

void add_agency(CLI::App& admin, int& exit_code, entity_owners& owners) {
  const auto c = std::make_shared<entity_commands>(
      admin, exit_code, "agency", "agencies", entity_paths{"agencies", "agencies/*", {"AGENCY"}},
      agency_columns);
  owners.push_back(c);
  c->add_list();
  c->add_show();
  c->add_delete();
  const auto create = c->add_create({"id"}, agency_columns);
  c->add_text(create, "--account", "account", "Account id of 12 digits (made when not given)");
  c->add_text(create, "--canonical-id", "canonical_id", "Canonical id (made when not given)");
  const auto update = c->add_update();
  add_states(update);
  for (const auto& one : {create, update}) {
    c->add_text(one, "--name", "name", "Full name");
    c->add_text(one, "--email", "email", "E-mail address of the agency");
    c->add_text(one, "--contact", "contact", "Who is to be asked");
    c->add_texts(one, "--domain", "domains", "A domain of its people's addresses; repeat for more");
    c->add_number(one, "--quota-bytes", "quota_bytes", "Of all its projects, e.g. 10GB; 0: none");
    c->add_number(one, "--quota-objects", "quota_objects", "Of all its projects; 0: none");
  }
}

void add_user(CLI::App& admin, int& exit_code, entity_owners& owners) {
  const auto c = std::make_shared<entity_commands>(
      admin, exit_code, "user", "users",
      entity_paths{"agencies/*/users", "agencies/*/users/*", {"AGENCY", "USER"}}, user_columns);
  owners.push_back(c);
  c->add_list();
  c->add_show();
  c->add_delete();
  const auto create = c->add_create({"name"}, user_columns);
  c->add_flag(create, "--root", "root", true, "The agency's root user");
  const auto update = c->add_update();
  add_states(update);
  for (const auto& one : {create, update}) {
    c->add_text(one, "--display-name", "display_name", "Name shown to others");
    c->add_text(one, "--email", "email", "E-mail address");
    c->add_text(one, "--kind", "kind", "person or application");
    c->add_time(one, "--expires", "expires", "Last day of the user");
    c->add_flag(one, "--outsider", "outsider", true, "Invited, not of the agency; needs --expires");
    c->add_flag(one, "--insider", "outsider", false, "Of the agency");
    c->add_flag(one, "--administrator", "administrator", true, "May administer the agency");
    c->add_flag(one, "--no-administrator", "administrator", false, "May not administer it");
    c->add_flag(one, "--may-open-projects", "may_open_projects", true,
                "May open projects by creating buckets");
    c->add_flag(one, "--may-not-open-projects", "may_open_projects", false, "May not");
  }
  const auto projects = std::make_shared<entity_commands>(
      *admin.get_subcommand("user"), exit_code, "projects", "memberships",
      entity_paths{"agencies/*/users/*/projects", "", {"AGENCY", "USER"}}, membership_columns);
  owners.push_back(projects);
  projects->add_list();
}

void add_key(CLI::App& admin, int& exit_code, entity_owners& owners) {
  const auto c = std::make_shared<entity_commands>(
      admin, exit_code, "key", "keys",
      entity_paths{
          "agencies/*/users/*/keys", "agencies/*/users/*/keys/*", {"AGENCY", "USER", "KEY"}},
      key_columns);
  owners.push_back(c);
  c->add_list();
  c->add_delete();
  const auto create = c->add_create({}, new_key_columns);
  c->add_text(create, "--access-key-id", "access_key_id", "Use this id instead of a new one");
  create.app->add_option("--secret-key-file", create.given->secret_file,
                         "Take the secret from the first line of this file ('-': standard input)");
  const auto update = c->add_update();
  add_states(update);
  const auto rotate =
      c->add_action("rotate", "Create a key in the place of this one, which counts for a while yet",
                    rotated_key_columns);
  c->add_number(rotate, "--overlap-hours", "overlap_hours", "For how long (24)");
  c->add_time(create, "--expires", "expires", "Last day of its use");
  c->add_time(update, "--expires", "expires", "Last day of its use");
  c->add_time(rotate, "--expires", "expires", "Last day of the new one");
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
  const auto owners = std::make_shared<entity_owners>();
  add_agency(*admin, exit_code, *owners);
  add_user(*admin, exit_code, *owners);
  add_key(*admin, exit_code, *owners);
  add_projects(*admin, exit_code, *owners);
  add_kms_key(*admin, exit_code);
  add_admin_audit(*admin, exit_code);
  add_quota(*admin, exit_code);
  admin->final_callback([owners] {});
}

}  // namespace torhaus::gateway::cli
