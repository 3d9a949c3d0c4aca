// Projects and members: stored, found, refused; and what requests see of a change.
#include "storage/catalog/schema.hpp"
#include "tests/support/identity_edits.hpp"
#include "tests/unit/auth/projects/projects_world.hpp"

namespace store_test {

using namespace torhaus;
using namespace torhaus::auth::projects;
using test::projects_world;
using test::run_task;

TEST_CASE_METHOD(projects_world, "a project is stored with everything it says") {
  project p = named("trasse");
  p.title = "Neue Trasse";
  p.purpose = "Pläne für alle Beteiligten";
  p.quota_bytes = 1'000'000;
  p.quota_objects = 77;
  p.retention_days = 90;
  p.classification = "VS-NfD";
  p.ends = clock.now() + std::chrono::days(10);
  p.read_only_days = 5;
  p.grace_days = 6;
  make(p);
  const project kept = run_task(projects.find("trasse")).value();
  CHECK(kept.title == p.title);
  CHECK(kept.purpose == p.purpose);
  CHECK(kept.owner == "bauamt");
  CHECK(kept.owner_account == run_task(identities.find_agency("bauamt"))->account);
  CHECK(kept.quota_bytes == 1'000'000);
  CHECK(kept.quota_objects == 77);
  CHECK(kept.retention_days == 90);
  CHECK(kept.classification == "VS-NfD");
  CHECK(kept.ends == p.ends);
  CHECK(kept.read_only_days == 5);
  CHECK(kept.grace_days == 6);
  CHECK(kept.created == clock.now());
}

TEST_CASE_METHOD(projects_world, "a project needs a good id and an agency, once") {
  const auto refused = [&](project p) {
    return run_task(projects.create(std::move(p), std::nullopt)).error().code();
  };
  CHECK(refused(named("Not A Bucket")) == errc::invalid_argument);
  CHECK(refused(named("ab")) == errc::invalid_argument);
  project nowhere = named("trasse");
  nowhere.owner = "nowhere";
  CHECK(refused(nowhere) == errc::no_such_entity);
  make(named("trasse"));
  CHECK(refused(named("trasse")) == errc::entity_already_exists);
}

TEST_CASE_METHOD(projects_world, "a project with a manager who is not there is not stored") {
  const auto made =
      run_task(projects.create(named("trasse"), of("bauamt", "nobody", role::reader)));
  CHECK(made.error().code() == errc::no_such_entity);
  CHECK_FALSE(run_task(projects.find("trasse")));
}

TEST_CASE_METHOD(projects_world, "projects are listed by id, and by owner") {
  make(named("trasse"));
  make(named("bruecke"));
  project other = named("netz");
  other.owner = "stadtwerke";
  make(other);
  const auto all = run_task(projects.list("", 10)).value();
  REQUIRE(all.size() == 3);
  CHECK(all[0].id == "bruecke");
  CHECK(run_task(projects.list("bruecke", 1))->front().id == "netz");
  const auto owned = run_task(projects.list_owned("bauamt", "bruecke", 10)).value();
  REQUIRE(owned.size() == 1);
  CHECK(owned[0].id == "trasse");
}

TEST_CASE_METHOD(projects_world, "what an edit refuses changes nothing, and the owner stays") {
  make(named("trasse"));
  const auto refused = run_task(projects.change("trasse", [](project& p) -> result<void> {
    p.title = "other";
    return errc::access_denied;
  }));
  CHECK(refused.error().code() == errc::access_denied);
  CHECK(run_task(projects.find("trasse"))->title == "trasse");
  const auto done = run_task(projects.change("trasse", [](project& p) -> result<void> {
    p.owner = "stadtwerke";
    p.id = "netz";
    p.title = "other";
    return {};
  }));
  CHECK(done->title == "other");
  CHECK(done->owner == "bauamt");
  CHECK_FALSE(run_task(projects.find("netz")));
  CHECK(run_task(projects.change("none", [](project&) -> result<void> { return {}; }))
            .error()
            .code() == errc::no_such_entity);
}

TEST_CASE_METHOD(projects_world, "the longest id that the name goes on from covers a bucket") {
  make(named("trasse"));
  make(named("trasse-nord"));
  const auto covers = [&](const std::string& name) {
    const auto found = run_task(projects.covering(name));
    return found ? found->about.id : std::string("none");
  };
  CHECK(covers("trasse") == "trasse");
  CHECK(covers("trasse-sued") == "trasse");
  CHECK(covers("trasse-sued-2026") == "trasse");
  CHECK(covers("trasse-nord") == "trasse-nord");
  CHECK(covers("trasse-nord-2026") == "trasse-nord");
  CHECK(covers("trasse-nordost") == "trasse");
  CHECK(covers("trassen") == "none");
  CHECK(covers("tras") == "none");
}

TEST_CASE_METHOD(projects_world, "members come, change, are listed and go") {
  make(named("trasse"));
  CHECK(add("trasse", of("stadtwerke", "max", role::editor)) == errc{});
  CHECK(add("trasse", of("bauamt", "eva", role::reader)) == errc{});
  const auto all = run_task(projects.list_members("trasse", "", 10)).value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].user == "eva");
  CHECK(all[1].as == role::editor);
  CHECK(all[1].since == clock.now());
  CHECK(run_task(projects.list_members("trasse", "bauamt/eva", 10))->front().user == "max");
  const auto changed =
      run_task(projects.change_member("trasse", "bauamt", "eva", [](member& m) -> result<void> {
        m.as = role::manager;
        return {};
      }));
  CHECK(changed->as == role::manager);
  const auto of_eva = run_task(projects.memberships("bauamt", "eva", "", 10)).value();
  REQUIRE(of_eva.size() == 1);
  CHECK(of_eva[0].project == "trasse");
  CHECK(run_task(projects.end_member("trasse", "bauamt", "eva")));
  CHECK(run_task(projects.memberships("bauamt", "eva", "", 10))->empty());
  CHECK(run_task(projects.end_member("trasse", "bauamt", "eva")).error().code() ==
        errc::no_such_entity);
}

