// The routes of the key store.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace kms_keys_test {

using namespace torhaus;
using test::admin_reply;
using test::admin_world;

TEST_CASE_METHOD(admin_world, "a key is made, shown, rotated, disabled and enabled") {
  const admin_reply made =
      post("kms-keys", R"({"id": "bau-1", "alias": "bau", "description": "Bauakten"})");
  CHECK(made.status == 201);
  CHECK(made.member("id") == "bau-1");
  CHECK(made.member("alias") == "alias/bau");
  CHECK(made.member("description") == "Bauakten");
  CHECK(made.member("enabled") == "true");
  CHECK(made.member("created") == "2026-09-21T14:13:20Z");
  CHECK(get("kms-keys/bau-1").json() == made.json());
  CHECK(get("kms-keys/alias%2Fbau").json() == made.json());

  clock.advance(std::chrono::hours(24));
  const admin_reply rotated = post("kms-keys/bau-1/rotate", "");
  CHECK(rotated.outcome() == "200");
  CHECK(rotated.member("versions") == "2");
  CHECK(rotated.member("rotated") == "2026-09-22T14:13:20Z");
  CHECK(patch("kms-keys/bau-1", R"({"enabled": false})").member("enabled") == "false");
  CHECK(get("kms-keys/bau-1").member("enabled") == "false");
  CHECK(patch("kms-keys/bau-1", R"({"enabled": true})").member("enabled") == "true");
  CHECK(patch("kms-keys/bau-1", "{}").member("enabled") == "true");
}

TEST_CASE_METHOD(admin_world, "key material is never shown") {
  const admin_reply made = post("kms-keys", R"({"id": "bau-1"})");
  for (const auto& member : made.json()) {
    CHECK(std::string("id alias description enabled created rotated versions")
              .find(std::string(member.key())) != std::string::npos);
  }
}

TEST_CASE_METHOD(admin_world, "keys are listed in order") {
  for (const char* id : {"b", "a"}) post("kms-keys", std::string(R"({"id": ")") + id + "\"}");
  const admin_reply all = get("kms-keys");
  CHECK(all.outcome() == "200");
  CHECK(all.json().at("kms_keys").as_array().size() == 2);
  CHECK(all.json().at("kms_keys").at(0).at("id").as_string() == "a");
  CHECK(all.json().at("next").is_null());
  CHECK(get("kms-keys", "after=a").json().at("kms_keys").as_array().size() == 1);
}

TEST_CASE_METHOD(admin_world, "what is wrong with a key's call is said and changes nothing") {
  CHECK(post("kms-keys", R"({"id": "a b"})").outcome() == "400 InvalidArgument");
  CHECK(post("kms-keys", R"({"id": "a", "material": "x"})").outcome() == "400 InvalidArgument");
  CHECK(get("kms-keys/a").outcome() == "404 NoSuchEntity");
  CHECK(patch("kms-keys/a", R"({"enabled": false})").outcome() == "404 NoSuchEntity");
  CHECK(post("kms-keys/a/rotate", "").outcome() == "404 NoSuchEntity");
  CHECK(post("kms-keys", R"({"id": "a"})").status == 201);
  CHECK(post("kms-keys", R"({"id": "a"})").outcome() == "409 EntityAlreadyExists");
  CHECK(patch("kms-keys/a", R"({"enabled": "no"})").outcome() == "400 InvalidArgument");
  CHECK(call("DELETE", "kms-keys/a", "").outcome() == "405 MethodNotAllowed");
  CHECK(get("kms-keys/a").member("enabled") == "true");
}

}  // namespace kms_keys_test
