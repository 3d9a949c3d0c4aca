// Multipart uploads: parts, completion and its checks, checksums, listings, retries.
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace multipart_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using storage::crypto::algorithm;
using test::catalog_world;
using test::digest;
using test::etag_of;
using test::key_of;
using test::run_task;

namespace {

const std::string one(20'000, '1');
const std::string two(9'000, '2');
const std::string three("333");

completion parts_of(std::initializer_list<std::pair<std::uint32_t, std::string>> parts) {
  completion c;
  for (const auto& [number, bytes] : parts) c.parts.push_back(catalog_world::listed(number, bytes));
  return c;
}

struct fixture {
  catalog_world w;
  std::uint64_t b = w.bucket("daten");

  std::string upload_with(std::initializer_list<std::pair<std::uint32_t, std::string>> parts,
                          new_upload settings = {}) {
    const algorithm a = settings.checksum_algorithm.value_or(algorithm::crc64nvme);
    const std::string id = w.start_upload(b, "k", std::move(settings));
    for (const auto& [number, bytes] : parts) {
      if (!w.part(b, "k", id, number, bytes, a)) throw std::runtime_error("put_part");
    }
    return id;
  }
  errc failure(const std::string& id, completion c) {
    const auto done = w.complete(b, "k", id, std::move(c));
    return done ? errc::not_modified : done.error().code();
  }
};

}  // namespace

TEST_CASE_METHOD(fixture, "a completed upload is one object with the parts in order") {
  new_upload settings;
  settings.attributes.content_type = "video/mp4";
  settings.owner_canonical_id = "somebody";
  const auto id = upload_with({{2, two}, {1, one}, {5, three}}, settings);
  const auto done = w.complete(b, "k", id, parts_of({{1, one}, {2, two}, {5, three}}));
  REQUIRE(done);
  const object_version& v = done->version;
  const std::string md5s =
      std::string(reinterpret_cast<const char*>(etag_of(one).md5.data()), 16) +
      std::string(reinterpret_cast<const char*>(etag_of(two).md5.data()), 16) +
      std::string(reinterpret_cast<const char*>(etag_of(three).md5.data()), 16);
  CHECK(v.etag.text() == etag_of(md5s).text() + "-3");
  CHECK(v.size == one.size() + two.size() + three.size());
  CHECK(v.part_count == 3);
  CHECK(v.attributes.content_type == "video/mp4");
  CHECK(v.owner_canonical_id == "somebody");
  CHECK(test::content_of(*done->content) == one + two + three);
  CHECK(w.get(b, "k") == one + two + three);
  // Without an algorithm of its own the object still has a CRC64NVME over all of its bytes.
  REQUIRE(v.checksum);
  CHECK(v.checksum->type == checksum_type::full_object);
  CHECK(v.checksum->value == digest(algorithm::crc64nvme, one + two + three));
  CHECK(w.accounting_fault() == "");
}

TEST_CASE_METHOD(fixture, "reads begin and end anywhere in a multipart object") {
  const auto id = upload_with({{1, one}, {2, two}, {3, three}});
  REQUIRE(w.complete(b, "k", id, parts_of({{1, one}, {2, two}, {3, three}})));
  const std::string all = one + two + three;
  const auto opened = run_task(w.cat->open_object(b, key_of("k"), std::nullopt)).value();
  std::vector<std::byte> buffer(100);
  for (const std::uint64_t offset :
       {29'001ULL, 19'990ULL, 0ULL, 20'000ULL, 28'999ULL, 29'002ULL, 19'999ULL}) {
    const auto got = opened.content->read(offset, buffer);
    REQUIRE(got);
    REQUIRE(*got > 0);
    const std::string text(reinterpret_cast<const char*>(buffer.data()), *got);
    CHECK(all.compare(static_cast<std::size_t>(offset), *got, text) == 0);
  }
  CHECK(opened.content->read(all.size(), buffer).value() == 0);
}

TEST_CASE_METHOD(fixture, "every part is found by its place with offset, size and checksum") {
  const auto id = upload_with({{1, one}, {4, two}, {9, three}});
  const auto v = w.complete(b, "k", id, parts_of({{1, one}, {4, two}, {9, three}}))->version;
  const auto part = run_task(w.cat->find_part(v, 2)).value();
  CHECK(part.offset == one.size());
  CHECK(part.size == two.size());
  CHECK(part.checksum == digest(algorithm::crc64nvme, two));
  for (const std::uint32_t absent : {0U, 4U, 9U}) {
    CHECK(run_task(w.cat->find_part(v, absent)).error().code() == errc::invalid_part_number);
  }
  REQUIRE(w.put(b, "plain", "12345"));
  const auto plain = run_task(w.cat->find_object(b, key_of("plain"), std::nullopt)).value();
  CHECK(run_task(w.cat->find_part(plain, 1))->size == 5);
  CHECK(run_task(w.cat->find_part(plain, 2)).error().code() == errc::invalid_part_number);
}

TEST_CASE_METHOD(fixture, "a list of parts that does not fit what was uploaded is refused") {
  const auto id = upload_with({{1, one}, {2, two}, {3, three}, {4, one}});
  CHECK(failure(id, {}) == errc::malformed_xml);
  CHECK(failure(id, parts_of({{2, two}, {1, one}})) == errc::invalid_part_order);
  CHECK(failure(id, parts_of({{1, one}, {1, one}})) == errc::invalid_part_order);
  CHECK(failure(id, parts_of({{1, one}, {5, two}})) == errc::invalid_part);
  CHECK(failure(id, parts_of({{0, one}})) == errc::invalid_part);
  CHECK(failure(id, parts_of({{1, two}})) == errc::invalid_part);
  CHECK(failure(id, parts_of({{1, one}, {3, three}, {4, one}})) == errc::entity_too_small);
  CHECK(failure(id, parts_of({{3, three}, {4, one}, {5, one}})) == errc::invalid_part);
  auto c = parts_of({{1, one}});
  c.parts[0].etag.parts = 1;
  CHECK(failure(id, c) == errc::invalid_part);
  c = parts_of({{1, one}});
  c.parts[0].checksum = digest(algorithm::crc64nvme, two);
  CHECK(failure(id, c) == errc::invalid_part);
  c = parts_of({{1, one}});
  c.expected_size = one.size() + 1;
  CHECK(failure(id, c) == errc::invalid_request);
  CHECK(w.get(b, "k") == "error:NoSuchKey");
  // Nothing was lost: the upload can still be completed.
  c.expected_size = one.size();
  c.parts[0].checksum = digest(algorithm::crc64nvme, one);
  CHECK(w.complete(b, "k", id, c));
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().size() == 1);
}

TEST_CASE_METHOD(fixture,
                 "a listed checksum of another algorithm counts only where the upload chose one") {
  auto c = parts_of({{1, one}});
  c.parts[0].checksum = digest(algorithm::crc32, one);
  new_upload chosen;
  chosen.checksum_algorithm = algorithm::crc32c;
  CHECK(failure(upload_with({{1, one}}, chosen), c) == errc::bad_digest);
  CHECK(w.complete(b, "k", upload_with({{1, one}}), c));
  CHECK(w.accounting_fault() == "");
}

TEST_CASE_METHOD(fixture, "parts are only found under their upload, bucket and key") {
  const auto id = upload_with({{1, one}});
  CHECK(w.part(b, "other", id, 1, one).error().code() == errc::no_such_upload);
  CHECK(w.part(b, "k", std::string(48, '0'), 1, one).error().code() == errc::no_such_upload);
  CHECK(w.part(b, "k", "bad id", 1, one).error().code() == errc::no_such_upload);
  CHECK(w.part(b + 1, "k", id, 1, one).error().code() == errc::no_such_bucket);
  CHECK(w.part(b, "k", id, 0, one).error().code() == errc::invalid_argument);
  CHECK(w.part(b, "k", id, 10'001, one).error().code() == errc::invalid_argument);
  CHECK(w.part(b, "k", id, 2, one, algorithm::crc32).error().code() == errc::invalid_request);
  CHECK(w.complete(b, "other", id, parts_of({{1, one}})).error().code() == errc::no_such_upload);
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().size() == 1);
}

TEST_CASE_METHOD(fixture, "a part that is sent again replaces the earlier one") {
  const auto id = upload_with({{1, one}, {1, two}});
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().size() == 1);
  CHECK(failure(id, parts_of({{1, one}})) == errc::invalid_part);
  CHECK(w.complete(b, "k", id, parts_of({{1, two}})));
  CHECK(w.get(b, "k") == two);
}

TEST_CASE_METHOD(fixture, "an abort takes upload and parts away") {
  const auto id = upload_with({{1, one}, {2, two}, {3, three}});
  REQUIRE(run_task(w.cat->abort_upload(b, key_of("k"), id)));
  CHECK(run_task(w.cat->abort_upload(b, key_of("k"), id)).error().code() == errc::no_such_upload);
  CHECK(w.part(b, "k", id, 4, one).error().code() == errc::no_such_upload);
  CHECK(failure(id, parts_of({{1, one}})) == errc::no_such_upload);
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
}

TEST_CASE_METHOD(fixture,
                 "a completion that is repeated succeeds again until the object is replaced") {
  const auto id = upload_with({{1, one}, {2, two}});
  const auto wanted = parts_of({{1, one}, {2, two}});
  const auto first = w.complete(b, "k", id, wanted)->version;
  const auto second = w.complete(b, "k", id, wanted);
  REQUIRE(second);
  CHECK(second->version.sequence == first.sequence);
  CHECK(failure(id, parts_of({{1, one}})) == errc::no_such_upload);
  REQUIRE(w.put(b, "k", "other"));
  CHECK(failure(id, wanted) == errc::no_such_upload);
}

TEST_CASE_METHOD(fixture,
                 "a condition is decided when the upload is completed, and a refusal keeps it") {
  const auto id = upload_with({{1, one}});
  auto c = parts_of({{1, one}});
  c.condition.if_none_match_any = true;
  REQUIRE(w.put(b, "k", "first"));
  CHECK(failure(id, c) == errc::precondition_failed);
  CHECK(w.get(b, "k") == "first");
  REQUIRE(w.remove(b, "k"));
  CHECK(w.complete(b, "k", id, c));
}

TEST_CASE_METHOD(fixture, "a multipart object is shared by copies and goes with the last of them") {
  const auto id = upload_with({{1, one}, {2, two}});
  const auto v = w.complete(b, "k", id, parts_of({{1, one}, {2, two}}))->version;
  const auto copied = run_task(w.cat->copy_object(b, v, b, key_of("copy"), {}));
  REQUIRE(copied);
  CHECK(copied->etag == v.etag);
  REQUIRE(w.remove(b, "k"));
  CHECK(w.accounting_fault() == "");
  CHECK(w.get(b, "copy") == one + two);
  const auto copy = run_task(w.cat->find_object(b, key_of("copy"), std::nullopt)).value();
  CHECK(copy.part_count == 2);
  CHECK(run_task(w.cat->find_part(copy, 2))->offset == one.size());
  REQUIRE(w.remove(b, "copy"));
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
}

TEST_CASE_METHOD(fixture, "checksums of parts are combined as the upload asked") {
  const std::string all = one + two;
  for (const algorithm a :
       {algorithm::crc32, algorithm::crc32c, algorithm::md5, algorithm::sha1, algorithm::sha256,
        algorithm::sha512, algorithm::xxhash64, algorithm::xxhash3, algorithm::xxhash128}) {
    new_upload settings;
    settings.checksum_algorithm = a;
    settings.checksum_kind = checksum_type::composite;
    const auto id = upload_with({{1, one}, {2, two}}, settings);
    auto c = parts_of({{1, one}, {2, two}});
    CHECK(failure(id, c) == errc::invalid_request);
    c.parts[0].checksum = digest(a, one);
    c.parts[1].checksum = digest(a, two);
    c.expected_checksum.emplace();
    c.expected_checksum->type = checksum_type::composite;
    c.expected_checksum->value =
        digest(a, std::string(digest(a, one).bytes()) + std::string(digest(a, two).bytes()));
    auto wrong = c;
    wrong.expected_checksum->value.data[0] ^= 1;
    CHECK(failure(id, wrong) == errc::bad_digest);
    wrong = c;
    wrong.expected_checksum->parts = 3;
    CHECK(failure(id, wrong) == errc::bad_digest);
    const auto done = w.complete(b, "k", id, c);
    REQUIRE(done);
    CHECK(done->version.checksum->value == c.expected_checksum->value);
    CHECK(done->version.checksum->type == checksum_type::composite);
    CHECK(done->version.checksum->parts == 2);
  }
  for (const algorithm a : {algorithm::crc32, algorithm::crc32c, algorithm::crc64nvme}) {
    new_upload settings;
    settings.checksum_algorithm = a;
    settings.checksum_kind = checksum_type::full_object;
    const auto id = upload_with({{1, one}, {2, two}}, settings);
    auto c = parts_of({{1, one}, {2, two}});
    c.expected_checksum.emplace();
    c.expected_checksum->value = digest(a, all);
    auto wrong = c;
    wrong.expected_checksum->type = checksum_type::composite;
    CHECK(failure(id, wrong) == errc::bad_digest);
    wrong.expected_checksum.emplace();
    wrong.expected_checksum->value = digest(algorithm::sha256, all);
    CHECK(failure(id, wrong) == errc::bad_digest);
    const auto done = w.complete(b, "k", id, c);
    REQUIRE(done);
    CHECK(done->version.checksum->value == digest(a, all));
    CHECK(done->version.checksum->type == checksum_type::full_object);
  }
}

TEST_CASE_METHOD(fixture,
                 "checksum types that AWS does not know are refused when the upload begins") {
  const auto begin = [&](algorithm a, checksum_type t) {
    new_upload settings;
    settings.checksum_algorithm = a;
    settings.checksum_kind = t;
    return run_task(w.cat->create_upload(b, key_of("k"), settings));
  };
  CHECK(begin(algorithm::sha256, checksum_type::full_object).error().code() ==
        errc::invalid_request);
  CHECK(begin(algorithm::sha1, checksum_type::full_object).error().code() == errc::invalid_request);
  CHECK(begin(algorithm::crc64nvme, checksum_type::composite).error().code() ==
        errc::invalid_request);
  for (const algorithm a : {algorithm::md5, algorithm::sha512, algorithm::xxhash64,
                            algorithm::xxhash3, algorithm::xxhash128}) {
    CHECK(begin(a, checksum_type::full_object).error().code() == errc::invalid_request);
    CHECK(begin(a, checksum_type::composite));
  }
}

TEST_CASE_METHOD(fixture, "an upload of one empty part is an empty object") {
  const auto id = upload_with({{1, ""}});
  REQUIRE(w.complete(b, "k", id, parts_of({{1, ""}})));
  CHECK(w.get(b, "k") == "");
  CHECK(w.accounting_fault() == "");
}

TEST_CASE_METHOD(fixture, "ten thousand parts are completed and let go again") {
  const auto id = w.start_upload(b, "k");
  completion c;
  std::string all;
  for (std::uint32_t n = 1; n <= 10'000; ++n) {
    const std::string bytes = "part " + std::to_string(n);
    REQUIRE(w.part(b, "k", id, n, bytes));
    c.parts.push_back(catalog_world::listed(n, bytes));
    all += bytes;
  }
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(w.complete(b, "k", id, c));
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took < std::chrono::seconds(2));
  CHECK(w.get(b, "k") == all);
  REQUIRE(w.remove(b, "k"));
  CHECK(w.accounting_fault() == "");
  for (const auto& [key, value] : w.db.copy())
    CHECK(std::string("fcbio").find(key[0]) != std::string::npos);
}

