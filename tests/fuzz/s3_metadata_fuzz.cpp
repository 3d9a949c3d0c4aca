// Headers of user metadata: whatever comes is a text of UTF-8, and the text leaves as a header that
// no client can take for anything else, and means the same when it comes back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/s3/object/metadata_text.hpp"
#include "storage/base/utf8.hpp"

namespace {

namespace s3 = torhaus::gateway::s3;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  const std::string text = s3::metadata_text(header);
  require(torhaus::is_utf8(text));
  require(text.size() <= 2 * header.size());
  const std::string sent = s3::metadata_header(text);
  require(std::ranges::all_of(sent, [](char c) { return (c >= ' ' && c < 0x7F) || c == '\t'; }));
  if (sent != text) require(s3::metadata_text(sent) == text);
  return 0;
}
