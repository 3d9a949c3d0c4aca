// Versions whose bytes are encrypted: closed without their key, sized by their plaintext.
#include "storage/blob/encrypted.hpp"
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace encrypted_objects_test {

using namespace torhaus;
using storage::catalog::new_object;
using test::catalog_world;
using test::content_of;
using test::key_of;
using test::run_task;

namespace {

struct encrypted_world {
  ~encrypted_world() { pool.join(); }

  storage::blob::sealed_blob encrypt(const std::string& bytes) {
    auto out = storage::blob::encrypting(w.store.create(std::nullopt), key, pool);
    REQUIRE(out->append(std::as_bytes(std::span(bytes))));
    return run_task(out->seal()).value();
  }
  auto open(std::uint64_t bucket, const std::string& name) {
    return run_task(w.cat->open_object(bucket, key_of(name), std::nullopt)).value();
  }

  catalog_world w;
  worker_pool pool{1};
  storage::crypto::secret_key key{std::string(32, 'k')};
};

const std::string large(200'000, 'x');

}  // namespace

TEST_CASE_METHOD(encrypted_world, "encrypted bytes are read with their key and not without") {
  const auto id = w.bucket("bucket");
  for (const std::string& bytes : {std::string("small"), large}) {
    new_object o = w.object(bytes);
    o.encryption = "opaque";
    REQUIRE(run_task(w.cat->put_object(id, key_of("key"), o, encrypt(bytes))));
    auto opened = open(id, "key");
    CHECK(opened.version.encryption == "opaque");
    CHECK(opened.version.size == bytes.size());
    CHECK(opened.content->size() == bytes.size());
    std::string out(10, '?');
    const auto locked = opened.content->read(0, std::as_writable_bytes(std::span(out)));
    REQUIRE_FALSE(locked);
    CHECK(locked.error().code() == errc::internal_error);
    CHECK(out == std::string(10, '?'));
    opened.content->unlock(key);
    CHECK((content_of(*opened.content) == bytes));

    auto wrong = open(id, "key");
    wrong.content->unlock(storage::crypto::secret_key(std::string(32, 'K')));
    CHECK_FALSE(wrong.content->read(0, std::as_writable_bytes(std::span(out))));
  }
  CHECK(w.accounting_fault().empty());
}

TEST_CASE_METHOD(encrypted_world, "a key for bytes that are not encrypted is a broken invariant") {
  const auto id = w.bucket("bucket");
  REQUIRE(w.put(id, "key", "plain"));
  const auto opened = open(id, "key");
  CHECK_THROWS_AS(opened.content->unlock(key), std::logic_error);
}

TEST_CASE_METHOD(encrypted_world, "a blob of another size than its object is refused") {
  const auto id = w.bucket("bucket");
  new_object o = w.object(large);
  o.encryption = "opaque";
  CHECK_THROWS_AS(run_task(w.cat->put_object(id, key_of("key"), o, w.store_bytes(large))),
                  std::logic_error);
  o.encryption.clear();
  CHECK_THROWS_AS(run_task(w.cat->put_object(id, key_of("key"), o, encrypt(large))),
                  std::logic_error);
  CHECK(w.accounting_fault().empty());
}

TEST_CASE_METHOD(encrypted_world, "a copy shares encrypted bytes under a new record") {
  const auto id = w.bucket("bucket");
  new_object o = w.object(large);
  o.encryption = "one";
  REQUIRE(run_task(w.cat->put_object(id, key_of("key"), o, encrypt(large))));
  const auto source = open(id, "key").version;
  o.encryption = "two";
  REQUIRE(run_task(w.cat->copy_object(id, source, id, key_of("copy"), o)));
  CHECK(w.store.ids().size() == 1);
  auto opened = open(id, "copy");
  CHECK(opened.version.encryption == "two");
  opened.content->unlock(key);
  CHECK((content_of(*opened.content) == large));
  // Not whether they are encrypted.
  o.encryption.clear();
  const auto clear = [&] {
    return run_task(w.cat->copy_object(id, source, id, key_of("copy"), o));
  };
  CHECK_THROWS_AS(clear(), std::logic_error);
  opened.content.reset();
  CHECK(w.accounting_fault().empty());
}

TEST_CASE_METHOD(encrypted_world, "parts of an encrypted upload are encrypted one by one") {
  const auto id = w.bucket("bucket");
  storage::catalog::new_upload settings;
  settings.encryption = "opaque";
  const std::string upload = w.start_upload(id, "key", settings);
  storage::catalog::completion wanted;
  std::string whole;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    const std::string bytes(70'000 * number, static_cast<char>('a' + number));
    storage::catalog::new_part p;
    p.number = number;
    p.size = bytes.size();
    p.md5 = test::etag_of(bytes).md5;
    REQUIRE(run_task(w.cat->put_part(id, key_of("key"), upload, p, encrypt(bytes))));
    wanted.parts.push_back({number, test::etag_of(bytes), std::nullopt});
    whole += bytes;
    CHECK_THROWS_AS(run_task(w.cat->put_part(id, key_of("key"), upload, p, w.store_bytes(bytes))),
                    std::logic_error);
  }
  auto made = run_task(w.cat->complete_upload(id, key_of("key"), upload, wanted)).value();
  CHECK(made.version.encryption == "opaque");
  CHECK(made.version.size == whole.size());
  std::string out(10, '?');
  CHECK_FALSE(made.content->read(0, std::as_writable_bytes(std::span(out))));
  made.content->unlock(key);
  CHECK((content_of(*made.content) == whole));
  CHECK(w.accounting_fault().empty());
}

}  // namespace encrypted_objects_test