TEST_CASE_METHOD(projects_world, "who cannot be a member is refused") {
  make(named("trasse"));
  CHECK(add("trasse", of("nowhere", "eva", role::reader)) == errc::no_such_entity);
  CHECK(add("trasse", of("bauamt", "nobody", role::reader)) == errc::no_such_entity);
  CHECK(add("none", of("bauamt", "eva", role::reader)) == errc::no_such_entity);
  CHECK(add("trasse", of("bauamt", "eva", role::reader)) == errc{});
  CHECK(add("trasse", of("bauamt", "eva", role::manager)) == errc::entity_already_exists);
  member late = of("bauamt", "jo", role::reader);
  late.ends = clock.now();
  CHECK(add("trasse", late) == errc::invalid_argument);
  REQUIRE(run_task(identities.change_user("bauamt", "jo", test::disable)));
  CHECK(add("trasse", of("bauamt", "jo", role::reader)) == errc::invalid_argument);
  CHECK(run_task(projects.list_members("trasse", "", 10))->size() == 1);
}

TEST_CASE_METHOD(projects_world, "members are imported all or none, and each mistake is told") {
  make(named("trasse"));
  const auto wrong = run_task(projects.add_members({{"trasse", of("bauamt", "eva", role::reader)},
                                                    {"none", of("bauamt", "jo", role::reader)},
                                                    {"trasse", of("x", "jo", role::reader)}},
                                                   auth::identity::import_mode::store));
  REQUIRE(wrong->size() == 3);
  CHECK_FALSE((*wrong)[0]);
  CHECK((*wrong)[1]->code() == errc::no_such_entity);
  CHECK((*wrong)[2]->code() == errc::no_such_entity);
  CHECK(run_task(projects.list_members("trasse", "", 10))->empty());
  CHECK(run_task(projects.add_members({{"trasse", of("bauamt", "eva", role::reader)},
                                       {"trasse", of("stadtwerke", "max", role::editor)}},
                                      auth::identity::import_mode::store))
            ->empty());
  CHECK(view("trasse")->members.size() == 2);
}

TEST_CASE_METHOD(projects_world, "the next request sees a change") {
  make(named("trasse"));
  CHECK(view("trasse")->members.empty());
  REQUIRE(add("trasse", of("bauamt", "eva", role::reader)) == errc{});
  const std::string eva = who("bauamt", "eva").user_id;
  REQUIRE(view("trasse")->members.contains(eva));
  REQUIRE(run_task(projects.change_member("trasse", "bauamt", "eva", [](member& m) -> result<void> {
    m.as = role::editor;
    return {};
  })));
  CHECK(view("trasse")->members.at(eva).as == role::editor);
  REQUIRE(run_task(projects.forget_user("bauamt", "eva")));
  CHECK(view("trasse")->members.empty());
  REQUIRE(run_task(projects.change("trasse", [](project& p) -> result<void> {
    p.held = state::closed;
    return {};
  })));
  CHECK(view("trasse")->about.held == state::closed);
  REQUIRE(run_task(projects.remove("trasse")));
  CHECK(view("trasse") == nullptr);
}

