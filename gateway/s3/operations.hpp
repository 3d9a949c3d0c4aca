// The one table of S3 operations. The pipeline finds a row by method, scope, sub-resource and
// header, and the capability list in gateway/README.md is made from it. A row without a handler
// answers NotImplemented by name.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gateway/http/message.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::s3 {

struct context;
using handler = task<result<http::response>> (*)(context&);

enum class scope : std::uint8_t {
  service,
  bucket,
  object,
  resource,  // a bucket by its ARN, as S3 Control names what it is about (resource_target.hpp)
};

enum class body_kind : std::uint8_t {
  none,      // a body is read and dropped within bounds
  xml,       // at most 2 MiB, in memory
  manifest,  // XML whose x-amz-checksum-* headers speak of the object to be, not of the body
  stream,    // the handler takes it from context::body
  form,      // multipart/form-data: the same with the form's file, and context::form
};

// What a request costs of a thread.
enum class effort : std::uint8_t {
  small,
  large,  // a tenth of a millisecond and more in one go: it waits for its turn (turns.hpp)
};

struct operation {
  std::string_view name;        // "PutObject"
  std::string_view iam_action;  // "s3:PutObject"
  std::string_view method;      // "PUT"
  scope where = scope::object;
  // Query parameter that selects the row ("uploads"), or "list-type=2" with a value; empty for the
  // plain resource. Several, all needed: "partNumber&uploadId".
  std::string_view sub_resource;
  std::string_view header;  // header that must be present ("x-amz-copy-source"); empty: none
  body_kind body = body_kind::none;
  handler run = nullptr;
  // Guards the operation instead of iam_action when ?versionId names a version; empty: the same.
  std::string_view version_action = {};
  effort costs = effort::small;
};

std::span<const operation> operations();

}  // namespace torhaus::gateway::s3
