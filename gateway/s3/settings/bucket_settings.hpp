// All settings of one bucket, parsed: what a request on the bucket is judged by. Immutable and
// shared by requests; made anew when the settings_revision of the bucket changes.
//
// A setting is settings/NAME.hpp with its type, parse() and, where the stored
// document is not what the client sent, write(); bucket/NAME.cpp with its operations; a member
// here.
#pragma once

#include <memory>
#include <optional>

#include "auth/authorizer.hpp"
#include "gateway/s3/settings/cors.hpp"
#include "gateway/s3/settings/encryption.hpp"
#include "gateway/s3/settings/lifecycle.hpp"
#include "gateway/s3/settings/logging.hpp"
#include "gateway/s3/settings/notification.hpp"
#include "gateway/s3/settings/object_lock.hpp"
#include "gateway/s3/settings/request_payment.hpp"
#include "gateway/s3/settings/website.hpp"
#include "storage/base/result.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::gateway::s3 {

struct bucket_settings {
  // The documents as they are stored.
  storage::catalog::setting_documents documents;
  std::optional<cors_rules> cors;
  std::optional<object_lock_configuration> object_lock;
  std::optional<bucket_encryption> encryption;
  std::optional<website> site;
  logging access_log;
  notification events;
  request_payment payment;
  auth::bucket_rules access;  // policy, public access block, ownership and ACL
  std::optional<lifecycle_configuration> lifecycle;
};

// A stored document that cannot be read is an internal_error: a request must not be judged by half
// of the settings.
result<bucket_settings> parse_settings(storage::catalog::setting_documents);

}  // namespace torhaus::gateway::s3