TEST_CASE_METHOD(fixture, "parts are listed in pages by number") {
  const auto id = upload_with({{7, one}, {1, two}, {9'999, three}, {10'000, one}});
  auto page = run_task(w.cat->list_parts(b, key_of("k"), id, 0, 2)).value();
  REQUIRE(page.parts.size() == 2);
  CHECK(page.parts[0].part.number == 1);
  CHECK(page.parts[0].part.size == two.size());
  CHECK(page.parts[0].part.md5 == etag_of(two).md5);
  CHECK(page.parts[1].part.number == 7);
  CHECK(page.truncated);
  page = run_task(w.cat->list_parts(b, key_of("k"), id, 7, 2)).value();
  CHECK(page.parts.back().part.number == 10'000);
  CHECK_FALSE(page.truncated);
  CHECK(run_task(w.cat->list_parts(b, key_of("k"), id, 10'000, 2))->parts.empty());
  CHECK(run_task(w.cat->list_parts(b, key_of("k"), id, 4'000'000'000U, 2))->parts.empty());
  CHECK(run_task(w.cat->list_parts(b, key_of("x"), id, 0, 2)).error().code() ==
        errc::no_such_upload);
}

TEST_CASE_METHOD(fixture,
                 "uploads are listed by key and time, with prefix, delimiter and markers") {
  const auto a1 = w.start_upload(b, "a");
  const auto c1 = w.start_upload(b, "c/1");
  const auto a2 = w.start_upload(b, "a");
  const auto c2 = w.start_upload(b, "c/2");
  const auto d1 = w.start_upload(b, "d");
  using lines = std::vector<std::string>;
  const auto ids = [&](const upload_list_query& q) {
    lines out;
    const auto page = run_task(w.cat->list_uploads(b, q)).value();
    for (const upload_record& u : page.uploads) out.push_back(u.id);
    for (const std::string& p : page.common_prefixes) out.push_back("<" + p + ">");
    return out;
  };
  upload_list_query q;
  CHECK(ids(q) == lines{a1, a2, c1, c2, d1});
  q.delimiter = "/";
  CHECK(ids(q) == lines{a1, a2, d1, "<c/>"});
  q.key_marker = "a";
  CHECK(ids(q) == lines{d1, "<c/>"});
  q.upload_id_marker = a1;
  CHECK(ids(q) == lines{a2, d1, "<c/>"});
  q.key_marker = "c/";
  CHECK(ids(q) == lines{d1});
  q = {};
  q.prefix = "c";
  CHECK(ids(q) == lines{c1, c2});
  q = {};
  q.max_uploads = 2;
  lines all;
  for (int i = 0; i < 3; ++i) {
    const auto page = run_task(w.cat->list_uploads(b, q)).value();
    for (const upload_record& u : page.uploads) all.push_back(u.id);
    CHECK(page.truncated == (i != 2));
    q.key_marker = page.next_key_marker;
    q.upload_id_marker = page.next_upload_id_marker;
  }
  CHECK(all == lines{a1, a2, c1, c2, d1});
  q.key_marker.clear();
  q.upload_id_marker = "bad";  // ignored without a key marker
  CHECK(ids(q) == lines{a1, a2});
  q.key_marker = "a";
  CHECK(run_task(w.cat->list_uploads(b, q)).error().code() == errc::invalid_argument);
}

}  // namespace multipart_test
