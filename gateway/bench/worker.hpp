// What one connection of a lane has of its own. For lane.cpp and loads.cpp.
#pragma once

#include "gateway/bench/lane.hpp"

namespace torhaus::gateway::bench {

struct lane::worker {
  worker(executor home, desk& shared) : link(home, shared), wait(home) {}

  client link;
  timer wait;
  steady::time_point due{};  // of the request: latency counts from here
  bool measured = false;     // not warming up
  bool counted = false;      // one at least was measured
  bool failed = false;
};

}  // namespace torhaus::gateway::bench
