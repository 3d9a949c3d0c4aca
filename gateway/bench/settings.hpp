// What a run does, as the command line gives it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "gateway/bench/sizes.hpp"
#include "gateway/bench/target.hpp"

namespace torhaus::gateway::bench {

enum class workload : std::uint8_t { put, get, stat, list, remove, multipart, mixed, versioned };
enum class payload : std::uint8_t { automatic, signed_hash, unsigned_bytes, crc };
enum class list_start : std::uint8_t { first, last, random };

// Shares of mixed load.
struct mixture {
  unsigned get = 45;
  unsigned put = 15;
  unsigned stat = 30;
  unsigned remove = 10;
  unsigned sum() const { return get + put + stat + remove; }
  // "get=45,put=15,stat=30,delete=10"; what is not named is 0.
  static result<mixture> parse(std::string_view text);
};

struct settings {
  workload load = workload::get;
  target to;
  std::string prefix = "torhaus-bench/";
  size_distribution sizes;
  std::uint64_t objects = 1000;  // made beforehand
  std::uint64_t keys = 0;        // put: keys to go round; 0: always a new one
  std::uint64_t folders = 0;     // 0: none; else object n is in folder n % folders
  unsigned concurrency = 16;
  unsigned threads = 1;
  std::chrono::milliseconds duration{10'000};
  std::chrono::milliseconds warmup{1'000};
  std::uint64_t count = 0;  // requests; 0: by duration
  double rate = 0;          // arrivals a second; 0: closed loop
  std::chrono::milliseconds time_limit{60'000};
  payload body = payload::automatic;
  mixture shares;
  unsigned page = 1000;
  list_start start = list_start::random;
  unsigned batch = 1;  // keys a delete
  std::uint64_t part_bytes = std::uint64_t{8} << 20;
  unsigned parts = 4;
  unsigned versions = 3;
  std::uint64_t seed = 1;
  bool verify = true;
  bool new_connections = false;
  bool existing = false;  // the objects are there already
  bool keep = false;      // nothing is removed afterwards
  bool quiet = false;

  // bad_request naming what does not go together.
  result<void> check() const;
};

std::string_view name_of(workload);

}  // namespace torhaus::gateway::bench
