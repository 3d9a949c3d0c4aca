// Headers of reads and writes: Range, lists of ETags, dates, tags, encodings, digests. The first
// line is a size, the others are tried as each of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/s3/body/announcement.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/conditions.hpp"
#include "gateway/s3/object/tag_set.hpp"
#include "gateway/s3/parameters.hpp"

namespace {

namespace s3 = torhaus::gateway::s3;
namespace crypto = torhaus::storage::crypto;
using torhaus::storage::catalog::etag;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void check_range(std::string_view header, std::uint64_t size) {
  const auto range = s3::parse_range(header, size);
  if (!range || !*range) return;
  require((*range)->length > 0 && (*range)->offset < size);
  require((*range)->length <= size - (*range)->offset);
}

void check_etags(std::string_view list) {
  static const etag some = *etag::parse("0123456789abcdef0123456789abcdef-2");
  const bool strong = s3::etag_list_matches(list, some, s3::comparison::strong);
  const bool weak = s3::etag_list_matches(list, some, s3::comparison::weak);
  require(weak || !strong);
  if (const auto parsed = etag::parse(list)) {
    require(etag::parse(parsed->text()) == parsed);
    require(s3::etag_list_matches("\"" + parsed->text() + "\"", *parsed, s3::comparison::strong));
  }
}

void check_date(std::string_view text) {
  const auto when = s3::parse_date(text);
  if (!when) return;
  // Years of four digits are written as they are read.
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(*when));
  if (static_cast<int>(day.year()) > 9999) return;
  require(s3::parse_date(s3::http_date(*when)) == when);
  require(s3::parse_date(s3::iso_date(*when)) == when);
}

void check_tags(std::string_view header) {
  const auto tags = s3::parse_tagging(header);
  if (!tags) return;
  require(tags->size() <= 10);
  for (const auto& [key, value] : *tags) require(!key.empty());
}

void check_digest(std::string_view text) {
  for (const crypto::algorithm kind : {crypto::algorithm::md5, crypto::algorithm::crc32,
                                       crypto::algorithm::crc64nvme, crypto::algorithm::sha256}) {
    const auto value = s3::parse_digest(kind, text);
    if (value) require(crypto::to_base64(value->bytes()) == text);
  }
}

void check_encoding(std::string_view text) {
  std::string rest;
  s3::strip_aws_chunked(text, rest);
  require(rest.size() <= text.size());
  std::string twice;
  require(!s3::strip_aws_chunked(rest, twice) && twice == rest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::uint64_t object_size = s3::parse_number(next_line(text)).value_or(10);
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    check_range(line, object_size);
    check_etags(line);
    check_date(line);
    check_tags(line);
    check_digest(line);
    check_encoding(line);
  }
  return 0;
}
