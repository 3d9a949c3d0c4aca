// What travels with an object in headers: system headers, user metadata, storage class, tags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// What a write says of the object to be besides its bytes.
struct object_settings {
  storage::catalog::object_attributes attributes;
  storage::catalog::version_lock lock;
  std::string acl;  // object_version::acl
};

// From the headers of every request that makes an object. Errors: metadata_too_large (2 KiB of
// x-amz-meta-*), invalid_storage_class, invalid_tag, access_control_list_not_supported,
// not_implemented for features that are not there, and read_lock's.
result<object_settings> read_object_settings(const context&);

// Refuses headers that ask for what is not there, so that nobody believes to have got it.
result<void> refuse_unsupported_headers(const context&);

// The object part of x-amz-version-id, ETag, Last-Modified, metadata and so on of GET and HEAD.
void append_object_headers(http::response&, const context&,
                           const storage::catalog::object_version&);

// x-amz-version-id where the bucket has or had versioning: "null" for what was written without it.
void append_version_id(http::response&, const storage::catalog::bucket_record&,
                       const storage::catalog::object_version&,
                       std::string_view name = "x-amz-version-id");

// x-amz-checksum-… and x-amz-checksum-type.
void append_checksum_headers(http::response&, const storage::catalog::object_checksum&);

// The version asked for by ?versionId.
std::optional<std::string> asked_version(const context&);

// method_not_allowed as AWS refuses a delete marker.
error marker_refused(const context&);
bool is_about_marker(const error&);
// The same for what the catalog said of one; other errors as they are.
error as_marker_refusal(const context&, const error&);

// no_such_key or method_not_allowed for a delete marker, with the headers that AWS sends along.
http::response delete_marker_response(const context&, const storage::catalog::object_version&);

}  // namespace torhaus::gateway::s3
