// Keys for one purpose, derived from the master key: what holds one of them learns nothing of the
// master key and nothing of the others.
#pragma once

#include <string_view>

#include "storage/crypto/secret_key.hpp"

namespace torhaus::storage::crypto {

// HKDF-SHA256 of the master key without salt, info "torhaus key 1 " + purpose. Purposes are
// constants; sealing has names of its own.
secret_key derive_key(std::string_view master, std::string_view purpose);

}  // namespace torhaus::storage::crypto
