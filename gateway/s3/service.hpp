// The S3 face of the installation: an http::request_handler over the operations table.
#pragma once

#include <memory>

#include "gateway/http/message.hpp"
#include "gateway/s3/context.hpp"

namespace torhaus::gateway::audit {
class trail;
}

namespace torhaus::gateway::s3 {

// Counters of what was answered, by operation and status class; read by the metrics page.
class request_observer {
 public:
  virtual ~request_observer() = default;
  // Called once for every request, refused ones too. `operation` is "-" before one was found.
  virtual void observed(std::string_view operation, unsigned status, std::uint64_t bytes_in,
                        std::uint64_t bytes_out, std::chrono::microseconds took) = 0;
};

// `observer` and `trail` may be null. All must outlive the handler.
std::unique_ptr<http::request_handler> make_s3_handler(const services&, request_observer* observer,
                                                       audit::trail* trail = nullptr);

}  // namespace torhaus::gateway::s3
