// Time and randomness as interfaces, so that tests can replace them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace torhaus {

using sys_micros = std::chrono::sys_time<std::chrono::microseconds>;

class clock_source {
 public:
  virtual ~clock_source() = default;
  // Wall clock, UTC; may step either way.
  virtual sys_micros now() const = 0;
};

class random_source {
 public:
  virtual ~random_source() = default;
  // Fills `out` with bytes fit for keys and identifiers. Throws when the system has none.
  virtual void fill(std::span<std::byte> out) = 0;
};

// The system's clock and getrandom(2). All live as long as the process and may be used by all
// threads.
clock_source& system_clock_source();
random_source& system_random_source();
// The same bytes by the 512, kept by the calling thread: for names that everybody may see, not for
// keys, since what is kept would be in a core dump before it is used.
random_source& name_random_source();

}  // namespace torhaus
