// Keys order as S3 keys do; records survive a round trip and damage never reads outside.
#include "storage/catalog/schema.hpp"

#include <algorithm>
#include <random>

#include "tests/support/catch.hpp"

namespace schema_test {

using namespace torhaus;
using namespace torhaus::storage;
using namespace torhaus::storage::catalog;

namespace {

schema::version_row full_row() {
  schema::version_row row;
  object_version& v = row.version;
  v.null_version = false;
  v.size = 123456789;
  v.modified = sys_micros(std::chrono::microseconds(1'790'000'000'123'456));
  v.etag.md5.fill(7);
  v.etag.parts = 12;
  v.checksum.emplace();
  v.checksum->value.kind = crypto::algorithm::sha256;
  v.checksum->value.data.fill(9);
  v.checksum->type = checksum_type::composite;
  v.checksum->parts = 12;
  v.owner_canonical_id = std::string(64, 'c');
  v.attributes.content_type = "text/plain";
  v.attributes.cache_control = "no-cache";
  v.attributes.content_disposition = "attachment";
  v.attributes.content_encoding = "gzip";
  v.attributes.content_language = "de";
  v.attributes.expires = "never";
  v.attributes.website_redirect = "/elsewhere";
  v.attributes.storage_class = "STANDARD_IA";
  v.attributes.metadata = {{"a", "1"}, {"b", ""}, {"a", "2"}};
  v.attributes.tags = {{"tag", "value"}};
  v.lock = {retention_mode::compliance, sys_micros(std::chrono::years(250)), true};
  v.acl = "acl";
  v.encryption = "sealed";
  v.manifest.emplace();
  v.manifest->data.fill(3);
  v.part_count = 12;
  row.nonce = 0xFEDCBA9876543210;
  row.upload_id = std::string(24, 'u');
  return row;
}

std::string sequence_free(std::uint64_t bucket, const std::string& key) {
  return schema::version_key(bucket, key, 1);
}

}  // namespace

TEST_CASE("stored keys order as the bytes of object keys, newest version first") {
  std::vector<std::string> keys = {"a",
                                   std::string("a\0", 2),
                                   std::string("a\0\0", 3),
                                   std::string("a\0\xFF", 3),
                                   "a\x01",
                                   "a/",
                                   "a/b",
                                   "aa",
                                   "b",
                                   std::string("\0", 1),
                                   "\xFF"};
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 1; i < keys.size(); ++i) {
    CHECK(sequence_free(5, keys[i - 1]) < sequence_free(5, keys[i]));
    CHECK(schema::version_key(5, keys[i - 1], 0) < schema::version_key(5, keys[i], ~0ULL));
  }
  CHECK(schema::version_key(5, "a", 2) < schema::version_key(5, "a", 1));
  CHECK(sequence_free(255, "z") < sequence_free(256, "a"));
}

TEST_CASE("a stored key gives back its object key") {
  for (const std::string& key :
       {std::string("plain"), std::string("\0", 1), std::string("a\0b\0\0c", 6),
        std::string(1024, '\0'), std::string("\0\xFF\x01", 3)}) {
    const std::string stored = schema::version_key(9, key, 77);
    CHECK(stored.size() <= kv::max_key_bytes);
    const auto name = schema::split_row(stored, 8);
    CHECK(name.key == key);
    CHECK(schema::sequence_of(name.tail) == 77);
  }
}

TEST_CASE("the rows of a prefix lie between its bounds and no others do") {
  std::mt19937 random(4);
  const auto pick = [&] {
    std::string s;
    for (unsigned n = random() % 4; n > 0; --n) s.push_back("\0\1a/\xFE\xFF"[random() % 6]);
    return s;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = pick() + "k";
    const std::string prefix = pick();
    const std::string row = schema::version_key(7, key, random());
    const bool inside =
        row >= schema::rows_from('v', 7, prefix) && row < schema::rows_behind('v', 7, prefix);
    REQUIRE(inside == key.starts_with(prefix));
    const std::string other = pick();
    const bool behind = row >= schema::key_behind('v', 7, other);
    REQUIRE(behind == (key > other));
  }
}

TEST_CASE("a version record survives a round trip") {
  const schema::version_row row = full_row();
  const std::string bytes = schema::encode(row);
  const schema::version_row back = schema::decode_version("key", 42, bytes);
  CHECK(schema::encode(back) == bytes);
  CHECK(back.version.key == "key");
  CHECK(back.version.sequence == 42);
  CHECK(back.version.version_id == "000000000000002afedcba9876543210");
  CHECK(back.version.attributes.metadata == row.version.attributes.metadata);
  CHECK(back.version.attributes.tags == row.version.attributes.tags);
  CHECK(back.version.attributes.website_redirect == "/elsewhere");
  CHECK(back.version.checksum->value == row.version.checksum->value);
  CHECK(back.version.manifest == row.version.manifest);
  CHECK(back.upload_id == row.upload_id);
  CHECK(back.version.lock == row.version.lock);
  CHECK(back.version.acl == "acl");
  CHECK(back.version.encryption == "sealed");
  const schema::version_head head = schema::decode_head(bytes);
  CHECK(head.size == row.version.size);
  CHECK(head.storage_class == "STANDARD_IA");
  CHECK(head.checksum_kind == checksum_type::composite);
  CHECK(head.lock == row.version.lock);
}

TEST_CASE("records of the first version are still read, and hold no lock") {
  // A version record with nothing optional in it, as it was written before locks.
  encoder old(1);
  old.u8(0).u8(0xFF).u64(0).time({}).u64(0).raw(std::string(16, 'e')).varint(0);
  old.varint(0).string("owner").string("");
  for (int i = 0; i < 7; ++i) old.string("");
  old.varint(0).varint(0);
  const auto row = schema::decode_version("k", 1, std::move(old).take());
  CHECK(row.version.owner_canonical_id == "owner");
  CHECK(row.version.lock == version_lock{});
  CHECK(row.version.encryption.empty());
}

TEST_CASE("checksums of stores of all ages are read") {
  // The numbers that stand in records; they never change.
  const std::vector<std::pair<std::uint8_t, crypto::algorithm>> codes = {
      {0, crypto::algorithm::md5},     {1, crypto::algorithm::sha1},
      {2, crypto::algorithm::sha256},  {3, crypto::algorithm::crc32},
      {4, crypto::algorithm::crc32c},  {5, crypto::algorithm::crc64nvme},
      {6, crypto::algorithm::sha512},  {7, crypto::algorithm::xxhash64},
      {8, crypto::algorithm::xxhash3}, {9, crypto::algorithm::xxhash128}};
  for (const auto& [code, kind] : codes) {
    INFO(crypto::name_of(kind));
    const crypto::digest_value value = crypto::digest_of(kind, "x");
    schema::version_row row;
    row.version.checksum = object_checksum{value, checksum_type::composite, 3};
    const auto back = schema::decode_version("k", 1, schema::encode(row));
    REQUIRE(back.version.checksum);
    CHECK(back.version.checksum->value == value);
    CHECK(schema::decode_head(schema::encode(row)).checksum_algorithm == kind);

    std::vector<schema::manifest_entry> entries(3);
    for (schema::manifest_entry& e : entries) e.checksum = value;
    const std::string manifest = schema::encode_manifest(entries);
    CHECK(static_cast<std::uint8_t>(manifest[1]) == code);
    CHECK(schema::manifest_view(manifest).at(2).checksum == value);

    schema::part_row part;
    part.record.part.checksum = value;
    CHECK(schema::decode_part(1, schema::encode(part)).record.part.checksum == value);
  }
  std::vector<schema::manifest_entry> entries(1);
  std::string manifest = schema::encode_manifest(entries);
  manifest[1] = 10;
  CHECK_THROWS_AS(schema::manifest_view(manifest), damaged_record);
}

TEST_CASE("a lock of an unknown kind is damage, not freedom") {
  schema::version_row row;
  row.version.lock = {retention_mode::governance, sys_micros(std::chrono::seconds(1)), false};
  std::string bytes = schema::encode(row);
  row.version.lock.mode = retention_mode::compliance;
  const std::string other = schema::encode(row);
  const auto place = std::ranges::mismatch(bytes, other).in1 - bytes.begin();
  for (const unsigned kind : {3U, 7U, 11U, 16U, 255U}) {
    bytes[static_cast<std::size_t>(place)] = static_cast<char>(kind);
    CHECK_THROWS_AS(schema::decode_head(bytes), damaged_record);
  }
}

TEST_CASE("the other records survive a round trip") {
  bucket_record b;
  b.name = "bucket";
  b.id = 9;
  b.owner_account = "123456789012";
  b.owner_canonical_id = "abc";
  b.project = "p";
  b.region = "de-th-1";
  b.versioning = versioning_state::suspended;
  b.object_lock = true;
  b.settings_revision = 300;
  CHECK(schema::encode(schema::decode_bucket("bucket", schema::encode(b))) == schema::encode(b));

  upload_record u;
  u.settings.attributes = full_row().version.attributes;
  u.settings.checksum_algorithm = crypto::algorithm::crc32c;
  u.settings.checksum_kind = checksum_type::full_object;
  u.settings.initiator_id = "arn";
  u.settings.initiator_name = "name";
  u.settings.lock.legal_hold = true;
  u.settings.acl = "acl";
  u.settings.encryption = "sealed";
  const std::string upload = schema::encode(u);
  CHECK(schema::encode(schema::decode_upload("k", std::string(24, 'x'), upload)) == upload);

  schema::part_row p;
  p.record.part.size = 5;
  p.record.part.md5.fill(1);
  p.record.part.checksum = crypto::digest_of(crypto::algorithm::sha1, "x");
  CHECK(schema::encode(schema::decode_part(3, schema::encode(p))) == schema::encode(p));

  CHECK(schema::decode_setting(schema::encode_setting("<a/>")) == "<a/>");

  schema::data_row d;
  d.references = 3;
  d.size = 70'000;
  d.location = "somewhere";
  const std::string data = schema::encode(d);
  CHECK(schema::encode(schema::decode_data(data)) == data);
}

TEST_CASE("a manifest finds parts by offset and by number") {
  std::vector<schema::manifest_entry> entries;
  std::uint64_t end = 0;
  for (std::uint32_t n = 1; n <= 10'000; ++n) {
    schema::manifest_entry e;
    end += n;
    e.end = end;
    e.number = n * 1 + (n > 500 ? 7 : 0);
    e.checksum = crypto::digest_of(crypto::algorithm::sha256, std::to_string(n));
    entries.push_back(e);
  }
  entries.resize(9'000);
  const std::string bytes = schema::encode_manifest(entries);
  CHECK(bytes.size() < kv::max_value_bytes);
  const schema::manifest_view m(bytes);
  REQUIRE(m.size() == 9'000);
  CHECK(m.find_offset(0) == 0);
  CHECK(m.find_offset(1) == 1);
  CHECK(m.find_offset(2) == 1);
  CHECK(m.find_offset(3) == 2);
  CHECK(m.find_offset(entries.back().end - 1) == 8'999);
  CHECK(m.find_offset(entries.back().end) == 9'000);
  CHECK(m.at(499).number == 500);
  CHECK(m.at(500).number == 508);
  CHECK(m.at(17).checksum == entries[17].checksum);
  CHECK(m.begin_of(2) == 3);
}

TEST_CASE("damaged records are faults and never read outside") {
  schema::part_row p;
  p.record.part.checksum = crypto::digest_of(crypto::algorithm::sha1, "x");
  schema::data_row d;
  d.location = "somewhere";
  upload_record u;
  u.settings.attributes = full_row().version.attributes;
  const std::vector<schema::manifest_entry> entries(3);
  const std::vector<std::string> records = {schema::encode(full_row()),
                                            schema::encode(bucket_record{}),
                                            schema::encode(u),
                                            schema::encode(p),
                                            schema::encode(d),
                                            schema::encode_manifest(entries),
                                            schema::encode_garbage_blob(1, "x"),
                                            schema::encode_number(1),
                                            schema::encode_setting("<a/>")};
  const auto decode_all = [](std::string_view bytes) {
    int refused = 0;
    const auto attempt = [&](auto&& decode) {
      try {
        decode();
      } catch (const damaged_record&) {
        ++refused;
      }
    };
    // A copy of exactly this length: an address sanitizer sees a read behind its end.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const std::string_view view(exact.data(), exact.size());
    attempt([&] { (void)schema::decode_version("k", 1, view); });
    attempt([&] { (void)schema::decode_head(view); });
    attempt([&] { (void)schema::decode_bucket("b", view); });
    attempt([&] { (void)schema::decode_upload("k", std::string(24, 'x'), view); });
    attempt([&] { (void)schema::decode_part(1, view); });
    attempt([&] { (void)schema::decode_data(view); });
    attempt([&] {
      const schema::manifest_view m(view);
      for (std::size_t i = 0; i < m.size(); ++i) (void)m.at(i);
      (void)m.find_offset(5);
    });
    attempt([&] { (void)schema::decode_garbage_blob(view); });
    attempt([&] { (void)schema::decode_number(view); });
    attempt([&] { (void)schema::decode_setting(view); });
    attempt([&] { (void)schema::split_row(view, 8); });
    return refused;
  };
  for (const std::string& record : records) {
    for (std::size_t length = 0; length < record.size(); ++length) {
      decode_all(std::string_view(record).substr(0, length));
    }
    std::mt19937 random(11);
    for (int i = 0; i < 3000; ++i) {
      std::string changed = record;
      changed[random() % changed.size()] = static_cast<char>(random());
      decode_all(changed);
    }
  }
  CHECK(decode_all("") == 11);
  CHECK_THROWS_AS(schema::decode_version("k", 1, schema::encode(full_row()) + "x"), damaged_record);
}

TEST_CASE("a fault names the record that is damaged") {
  try {
    schema::named("key", [] { return schema::decode_number("\1"); });
    FAIL("nothing was thrown");
  } catch (const damaged_record& fault) {
    CHECK(std::string(fault.what()).find("6b6579") != std::string::npos);
  }
}

}  // namespace schema_test
