// What the faces of the server (S3, IAM and STS, administration) write down alike: who called, from
// where, and what came of it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "auth/principal.hpp"
#include "gateway/audit/record.hpp"
#include "gateway/audit/trail.hpp"

namespace torhaus::gateway::audit {

// Known once the signature has been accepted; empty before.
struct caller_facts {
  std::string arn;
  std::string agency;
  std::string account;
  std::string key_id;
  std::string session_of;

  void remember(const auth::principal&);
};

struct outcome {
  unsigned status = 0;
  std::string_view error;  // a code; empty when there was none
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::chrono::microseconds took{};
};

// All that a record of the call needs besides what was asked for. Its views live as long as the
// arguments.
record record_of(std::string_view type, const http::request&, const caller_facts&, const outcome&);

// What never became a request.
void add_refused(trail*, const error& why, const http::origin& from, std::string_view request_id);

// service_unavailable while nothing may be done because nothing could be written down of it. No
// trail refuses nothing.
result<void> check_recorded(const trail*);

}  // namespace torhaus::gateway::audit
