// What a run found: a table for people, a JSON document for scripts, and two documents side by
// side.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "gateway/bench/settings.hpp"
#include "gateway/bench/tally.hpp"

namespace torhaus::gateway::bench {

struct report {
  tallies results;
  double seconds = 0;             // measured, warm-up left out
  double client_cpu_seconds = 0;  // of this program, warm-up included
  std::uint64_t requests = 0;     // of all kinds, warm-up included
  std::uint64_t missed = 0;       // open loop: due, and never sent

  std::uint64_t failures() const;
  bool nothing_measured() const;
};

boost::json::value to_json(const settings&, const report&);
std::string to_table(const settings&, const report&);

// Rows of the kinds that both documents have, with B as a multiple of A. bad_request when one is no
// report of this program.
result<boost::json::value> compare(const boost::json::value& a, const boost::json::value& b);
std::string comparison_table(const boost::json::value& comparison);

}  // namespace torhaus::gateway::bench
