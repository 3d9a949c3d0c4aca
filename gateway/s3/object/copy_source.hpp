// x-amz-copy-source, parsed once into a typed source; authorizer and reader get the same values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/s3/context.hpp"
#include "storage/crypto/secret_key.hpp"

namespace torhaus::gateway::s3 {

// What the header names, decoded. Nobody has looked yet whether such names can be.
struct copy_source_name {
  std::string bucket;
  std::string key;
  std::optional<std::string> version_id;
};

// "/bucket/key?versionId=id": the leading slash is optional, bucket and key are URL-encoded, and
// '+' is a space, as with AWS (aws/aws-cli#614). invalid_argument; not_implemented for ARNs.
result<copy_source_name> parse_copy_source(std::string_view header);

struct copy_source {
  storage::catalog::bucket_record bucket;
  std::string key;
  std::optional<std::string> version_id;
  storage::catalog::opened_object object;               // unlocked
  std::optional<storage::crypto::secret_key> data_key;  // of a source that is encrypted
};

// Parses the header, looks the bucket up, asks whether the caller may read that version, opens and
// unlocks it and checks the four x-amz-copy-source-if-* conditions. Errors: invalid_argument,
// no_such_bucket, no_such_key, access_denied, precondition_failed, invalid_request (a delete
// marker), those of data_key_of.
task<result<copy_source>> open_copy_source(context&);

// x-amz-copy-source-version-id. As AWS, nothing about a bucket that never had versions, nor about
// a null version unless the request names it.
void append_source_version(http::response&, const copy_source&);

}  // namespace torhaus::gateway::s3
