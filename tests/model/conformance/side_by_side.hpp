// A server and the rules side by side: each request is made of both, and what they answer is
// compared.
#pragma once

#include <string>
#include <vector>

#include "tests/model/conformance/steps.hpp"
#include "tests/model/conformance/store_world.hpp"

namespace torhaus::model {

struct run_outcome {
  std::string fault;  // empty: no difference
  std::vector<std::string> log;
  std::uint64_t requests = 0;
};

// How often which step was answered how: "put 412 PreconditionFailed".
using census = std::map<std::string, std::uint64_t>;

// Runs one sequence in buckets of its own. With `verbose` every request is in the log.
run_outcome run_steps(store_world&, const setting&, const std::vector<step>&, bool verbose,
                      census* = nullptr);

}  // namespace torhaus::model
