// Numbers, encodings and names that several operations share.
#include "gateway/s3/parameters.hpp"

#include "tests/support/catch.hpp"

namespace parameters_test {

using namespace torhaus;
using namespace torhaus::gateway::s3;
using storage::crypto::algorithm;

TEST_CASE("numbers are decimal digits and nothing else") {
  CHECK(parse_number("0") == 0U);
  CHECK(parse_number("007") == 7U);
  CHECK(parse_number("18446744073709551615") == 18446744073709551615ULL);
  for (const char* text :
       {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e3", "18446744073709551616", "one", "1,000"}) {
    INFO(text);
    CHECK_FALSE(parse_number(text));
  }
}

TEST_CASE("encoding-type=url leaves unreserved characters and slashes alone") {
  CHECK(url_encode("aZ09-_.~/") == "aZ09-_.~/");
  CHECK(url_encode("a b+c") == "a%20b%2Bc");
  CHECK(url_encode("\xC3\xA4&=?#%") == "%C3%A4%26%3D%3F%23%25");
  CHECK(url_encode(std::string_view("\0\n\x7f", 3)) == "%00%0A%7F");
  CHECK(url_encode("").empty());
}

TEST_CASE("checksums are named as S3 names them") {
  struct row {
    algorithm kind;
    const char* name;
    const char* header;
    const char* element;
  };
  const row rows[] = {
      {algorithm::crc32, "CRC32", "x-amz-checksum-crc32", "ChecksumCRC32"},
      {algorithm::crc32c, "CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C"},
      {algorithm::crc64nvme, "CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME"},
      {algorithm::sha1, "SHA1", "x-amz-checksum-sha1", "ChecksumSHA1"},
      {algorithm::sha256, "SHA256", "x-amz-checksum-sha256", "ChecksumSHA256"},
      {algorithm::md5, "MD5", "x-amz-checksum-md5", "ChecksumMD5"},
      {algorithm::sha512, "SHA512", "x-amz-checksum-sha512", "ChecksumSHA512"},
      {algorithm::xxhash64, "XXHASH64", "x-amz-checksum-xxhash64", "ChecksumXXHASH64"},
      {algorithm::xxhash3, "XXHASH3", "x-amz-checksum-xxhash3", "ChecksumXXHASH3"},
      {algorithm::xxhash128, "XXHASH128", "x-amz-checksum-xxhash128", "ChecksumXXHASH128"},
  };
  for (const row& r : rows) {
    CHECK(checksum_name(r.kind) == r.name);
    CHECK(checksum_header(r.kind) == r.header);
    CHECK(checksum_element(r.kind) == r.element);
    CHECK(parse_checksum_name(r.name) == r.kind);
  }
  CHECK(parse_checksum_name("crc32c") == algorithm::crc32c);
  CHECK(parse_checksum_name("xxhash128") == algorithm::xxhash128);
  CHECK_FALSE(parse_checksum_name("SHA3"));
  CHECK(checksum_algorithms().size() == storage::crypto::algorithm_count);
  CHECK_FALSE(parse_checksum_name(""));
}

TEST_CASE("a composite checksum carries its number of parts, a full one never does") {
  storage::catalog::object_checksum c;
  c.value.kind = algorithm::crc32;
  c.type = storage::catalog::checksum_type::composite;
  c.parts = 3;
  CHECK(checksum_text(c) == "AAAAAA==-3");
  c.type = storage::catalog::checksum_type::full_object;
  CHECK(checksum_text(c) == "AAAAAA==");
}

}  // namespace parameters_test
