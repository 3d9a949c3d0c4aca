// x-amz-copy-source from the network: it names a bucket and a key, both not empty, or is refused;
// and what it names can be spelled the way SDKs do, with the same meaning.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/s3/object/copy_source.hpp"
#include "gateway/s3/parameters.hpp"

namespace {

namespace s3 = torhaus::gateway::s3;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  const auto source = s3::parse_copy_source(header);
  if (!source) return 0;
  require(!source->bucket.empty() && !source->key.empty());
  require(source->bucket.find('/') == std::string::npos);
  std::string spelled = "/" + s3::url_encode(source->bucket) + "/" + s3::url_encode(source->key);
  if (source->version_id) spelled += "?versionId=" + *source->version_id;
  const auto again = s3::parse_copy_source(spelled);
  require(again && again->bucket == source->bucket && again->key == source->key);
  require(again->version_id == source->version_id);
  return 0;
}
