// A histogram of latencies from 100 ns to an hour, a thousandth wide in each place: constant
// memory, whatever the number of requests. Boost.Histogram keeps the counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

namespace torhaus::gateway::bench {

class latency_histogram {
 public:
  latency_histogram();
  ~latency_histogram();
  latency_histogram(latency_histogram&&) noexcept;
  latency_histogram& operator=(latency_histogram&&) noexcept;

  void record(std::chrono::nanoseconds);
  void add(const latency_histogram&);

  std::uint64_t count() const { return count_; }
  // In microseconds; 0 when nothing was recorded. `share` from 0 to 1.
  double quantile(double share) const;
  double mean() const;
  double largest() const { return largest_; }

 private:
  struct counts;
  std::unique_ptr<counts> counts_;  // made with the first value
  std::uint64_t count_ = 0;
  double sum_ = 0;
  double largest_ = 0;
};

}  // namespace torhaus::gateway::bench
