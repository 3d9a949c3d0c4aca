#include "gateway/bench/latency.hpp"

#include <algorithm>
#include <boost/histogram/axis/regular.hpp>
#include <boost/histogram/histogram.hpp>
#include <boost/histogram/make_histogram.hpp>
#include <cmath>
#include <tuple>
#include <vector>

namespace torhaus::gateway::bench {
namespace {

namespace bh = boost::histogram;

constexpr double least = 0.1;  // microseconds
constexpr double most = 3.6e9;
constexpr unsigned bins = 24'400;  // ln(most / least) / 0.001

using log_axis = bh::axis::regular<double, bh::axis::transform::log>;
using histogram = bh::histogram<std::tuple<log_axis>, bh::dense_storage<std::uint64_t>>;

histogram make() {
  return bh::make_histogram_with(bh::dense_storage<std::uint64_t>(), log_axis(bins, least, most));
}

}  // namespace

struct latency_histogram::counts {
  histogram of = make();
};

latency_histogram::latency_histogram() = default;
latency_histogram::~latency_histogram() = default;
latency_histogram::latency_histogram(latency_histogram&&) noexcept = default;
latency_histogram& latency_histogram::operator=(latency_histogram&&) noexcept = default;

void latency_histogram::record(std::chrono::nanoseconds took) {
  if (!counts_) counts_ = std::make_unique<counts>();
  const double micros = static_cast<double>(took.count()) / 1000;
  counts_->of(std::clamp(micros, least, most * 0.999));
  ++count_;
  sum_ += micros;
  largest_ = std::max(largest_, micros);
}

void latency_histogram::add(const latency_histogram& other) {
  if (!other.counts_) return;
  if (!counts_) counts_ = std::make_unique<counts>();
  counts_->of += other.counts_->of;
  count_ += other.count_;
  sum_ += other.sum_;
  largest_ = std::max(largest_, other.largest_);
}

double latency_histogram::quantile(double share) const {
  if (count_ == 0) return 0;
  const auto wanted =
      static_cast<std::uint64_t>(std::max(1.0, std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  const log_axis& axis = counts_->of.axis();
  for (int i = 0; i < axis.size(); ++i) {
    seen += counts_->of.at(i);
    // The upper end: never less than what was measured.
    if (seen >= wanted) return std::min(axis.bin(i).upper(), largest_);
  }
  return largest_;
}

double latency_histogram::mean() const {
  return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

}  // namespace torhaus::gateway::bench
