// What came of the requests of one kind.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "gateway/bench/latency.hpp"

namespace torhaus::gateway::bench {

enum class kind : std::uint8_t { put, get, stat, list, remove, create, part, complete, upload };
inline constexpr std::array<std::string_view, 9> kind_names = {
    "put",   "get", "stat", "list", "delete", "create-upload", "upload-part", "complete-upload",
    "upload"};

struct tally {
  std::uint64_t done = 0;
  std::uint64_t errors = 0;  // other answers than the wanted, broken connections
  std::uint64_t wrong = 0;   // answers whose bytes were not those that were stored
  std::uint64_t bytes = 0;   // of objects
  latency_histogram latency;

  void add(const tally& other) {
    done += other.done;
    errors += other.errors;
    wrong += other.wrong;
    bytes += other.bytes;
    latency.add(other.latency);
  }
};

struct tallies {
  static constexpr std::size_t most_messages = 20;

  std::array<tally, kind_names.size()> of;
  std::map<std::string, std::uint64_t> messages;  // of what went wrong, and how often

  tally& at(kind k) { return of[static_cast<std::size_t>(k)]; }
  void note(const std::string& message) {
    if (messages.size() < most_messages || messages.contains(message)) ++messages[message];
  }
  void add(const tallies& other) {
    for (std::size_t i = 0; i < of.size(); ++i) of[i].add(other.of[i]);
    for (const auto& [message, times] : other.messages) {
      if (messages.size() < most_messages || messages.contains(message)) {
        messages[message] += times;
      }
    }
  }
};

}  // namespace torhaus::gateway::bench
