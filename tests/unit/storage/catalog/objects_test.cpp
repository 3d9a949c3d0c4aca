// Objects without versioning: storing, reading, conditions, copies, and what happens to bytes when
// a commit fails.
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace objects_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::catalog_world;
using test::etag_of;
using test::key_of;
using test::run_task;

namespace {

const std::string large(100'000, 'L');

result<write_outcome> copy(catalog_world& w, std::uint64_t from, const std::string& source,
                           std::uint64_t to, const std::string& key, new_object attributes = {},
                           std::optional<std::string> version = std::nullopt) {
  const auto found = run_task(w.cat->find_object(from, key_of(source), std::move(version)));
  if (!found) return found.error();
  return run_task(w.cat->copy_object(from, *found, to, key_of(key), std::move(attributes)));
}

}  // namespace

TEST_CASE("what was put is found with its attributes and bytes") {
  catalog_world w;
  const auto b = w.bucket("daten");
  auto o = w.object(large);
  o.attributes.content_type = "text/plain";
  o.attributes.metadata = {{"a", "1"}, {"b", "2"}};
  o.attributes.storage_class = "STANDARD_IA";
  const auto put = run_task(w.cat->put_object(b, key_of("k"), o, w.store_bytes(large))).value();
  CHECK(put.version_id == "null");
  CHECK_FALSE(put.versioned);
  CHECK(put.etag == etag_of(large));
  CHECK(put.modified == w.clock.now());
  const auto found = run_task(w.cat->find_object(b, key_of("k"), std::nullopt)).value();
  CHECK(found.attributes.content_type == "text/plain");
  CHECK(found.attributes.metadata == o.attributes.metadata);
  CHECK(found.attributes.storage_class == "STANDARD_IA");
  CHECK(found.checksum->value == o.checksum->value);
  CHECK(found.owner_canonical_id == "writer");
  CHECK(found.latest);
  CHECK(found.null_version);
  CHECK(found.size == large.size());
  CHECK(w.get(b, "k") == large);
  CHECK(w.get(b, "k", "null") == large);
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("small objects of all lengths around whole pages are read back, shared and let go") {
  catalog_world w;
  const auto b = w.bucket("daten");
  const auto ends = [&] {
    std::size_t n = 0;
    for (const auto& [key, value] : w.db.copy()) n += key.starts_with('t') ? 1 : 0;
    return n;
  };
  const auto bytes_of = [](std::size_t size) {
    std::string bytes(size, 'x');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
    return bytes;
  };
  for (const std::size_t page : {std::size_t{4096}, std::size_t{8192}}) {
    for (std::size_t size = page - 64; size <= std::min<std::size_t>(page + 64, 8192); ++size) {
      const std::string bytes = bytes_of(size);
      CAPTURE(size);
      REQUIRE(w.put(b, "k", bytes));
      REQUIRE(w.get(b, "k") == bytes);
      REQUIRE(ends() <= 1);
    }
  }
  const std::string page = bytes_of(4096);
  REQUIRE(w.put(b, "k", page));
  CHECK(ends() == 1);
  CHECK(w.db.copy().lower_bound("d")->second.size() < 4096 - 20);
  REQUIRE(copy(w, b, "k", b, "copy"));
  CHECK(w.accounting_fault() == "");
  REQUIRE(w.remove(b, "k"));
  CHECK(w.get(b, "copy") == page);
  CHECK(w.accounting_fault() == "");
  REQUIRE(w.remove(b, "copy"));
  CHECK(ends() == 0);
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("a small object of a store of format 2 is read, and the store is of format 3 then") {
  catalog_world w;
  const auto b = w.bucket("daten");
  const std::string bytes(4096, 'o');
  REQUIRE(w.put(b, "k", bytes));
  w.cat.reset();
  const auto written = w.db.write_blocking([](storage::kv::transaction& t) {
    const auto cursor = t.scan("d", "e");
    REQUIRE(cursor->seek("d"));
    const std::string key(cursor->key());
    const std::string value(cursor->value());
    schema::data_row row = schema::decode_data(value);
    const auto id = storage::blob::blob_id::from(std::string_view(key).substr(1));
    std::string whole(row.location);
    if (row.kind == schema::data_kind::inline_blob_in_two) {
      whole += *t.get(schema::location_end_key(id));
      t.erase(schema::location_end_key(id));
    }
    row.kind = schema::data_kind::inline_blob;
    row.location = whole;
    t.put(key, schema::encode(row));
    t.put(schema::format_key(), schema::encode_number(2));
    return true;
  });
  REQUIRE(written);
  w.reopen();
  CHECK(schema::decode_number(w.db.copy().at(schema::format_key())) == 3);
  CHECK(w.get(b, "k") == bytes);
  REQUIRE(w.put(b, "k", std::string(4096, 'n')));
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("a small object whose end is lost is a fault and no shorter object") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", std::string(4096, 'x')));
  const auto written = w.db.write_blocking([](storage::kv::transaction& t) {
    const auto cursor = t.scan("t", "u");
    REQUIRE(cursor->seek("t"));
    return t.erase(std::string(cursor->key()));
  });
  REQUIRE(written);
  CHECK_THROWS_AS(w.get(b, "k"), damaged_record);
}

TEST_CASE("an object of no bytes, of one byte and just above the inline limit are read back") {
  catalog_world w;
  const auto b = w.bucket("daten");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{8192}, std::size_t{8193}}) {
    const std::string bytes(size, 'x');
    REQUIRE(w.put(b, "k", bytes));
    CHECK(w.get(b, "k") == bytes);
    const auto opened = run_task(w.cat->open_object(b, key_of("k"), std::nullopt));
    CHECK(opened->content->size() == size);
    CHECK(opened->content->resident() == (size <= 8192));
  }
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("absent keys, versions and buckets each get their own answer") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", "x"));
  CHECK(w.get(b, "other") == "error:NoSuchKey");
  CHECK(w.get(b, "k", std::string(32, '0')) == "error:NoSuchVersion");
  CHECK(w.get(b, "other", "null") == "error:NoSuchVersion");
  CHECK(w.get(b + 1, "k") == "error:NoSuchBucket");
  for (const char* bad : {"", "Null", "xyz", "00", "0000000000000000000000000000000G",
                          "ABCDEF00000000000000000000000000"}) {
    const auto found = run_task(w.cat->find_object(b, key_of("k"), bad));
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == errc::invalid_argument);
    CHECK(found.error().message() == (*bad == '\0' ? "Version id cannot be the empty string"
                                                   : "Invalid version id specified"));
  }
}

