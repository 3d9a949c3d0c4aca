// The one error type of all rooms: an S3 error code, a text for the client and the extra fields
// that some codes carry. Outcomes travel as result<T>; faults (I/O, broken invariants) are thrown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace torhaus {

enum class errc : std::uint16_t {
#define TORHAUS_ERROR(id, code, status, text) id,
#include "storage/base/errors.inc"
#undef TORHAUS_ERROR
};

// The spelling that goes into <Code>, for example "NoSuchKey".
std::string_view code_of(errc) noexcept;
// The HTTP status, for example 404.
unsigned status_of(errc) noexcept;
// The text used when the error carries none of its own.
std::string_view text_of(errc) noexcept;

class error {
 public:
  // An element of the error document beside Code and Message, for example {"Region", "de-th-1"}.
  using field = std::pair<std::string, std::string>;

  explicit error(errc code) : code_(code) {}
  error(errc code, std::string message) : code_(code), message_(std::move(message)) {}
  error(errc code, std::string message, std::vector<field> fields)
      : code_(code), message_(std::move(message)), fields_(std::move(fields)) {}

  errc code() const noexcept { return code_; }
  std::string_view message() const noexcept {
    return message_.empty() ? text_of(code_) : std::string_view(message_);
  }
  const std::vector<field>& fields() const noexcept { return fields_; }

  // Adds one field and hands the error on: `return error(errc::…).with("Region", region);`
  error&& with(std::string name, std::string value) && {
    fields_.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }

  // What the operator's log shows and the client never sees (path, errno text).
  error&& because(std::string cause) && {
    cause_ = std::move(cause);
    return std::move(*this);
  }
  const std::string& cause() const noexcept { return cause_; }

 private:
  errc code_;
  std::string message_;
  std::string cause_;
  std::vector<field> fields_;
};

}  // namespace torhaus
