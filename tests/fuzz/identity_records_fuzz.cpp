// Records of identities, projects, keys and ACLs, and what is inside a session token. The first
// byte chooses which; damaged bytes are a damaged_record or nothing, never more.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/acl/access_list.hpp"
#include "auth/identity/entity.hpp"
#include "auth/identity/schema.hpp"
#include "auth/identity/session.hpp"
#include "auth/keys/schema.hpp"
#include "auth/projects/schema.hpp"
#include "storage/base/codec.hpp"

namespace {

namespace auth = torhaus::auth;

void require(bool holds) {
  if (!holds) std::abort();
}

using reader = void (*)(std::string_view);

// What a record says can be written again and says the same.
constexpr std::array<reader, 8> readers = {
    [](std::string_view bytes) { auth::identity::decode_agency(bytes); },
    [](std::string_view bytes) { auth::identity::decode_user(bytes); },
    [](std::string_view bytes) { auth::identity::decode_key(bytes); },
    [](std::string_view bytes) { auth::identity::decode_entity(bytes); },
    [](std::string_view bytes) {
      const auto found = auth::identity::decode_session(bytes);
      if (!found) return;
      const auto again =
          auth::identity::decode_session(auth::identity::encode(found->first, found->second));
      require(again && again->second == found->second && again->first.id == found->first.id);
    },
    [](std::string_view bytes) { auth::projects::decode_project(bytes); },
    [](std::string_view bytes) { auth::projects::decode_member(bytes); },
    [](std::string_view bytes) {
      if (auth::acl::decode(bytes)) return;
      require(auth::acl::decode_or_private("", "owner").has_value());
    },
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    readers[data[0] % readers.size()](bytes);
  } catch (const torhaus::damaged_record&) {
  }
  return 0;
}
