// What /-/metrics shows: requests by operation and status class, their durations and bytes, and the
// state of connections, kv, blobs and the process, in Prometheus' text format.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/server.hpp"
#include "storage/blob/store.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::gateway::admin {

// One line of the page that another part provides. Samples of one name come together.
struct sample {
  std::string name;
  std::string kind;  // "counter", "gauge"
  std::string help;
  std::string labels;  // name="value",…
  double value = 0;
};

class metrics {
 public:
  // `operations`: every name that observed() will be given; others count as "-".
  explicit metrics(std::vector<std::string> operations);

  void observed(std::string_view operation, unsigned status, std::uint64_t bytes_in,
                std::uint64_t bytes_out, std::chrono::microseconds took);

  struct sources {
    const http::server* server = nullptr;
    const storage::kv::database* db = nullptr;
    const storage::blob::store* blobs = nullptr;
    const storage::catalog::catalog* catalog = nullptr;
    std::function<std::vector<sample>()> more = nullptr;
  };
  // The page. Any source may be null.
  std::string text(const sources&) const;

 private:
  // Upper bounds in seconds; the last bucket is +Inf.
  static constexpr std::array<double, 12> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                    0.1,   0.25,   0.5,   1.0,  2.5,   10.0};
  struct counters {
    std::array<std::atomic<std::uint64_t>, 6> by_class{};  // 0 unknown, 1xx … 5xx
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> buckets{};
    std::atomic<std::uint64_t> micros{0};
    std::atomic<std::uint64_t> bytes_in{0};
    std::atomic<std::uint64_t> bytes_out{0};
  };
  std::size_t index_of(std::string_view operation) const;

  std::vector<std::string> names_;  // sorted; "-" among them
  std::unique_ptr<counters[]> rows_;
};

}  // namespace torhaus::gateway::admin