TEST_CASE("keys that file systems cannot hold are all different objects") {
  catalog_world w;
  const auto b = w.bucket("daten");
  const std::vector<std::string> keys = {"a",
                                         "a/",
                                         "a/b",
                                         "a//b",
                                         "..",
                                         ".",
                                         "/",
                                         "//",
                                         std::string("a\0", 2),
                                         std::string(1024, 'x'),
                                         std::string(1024, '\0'),
                                         "\n"};
  for (const std::string& key : keys) REQUIRE(w.put(b, key, "content of " + key));
  for (const std::string& key : keys) CHECK(w.get(b, key) == "content of " + key);
  for (const std::string& key : keys) REQUIRE(w.remove(b, key));
  CHECK(run_task(w.cat->delete_bucket("daten")));
}

TEST_CASE("overwriting and deleting give the earlier bytes back") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", large));
  REQUIRE(w.put(b, "k", large + "2"));
  REQUIRE(w.put(b, "k", "small"));
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
  CHECK(w.get(b, "k") == "small");
  const auto gone = w.remove(b, "k").value();
  CHECK_FALSE(gone.versioned);
  CHECK_FALSE(gone.delete_marker);
  CHECK(w.remove(b, "k"));
  CHECK(w.get(b, "k") == "error:NoSuchKey");
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("conditional writes are decided by what is newest") {
  catalog_world w;
  const auto b = w.bucket("daten");
  write_condition absent;
  absent.if_none_match_any = true;
  REQUIRE(w.put(b, "k", "one", absent));
  const auto refused = w.put(b, "k", large, absent);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == errc::precondition_failed);
  write_condition match;
  match.if_match = "\"" + etag_of("one").text() + "\"";
  REQUIRE(w.put(b, "k", "two", match));
  CHECK(w.put(b, "k", large, match).error().code() == errc::precondition_failed);
  CHECK(w.put(b, "other", large, match).error().code() == errc::no_such_key);
  match.if_match = "*";
  CHECK(w.put(b, "other", large, match).error().code() == errc::no_such_key);
  CHECK(w.put(b, "k", "three", match));
  match.if_match = "no etag";
  CHECK(w.put(b, "k", large, match).error().code() == errc::precondition_failed);
  write_condition unlike;
  unlike.if_none_match = etag_of("three").text();
  CHECK(w.put(b, "k", large, unlike).error().code() == errc::precondition_failed);
  CHECK(w.put(b, "other", "x", unlike));
  unlike.if_none_match = etag_of("two").text();
  CHECK(w.put(b, "k", "four", unlike));
  CHECK(w.get(b, "k") == "four");
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
}

