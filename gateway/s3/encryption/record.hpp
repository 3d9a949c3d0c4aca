// object_version::encryption: how the bytes of an object are encrypted and where its data key is.
// AWS: "Protecting data with encryption".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace torhaus::gateway::s3 {

enum class encryption_kind : std::uint8_t {
  s3 = 1,        // SSE-S3: under the installation's key
  kms = 2,       // SSE-KMS: under a named key of the key store
  customer = 3,  // SSE-C: under a key that every request brings along
};

struct encryption_record {
  encryption_kind kind = encryption_kind::s3;
  std::string wrapped;  // the data key, wrapped as `kind` says
  std::string key_id;   // SSE-KMS: as the writer named it, and as answers show it
  std::string context;  // SSE-KMS: encryption context, JSON as sent; empty: none
  bool bucket_key = false;
};

// Version 1: kind, wrapped data key, key id, context, bucket key.
std::string encode(const encryption_record&);
encryption_record decode_encryption(std::string_view);  // throws damaged_record

// "AES256" or "aws:kms", the value of x-amz-server-side-encryption; empty for SSE-C.
std::string_view algorithm_name(encryption_kind);

}  // namespace torhaus::gateway::s3
