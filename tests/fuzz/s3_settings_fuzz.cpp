// Every document that configures a bucket or an object. The first byte chooses which; whatever
// arrives is refused with a 4xx, or is a setting.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/s3/object/tag_set.hpp"
#include "gateway/s3/settings/bucket_settings.hpp"
#include "gateway/s3/settings/cors.hpp"
#include "gateway/s3/settings/encryption.hpp"
#include "gateway/s3/settings/lifecycle.hpp"
#include "gateway/s3/settings/logging.hpp"
#include "gateway/s3/settings/notification.hpp"
#include "gateway/s3/settings/object_lock.hpp"
#include "gateway/s3/settings/ownership.hpp"
#include "gateway/s3/settings/public_access_block.hpp"
#include "gateway/s3/settings/request_payment.hpp"
#include "gateway/s3/settings/website.hpp"

namespace {

namespace s3 = torhaus::gateway::s3;

// A refusal is the client's fault: what it sent is never an error of ours.
template <class T>
void check(const torhaus::result<T>& outcome) {
  if (outcome) return;
  const unsigned status = torhaus::status_of(outcome.error().code());
  if (status < 400 || status > 499) std::abort();
}

using reader = void (*)(const std::string&);

constexpr std::array<reader, 13> readers = {
    [](const std::string& text) { check(s3::parse_lifecycle(text)); },
    [](const std::string& text) { check(s3::parse_cors(text)); },
    [](const std::string& text) { check(s3::parse_website(text)); },
    [](const std::string& text) { check(s3::parse_logging(text)); },
    [](const std::string& text) { check(s3::parse_notification(text)); },
    [](const std::string& text) { check(s3::parse_bucket_encryption(text)); },
    [](const std::string& text) { check(s3::parse_object_lock(text)); },
    [](const std::string& text) { check(s3::parse_ownership(text)); },
    [](const std::string& text) { check(s3::parse_public_access_block(text)); },
    [](const std::string& text) { check(s3::parse_request_payment(text)); },
    [](const std::string& text) { check(s3::parse_tag_set(text, s3::tagged::object)); },
    [](const std::string& text) { check(s3::parse_tag_set(text, s3::tagged::bucket)); },
    [](const std::string& text) { check(s3::parse_tagging(text)); },
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  readers[data[0] % readers.size()](text);
  return 0;
}
