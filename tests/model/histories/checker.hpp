// Whether the events of one key can be put into an order that explains them: each takes effect at
// one moment between its beginning and its end, one that was cut off at some moment or never
// (J. Wing, C. Gong: "Testing and Verifying Concurrent Objects"; G. Lowe: "Testing for
// linearizability"). Keys are independent of each other, so a history is explained when each of its
// keys is.
#pragma once

#include <string>
#include <vector>

#include "tests/model/histories/event.hpp"

namespace torhaus::model {

enum class kind_of_bucket : std::uint8_t { unversioned, versioned };

struct judgement {
  bool explained = false;
  bool given_up = false;  // more orders than can be tried
  std::uint64_t tries = 0;
  std::string why = {};
};

// All events of one key. At most 250 of them.
judgement explain(std::vector<event> events, kind_of_bucket);

}  // namespace torhaus::model
