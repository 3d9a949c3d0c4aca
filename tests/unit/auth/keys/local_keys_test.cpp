// The local key store over a real LMDB store in a temporary directory.
#include "auth/keys/local_keys.hpp"

#include "auth/keys/schema.hpp"
#include "storage/base/codec.hpp"
#include "storage/kv/lmdb.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temp_dir.hpp"

namespace local_keys_test {

using namespace torhaus;
using namespace torhaus::auth::keys;
using storage::crypto::secret_key;
using test::run_task;

namespace {

struct fixture {
  test::temp_dir directory;
  test::fake_clock clock{sys_micros(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1))};
  std::unique_ptr<storage::kv::database> db =
      storage::kv::open_lmdb({.directory = directory.path() / "meta"});
  storage::crypto::sealer sealer{"0123456789abcdef0123456789abcdef"};
  std::unique_ptr<key_provider> keys =
      open_local_keys({.db = db.get(), .sealer = &sealer, .clock = &clock});

  result<key_description> create(const std::string& id, const std::string& alias = {}) {
    new_key wanted;
    wanted.id = id;
    wanted.alias = alias;
    wanted.description = "of " + id;
    return run_task(keys->create(wanted));
  }
  std::string code(const auto& outcome) const {
    return outcome ? "" : std::string(code_of(outcome.error().code()));
  }
  // Whether a wrapped key opens to `plain`.
  bool opens(const std::string& key, const std::string& context, const data_key& made) {
    const auto back = run_task(keys->unwrap(key, context, made.wrapped));
    return back && back->view() == made.plain.view();
  }
};

}  // namespace

TEST_CASE_METHOD(fixture, "a data key opens with its key and its context only") {
  REQUIRE(create("one"));
  REQUIRE(create("two"));
  const auto made = run_task(keys->generate("one", "bucket"));
  REQUIRE(made);
  CHECK(opens("one", "bucket", *made));
  CHECK_FALSE(opens("one", "other", *made));
  CHECK_FALSE(opens("two", "bucket", *made));
  CHECK(code(run_task(keys->unwrap("one", "other", made->wrapped))) == "InternalError");
  CHECK(code(run_task(keys->unwrap("one", "bucket", "short"))) == "InternalError");
  const auto again = run_task(keys->generate("one", "bucket"));
  CHECK(again->plain.view() != made->plain.view());
}

TEST_CASE_METHOD(fixture, "a key that is there is wrapped too") {
  REQUIRE(create("one"));
  const secret_key plain(std::string(32, 'p'));
  const auto wrapped = run_task(keys->wrap("one", "c", plain));
  REQUIRE(wrapped);
  CHECK(wrapped->find(std::string(8, 'p')) == std::string::npos);
  const auto back = run_task(keys->unwrap("one", "c", *wrapped));
  REQUIRE(back);
  CHECK(back->view() == plain.view());
}

TEST_CASE_METHOD(fixture, "keys outlive the process and their material is sealed") {
  REQUIRE(create("one"));
  const auto made = run_task(keys->generate("one", "c"));
  keys = open_local_keys({.db = db.get(), .sealer = &sealer, .clock = &clock});
  CHECK(opens("one", "c", *made));
  // Under another master key nothing opens: no wrong data key is handed out.
  const storage::crypto::sealer other("abcdef0123456789abcdef0123456789");
  keys = open_local_keys({.db = db.get(), .sealer = &other, .clock = &clock});
  CHECK_THROWS_AS(run_task(keys->unwrap("one", "c", made->wrapped)), damaged_record);
}

TEST_CASE_METHOD(fixture, "rotation wraps with a new version and keeps the old ones") {
  REQUIRE(create("one"));
  std::vector<data_key> made;
  for (int version = 1; version <= 4; ++version) {
    made.push_back(run_task(keys->generate("one", "c")).value());
    clock.advance(std::chrono::hours(24));
    const auto turned = run_task(keys->rotate("one"));
    REQUIRE(turned);
    CHECK(turned->versions == static_cast<std::uint32_t>(version + 1));
    CHECK(turned->rotated == clock.now());
  }
  for (const data_key& k : made) CHECK(opens("one", "c", k));
  CHECK(made[0].wrapped.substr(1, 4) != made[3].wrapped.substr(1, 4));
  keys = open_local_keys({.db = db.get(), .sealer = &sealer, .clock = &clock});
  for (const data_key& k : made) CHECK(opens("one", "c", k));
}

