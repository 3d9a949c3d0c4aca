// Signing keys that were derived before. Bounded, safe for all threads.
#pragma once

#include <memory>
#include <string_view>

#include "auth/sigv4/canonical.hpp"

namespace torhaus::auth::sigv4 {

class key_cache {
 public:
  key_cache();
  ~key_cache();
  key_cache(const key_cache&) = delete;
  key_cache& operator=(const key_cache&) = delete;

  // The key for that secret and scope. A changed secret of the same access key is never served the
  // old key.
  signing_key find_or_derive(std::string_view access_key_id, std::string_view secret, const scope&);

 private:
  struct shard;
  std::unique_ptr<shard[]> shards_;
};

}  // namespace torhaus::auth::sigv4