TEST_CASE("a delete marker is no object to a conditional write") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  REQUIRE(w.put(b, "k", "one"));
  REQUIRE(w.remove(b, "k"));
  write_condition match;
  match.if_match = "*";
  CHECK(w.put(b, "k", "two", match).error().code() == errc::no_such_key);
  write_condition absent;
  absent.if_none_match_any = true;
  CHECK(w.put(b, "k", "two", absent));
}

TEST_CASE("conditional deletes compare, and an ETag is missed where no object is") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", "one"));
  CHECK(w.remove(b, "k", std::nullopt, etag_of("two").text()).error().code() ==
        errc::precondition_failed);
  CHECK(w.get(b, "k") == "one");
  CHECK(w.remove(b, "k", std::nullopt, etag_of("one").text()));
  CHECK(w.get(b, "k") == "error:NoSuchKey");
  const auto absent = [&](std::uint64_t bucket, const std::string& etag) {
    const auto done = w.remove(bucket, "k", std::nullopt, etag);
    return !done && done.error().code() == errc::no_such_key;
  };
  CHECK(absent(b, "*"));
  CHECK(absent(b, etag_of("one").text()));
  const auto v = w.bucket("versionen", versioning_state::enabled);
  CHECK(absent(v, "*"));
  CHECK(w.get(v, "k") == "error:NoSuchKey");
  const auto put = w.put(v, "k", "one").value();
  REQUIRE(w.remove(v, "k"));
  CHECK(absent(v, "*"));
  CHECK(absent(v, etag_of("one").text()));
  CHECK(w.remove(v, "k", put.version_id, etag_of("two").text()).error().code() ==
        errc::precondition_failed);
  CHECK(w.remove(v, "k", put.version_id, etag_of("one").text()));
}

TEST_CASE("many deletes are answered one by one, and a refused one does not stop the others") {
  catalog_world w;
  const auto b = w.bucket("daten");
  for (const char* key : {"a", "b", "c"}) REQUIRE(w.put(b, key, large));
  std::vector<delete_request> requests(5);
  requests[0].key = "a";
  requests[1].key = "b";
  requests[1].if_match = etag_of("other").text();
  requests[2].key = "c";
  requests[2].version_id = "bad";
  requests[3].key = "absent";
  requests[4].key = "c";
  const auto done = run_task(w.cat->delete_objects(b, requests)).value();
  REQUIRE(done.size() == 5);
  CHECK(done[0]);
  CHECK(done[1].error().code() == errc::precondition_failed);
  CHECK(done[2].error().code() == errc::invalid_argument);
  CHECK(done[3]);
  CHECK(done[4]);
  CHECK(w.get(b, "a") == "error:NoSuchKey");
  CHECK(w.get(b, "b") == large);
  CHECK(w.get(b, "c") == "error:NoSuchKey");
  CHECK(w.accounting_fault() == "");
  requests.resize(1001);
  CHECK(run_task(w.cat->delete_objects(b, requests)).error().code() == errc::malformed_xml);
}

TEST_CASE("a copy shares the bytes, and each may go first") {
  catalog_world w;
  const auto b = w.bucket("daten");
  const auto c = w.bucket("kopien");
  REQUIRE(w.put(b, "k", large));
  REQUIRE(w.put(b, "small", "small"));
  CHECK(copy(w, b, "k", c, "k2")->etag == etag_of(large));
  REQUIRE(copy(w, b, "small", c, "small2"));
  CHECK(w.store.ids().size() == 1);
  REQUIRE(w.remove(b, "k"));
  REQUIRE(w.remove(b, "small"));
  CHECK(w.accounting_fault() == "");
  CHECK(w.get(c, "k2") == large);
  CHECK(w.get(c, "small2") == "small");
  const auto found = run_task(w.cat->find_object(c, key_of("k2"), std::nullopt)).value();
  CHECK(found.size == large.size());
  CHECK(found.checksum->value == test::digest(storage::crypto::algorithm::crc64nvme, large));
  REQUIRE(w.remove(c, "k2"));
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
}

