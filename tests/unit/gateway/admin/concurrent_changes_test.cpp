// Two changes of one record at the same time: each keeps what the other has changed.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace concurrent_changes_test {

using namespace torhaus;
using test::admin_world;

namespace {

// More reads than a call makes before it writes.
constexpr unsigned most_reads = 12;

struct world : admin_world {
  world() {
    if (post("agencies", R"({"id": "bauamt", "name": "Bauamt"})").status != 201) {
      throw std::runtime_error("no agency");
    }
    if (post("agencies/bauamt/users", R"({"name": "eva"})").status != 201) {
      throw std::runtime_error("no user");
    }
  }

  // Sends `slow`, and `meanwhile` behind the first, second, … read that it makes; both must be kept
  // each time. `before` is how the record begins. As "name=value" each.
  void check_both_kept(const std::string& path, const std::string& before, const std::string& slow,
                       const std::string& meanwhile) {
    bool interrupted = true;
    for (unsigned reads = 1; interrupted; ++reads) {
      INFO(path << " after " << reads << " reads");
      REQUIRE(reads <= most_reads);
      REQUIRE(patch(path, before).outcome() == "200");
      interrupted = false;
      std::string other;
      db.after_reads(reads, [&] {
        interrupted = true;
        other = patch(path, meanwhile).outcome();
      });
      CHECK(patch(path, slow).outcome() == "200");
      db.after_reads(0, nullptr);
      if (!interrupted) break;
      CHECK(other == "200");
      expect(path, slow);
      expect(path, meanwhile);
    }
  }

  void expect(const std::string& path, const std::string& said) {
    const boost::json::value record = boost::json::parse(record_of(path));
    const boost::json::value wanted = boost::json::parse(said);
    for (const auto& [name, value] : wanted.as_object()) {
      CHECK(boost::json::serialize(record.as_object().at(name)) == boost::json::serialize(value));
    }
  }
  // A single key has no page of its own.
  std::string record_of(const std::string& path) {
    const std::size_t keys = path.find("/keys/");
    if (keys == std::string::npos) return get(path).body;
    return boost::json::serialize(get(path.substr(0, keys + 5)).json().at("keys").at(0));
  }
};

}  // namespace

TEST_CASE_METHOD(world, "an agency that is disabled stays so, whoever else changes it meanwhile") {
  check_both_kept("agencies/bauamt", R"({"enabled": true, "name": "Bauamt"})",
                  R"({"name": "Hochbauamt"})", R"({"enabled": false})");
  check_both_kept("agencies/bauamt", R"({"quota_bytes": 0, "contact": ""})",
                  R"({"contact": "Zimmer 12"})", R"({"quota_bytes": 1000})");
}

TEST_CASE_METHOD(world, "a user who is disabled stays so, whoever else changes it meanwhile") {
  check_both_kept("agencies/bauamt/users/eva", R"({"enabled": true, "display_name": "Eva"})",
                  R"({"display_name": "Eva M."})", R"({"enabled": false})");
  check_both_kept("agencies/bauamt/users/eva", R"({"administrator": true, "email": ""})",
                  R"({"email": "eva@bauamt.example"})", R"({"administrator": false})");
}

TEST_CASE_METHOD(world, "a key that is disabled stays so, whoever else changes it meanwhile") {
  const std::string id = post("agencies/bauamt/users/eva/keys", "").member("access_key_id");
  check_both_kept("agencies/bauamt/users/eva/keys/" + id, R"({"enabled": true, "expires": null})",
                  R"({"expires": "2027-01-31T12:00:00Z"})", R"({"enabled": false})");
}

TEST_CASE_METHOD(world, "a project and its members keep both of two changes") {
  REQUIRE(post("projects", R"({"id": "trasse", "owner": "bauamt"})").status == 201);
  REQUIRE(
      post("projects/trasse/members", R"({"agency": "bauamt", "user": "eva", "role": "reader"})")
          .status == 201);
  check_both_kept("projects/trasse", R"({"state": "active", "title": "Trasse"})",
                  R"({"title": "Trasse Nord"})", R"({"state": "closed"})");
  check_both_kept("projects/trasse/members/bauamt/eva", R"({"role": "editor", "ends": null})",
                  R"({"ends": "2027-01-31T12:00:00Z"})", R"({"role": "reader"})");
}

}  // namespace concurrent_changes_test
