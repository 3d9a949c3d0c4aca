// The audit trail of the server under test: that every request is written down once, as it was
// answered.
#pragma once

#include <map>
#include <string>

#include "gateway/audit/trail.hpp"
#include "storage/journal/journal.hpp"
#include "tests/model/conformance/scratch.hpp"

namespace torhaus::fuzz {

class book {
 public:
  book();
  ~book();
  book(const book&) = delete;
  book& operator=(const book&) = delete;

  gateway::audit::trail& trail() { return trail_; }
  // A new request id: 16 hex digits.
  std::string next_id();
  // A request that has been answered so; `code` is empty where nothing can be said of it.
  void answered(const std::string& id, unsigned status, const std::string& code);
  // Compares what was answered with what has been written since the last time; empty: all is there.
  std::string fault();

 private:
  struct expected {
    unsigned status;
    std::string code;
  };
  std::string new_lines();

  model::scratch_folder folder_;
  storage::journal::journal journal_;
  gateway::audit::trail trail_;
  std::uint64_t ids_ = 0;
  std::map<std::string, expected> answered_;
  std::map<std::string, std::size_t> read_;  // bytes, by file
};

}  // namespace torhaus::fuzz
