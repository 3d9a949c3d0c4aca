// Renames that were asked for with x-amz-client-token: the same one, sent again because its answer
// was lost, is answered again and not carried out twice.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

// In memory: a restart forgets, and a rename that is sent again then finds no source. For all
// threads; outlives all requests.
class rename_tokens {
 public:
  static constexpr std::chrono::hours lifetime{24};
  static constexpr std::size_t most = 10'000;  // the oldest goes; about half a KiB each

  explicit rename_tokens(clock_source& clock) : clock_(clock) {}

  enum class state : std::uint8_t { fresh, done };
  // `token` with the bucket and the caller it belongs to; `request`: a digest of all that the
  // rename asks for. fresh: carry it out, then call end(). idempotency_parameter_mismatch: the
  // token came with another request before. operation_aborted: the same one is being carried out.
  result<state> begin(const std::string& token, const std::string& request);
  // A rename that failed may be asked for again with other parameters.
  void end(const std::string& token, bool succeeded);

 private:
  struct entry {
    std::string token;
    std::string request;
    sys_micros since;
    bool done = false;
  };
  void forget_old();

  clock_source& clock_;
  std::mutex mutex_;
  std::list<entry> by_age_;  // the oldest first
  std::unordered_map<std::string, std::list<entry>::iterator> by_token_;
};

}  // namespace torhaus::gateway::s3