TEST_CASE_METHOD(projects_world, "neither a project nor an agency goes while a bucket is theirs") {
  make(named("trasse"));
  for (const char* name : {"eva", "jo"}) REQUIRE(run_task(identities.delete_user("bauamt", name)));
  CHECK(run_task(identities.delete_agency("bauamt")).error().code() == errc::delete_conflict);
  namespace catalog = storage::catalog;
  catalog::bucket_record bucket;
  bucket.project = "trasse";
  bucket.owner_account = run_task(identities.find_agency("bauamt"))->account;
  // As the catalog does; one that is called alike is another project's.
  const auto put = [&](const std::string& name, const std::string& project, bool there) {
    bucket.project = project;
    REQUIRE(db.write_blocking([&](storage::kv::transaction& t) {
      const std::string by_owner = catalog::schema::bucket_owner_key(bucket.owner_account, name);
      if (there) {
        t.put(catalog::schema::bucket_key(name), catalog::schema::encode(bucket));
        t.put(by_owner, "");
      } else {
        t.erase(catalog::schema::bucket_key(name));
        t.erase(by_owner);
      }
      return true;
    }));
  };
  put("trasse-a", "trasse-a", true);
  for (const std::string name : {"trasse", "trasse-b", "trasse-zz"}) {
    INFO(name);
    put(name, "trasse", true);
    CHECK(run_task(projects.remove("trasse")).error().code() == errc::delete_conflict);
    put(name, "trasse", false);
  }
  REQUIRE(run_task(projects.remove("trasse")));
  CHECK(run_task(identities.delete_agency("bauamt")).error().code() == errc::delete_conflict);
  put("trasse-a", "trasse-a", false);
  REQUIRE(run_task(identities.delete_agency("bauamt")));
}

TEST_CASE_METHOD(projects_world, "a view is the same one until something changes") {
  make(named("trasse"));
  make(named("netz"));
  const auto first = view("trasse");
  CHECK(view("trasse") == first);
  REQUIRE(add("netz", of("bauamt", "eva", role::reader)) == errc{});
  CHECK(view("trasse") == first);
}

TEST_CASE_METHOD(projects_world,
                 "who opens a project with a bucket manages it, and root need not") {
  const auto eva = who("bauamt", "eva");
  const project opened = run_task(projects.open("trasse", eva)).value();
  CHECK(opened.implicit);
  CHECK(opened.owner == "bauamt");
  CHECK(view("trasse")->members.at(eva.user_id).as == role::manager);
  CHECK(run_task(projects.open("trasse", who("stadtwerke", "max")))->owner == "bauamt");
  CHECK(view("trasse")->members.size() == 1);
  auth::identity::user chief;
  chief.agency = "bauamt";
  chief.name = "chief";
  chief.root = true;
  REQUIRE(run_task(identities.create_user(chief)));
  REQUIRE(run_task(projects.open("netz", who("bauamt", "chief"))));
  CHECK(view("netz")->members.empty());
}

TEST_CASE_METHOD(projects_world, "administration makes an opened project a real one") {
  REQUIRE(run_task(projects.open("trasse", who("bauamt", "eva"))));
  REQUIRE(add("trasse", of("bauamt", "jo", role::reader)) == errc{});
  CHECK_FALSE(run_task(projects.find("trasse"))->implicit);
}

TEST_CASE_METHOD(projects_world, "a bucket of an older store gets the project of its owner") {
  const auto owner = run_task(identities.find_agency("stadtwerke")).value();
  const project made = run_task(projects.adopt("alt", owner.account)).value();
  CHECK(made.owner == "stadtwerke");
  CHECK(made.owner_canonical_id == owner.canonical_id);
  CHECK(made.implicit);
  CHECK(run_task(projects.adopt("neu", "999999999999")).error().code() == errc::no_such_entity);
}

TEST_CASE_METHOD(projects_world, "a buried project keeps its id and loses its members") {
  make(named("trasse"));
  REQUIRE(add("trasse", of("bauamt", "eva", role::manager)) == errc{});
  CHECK(run_task(projects.bury("trasse"))->held == state::deleted);
  CHECK(view("trasse")->members.empty());
  CHECK(run_task(projects.memberships("bauamt", "eva", "", 10))->empty());
  CHECK(run_task(projects.create(named("trasse"), std::nullopt)).error().code() ==
        errc::entity_already_exists);
}

}  // namespace store_test
