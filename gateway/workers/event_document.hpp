// Events as S3 tells them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
#pragma once

#include <string>

#include "storage/catalog/types.hpp"

namespace torhaus::gateway::workers {

// The JSON document of one event, or of a test event. Throws damaged_record.
std::string event_document(const storage::catalog::outbox_record&);

}  // namespace torhaus::gateway::workers
