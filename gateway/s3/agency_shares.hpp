// What one agency may have of the server at once: requests in work, and requests a second. Whoever
// asks for more is told to slow down, so that the others are served as ever.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"
#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

struct agency_limits {
  // In work at once, over the whole server: from the caller's name to the last byte of the answer.
  // 0: any number.
  std::uint64_t requests = 0;
  // A second; those of one second may come together. At most a billion; 0: any number.
  std::uint64_t requests_per_second = 0;
};

// Safe from all threads. A request costs no lock: agencies are only ever added.
class agency_shares {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit agency_shares(const agency_limits&,
                         time_point (*now)() = &std::chrono::steady_clock::now);
  ~agency_shares();
  agency_shares(const agency_shares&) = delete;
  agency_shares& operator=(const agency_shares&) = delete;

  // Who takes of an agency's share: its own users, or those who come to its buckets without a name.
  // These get half of it, so that the public cannot shut an agency out of its own buckets.
  enum class taker : std::uint8_t { user, visitor };

  // A place among the agency's requests, until it is let go; slow_down when there is none. An
  // agency without an account number has no share and no limit.
  result<http::held> admit(std::string_view account, taker);

  struct usage {
    std::string account;
    std::uint64_t in_work = 0;
    std::uint64_t refused = 0;  // since the start
  };
  // Of every agency that has been here.
  std::vector<usage> usages() const;

 private:
  struct share;
  share& share_of(std::string_view account);
  bool in_time(share&, taker) const;

  const agency_limits limits_;
  time_point (*const now_)();
  // By hash of the account; many times as many as there are agencies in most installations.
  std::array<std::atomic<share*>, 1024> shares_{};
};

}  // namespace torhaus::gateway::s3
