// The key store as the gateway sees it: named keys that never leave it and that wrap the data keys
// of objects. The local implementation is local_keys.hpp; one that asks a key server (Vault's
// transit engine, KMIP) fits behind the same interface, which therefore speaks of nothing but
// names, contexts and opaque wrapped keys.
//
// A key is referred to as in AWS KMS: by its id, by "alias/NAME", or by an ARN of either
// ("arn:aws:kms:REGION:ACCOUNT:key/ID"), whose region and account are not looked at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"
#include "storage/crypto/secret_key.hpp"

namespace torhaus::auth::keys {

// Keys that are there without being made. Their names cannot be given to other keys.
inline constexpr std::string_view s3_managed_key = "torhaus/s3";     // SSE-S3; not for requests
inline constexpr std::string_view kms_default_key = "alias/aws/s3";  // SSE-KMS without a key id

struct key_description {
  std::string id;
  std::string alias;  // "alias/NAME"; empty: none
  std::string description;
  bool enabled = true;
  sys_micros created{};
  sys_micros rotated{};        // when its newest version was made
  std::uint32_t versions = 1;  // old ones are kept for unwrapping
};

struct new_key {
  std::string id;     // [A-Za-z0-9_-]{1,64}; made when empty
  std::string alias;  // "NAME" or "alias/NAME": [A-Za-z0-9/_-]{1,250}, not below "aws/"
  std::string description;
};

struct data_key {
  storage::crypto::secret_key plain;
  std::string wrapped;  // opaque; at most 512 bytes
};

class key_provider {
 public:
  virtual ~key_provider() = default;

  // A fresh data key. `context` is bound to the wrapped key: unwrapping needs the same one.
  // kms_not_found, kms_disabled.
  virtual task<result<data_key>> generate(std::string reference, std::string context) = 0;
  // Wraps a data key that is there already: a copy keeps the bytes of its source. Errors as above.
  virtual task<result<std::string>> wrap(std::string reference, std::string context,
                                         storage::crypto::secret_key plain) = 0;
  // kms_not_found, kms_disabled; internal_error when it does not open.
  virtual task<result<storage::crypto::secret_key>> unwrap(std::string reference,
                                                           std::string context,
                                                           std::string wrapped) = 0;

  // Administration. no_such_entity, entity_already_exists, invalid_argument.
  virtual task<result<key_description>> create(new_key) = 0;
  virtual task<result<key_description>> describe(std::string reference) = 0;
  // By id, after `after`.
  virtual task<result<std::vector<key_description>>> list(std::string after, std::size_t max) = 0;
  // Makes a new version for wrapping. What older ones wrapped stays readable.
  virtual task<result<key_description>> rotate(std::string reference) = 0;
  // A disabled key neither wraps nor unwraps. The installation's own key cannot be disabled.
  virtual task<result<key_description>> set_enabled(std::string reference, bool enabled) = 0;
};

}  // namespace torhaus::auth::keys
