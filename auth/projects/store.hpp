// Projects and their members in kv. What requests need of a project is cached, so that a request
// costs hash look-ups; a change through this store is seen by the next request.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/identity/store.hpp"
#include "auth/projects/project.hpp"
#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::auth::projects {

// A project as requests see it: one moment of it, shared and never changed.
struct project_view {
  project about;
  std::unordered_map<std::string, member> members;  // by user id
};
using project_pointer = std::shared_ptr<const project_view>;

struct membership {
  std::string project;
  member as;
};

class store {
 public:
  struct options {
    storage::kv::database* db = nullptr;
    clock_source* clock = &system_clock_source();
  };
  explicit store(const options&);
  ~store();
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  // --- projects. no_such_entity where the project, its agency or a user is not there.
  // The owner's ids are filled in. With `manager` (agency and user are enough) as its first member.
  // entity_already_exists, invalid_argument.
  task<result<project>> create(project, std::optional<member> manager);
  // For a bucket that its maker opens the project of: one that is there already is handed out.
  task<result<project>> open(std::string id, principal maker);
  // For a bucket of an older store whose project is not there: owned by the bucket's owner, without
  // members.
  task<result<project>> adopt(std::string id, std::string owner_account);
  task<result<project>> find(std::string id);
  // By id, those greater than `after`; all, or those that the agency owns.
  task<result<std::vector<project>>> list(std::string after, std::size_t max);
  task<result<std::vector<project>>> list_owned(std::string agency, std::string after,
                                                std::size_t max);
  // `edit` runs in the transaction, perhaps twice; what it refuses changes nothing. Id, owner and
  // time of creation stay as they are.
  using edit_function = std::function<result<void>(project&)>;
  task<result<project>> change(std::string id, edit_function edit);
  // Takes the project and its members away. Its buckets are the caller's business.
  task<result<void>> remove(std::string id);
  // The same, but the record stays as a deleted one.
  task<result<project>> bury(std::string id);

  // --- members
  // entity_already_exists; invalid_argument for an end that is past or of a user who is disabled or
  // has come to an end.
  task<result<member>> add_member(std::string project, member);
  // All of them or none: one place an input, with what is wrong with it. Empty: nothing is wrong.
  task<result<std::vector<std::optional<error>>>> add_members(std::vector<membership>,
                                                              identity::import_mode);
  using member_function = std::function<result<void>(member&)>;
  task<result<member>> change_member(std::string project, std::string agency, std::string user,
                                     member_function edit);
  task<result<void>> end_member(std::string project, std::string agency, std::string user);
  // By agency and user; `after` is "agency/user".
  task<result<std::vector<member>>> list_members(std::string project, std::string after,
                                                 std::size_t max);
  // The projects of a user, by id.
  task<result<std::vector<membership>>> memberships(std::string agency, std::string user,
                                                    std::string after, std::size_t max);
  // Ends every membership of a user who is deleted.
  task<result<void>> forget_user(std::string agency, std::string user);

  // --- for requests
  // What is in memory of it; null: look with view().
  project_pointer known_view(const std::string& id) const;
  // Null: there is no such project.
  task<project_pointer> view(std::string id);
  // The project that a bucket of this name belongs to: the longest id that is the name, or the name
  // up to one of its dashes. Null: none.
  task<project_pointer> covering(std::string bucket_name);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace torhaus::auth::projects
