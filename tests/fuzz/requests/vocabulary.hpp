// Words of S3 for the mutator: names and values of parameters and headers, documents, keys. In
// values and documents $UPLOAD, $VERSION, $ETAG, $BUCKET and $TOKEN stand for what the server has
// named last.
#pragma once

#include <span>
#include <string_view>

namespace torhaus::fuzz {

struct word {
  std::string_view name;
  std::string_view value;
};

std::span<const word> parameters();
std::span<const word> headers();
// By the root element's name or by what they are for; the name of each is a sub-resource.
std::span<const word> documents();
std::span<const std::string_view> keys();

}  // namespace torhaus::fuzz
