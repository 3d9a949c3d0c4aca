// Listings: order, prefixes, delimiters, markers, pages, delete markers.
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace listing_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::catalog_world;
using test::key_of;
using test::run_task;

namespace {

using lines = std::vector<std::string>;

// Keys, and common prefixes in angle brackets, in order.
lines shown(const list_page& page) {
  lines out;
  for (const list_entry& e : page.entries) out.push_back(e.key);
  for (const std::string& p : page.common_prefixes) out.push_back("<" + p + ">");
  return out;
}

list_page list(catalog_world& w, std::uint64_t b, const list_query& q) {
  return run_task(w.cat->list_objects(b, q)).value();
}

list_query query(std::string prefix, std::string delimiter, std::size_t max = 1000) {
  list_query q;
  q.prefix = std::move(prefix);
  q.delimiter = std::move(delimiter);
  q.max_keys = max;
  return q;
}

void fill(catalog_world& w, std::uint64_t b, const lines& keys) {
  for (const std::string& key : keys) REQUIRE(w.put(b, key, "x"));
}

// All pages of a listing; every page but the last is truncated and not empty.
lines paged(catalog_world& w, std::uint64_t b, list_query q) {
  lines out;
  for (int pages = 0; pages < 10'000; ++pages) {
    const list_page page = list(w, b, q);
    const lines here = shown(page);
    REQUIRE(here.size() <= q.max_keys);
    out.insert(out.end(), here.begin(), here.end());
    if (!page.truncated) return out;
    REQUIRE(here.size() == q.max_keys);
    q.after = page.last;
  }
  FAIL("the listing does not end");
  return out;
}

}  // namespace

TEST_CASE("keys are listed in byte order with what a page shows") {
  catalog_world w;
  const auto b = w.bucket("daten");
  fill(w, b, {"b", "a/b", "a", std::string("a\0", 2), "\xC3\xA4", "a!", "B"});
  auto o = w.object("12345");
  o.attributes.storage_class = "STANDARD_IA";
  REQUIRE(run_task(w.cat->put_object(b, key_of("c"), o, w.store_bytes("12345"))));
  const list_page page = list(w, b, {});
  CHECK(shown(page) == lines{"B", "a", std::string("a\0", 2), "a!", "a/b", "b", "c", "\xC3\xA4"});
  CHECK_FALSE(page.truncated);
  const list_entry& c = page.entries[6];
  CHECK(c.size == 5);
  CHECK(c.etag == test::etag_of("12345"));
  CHECK(c.storage_class == "STANDARD_IA");
  CHECK(c.owner_canonical_id == "writer");
  CHECK(c.checksum_algorithm == storage::crypto::algorithm::crc64nvme);
  CHECK(c.modified == w.clock.now());
}

TEST_CASE("a delimiter rolls keys up into common prefixes") {
  catalog_world w;
  const auto b = w.bucket("daten");
  fill(w, b, {"asdf", "boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla", "x//y", "/lead"});
  CHECK(shown(list(w, b, query("", "/"))) == lines{"asdf", "</>", "<boo/>", "<cquux/>", "<x/>"});
  CHECK(shown(list(w, b, query("boo/", "/"))) == lines{"boo/bar", "<boo/baz/>"});
  CHECK(shown(list(w, b, query("bo", "/"))) == lines{"<boo/>"});
  CHECK(shown(list(w, b, query("x/", "/"))) == lines{"<x//>"});
  CHECK(shown(list(w, b, query("", "ba"))) ==
        lines{"/lead", "asdf", "cquux/bla", "cquux/thud", "x//y", "<boo/ba>"});
  CHECK(shown(list(w, b, query("nothing", "/"))).empty());
}

TEST_CASE("a marker skips the common prefix that holds it, a start-after does not") {
  catalog_world w;
  const auto b = w.bucket("daten");
  fill(w, b, {"a/1", "a/2", "b", "c/1"});
  list_query q = query("", "/");
  q.after = "a/1";
  CHECK(shown(list(w, b, q)) == lines{"b", "<c/>"});
  q.after = "a/";
  CHECK(shown(list(w, b, q)) == lines{"b", "<c/>"});
  q.after = "a";
  CHECK(shown(list(w, b, q)) == lines{"b", "<a/>", "<c/>"});
  q.after.clear();
  q.start_after = "a/1";
  CHECK(shown(list(w, b, q)) == lines{"b", "<a/>", "<c/>"});
  q.start_after = "a/2";
  CHECK(shown(list(w, b, q)) == lines{"b", "<c/>"});
  q = query("a/", "/");
  q.after = "0";
  CHECK(shown(list(w, b, q)) == lines{"a/1", "a/2"});
  q.after = "a/1";
  CHECK(shown(list(w, b, q)) == lines{"a/2"});
  q.after = "z";
  CHECK(shown(list(w, b, q)).empty());
}

TEST_CASE("pages say exactly whether more follows") {
  catalog_world w;
  const auto b = w.bucket("daten");
  fill(w, b, {"a", "b/1", "b/2", "c"});
  list_page page = list(w, b, query("", "/", 2));
  CHECK(shown(page) == lines{"a", "<b/>"});
  CHECK(page.truncated);
  CHECK(page.last == "b/");
  page = list(w, b, query("", "/", 3));
  CHECK_FALSE(page.truncated);
  page = list(w, b, query("", "", 4));
  CHECK_FALSE(page.truncated);
  page = list(w, b, query("", "", 0));
  CHECK(shown(page).empty());
  CHECK_FALSE(page.truncated);
  CHECK(paged(w, b, query("", "/", 1)) == lines{"a", "<b/>", "c"});
}

