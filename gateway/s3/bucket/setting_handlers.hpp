// What the operations on a bucket's settings share: answer with the stored document, store one,
// remove one.
#pragma once

#include <string>

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// 200 with the stored document; `absent` when the setting was never given.
result<http::response> answer_setting(const context&, storage::catalog::bucket_setting, errc absent,
                                      const char* content_type = "application/xml");

// Stores the document; `status` is 200 or 204, as AWS answers for this setting.
task<result<http::response>> store_setting(context&, storage::catalog::bucket_setting,
                                           std::string document, unsigned status = 200);

// 204, whether it was there or not.
task<result<http::response>> remove_setting(context&, storage::catalog::bucket_setting);

}  // namespace torhaus::gateway::s3
