// The policy of a browser upload: what a form must say to be taken.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/s3/form/file_body.hpp"
#include "gateway/s3/form/multipart.hpp"
#include "storage/base/clock.hpp"

namespace torhaus::gateway::s3::form {

class policy {
 public:
  // The form's field, base64 of JSON. Errors: invalid_policy_document with S3's texts.
  static result<policy> parse(std::string_view base64);

  // access_denied: expired, a condition that does not hold, a field that no condition is about.
  // `fields` are those of the form with ${filename} replaced. The bounds hold for the file.
  result<size_bounds> check(std::span<const field> fields, std::string_view bucket,
                            sys_micros now) const;

 private:
  enum class matching { equal, prefix, never };  // never: what cannot be compared
  struct condition {
    matching how = matching::equal;
    std::string name;  // lower case, without '$'
    std::string value;
    std::string text;  // as errors show it
  };
  friend struct policy_reader;

  std::chrono::sys_seconds expires_{};
  std::vector<condition> conditions_;
  size_bounds bounds_;
};

}  // namespace torhaus::gateway::s3::form
