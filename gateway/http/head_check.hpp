// What must hold of a raw request head before a parser sees it. Boost 1.81's Beast lets several
// ambiguous forms through (foreign transfer codings, repeated lengths, folded lines, no or two
// Hosts); a front server that reads them otherwise would be a way in. RFC 9112 sections 2 to 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/base/result.hpp"

namespace torhaus::gateway::http {

inline constexpr std::size_t max_headers = 256;
// S3 keys have 1024 bytes, each up to three in the URL; a presigned query with a session token some
// 3,000.
inline constexpr std::size_t max_target_bytes = 16 * 1024;

struct head_facts {
  std::string_view method;
  std::string_view target;  // starts with '/'
  std::string_view host;    // empty only with HTTP/1.0
  bool http11 = true;
  bool keep_alive = true;  // asked for: HTTP/1.1's default, HTTP/1.0's option
  bool chunked = false;
  bool expect_continue = false;
  std::optional<std::uint64_t> content_length;
};

// Finds the end of a head that comes in pieces. A bare CR, a bare LF or a control character is told
// at once: waiting for the end of such a head would be waiting for its time-out.
class head_scanner {
 public:
  // `have` is all that came so far. The size of the head with its empty line; 0 as long as there is
  // none.
  result<std::size_t> find_end(std::string_view have);

 private:
  static constexpr std::size_t plain_step = 32;
  static constexpr std::size_t small_step = 8;
  result<std::size_t> find_end_within(std::string_view have, std::size_t until);

  std::size_t scanned_ = 0;
};

// `head` ends with the empty line. Errors: bad_request, uri_too_long, not_implemented (transfer
// codings), each of which closes the connection.
result<head_facts> check_head(std::string_view head);

}  // namespace torhaus::gateway::http
