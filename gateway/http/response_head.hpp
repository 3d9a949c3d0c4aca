// A response's head as text. No http::response: our own text costs a fifth less CPU (LIMITS in
// tests/bench).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/message.hpp"

namespace torhaus::gateway::http {

struct head_context {
  std::string_view method;  // "HEAD" sends no body
  std::string_view date;
  std::string_view request_id;
  std::string_view extended_id;
  bool keep_alive = true;
  bool http10 = false;  // the client must be told when the connection stays
};

// "Not Found" for 404: the reason phrase of the statuses that this server gives.
std::string_view reason(unsigned status);

// False when a header's name is none, its value would break out of its line, or it belongs to the
// connection (lengths, Connection); then nothing was appended.
bool append_head(std::string& out, const response&, std::uint64_t body_bytes, const head_context&);

// Whether the response to this method and status has a body on the wire.
bool has_body(std::string_view method, unsigned status);

}  // namespace torhaus::gateway::http