TEST_CASE("no page has more than a thousand entries") {
  catalog_world w;
  const auto b = w.bucket("daten");
  for (int i = 0; i < 1001; ++i) REQUIRE(w.put(b, std::to_string(10'000 + i), ""));
  const list_page page = list(w, b, query("", "", 5000));
  CHECK(page.entries.size() == 1000);
  CHECK(page.truncated);
}

TEST_CASE("deleted keys and older versions are not listed") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  fill(w, b, {"a", "a", "a", "b", "d/1", "d/2", "e"});
  REQUIRE(w.remove(b, "b"));
  REQUIRE(w.remove(b, "d/1"));
  REQUIRE(w.remove(b, "d/2"));
  CHECK(shown(list(w, b, query("", "/"))) == lines{"a", "e"});
  const list_page page = list(w, b, query("", "/", 1));
  CHECK(page.truncated);
  REQUIRE(w.remove(b, "e"));
  CHECK_FALSE(list(w, b, query("", "/", 1)).truncated);
  REQUIRE(w.put(b, "d/2", "back"));
  CHECK(shown(list(w, b, query("", "/"))) == lines{"a", "<d/>"});
}

TEST_CASE("a bucket full of deleted keys is walked in bounded pages and to its end") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  for (std::size_t i = 0; i < list_scan_limit + 3'000; ++i) {
    delete_request request;
    request.key = "k" + std::to_string(100'000 + i);
    REQUIRE(run_task(w.cat->delete_object(b, request)));
  }
  REQUIRE(w.put(b, "last", "x"));
  list_query q = query("", "");
  list_page page = list(w, b, q);
  CHECK(page.entries.empty());
  CHECK(page.truncated);
  q.after = page.last;
  page = list(w, b, q);
  CHECK(shown(page) == lines{"last"});
  CHECK_FALSE(page.truncated);
  // Inside a common prefix a page cannot end: whether it is shown is only known behind it.
  CHECK(shown(list(w, b, query("", "1"))) == lines{"last"});
}

TEST_CASE("2,000 keys of 1,024 bytes under common prefixes of 600 list in byte order, paged by 7") {
  catalog_world w;
  const auto b = w.bucket("daten");
  lines keys;
  lines prefixes;
  for (int group = 0; group < 4; ++group) {
    std::string prefix(599, static_cast<char>('a' + group));
    prefix += '/';
    prefixes.push_back("<" + prefix + ">");
    for (int i = 0; i < 500; ++i) {
      std::string key = prefix + std::to_string((i * 7919) % 100'003);
      key += std::string(1024 - key.size(), static_cast<char>('0' + i % 10));
      keys.push_back(key);
    }
  }
  fill(w, b, keys);
  std::sort(keys.begin(), keys.end());
  CHECK(paged(w, b, query("", "", 7)) == keys);
  CHECK(paged(w, b, query("", "/", 1)) == prefixes);
  const lines of_one(keys.begin() + 500, keys.begin() + 1000);
  CHECK(paged(w, b, query(prefixes[1].substr(1, 600), "/", 7)) == of_one);
}

TEST_CASE("versions are listed newest first with markers inside a key") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  lines ids;
  for (const char* key : {"a", "a", "b", "b/1", "b/2"})
    ids.push_back(w.put(b, key, key)->version_id);
  ids.push_back(w.remove(b, "a")->version_id);
  version_list_query q;
  auto page = run_task(w.cat->list_versions(b, q)).value();
  lines got;
  for (const object_version& v : page.versions) got.push_back(v.version_id);
  CHECK(got == lines{ids[5], ids[1], ids[0], ids[2], ids[3], ids[4]});
  CHECK(page.versions[0].delete_marker);
  CHECK(page.versions[0].latest);
  CHECK_FALSE(page.versions[1].latest);

  q.max_keys = 1;
  got.clear();
  for (int i = 0; i < 6; ++i) {
    page = run_task(w.cat->list_versions(b, q)).value();
    REQUIRE(page.versions.size() == 1);
    CHECK(page.versions[0].latest == (i != 1 && i != 2));
    got.push_back(page.versions[0].version_id);
    CHECK(page.truncated == (i != 5));
    q.key_marker = page.next_key_marker;
    q.version_id_marker = page.next_version_id_marker;
  }
  CHECK(got == lines{ids[5], ids[1], ids[0], ids[2], ids[3], ids[4]});

  // A marker whose version is deleted between two pages still says where to go on.
  q = {};
  q.key_marker = "a";
  q.version_id_marker = ids[1];
  REQUIRE(w.remove(b, "a", ids[1]));
  page = run_task(w.cat->list_versions(b, q)).value();
  CHECK(page.versions.front().version_id == ids[0]);

  q = {};
  q.delimiter = "/";
  page = run_task(w.cat->list_versions(b, q)).value();
  CHECK(page.common_prefixes == lines{"b/"});
  CHECK(page.versions.size() == 3);
  q.key_marker = "b/1";
  CHECK(run_task(w.cat->list_versions(b, q))->common_prefixes.empty());
}

TEST_CASE("bad version markers are refused") {
  catalog_world w;
  const auto b = w.bucket("daten", versioning_state::enabled);
  version_list_query q;
  q.version_id_marker = "null";
  CHECK(run_task(w.cat->list_versions(b, q)).error().code() == errc::invalid_argument);
  q.key_marker = "k";
  CHECK(run_task(w.cat->list_versions(b, q)));
  q.version_id_marker = "bad";
  CHECK(run_task(w.cat->list_versions(b, q)).error().code() == errc::invalid_argument);
}

}  // namespace listing_test
