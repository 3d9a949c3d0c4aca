// Writes request heads. All that stays the same for a second (host, date, scope, signing key) is
// prepared once; a request costs one copy of it, one SHA-256 and one HMAC.
// AWS: "Signature calculations for the Authorization header".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/sigv4/canonical.hpp"
#include "gateway/bench/target.hpp"
#include "storage/base/clock.hpp"

namespace torhaus::gateway::bench {

struct request {
  std::string_view method = {};
  std::string_view path = {};   // percent-encoded
  std::string_view query = {};  // percent-encoded, parameters in order, each with a '='; no '?'
  std::string_view payload_hash = auth::sigv4::empty_hash;
  std::string_view crc64nvme = {};    // base64, empty: none
  std::string_view content_md5 = {};  // base64, empty: none
  std::uint64_t body_bytes = 0;
};

class request_writer {
 public:
  // Both must outlive it.
  request_writer(const target&, const clock_source&);

  // Overwrites `out` with the head.
  void write(std::string& out, const request&);

 private:
  void renew();
  void append_signed_headers(std::string& out, const request&) const;
  std::string_view signed_names(const request&) const;

  const target& target_;
  const clock_source& clock_;
  std::string host_;
  bool sign_;
  std::chrono::sys_seconds second_{};
  std::string stamp_;  // 20130524T000000Z
  auth::sigv4::scope scope_;
  std::string scope_text_;
  std::string authorization_;  // up to the credential's end
  std::string names_;          // of the signed headers
  std::string names_with_crc_;
  auth::sigv4::signing_key key_;
  std::string canonical_;  // kept for its memory
};

}  // namespace torhaus::gateway::bench
