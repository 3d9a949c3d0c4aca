// Tags of objects and buckets: what they may be, as documents and as a header.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"
#include "storage/base/result.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::gateway::s3 {

using tag_list = std::vector<storage::catalog::name_value>;

// An object has at most 10 tags, a bucket at most 50.
enum class tagged : std::uint8_t {
  object,
  bucket,
  new_bucket,
  resource,  // a bucket as S3 Control has it, which words what is wrong in its own way
};

// Adds one tag. invalid_tag: a repeated, empty or overlong key (128 characters), an overlong value
// (256), a character that AWS does not allow, the prefix aws:. bad_request: one tag too many.
result<void> append_tag(tag_list& tags, std::string key, std::string value,
                        tagged what = tagged::object);

// x-amz-tagging: "k=v&k2=v2", percent-encoded. invalid_argument besides, for a wrong encoding and
// for a key that is there twice.
result<tag_list> parse_tagging(std::string_view header);

// <Tagging><TagSet><Tag>…, of a resource <TagResourceRequest><Tags><Tag>…: malformed_xml besides.
result<tag_list> parse_tag_set(std::string_view document, tagged what);
// The children of an element, <Tag>…, likewise.
result<tag_list> parse_tags(const xml::element& set, tagged what);
// An element <Tag> for each.
void append_tags(xml::writer&, const tag_list&);
// The document, <Tagging>, in the order of keys.
std::string write_tag_set(tag_list);

}  // namespace torhaus::gateway::s3