TEST_CASE_METHOD(fixture, "a disabled key neither wraps nor unwraps until it is enabled") {
  REQUIRE(create("one", "front"));
  const auto made = run_task(keys->generate("alias/front", "c"));
  REQUIRE(made);
  CHECK_FALSE(run_task(keys->set_enabled("one", false))->enabled);
  for (const char* name : {"one", "alias/front", "arn:aws:kms:x:1:key/one"}) {
    CHECK(code(run_task(keys->generate(name, "c"))) == "KMS.DisabledException");
    CHECK(code(run_task(keys->unwrap(name, "c", made->wrapped))) == "KMS.DisabledException");
  }
  CHECK(run_task(keys->set_enabled("one", true))->enabled);
  CHECK(opens("one", "c", *made));
}

TEST_CASE_METHOD(fixture, "keys are found by id, alias and ARN, and not otherwise") {
  const auto made = create("one", "alias/front/door");
  REQUIRE(made);
  CHECK(made->alias == "alias/front/door");
  for (const char* name :
       {"one", "alias/front/door", "arn:aws:kms:r:1:key/one", "arn:aws:kms:r:1:alias/front/door"}) {
    const auto found = run_task(keys->describe(name));
    REQUIRE(found);
    CHECK(found->id == "one");
    CHECK(found->description == "of one");
    CHECK(found->created == clock.now());
  }
  for (const char* name : {"", "two", "front/door", "alias/one", "alias/", "arn:aws:kms:r:1:key/",
                           "arn:aws:kms:r:1:one", "arn:aws:s3:r:1:key/one", "arn:aws:kms"}) {
    INFO(name);
    CHECK(code(run_task(keys->describe(name))) == "NoSuchEntity");
    CHECK(code(run_task(keys->generate(name, "c"))) == "KMS.NotFoundException");
    CHECK(code(run_task(keys->rotate(name))) == "NoSuchEntity");
    CHECK(code(run_task(keys->set_enabled(name, false))) == "NoSuchEntity");
  }
}

TEST_CASE_METHOD(fixture, "names are taken once and have a form") {
  REQUIRE(create("one", "front"));
  CHECK(code(create("one")) == "EntityAlreadyExists");
  CHECK(code(create("two", "front")) == "EntityAlreadyExists");
  CHECK(code(run_task(keys->describe("two"))) == "NoSuchEntity");
  for (const char* id : {"a/b", "a b", "ä", "aws-s3"}) CHECK_FALSE(create(id));
  CHECK_FALSE(create(std::string(65, 'a')));
  CHECK_FALSE(create("three", "aws/s3"));
  CHECK_FALSE(create("three", "a b"));
  const auto made = create("");
  REQUIRE(made);
  CHECK(made->id.size() == 36);
  CHECK(run_task(keys->generate(made->id, "c")));
}

TEST_CASE_METHOD(fixture, "the installation's own keys come with their first use") {
  CHECK(run_task(keys->list("", 10))->empty());
  const auto s3 = run_task(keys->generate(std::string(s3_managed_key), "c"));
  const auto kms = run_task(keys->generate("arn:aws:kms:r:1:alias/aws/s3", "c"));
  REQUIRE(s3);
  REQUIRE(kms);
  CHECK(opens(std::string(s3_managed_key), "c", *s3));
  CHECK(opens(std::string(kms_default_key), "c", *kms));
  CHECK(run_task(keys->list("", 10))->size() == 2);
  CHECK(code(run_task(keys->set_enabled(std::string(s3_managed_key), false))) == "InvalidArgument");
  CHECK(run_task(keys->rotate(std::string(s3_managed_key))));
  CHECK(opens(std::string(s3_managed_key), "c", *s3));
}

TEST_CASE_METHOD(fixture, "lists come in order and in pages") {
  for (const char* id : {"b", "a", "c"}) REQUIRE(create(id));
  const auto all = run_task(keys->list("", 10));
  REQUIRE(all);
  REQUIRE(all->size() == 3);
  CHECK((*all)[0].id == "a");
  CHECK((*all)[2].id == "c");
  const auto page = run_task(keys->list("a", 1));
  REQUIRE(page->size() == 1);
  CHECK(page->front().id == "b");
}

TEST_CASE("a record of a key reads as it was written, and damage is found") {
  stored_key k;
  k.about.id = "one";
  k.about.alias = "alias/front";
  k.about.enabled = false;
  k.sealed_versions = {"first", "second"};
  const std::string bytes = encode(k);
  const stored_key back = decode_key(bytes);
  CHECK(back.about.alias == "alias/front");
  CHECK_FALSE(back.about.enabled);
  CHECK(back.about.versions == 2);
  CHECK(back.sealed_versions == k.sealed_versions);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_AS(decode_key(bytes.substr(0, size)), damaged_record);
  }
  CHECK_THROWS_AS(decode_key(bytes + "x"), damaged_record);
}

}  // namespace local_keys_test
