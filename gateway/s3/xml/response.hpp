// The answer that is a document.
#pragma once

#include <string>

#include "gateway/http/message.hpp"

namespace torhaus::gateway::s3 {

// 200 with `document` as it is and S3's content type.
inline http::response xml_response(std::string document) {
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = std::move(document);
  return r;
}

}  // namespace torhaus::gateway::s3
