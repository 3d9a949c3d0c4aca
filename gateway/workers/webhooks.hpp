// Delivers event notifications to webhooks: one thread a webhook, which takes notes from the
// catalog's outbox and posts them. At least once; of one key in the order of its changes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/s3/events.hpp"
#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::gateway::workers {

// A destination that the operator has configured.
struct webhook {
  std::string name;                   // [a-z0-9-]{1,64}, the last part of ARNs
  std::string url;                    // http:// or https://, with a path or without
  std::string token;                  // sent as Authorization: Bearer; empty: none
  std::string secret;                 // key of the signature; empty: no signature
  std::string ca_file;                // PEM; empty: the system's
  std::vector<std::string> accounts;  // whose buckets may use it; empty: all
};

// Where a URL leads, and the target to ask there. bad_request for none.
struct webhook_address {
  std::string endpoint;  // scheme, host, port
  std::string host;      // Host header
  std::string target;    // path and query
};
result<webhook_address> parse_webhook_url(const std::string& url);

// X-Torhaus-Signature: of "TIMESTAMP.BODY" under the webhook's secret.
std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body);

class webhooks final : public s3::event_sink {
 public:
  struct options {
    std::vector<webhook> hooks;
    storage::catalog::catalog* catalog = nullptr;
    clock_source* clock = &system_clock_source();
    std::chrono::seconds time_limit{10};  // of one delivery
    std::chrono::milliseconds first_retry{1000};
    std::chrono::milliseconds last_retry{300'000};  // the wait doubles up to this
    std::chrono::seconds max_age{86'400};           // what is older is given up
    std::uint64_t max_queued = 100'000;             // of one webhook; more are lost and counted
  };
  explicit webhooks(options);
  ~webhooks() override;

  void start();
  // Ends the threads; what is queued stays queued. Waits for deliveries under way.
  void stop();

  bool knows(std::string_view destination, std::string_view account) const override;
  bool take(std::string_view destination) override;
  void wake() override;

  struct statistics {
    std::string name;
    std::uint64_t queued = 0;     // about
    std::uint64_t delivered = 0;  // since start, and so the next two
    std::uint64_t failed = 0;     // attempts
    std::uint64_t dropped = 0;    // too old, or the queue was full
    std::uint64_t damaged = 0;    // of those queued: cannot be read, and are set aside
  };
  std::vector<statistics> stats() const;

 private:
  class hook;
  std::vector<std::unique_ptr<hook>> hooks_;
};

}  // namespace torhaus::gateway::workers
