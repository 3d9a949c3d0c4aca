// What is used and what may be: counters kept with every change, limits that are exact.
#include <thread>

#include "storage/catalog/usage.hpp"
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace usage_test {

using namespace torhaus;
using namespace storage::catalog;
using test::catalog_world;
using test::run_task;

namespace {

class fixed_quotas final : public quota_source {
 public:
  quota_limits limits_of(const storage::kv::snapshot&, const bucket_record&) const override {
    return limits;
  }
  quota_limits limits;
};

struct quota_world : catalog_world {
  quota_world() {
    quotas = &limits;
    reopen();
    limits.limits.agency_name = "bauamt";
    id = bucket("bau");
  }
  usage agency() { return run_task(cat->usage_of_agency("111111111111")); }
  std::string outcome(const result<write_outcome>& r) {
    return r ? "stored" : std::string(code_of(r.error().code()));
  }

  fixed_quotas limits;
  std::uint64_t id = 0;
};

}  // namespace

TEST_CASE_METHOD(quota_world, "versions count with all their bytes, delete markers as nothing") {
  CHECK(put(id, "a", "12345"));
  CHECK(agency() == usage{1, 5, 0});
  CHECK(put(id, "a", "123"));
  CHECK(agency() == usage{1, 3, 0});
  set_versioning(id, versioning_state::enabled);
  CHECK(put(id, "a", "1234"));
  CHECK(agency() == usage{2, 7, 0});
  CHECK(remove(id, "a"));
  CHECK(agency() == usage{2, 7, 0});
  CHECK(remove(id, "a", "null"));
  CHECK(agency() == usage{1, 4, 0});
  CHECK(run_task(cat->usage_of_bucket(id)) == usage{1, 4, 0});
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(quota_world, "parts count until their upload ends") {
  const std::string first = start_upload(id, "a");
  CHECK(part(id, "a", first, 1, "12345"));
  CHECK(part(id, "a", first, 2, "123456"));
  CHECK(agency() == usage{0, 0, 11});
  CHECK(part(id, "a", first, 2, "12"));
  CHECK(agency() == usage{0, 0, 7});
  completion wanted;
  wanted.parts = {listed(1, "12345")};
  CHECK(complete(id, "a", first, wanted));
  CHECK(agency() == usage{1, 5, 0});
  const std::string second = start_upload(id, "a");
  CHECK(part(id, "a", second, 1, "12345"));
  CHECK(agency() == usage{1, 5, 5});
  CHECK(run_task(cat->abort_upload(id, test::key_of("a"), second)));
  CHECK(agency() == usage{1, 5, 0});
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(quota_world, "a bucket that goes takes what its uploads counted along") {
  const std::string upload = start_upload(id, "a");
  CHECK(part(id, "a", upload, 1, "12345"));
  CHECK(run_task(cat->delete_bucket("bau")));
  CHECK(agency() == usage{});
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(quota_world, "a refusal says what is used and what is allowed") {
  limits.limits.agency = {0, 10};
  CHECK(outcome(put(id, "a", "12345678")) == "stored");
  const auto refused = put(id, "b", "123");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == errc::quota_exceeded);
  CHECK(refused.error().message() ==
        "The quota of agency bauamt is 10 bytes; 8 are used, and 3 more do not fit.");
  CHECK(outcome(put(id, "b", "12")) == "stored");
  CHECK(agency() == usage{2, 10, 0});
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(quota_world, "what an object takes the place of makes room") {
  limits.limits.agency = {1, 10};
  CHECK(outcome(put(id, "a", "1234567890")) == "stored");
  CHECK(outcome(put(id, "a", "abcdefghij")) == "stored");
  CHECK(outcome(put(id, "a", "12345678901")) == "QuotaExceeded");
  CHECK(outcome(put(id, "b", "")) == "QuotaExceeded");
  CHECK(get(id, "a") == "abcdefghij");
  limits.limits.agency = {1, 5};  // lowered below what is there
  CHECK(outcome(put(id, "a", "abcdefgh")) == "stored");
  CHECK(outcome(put(id, "a", "abcdefghi")) == "QuotaExceeded");
  CHECK(remove(id, "a"));
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(quota_world, "copies and parts need room, and a completion only for its object") {
  limits.limits.agency = {3, 20};
  CHECK(put(id, "a", "12345"));
  const auto source = run_task(cat->find_object(id, test::key_of("a"), std::nullopt)).value();
  CHECK(outcome(run_task(cat->copy_object(id, source, id, test::key_of("b"), object("12345")))) ==
        "stored");
  CHECK(agency() == usage{2, 10, 0});
  const std::string upload = start_upload(id, "c");
  CHECK(part(id, "c", upload, 1, "1234567890"));
  CHECK(part(id, "c", upload, 2, "1").error().code() == errc::quota_exceeded);
  CHECK(run_task(cat->check_part_room(id, upload, 2, 1)).error().code() == errc::quota_exceeded);
  CHECK(run_task(cat->check_part_room(id, upload, 1, 10)));
  CHECK(outcome(run_task(cat->copy_object(id, source, id, test::key_of("d"), object("12345")))) ==
        "QuotaExceeded");
  completion wanted;
  wanted.parts = {listed(1, "1234567890")};
  CHECK(complete(id, "c", upload, wanted));
  CHECK(agency() == usage{3, 20, 0});
  const std::string other = start_upload(id, "e");
  CHECK(part(id, "e", other, 1, ""));
  wanted.parts = {listed(1, "")};
  CHECK(complete(id, "e", other, wanted).error().code() == errc::quota_exceeded);
  CHECK(run_task(cat->check_object_room(id, test::key_of("c"), 10)));
  CHECK(run_task(cat->check_object_room(id, test::key_of("f"), 0)).error().code() ==
        errc::quota_exceeded);
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(quota_world, "64 writers store exactly what there is room for") {
  limits.limits.agency = {1000, 0};
  std::atomic<int> stored{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> writers;
  for (int w = 0; w < 64; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < 20; ++i) {
        const std::string key = std::to_string(w) + "-" + std::to_string(i);
        const auto done =
            run_task(cat->put_object(id, test::key_of(key), object("x"), store_bytes("x")));
        if (done) ++stored;
        if (!done && done.error().code() == errc::quota_exceeded) ++refused;
      }
    });
  }
  for (std::thread& t : writers) t.join();
  CHECK(stored == 1000);
  CHECK(refused == 280);
  CHECK(agency() == usage{1000, 1000, 0});
  CHECK(accounting_fault().empty());
}

TEST_CASE("a store of an older format is counted when it is opened") {
  catalog_world w;
  const std::uint64_t id = w.bucket("bau");
  w.set_versioning(id, versioning_state::enabled);
  for (int i = 0; i < 30; ++i) CHECK(w.put(id, std::to_string(i % 20), "12345"));
  CHECK(w.remove(id, "3"));
  const std::string upload = w.start_upload(id, "u");
  CHECK(w.part(id, "u", upload, 1, "123456"));
  const auto before = run_task(w.cat->usage_of_agency("111111111111"));
  CHECK(before == usage{30, 150, 6});
  w.cat.reset();
  const auto forgotten = w.db.write_blocking([](storage::kv::transaction& t) {
    std::vector<std::string> keys;
    const auto cursor = t.scan("w", "x");
    for (bool more = cursor->seek("w"); more; more = cursor->next())
      keys.emplace_back(cursor->key());
    for (const std::string& key : keys) t.erase(key);
    t.put(schema::format_key(), schema::encode_number(1));
    return true;
  });
  REQUIRE(forgotten);
  w.reopen();
  CHECK(run_task(w.cat->usage_of_agency("111111111111")) == before);
  CHECK(run_task(w.cat->usage_of_bucket(id)) == before);
  CHECK(w.accounting_fault().empty());
}

}  // namespace usage_test
