// Where records go: into the journal, and the one answer to whether requests may be served while it
// cannot be written.
#pragma once

#include "gateway/audit/record.hpp"
#include "storage/journal/journal.hpp"

namespace torhaus::gateway::audit {

class trail {
 public:
  struct options {
    storage::journal::journal* journal = nullptr;
    clock_source* clock = &system_clock_source();
    bool required = false;  // refuse requests rather than serve them without a record
  };
  explicit trail(const options& o) : o_(o) {}

  // True while requests must be refused.
  bool refuses() const noexcept { return o_.required && !o_.journal->writable(); }
  // False while records come faster than the disk takes them, or it takes none. Who can wait,
  // waits.
  bool has_room() const noexcept { return o_.journal->writable(); }
  // Never waits for the disk; a record that has no room is counted by the journal. For all threads.
  void add(const record&);

 private:
  options o_;
};

}  // namespace torhaus::gateway::audit
