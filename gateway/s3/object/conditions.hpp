// Ranges and conditions of reads, and the conditions on a copy's source. RFC 9110 sections 13 and
// 14; AWS: GetObject.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

struct byte_range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// "bytes=a-b", "bytes=a-", "bytes=-n". nullopt: no range, one that is malformed, or several (then
// the whole object is sent, as S3 does). invalid_range: the range lies beyond the object.
result<std::optional<byte_range>> parse_range(std::string_view header, std::uint64_t size);

// The four conditional headers; `prefix` is empty for reads and "x-amz-copy-source-" for sources.
enum class verdict : std::uint8_t { go_on, not_modified, failed };
struct condition_outcome {
  verdict is = verdict::go_on;
  std::string_view condition;  // the header that decided
};
condition_outcome check_conditions(const context&, std::string_view prefix,
                                   const storage::catalog::object_version&);

// Whether Range is to be looked at: there is no If-Range, or it names this very version (RFC 9110
// section 13.1.5). A download that is taken up again must not be made of two versions.
bool range_applies(const context&, const storage::catalog::object_version&);

// How a weak ETag, W/"a", compares with the strong one an object has (RFC 9110 section 8.8.3.2).
enum class comparison : std::uint8_t { strong, weak };

// Whether a list of ETags ("a", "b", W/"c" or *) names this one.
bool etag_list_matches(std::string_view list, const storage::catalog::etag&, comparison);

}  // namespace torhaus::gateway::s3
