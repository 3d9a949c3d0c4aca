// Projects over a kv store in memory, with two agencies and some users.
#pragma once

#include <string>

#include "auth/identity/store.hpp"
#include "auth/projects/store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/memory_database.hpp"
#include "tests/support/run_task.hpp"

namespace torhaus::test {

class projects_world {
 public:
  fake_clock clock{sys_micros(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1))};
  memory_database db;
  storage::crypto::sealer sealer{"0123456789abcdef0123456789abcdef"};
  auth::identity::store identities{{.db = &db, .sealer = &sealer, .clock = &clock}};
  auth::projects::store projects{{.db = &db, .clock = &clock}};

  projects_world() {
    for (const char* id : {"bauamt", "stadtwerke"}) {
      auth::identity::agency a;
      a.id = id;
      REQUIRE(run_task(identities.create_agency(a)));
    }
    for (const char* name : {"eva", "jo"}) make_user("bauamt", name);
    make_user("stadtwerke", "max");
  }

  auth::identity::user make_user(const std::string& agency, const std::string& name) {
    auth::identity::user u;
    u.agency = agency;
    u.name = name;
    return run_task(identities.create_user(u)).value();
  }
  // As a request would bring the user.
  auth::principal who(const std::string& agency, const std::string& name) {
    auth::identity::access_key k;
    k.agency = agency;
    k.user = name;
    const auto made = run_task(identities.create_key(k, "")).value();
    return run_task(identities.resolve(made.key.id)).value().who();
  }
  static auth::projects::project named(std::string id) {
    auth::projects::project p;
    p.id = std::move(id);
    p.owner = "bauamt";
    return p;
  }
  auth::projects::project make(auth::projects::project p) {
    return run_task(projects.create(std::move(p), std::nullopt)).value();
  }
  static auth::projects::member of(std::string agency, std::string user, auth::projects::role as) {
    auth::projects::member m;
    m.agency = std::move(agency);
    m.user = std::move(user);
    m.as = as;
    return m;
  }
  errc add(const std::string& project, auth::projects::member m) {
    const auto done = run_task(projects.add_member(project, std::move(m)));
    return done ? errc{} : done.error().code();
  }
  auth::projects::project_pointer view(const std::string& id) {
    return run_task(projects.view(id));
  }
};

}  // namespace torhaus::test
