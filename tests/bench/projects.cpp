// Decisions per second with many users and projects: what a request costs to be let in.
//   bench_projects [users] [projects] [seconds]
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "auth/authorizer.hpp"
#include "auth/identity/store.hpp"
#include "auth/projects/store.hpp"
#include "storage/crypto/sealing.hpp"
#include "tests/support/memory_database.hpp"
#include "tests/support/run_task.hpp"

using namespace torhaus;
using auth::projects::role;

namespace {

std::size_t number(int count, char** words, int at, std::size_t otherwise) {
  if (count <= at) return otherwise;
  std::size_t n = 0;
  for (const char c : std::string_view(words[at])) {
    if (c < '0' || c > '9') return otherwise;
    n = n * 10 + static_cast<std::size_t>(c - '0');
  }
  return n;
}

class population {
 public:
  population(std::size_t users, std::size_t count) {
    auth::identity::agency a;
    a.id = "bauamt";
    const auto home = test::run_task(identities_.create_agency(a)).value();
    std::vector<auth::identity::user> all(users);
    for (std::size_t i = 0; i < users; ++i) {
      all[i].agency = "bauamt";
      all[i].name = "user" + std::to_string(i);
    }
    const auto mode = auth::identity::import_mode::store;
    if (!test::run_task(identities_.create_users(all, mode))->empty()) std::abort();
    for (std::size_t p = 0; p < count; ++p) make_project(p, users);
    for (std::size_t i = 0; i < users; ++i) {
      callers_.push_back(test::run_task(identities_.find_principal("bauamt", all[i].name)).value());
    }
    bucket_.owner_account = home.account;
  }

  // One decision as a request makes it: the project from the cache, the standing, the answer.
  task<bool> decide(std::size_t user, std::size_t project) {
    const auto view = co_await projects_.view(names_[project]);
    const auto& who = callers_[user];
    const auto there = auth::projects::standing_of(*view, who, now_);
    const auth::access_request asked{.caller = who,
                                     .action = "s3:GetObject",
                                     .bucket = &bucket_,
                                     .bucket_name = names_[project],
                                     .key = "some/key",
                                     .project = &there};
    co_return authorizer_.decide(asked).is == auth::access::allowed;
  }

  task<std::size_t> decide_many(std::size_t rounds, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::size_t allowed = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
      const std::size_t project = random() % names_.size();
      // Every other caller is a member.
      const std::size_t user = i % 2 == 0 ? members_[project][random() % members_[project].size()]
                                          : random() % callers_.size();
      allowed += co_await decide(user, project) ? 1 : 0;
    }
    co_return allowed;
  }

 private:
  void make_project(std::size_t p, std::size_t users) {
    auth::projects::project made;
    made.id = "project" + std::to_string(p);
    made.owner = "bauamt";
    if (!test::run_task(projects_.create(made, std::nullopt))) std::abort();
    names_.push_back(made.id);
    std::vector<auth::projects::membership> rows;
    std::vector<std::size_t> who;
    for (std::size_t i = p % 10; i < users; i += 10) {
      auth::projects::member m;
      m.agency = "bauamt";
      m.user = "user" + std::to_string(i);
      m.as = i % 2 == 0 ? role::reader : role::editor;
      rows.push_back({made.id, m});
      who.push_back(i);
      if (who.size() == 50) break;
    }
    const auto mode = auth::identity::import_mode::store;
    if (!test::run_task(projects_.add_members(rows, mode))->empty()) std::abort();
    members_.push_back(std::move(who));
  }

  test::memory_database db_;
  storage::crypto::sealer sealer_{"0123456789abcdef0123456789abcdef"};
  auth::identity::store identities_{{.db = &db_, .sealer = &sealer_}};
  auth::projects::store projects_{{.db = &db_}};
  auth::authorizer authorizer_;
  storage::catalog::bucket_record bucket_;
  sys_micros now_ = system_clock_source().now();
  std::vector<auth::principal> callers_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::size_t>> members_;
};

}  // namespace

int main(int count, char** words) {
  const std::size_t users = number(count, words, 1, 5000);
  const std::size_t projects = number(count, words, 2, 500);
  const std::size_t seconds = number(count, words, 3, 3);
  population all(users, projects);
  std::size_t decisions = 0;
  std::size_t allowed = 0;
  const auto began = std::chrono::steady_clock::now();
  std::chrono::duration<double> took{};
  while (took.count() < static_cast<double>(seconds)) {
    constexpr std::size_t rounds = 20'000;
    allowed += test::run_task(all.decide_many(rounds, decisions));
    decisions += rounds;
    took = std::chrono::steady_clock::now() - began;
  }
  std::printf("%zu users, %zu projects: %.0f decisions per second, %.0f %% allowed\n", users,
              projects, static_cast<double>(decisions) / took.count(),
              100.0 * static_cast<double>(allowed) / static_cast<double>(decisions));
  return 0;
}
