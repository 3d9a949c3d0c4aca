// Agencies, users and access keys in kv. Secret keys are sealed under the master key. Found keys
// are cached, so that a request costs a hash look-up; a change through this store is seen by the
// next request.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity/session.hpp"
#include "auth/principal.hpp"
#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"
#include "storage/crypto/sealing.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::auth::identity {

struct agency {
  std::string id;  // short name, the handle of administration: [a-z0-9-]{1,32}
  std::string name;
  std::string email;    // of the agency itself; grants by e-mail find it
  std::string account;  // 12 digits; made when empty
  std::string
      canonical_id;  // made when empty (64 hex digits); a given one may be any printable text ≤ 128
  sys_micros created{};
  bool enabled = true;
  std::string contact;               // who is to be asked
  std::vector<std::string> domains;  // of its people's e-mail addresses
  std::uint64_t quota_bytes = 0;     // of all its projects together; 0: no limit
  std::uint64_t quota_objects = 0;
};

enum class user_kind : std::uint8_t { person, application };

struct user {
  std::string agency;  // agency::id
  std::string name;    // IAM's rule: [\w+=,.@-]{1,64}
  std::string display_name;
  std::string email;
  std::string id;  // stable unique id, "AIDA…"
  sys_micros created{};
  bool enabled = true;
  bool root = false;  // the agency's root: its arn ends in :root
  bool may_open_projects = true;
  user_kind kind = user_kind::person;
  bool administrator = false;         // of its agency, in the admin API
  bool outsider = false;              // invited, not of the agency's own people; has an end
  std::optional<sys_micros> expires;  // from then on no key of the user counts
};

// Whether an import stores what it is given, or only looks what is wrong with it.
enum class import_mode : std::uint8_t { store, check };

// Whether a change may leave an agency without a root or administrator.
enum class last_administrator : std::uint8_t { stays, may_go };

struct access_key {
  std::string id;  // 16 to 128 characters [A-Za-z0-9_] (AWS: 20)
  std::string agency;
  std::string user;
  sys_micros created{};
  std::optional<sys_micros> expires;
  std::optional<sys_micros> last_used;  // to the hour, written lazily
  bool enabled = true;
};

// A key that exists, is enabled and not expired, of an enabled user of an enabled agency.
// Shared by all who use the key at the time, and never changed.
struct known_key {
  principal who;
  std::string secret;
};
struct resolved_key {
  std::shared_ptr<const known_key> known;  // never null
  bool use_to_note = false;                // note_use() would write

  const principal& who() const { return known->who; }
  const std::string& secret() const { return known->secret; }
};

class store {
 public:
  struct options {
    storage::kv::database* db = nullptr;
    const storage::crypto::sealer* sealer = nullptr;
    clock_source* clock = &system_clock_source();
    random_source* random = &system_random_source();
  };
  explicit store(const options&);
  ~store();
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  // entity_already_exists, no_such_entity, invalid_argument name the field in the message. An
  // `edit` runs in the transaction that stores what it makes of the record, perhaps twice; what it
  // refuses changes nothing. Ids, names and times of creation stay as they are.
  task<result<agency>> create_agency(agency);
  task<result<agency>> find_agency(std::string id);
  task<result<std::vector<agency>>> list_agencies(std::string after, std::size_t max);
  // invalid_argument for another account id or canonical id.
  using agency_edit = std::function<result<void>(agency&)>;
  task<result<agency>> change_agency(std::string id, agency_edit edit);
  // delete_conflict while users are left.
  task<result<void>> delete_agency(std::string id);
  // By account, canonical id or e-mail (grants and <Owner> elements).
  task<result<agency>> find_agency_by_account(std::string account);
  task<result<agency>> find_agency_by_canonical_id(std::string canonical_id);
  task<result<agency>> find_agency_by_email(std::string email);

  // Names of users differ in more than case within an agency: entity_already_exists.
  task<result<user>> create_user(user);
  // All of them or none: one place an input, with what is wrong with it. Empty: nothing is wrong.
  task<result<std::vector<std::optional<error>>>> create_users(std::vector<user>, import_mode);
  task<result<user>> find_user(std::string agency, std::string name);
  task<result<std::vector<user>>> list_users(std::string agency, std::string after,
                                             std::size_t max);
  // delete_conflict for what would take from an agency its last administrator, when that stays. Of
  // the installation's root neither can be said.
  using user_edit = std::function<result<void>(user&)>;
  task<result<user>> change_user(std::string agency, std::string name, user_edit edit,
                                 last_administrator = last_administrator::stays);
  // Its keys go with it.
  task<result<void>> delete_user(std::string agency, std::string name,
                                 last_administrator = last_administrator::stays);

  struct created_key {
    access_key key;
    std::string secret;  // shown once
  };
  // id and secret are made when empty; a given pair serves imports and tests. limit_exceeded when
  // the user has `quota` keys already, invalid_argument at 100.
  static constexpr std::size_t max_keys_per_user = 100;
  task<result<created_key>> create_key(access_key, std::string secret,
                                       std::size_t quota = max_keys_per_user);
  task<result<std::vector<access_key>>> list_keys(std::string agency, std::string user);
  task<result<access_key>> find_key(std::string id);
  // Of a key its state and its end can be changed.
  using key_edit = std::function<result<void>(access_key&)>;
  task<result<access_key>> change_key(std::string id, key_edit edit);
  task<result<void>> delete_key(std::string id);
  // A new key for the user of this one, which counts until `old_ends` at most.
  task<result<created_key>> rotate_key(std::string id, sys_micros old_ends,
                                       std::optional<sys_micros> new_expires);

  // invalid_access_key_id when there is none or it is disabled; access_denied naming why when its
  // user may not use it.
  task<result<resolved_key>> resolve(std::string access_key_id);
  // The same for temporary keys: invalid_token for a token that was not made here for this key id,
  // expired_token, and invalid_access_key_id once the role or user is gone. A permanent key has no
  // token.
  task<result<resolved_key>> resolve(std::string access_key_id, std::string session_token);
  // The same where a permanent key is in memory; else nothing, and resolve() is the way.
  std::optional<result<resolved_key>> resolve_known(const std::string& access_key_id);
  // Moves "last used" of a permanent key on, at most once an hour: for requests whose signature was
  // right, so that a stranger's are no use of it. A note that is lost is no reason to refuse.
  task<void> note_use(std::string access_key_id);
  // The session's times are the caller's to choose.
  session_keys make_session(const session&) const;
  // Who calls when this user does, whether or not it has a key. For explanations.
  task<result<principal>> find_principal(std::string agency, std::string user);

  // The root user of the installation (agency "root", account 000000000000): given pair from the
  // environment, or made at the first start. Returns the secret only when it was made now.
  struct root_outcome {
    std::string access_key_id;
    std::optional<std::string> new_secret;
  };
  result<root_outcome> ensure_root(std::optional<std::string> access_key_id,
                                   std::optional<std::string> secret);

 private:
  friend class directory;
  struct impl;
  task<result<resolved_key>> resolve_session(std::string access_key_id, std::string token);
  std::unique_ptr<impl> impl_;
};

}  // namespace torhaus::auth::identity
