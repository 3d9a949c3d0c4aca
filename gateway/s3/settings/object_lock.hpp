// The object lock configuration of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ObjectLockConfiguration.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/result.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::gateway::s3 {

// How long new versions are kept where their writer does not say.
struct default_retention {
  storage::catalog::retention_mode mode = storage::catalog::retention_mode::none;
  std::uint32_t days = 0;   // one of the two
  std::uint32_t years = 0;  // of the calendar

  storage::catalog::version_lock lock_from(sys_micros written) const;
};

struct object_lock_configuration {
  std::optional<default_retention> rule;
};

// malformed_xml, invalid_argument (a period that is none, or too long).
result<object_lock_configuration> parse_object_lock(const std::string& document);
std::string write_object_lock(const object_lock_configuration&);

// "GOVERNANCE", "COMPLIANCE"; nothing else, small letters neither.
std::optional<storage::catalog::retention_mode> parse_retention_mode(std::string_view);
std::string_view retention_mode_name(storage::catalog::retention_mode);

}  // namespace torhaus::gateway::s3
