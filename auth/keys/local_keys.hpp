// The key store inside the installation: keys in kv, sealed under the master key. A key that was
// used is kept in memory, so that wrapping costs no look-up; a change is seen by the next call.
//
// A wrapped data key is 0x01, the key's version (4 bytes, big-endian) and a wrap under that version
// (storage/crypto/key_wrap.hpp) with the key's id and the caller's context bound to it.
#pragma once

#include <memory>

#include "auth/keys/key_provider.hpp"
#include "storage/crypto/sealing.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::auth::keys {

struct local_key_options {
  storage::kv::database* db = nullptr;
  const storage::crypto::sealer* sealer = nullptr;
  clock_source* clock = &system_clock_source();
  random_source* random = &system_random_source();
};

std::unique_ptr<key_provider> open_local_keys(const local_key_options&);

}  // namespace torhaus::auth::keys
