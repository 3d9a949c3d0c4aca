// One line of a bucket's access log for each request on it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/s3/settings/logging.hpp"
#include "storage/base/clock.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::gateway::s3 {

struct operation;

// Collects lines and delivers them. Outlives all requests; used by all threads; never blocks.
class access_log {
 public:
  virtual ~access_log() = default;
  virtual void add(const storage::catalog::bucket_record& source, const logging& where,
                   std::string line, sys_micros received) = 0;
};

struct access_entry {
  access_entry(const storage::catalog::bucket_record& b, const http::request& c,
               const http::response& a)
      : bucket(b), call(c), answer(a) {}

  const storage::catalog::bucket_record& bucket;
  const http::request& call;
  const http::response& answer;
  const operation* what = nullptr;  // null: no operation was found
  bool of_website = false;          // asked of the bucket as a website
  std::string_view key;             // decoded
  std::string_view requester;       // canonical id or ARN; empty: anonymous
  std::string_view error_code;
  std::string_view signature;  // "AuthHeader", "QueryString"; empty: none
  sys_micros received{};
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::chrono::microseconds took{};
};

// Without the line feed at its end. What is not known is "-". Signatures and tokens in the address
// are left out, for a presigned address is a secret while it is good.
std::string access_log_line(const access_entry&);

// "REST.GET.OBJECT"
std::string access_log_operation(const operation&);

}  // namespace torhaus::gateway::s3
