// A bucket's default encryption: how objects are encrypted whose writer asked for nothing.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
#pragma once

#include <string>

#include "gateway/s3/encryption/record.hpp"
#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

struct bucket_encryption {
  encryption_kind kind = encryption_kind::s3;  // s3 or kms
  std::string key_id;                          // kms; empty: the default key
  bool bucket_key = false;
  bool blocks_customer_keys = false;   // BlockedEncryptionTypes: SSE-C
  bool permits_customer_keys = false;  // NONE: as without a word, but who said it reads it again
};

// malformed_xml; invalid_argument for a key id beside AES256; not_implemented for dual-layer
// encryption.
result<bucket_encryption> parse_bucket_encryption(const std::string& document);

// The document that GetBucketEncryption answers with.
std::string write_bucket_encryption(const bucket_encryption&);

}  // namespace torhaus::gateway::s3
