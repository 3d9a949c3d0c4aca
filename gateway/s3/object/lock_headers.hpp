// Object lock in headers: x-amz-object-lock-mode, -retain-until-date, -legal-hold and
// x-amz-bypass-governance-retention.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// The lock that a write asks for, or the bucket's default where it names no retention.
// `said`: the headers, or what stands for them. invalid_argument; invalid_request in a bucket
// without lock, and without a digest of the body, which AWS wants for what cannot be put right
// later; access_denied without s3:PutObjectRetention or s3:PutObjectLegalHold.
result<storage::catalog::version_lock> read_lock(const context&,
                                                 const std::vector<http::header>& said);

// The lock that a request asks for, as it says it: in headers, in PutObjectRetention and
// PutObjectLegalHold in the body and nowhere else. Nothing of the bucket's default, for which no
// request asks. What cannot be read is not there; the operation refuses it.
struct said_lock {
  std::optional<std::string> mode;
  std::optional<sys_micros> until;
  std::optional<std::string> legal_hold;
};
said_lock lock_said(const context&);

// What the bucket's default retention would make of a version written now.
storage::catalog::version_lock default_lock(const context&);

// On answers to GET and HEAD, for callers who may know it.
void append_lock_headers(http::response&, const context&, const storage::catalog::object_version&);

// invalid_argument where x-amz-bypass-governance-retention is said of a bucket without object lock.
result<void> check_bypass(const context&);

// Whether the caller asks to pass by governance retention and may do so for this key.
bool bypasses_governance(const context&, std::string_view key);

// A time in the future. invalid_argument, which names the header or element that it stands in.
result<sys_micros> parse_retain_until(const context&, std::string_view text,
                                      std::string_view place);
// ISO 8601, with a fraction where there is one: what is read back is what was written.
std::string retain_until_text(sys_micros);

}  // namespace torhaus::gateway::s3
