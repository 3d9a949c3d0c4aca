// The tables of the local key store in kv and the layout of their records.
//
//   'Y' key id      → key: description and all versions, each sealed under the master key
//   'Z' alias name  → key id
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/keys/key_provider.hpp"

namespace torhaus::auth::keys {

struct stored_key {
  key_description about;
  std::vector<std::string> sealed_versions;  // oldest first
};

std::string key_row(std::string_view id);
std::string alias_row(std::string_view name);

std::string encode(const stored_key&);
stored_key decode_key(std::string_view bytes);  // throws damaged_record

// What a reference names: an alias ("NAME" without "alias/") or an id. Nothing: no key can be named
// so.
struct key_name {
  bool alias = false;
  std::string name;
};
std::optional<key_name> parse_reference(std::string_view reference);

}  // namespace torhaus::auth::keys
