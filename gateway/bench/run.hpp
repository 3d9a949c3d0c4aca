// A whole run: bucket, objects, load, tidying up.
#pragma once

#include "gateway/bench/report.hpp"
#include "gateway/bench/settings.hpp"
#include "storage/base/clock.hpp"

namespace torhaus::gateway::bench {

// Shows on standard error how it goes unless settings.quiet. Throws std::runtime_error when the
// load cannot start; requests that fail are counted in the report.
report run(const settings&, const clock_source&);

}  // namespace torhaus::gateway::bench
