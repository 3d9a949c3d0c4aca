// A sequence of steps from a seed. A step is a verb and some numbers; what they choose depends on
// what is there when its turn comes, so that a sequence stays meaningful when steps are taken out.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

struct step {
  std::uint8_t what = 0;  // row of the table in steps.cpp
  std::array<std::uint32_t, 8> pick{};
};

enum class special : std::uint8_t { none, restart, wait, turn_back, recreate };

// How a sequence begins.
struct setting {
  std::string first_bucket;
  std::string second_bucket;
  bool lock = false;                     // of the first bucket
  versioning state = versioning::never;  // likewise
  quota limit;                           // of the project
};

std::vector<step> random_steps(std::uint64_t seed);
setting random_setting(std::uint64_t seed, std::uint64_t number);

// How many rows step::what chooses from.
std::size_t kinds_of_step();
special special_of(const step&);
std::string name_of(const step&);
// The request that the step comes to; nothing when it has nothing to work on.
std::optional<request> draw(const step&, const setting&, reference&, sys_micros now);
std::string text_of(const request&);

}  // namespace torhaus::model
