// Clients on a few keys, all at once, and what they saw.
#pragma once

#include <map>
#include <vector>

#include "tests/model/histories/target.hpp"

namespace torhaus::model {

struct load_plan {
  std::uint64_t seed = 0;
  std::string bucket = {};
  kind_of_bucket kind = kind_of_bucket::unversioned;
  int keys = 2;
  int clients = 4;
  int calls = 10;  // of each client
  bool crash = false;
  std::chrono::microseconds longest_before_crash{15'000};
};

// By key. Ends with reads of everything.
std::map<int, std::vector<event>> run_load(target&, values&, const load_plan&);

}  // namespace torhaus::model
