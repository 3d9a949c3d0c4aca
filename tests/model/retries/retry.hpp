// One request that is cut off and sent again.
#pragma once

#include <string>

#include "tests/model/histories/served.hpp"

namespace torhaus::model {

struct retry_outcome {
  std::string what;   // the request and how it was cut
  std::string fault;  // empty: as S3 would do
};

// In a bucket of its own, named after the number.
retry_outcome try_again(const served&, std::uint64_t number, std::uint64_t seed);

}  // namespace torhaus::model
