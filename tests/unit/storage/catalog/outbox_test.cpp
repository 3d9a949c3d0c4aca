// Notes of changes: kept with the change, in its order, until they are taken out.
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace outbox_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::catalog_world;
using test::run_task;

namespace {

std::vector<outbox_record> queued(catalog_world& w, const std::string& queue = "hook") {
  return run_task(w.cat->read_outbox(queue, 0, 1000));
}

// "stored a", "removed b": what the queue tells, in order.
std::vector<std::string> told(catalog_world& w, const std::string& queue = "hook") {
  constexpr const char* kinds[] = {"", "stored", "removed", "marked", "altered"};
  std::vector<std::string> all;
  for (const outbox_record& r : queued(w, queue)) {
    all.push_back(std::string(kinds[static_cast<int>(r.kind)]) + " " + r.key);
  }
  return all;
}

std::vector<outbox_note> notes(std::initializer_list<change_kind> kinds) {
  std::vector<outbox_note> all;
  for (const change_kind kind : kinds) all.push_back({"hook", kind, "text"});
  return all;
}

result<write_outcome> put(catalog_world& w, std::uint64_t bucket, const std::string& key,
                          write_condition condition = {}) {
  auto object = w.object("hello");
  object.condition = std::move(condition);
  object.notes = notes({change_kind::stored});
  return run_task(w.cat->put_object(bucket, object_key::parse(key).value(), std::move(object),
                                    w.store_bytes("hello")));
}

result<delete_outcome> remove(catalog_world& w, std::uint64_t bucket, const std::string& key,
                              std::optional<std::string> version = std::nullopt) {
  delete_request request;
  request.key = key;
  request.version_id = std::move(version);
  request.notes = notes({change_kind::removed, change_kind::marked});
  return run_task(w.cat->delete_object(bucket, std::move(request)));
}

}  // namespace

TEST_CASE("a note is kept with the facts of its change") {
  catalog_world w;
  const auto bucket = w.bucket("daten", versioning_state::enabled);
  const auto stored = put(w, bucket, "a").value();
  const auto all = queued(w);
  REQUIRE(all.size() == 1);
  CHECK(all[0].key == "a");
  CHECK(all[0].version_id == stored.version_id);
  CHECK(all[0].size == 5);
  CHECK(all[0].etag == stored.etag.text());
  CHECK(all[0].text == "text");
  CHECK(all[0].position >= static_cast<std::uint64_t>(w.clock.now().time_since_epoch().count()));
}

TEST_CASE("notes without a change are not kept") {
  catalog_world w;
  const auto bucket = w.bucket("daten");
  REQUIRE(put(w, bucket, "a"));
  write_condition absent;
  absent.if_none_match_any = true;
  CHECK_FALSE(put(w, bucket, "a", absent));
  CHECK(remove(w, bucket, "nobody"));
  CHECK(told(w) == std::vector<std::string>{"stored a"});
}

TEST_CASE("a delete is told as what it did") {
  catalog_world w;
  const auto plain = w.bucket("plain");
  REQUIRE(put(w, plain, "a"));
  REQUIRE(remove(w, plain, "a"));
  const auto versioned = w.bucket("versioned", versioning_state::enabled);
  const auto first = put(w, versioned, "b").value();
  REQUIRE(remove(w, versioned, "b"));
  REQUIRE(remove(w, versioned, "b", first.version_id));
  REQUIRE(remove(w, versioned, "b", first.version_id));
  CHECK(told(w) ==
        std::vector<std::string>{"stored a", "removed a", "stored b", "marked b", "removed b"});
  CHECK(queued(w)[1].version_id.empty());
  CHECK(queued(w)[4].version_id == first.version_id);
}

TEST_CASE("many deletes, tags and completions leave notes too") {
  catalog_world w;
  const auto bucket = w.bucket("daten");
  REQUIRE(put(w, bucket, "a"));
  REQUIRE(put(w, bucket, "b"));
  std::vector<delete_request> both(2);
  both[0].key = "a";
  both[1].key = "nobody";
  for (auto& request : both) request.notes = notes({change_kind::removed});
  REQUIRE(run_task(w.cat->delete_objects(bucket, both)));
  REQUIRE(run_task(w.cat->set_object_tags(bucket, object_key::parse("b").value(), std::nullopt, {},
                                          notes({change_kind::altered}))));
  const std::string upload = w.start_upload(bucket, "c");
  REQUIRE(w.part(bucket, "c", upload, 1, "hello"));
  completion wanted;
  wanted.parts = {w.listed(1, "hello")};
  wanted.notes = notes({change_kind::stored});
  REQUIRE(w.complete(bucket, "c", upload, wanted));
  // The same once more, as clients do: it changes nothing and is not told.
  REQUIRE(w.complete(bucket, "c", upload, wanted));
  CHECK(told(w) ==
        std::vector<std::string>{"stored a", "stored b", "removed a", "altered b", "stored c"});
}

TEST_CASE("positions grow although the clock stands still, and queues are apart") {
  catalog_world w;
  REQUIRE(run_task(w.cat->add_to_outbox({{"hook", change_kind::altered, "1"},
                                         {"hook", change_kind::altered, "2"},
                                         {"hook-2", change_kind::altered, "3"},
                                         {"hoo", change_kind::altered, "4"}})));
  const auto all = queued(w);
  REQUIRE(all.size() == 2);
  CHECK(all[0].text == "1");
  CHECK(all[1].text == "2");
  CHECK(all[0].position < all[1].position);
  CHECK(queued(w, "hook-2").size() == 1);
  CHECK(run_task(w.cat->read_outbox("hook", all[0].position, 10)).size() == 1);
  CHECK(run_task(w.cat->read_outbox("hook", 0, 1)).size() == 1);
  CHECK(run_task(w.cat->count_outbox("hook", 10)) == 2);
  CHECK(run_task(w.cat->count_outbox("hook", 1)) == 1);
  REQUIRE(run_task(w.cat->remove_from_outbox("hook", {all[0].position, 12345})));
  CHECK(queued(w).size() == 1);
  CHECK(w.accounting_fault().empty());
}

TEST_CASE("notes outlive a restart") {
  catalog_world w;
  const auto bucket = w.bucket("daten");
  REQUIRE(put(w, bucket, "a"));
  w.reopen();
  CHECK(told(w) == std::vector<std::string>{"stored a"});
}

}  // namespace outbox_test
