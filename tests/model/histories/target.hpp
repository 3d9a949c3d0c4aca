// What clients talk to: a server, or something in memory that may be wrong.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/model/histories/checker.hpp"
#include "tests/model/histories/values.hpp"

namespace torhaus::model {

// One event a key that a call is about.
using answers = std::vector<std::pair<call, outcome>>;

class target {
 public:
  virtual ~target() = default;
  // A new bucket, whose name is new too.
  virtual void begin(const std::string& bucket, kind_of_bucket, int keys) = 0;
  // What a call needs beforehand and is no part of it.
  virtual void prepare(int client, call&) = 0;
  // Called by many threads, by one for each client. A call that could not even begin: no answers.
  virtual answers perform(int client, const call&) = 0;
  // Everything under way is cut off; afterwards it goes on with what was kept.
  virtual void crash() = 0;
};

}  // namespace torhaus::model
