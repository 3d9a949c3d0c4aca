// The store that is damaged, and the examination of a damaged copy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "tests/faults/damage/injury.hpp"

namespace torhaus::faults {

struct patient {
  std::map<std::string, std::string> objects;  // key, bytes
};

// Makes a store in `whole`; `younger` is a copy of it half-way.
patient make_patient(const std::filesystem::path& whole, const std::filesystem::path& younger,
                     std::uint64_t seed);

// Who notices, and what readers get until then.
enum class outcome {
  untouched,        // everything reads as it was written, and nothing was found
  scrub,            // everything reads as it was written; the inspection found it
  reads_and_scrub,  // some reads fail, all others are right; the inspection found it
  refused,          // the store does not open, and says why
  reads_only,       // some reads fail, and the inspection found nothing
  lost,             // an object is not there any more, and the inspection found nothing
  lost_and_found,   // the same, and the inspection found something
  wrong,            // other bytes or metadata than were written
  wrong_and_found,  // the same, and the inspection found something
  died,             // a process ended by a signal
  died_and_found,   // that of the readers; the inspection found something
};
std::string_view name_of(outcome);

// Whether it is what README.md promises of such an injury.
bool acceptable(const injury&, outcome);

// What the readers of a damaged copy get, as a set of these.
inline constexpr unsigned reading_wrong = 1;
inline constexpr unsigned reading_failed = 2;
inline constexpr unsigned reading_lost = 4;
inline constexpr unsigned reading_refused = 8;
unsigned read_copy(const std::filesystem::path& data, const patient&);
// 1 when the inspection finds something, or the store does not open.
unsigned inspect_copy(const std::filesystem::path& data);
// Of both; nullopt where the process ended by a signal.
outcome outcome_of(std::optional<unsigned> read, std::optional<unsigned> inspected);

}  // namespace torhaus::faults
