// The store that is damaged, and the examination of a damaged copy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "tests/faults/damage/injury.hpp"

namespace torhaus::faults {

struct patient {
  std::map<std::string, std::string> objects;  // key, bytes
};

// Makes a store in `whole`; `younger` is a copy of it half-way.
patient make_patient(const std::filesystem::path& whole, const std::filesystem::path& younger,
                     std::uint64_t seed);

enum class outcome {
  untouched = 10,  // everything reads as it was written, and nothing was found
  found,           // everything reads as it was written; the inspection found it
  error,           // some reads fail, all others are right; the inspection found it
  refused,         // the store does not open, and says why
  missed,          // some reads fail, and the inspection found nothing
  lost,            // an object is not there any more, and the inspection found nothing
  lost_and_found,  // the same, and the inspection found something
  wrong,           // other bytes than were written
  died,            // the process ended by a signal
};
std::string_view name_of(outcome);

// Whether it is what README.md promises of such an injury.
bool acceptable(const injury&, outcome);

outcome examine(const std::filesystem::path& data, const patient&);

}  // namespace torhaus::faults
