// multipart/form-data as browsers send it, up to the file: pure functions over bytes, no network.
// RFC 7578; the framing is RFC 2046 section 5.1.1.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::s3::form {

// AWS: "The form data and boundaries (excluding the contents of the file) cannot exceed 20 KB."
inline constexpr std::size_t max_form_bytes = 20 * 1024;

struct field {
  std::string name;
  std::string value;
};

// The boundary in a Content-Type of "multipart/form-data; boundary=…". precondition_failed for
// another type, as S3 answers it; malformed_post_request without a usable boundary.
result<std::string> parse_boundary(std::string_view content_type);

// Takes the body from its begin until the content of the file begins.
class parser {
 public:
  explicit parser(const std::string& boundary);

  // Takes the next bytes of the body. True: the file begins; what came of its content already is
  // rest(). Errors: malformed_post_request, max_post_pre_data_length_exceeded, invalid_argument (a
  // form without a file, a field named twice).
  result<bool> feed(std::string_view bytes);

  // In the order sent, without the file.
  const std::vector<field>& fields() const { return fields_; }
  // The file's name as the browser gave it, without a path; empty when it gave none.
  const std::string& file_name() const { return file_name_; }
  std::string_view rest() const { return std::string_view(buffer_).substr(at_); }
  // "\r\n--BOUNDARY": what ends the file.
  const std::string& delimiter() const { return delimiter_; }

 private:
  enum class state { start, after_delimiter, headers, value, file };
  enum class step { more, again, file };

  result<step> advance();
  result<step> open();
  result<step> pass_delimiter();
  result<step> read_headers();
  result<step> read_value();

  std::string delimiter_;
  std::string buffer_;
  std::size_t at_ = 0;       // parsed up to here
  std::size_t scanned_ = 0;  // looked at up to here, so that slow senders cost no second look
  state state_ = state::start;
  std::string name_;
  std::string file_name_;
  std::vector<field> fields_;
};

// What follows the file's delimiter: "--" or the end of the line.
enum class ending { incomplete, good, bad };
ending judge_ending(std::string_view behind_delimiter);

}  // namespace torhaus::gateway::s3::form
