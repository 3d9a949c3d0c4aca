// A project: the shared undertaking of one agency that buckets belong to, and its members.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"

namespace torhaus::auth::projects {

// What a member may do (roles.hpp). The numbers are stored.
enum class role : std::uint8_t {
  reader = 1,
  contributor = 2,
  editor = 3,
  depositor = 4,
  manager = 5,
};

// In this order a project goes. The numbers are stored.
enum class state : std::uint8_t {
  active = 1,
  read_only = 2,
  closed = 3,   // managers and the owner's root may read
  deleted = 4,  // buckets and members are gone, the id stays taken
};

std::string_view name_of(role);
std::string_view name_of(state);
std::optional<role> parse_role(std::string_view);
std::optional<state> parse_state(std::string_view);

struct project {
  std::string id;  // by the rule of bucket names
  std::string title;
  std::string purpose;
  std::string owner;  // agency::id; the next two are copies of what is fixed in it
  std::string owner_account;
  std::string owner_canonical_id;
  std::uint64_t quota_bytes = 0;  // 0: no limit
  std::uint64_t quota_objects = 0;
  std::uint32_t retention_days = 0;  // 0: objects stay
  std::string classification;
  std::optional<sys_micros> ends;
  std::uint32_t read_only_days = 30;  // between the end and closing
  std::uint32_t grace_days = 30;      // between closing and deletion
  state held = state::active;         // at least this, whatever the end date says
  state reached = state::active;      // what was last told to the log
  std::string waits;                  // why a deletion that is due has not happened
  sys_micros created{};
  bool implicit = false;  // opened by making a bucket, and untouched by administration
};

struct member {
  std::string agency;
  std::string user;
  std::string user_id;  // principal::user_id: a user of the same name made later is another one
  role as = role::reader;
  std::optional<sys_micros> ends;
  std::string invited_by;  // arn
  sys_micros since{};
};

// invalid_argument with the field and the rule in its message.
result<void> check(const project&);

inline constexpr std::size_t max_members = 10'000;  // of a project
inline constexpr std::uint32_t max_days = 36'500;

}  // namespace torhaus::auth::projects
