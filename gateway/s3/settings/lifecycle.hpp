// The lifecycle configuration of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/catalog/lifecycle_types.hpp"

namespace torhaus::gateway::s3 {

// Days since something, or a date.
struct lifecycle_time {
  std::optional<std::uint32_t> days;
  std::optional<std::chrono::sys_days> date;
};

struct lifecycle_transition {
  lifecycle_time when;
  std::uint32_t newer_noncurrent = 0;
  std::string storage_class;
};

struct lifecycle_expiration {
  lifecycle_time when;
  std::optional<bool> expired_marker;  // ExpiredObjectDeleteMarker
};

struct lifecycle_rule {
  enum class filter_form : std::uint8_t { prefix, filter, all_of };  // <Prefix>, <Filter>, <And>

  std::string id;
  bool enabled = false;
  filter_form form = filter_form::filter;
  bool prefix_given = false;
  storage::catalog::lifecycle_filter filter;
  std::vector<lifecycle_transition> transitions;
  std::optional<lifecycle_expiration> expiration;
  std::vector<lifecycle_transition> noncurrent_transitions;
  std::optional<std::uint32_t> noncurrent_days;
  std::uint32_t newer_noncurrent = 0;
  std::optional<std::uint32_t> abort_days;
};

struct lifecycle_configuration {
  std::vector<lifecycle_rule> rules;
  // x-amz-transition-default-minimum-object-size; empty in documents stored before it had a
  // default, whose rules move objects of any size.
  std::string minimum_size;

  bool counts_newer() const;
};

// Errors as AWS gives them: malformed_xml, invalid_argument, invalid_request, invalid_tag. Rules
// without an ID have an empty one.
result<lifecycle_configuration> parse_lifecycle(const std::string& document);
// The document to be stored, or to be answered.
enum class document_for : std::uint8_t { storage, client };
std::string write_lifecycle(const lifecycle_configuration&, document_for);

// How long a day of the rules is. Whole days end at midnight UTC; a shorter day, which is for
// tests, ends when it is over.
inline constexpr std::chrono::milliseconds whole_day = std::chrono::hours(24);

// The actions that are due at that time.
std::vector<storage::catalog::lifecycle_task> due_tasks(const lifecycle_configuration&,
                                                        sys_micros now,
                                                        std::chrono::milliseconds day);

// What the retention of a project does: a version leaves so many days after it was written, or
// replaced, and so do uploads that nobody ended and delete markers with nothing left under them.
std::vector<lifecycle_rule> retention_rules(std::uint32_t days);

// When the rules will expire the newest version of a key, and which rule first; nullopt: never.
// Counted in whole days.
struct lifecycle_outlook {
  sys_micros at{};
  std::string rule_id;
};
std::optional<lifecycle_outlook> expiry_of(std::span<const lifecycle_rule>, std::string_view key,
                                           std::uint64_t size,
                                           const std::vector<storage::catalog::name_value>& tags,
                                           sys_micros modified);
// The same for an unfinished upload.
std::optional<lifecycle_outlook> abort_of(std::span<const lifecycle_rule>, std::string_view key,
                                          sys_micros initiated);

}  // namespace torhaus::gateway::s3