TEST_CASE("a copy onto itself replaces the attributes and keeps the bytes") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", large));
  new_object attributes;
  attributes.attributes.metadata = {{"mtime", "17"}};
  REQUIRE(copy(w, b, "k", b, "k", attributes));
  CHECK(w.accounting_fault() == "");
  CHECK(w.get(b, "k") == large);
  CHECK(run_task(w.cat->find_object(b, key_of("k"), std::nullopt))->attributes.metadata ==
        attributes.attributes.metadata);
}

TEST_CASE("a source that was replaced after it was looked up is not copied") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", "one"));
  const auto seen = run_task(w.cat->find_object(b, key_of("k"), std::nullopt)).value();
  REQUIRE(w.put(b, "k", "two"));
  CHECK(run_task(w.cat->copy_object(b, seen, b, key_of("c"), {})).error().code() ==
        errc::no_such_key);
  CHECK(w.get(b, "c") == "error:NoSuchKey");
}

TEST_CASE(
    "a write that is refused leaves no bytes, one of unknown outcome leaves them to the next "
    "start") {
  catalog_world w;
  const auto b = w.bucket("daten");
  w.db.fail_writes(errc::insufficient_storage);
  CHECK(w.put(b, "k", large).error().code() == errc::insufficient_storage);
  CHECK(w.store.ids().empty());
  w.db.fail_writes(std::nullopt);

  w.db.fail_next_commit_after_storing(errc::service_unavailable);
  CHECK(w.put(b, "stored", large).error().code() == errc::service_unavailable);
  CHECK(w.store.ids().size() == 1);
  w.reopen();
  CHECK(w.get(b, "stored") == large);

  w.db.fail_writes(errc::service_unavailable);
  CHECK(w.put(b, "lost", large).error().code() == errc::service_unavailable);
  CHECK(w.store.ids().size() == 2);
  w.db.fail_writes(std::nullopt);
  w.reopen();
  CHECK(w.store.ids().size() == 1);
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("a damaged record is a fault that names it, not an answer") {
  catalog_world w;
  const auto b = w.bucket("daten");
  const auto put = w.put(b, "k", "x");
  const auto found = run_task(w.cat->find_object(b, key_of("k"), std::nullopt)).value();
  const auto written = w.db.write_blocking([&](storage::kv::transaction& t) {
    t.put(schema::version_key(b, "k", found.sequence), "\1garbage");
    return true;
  });
  REQUIRE(written);
  CHECK_THROWS_AS(run_task(w.cat->find_object(b, key_of("k"), std::nullopt)), damaged_record);
  CHECK_THROWS_WITH(run_task(w.cat->list_objects(b, {})), Catch::Contains("6b"));
}

TEST_CASE("tags are replaced on one version, and nothing else of it changes") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  auto o = w.object("bytes");
  o.attributes.content_type = "text/plain";
  o.attributes.tags = {{"a", "1"}};
  const auto first = run_task(w.cat->put_object(b, key_of("k"), o, w.store_bytes("bytes"))).value();
  REQUIRE(w.put(b, "k", "newer"));
  const std::vector<name_value> tags{{"b", "2"}, {"c", ""}};
  const auto changed = run_task(w.cat->set_object_tags(b, key_of("k"), first.version_id, tags));
  REQUIRE(changed);
  CHECK(changed->version_id == first.version_id);
  const auto seen = run_task(w.cat->find_object(b, key_of("k"), first.version_id)).value();
  CHECK(seen.attributes.tags == tags);
  CHECK(seen.attributes.content_type == "text/plain");
  CHECK(seen.modified == first.modified);
  CHECK(seen.etag == first.etag);
  CHECK(run_task(w.cat->find_object(b, key_of("k"), std::nullopt)).value().attributes.tags.empty());
  const auto failed = [&](const std::string& key, std::optional<std::string> version) {
    return run_task(w.cat->set_object_tags(b, key_of(key), std::move(version), tags))
        .error()
        .code();
  };
  CHECK(failed("none", std::nullopt) == errc::no_such_key);
  CHECK(failed("k", std::string(32, 'a')) == errc::no_such_version);
  delete_request gone;
  gone.key = "k";
  REQUIRE(run_task(w.cat->delete_object(b, gone)));
  CHECK(failed("k", std::nullopt) == errc::method_not_allowed);
  CHECK(w.accounting_fault() == "");
}

}  // namespace objects_test
