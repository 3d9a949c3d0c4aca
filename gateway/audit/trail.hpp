// Where records go: into the journal, and the one answer to whether requests may be served while it
// cannot be written.
#pragma once

#include "gateway/audit/record.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"
#include "storage/journal/journal.hpp"

namespace torhaus::gateway::audit {

class trail {
 public:
  struct options {
    storage::journal::journal* journal = nullptr;
    clock_source* clock = &system_clock_source();
    bool required = false;  // refuse requests rather than serve them without a record
    // Waits for the disk on it before what changes identities and projects is answered. Null:
    // nothing waits.
    worker_pool* waits_on = nullptr;
  };
  explicit trail(const options& o) : o_(o) {}

  // True while requests must be refused.
  bool refuses() const noexcept { return o_.required && !o_.journal->writable(); }
  // False while records come faster than the disk takes them, or it takes none. Who can wait,
  // waits.
  bool has_room() const noexcept { return o_.journal->writable(); }
  // Never waits for the disk; a record that has no room is counted by the journal. For all threads.
  void add(const record&);
  // Where the operator wants it: until what was added is durable. service_unavailable when the disk
  // takes longer than `patience`; what was done is done then.
  task<result<void>> settle() const;
  static constexpr std::chrono::seconds patience{10};

 private:
  options o_;
};

}  // namespace torhaus::gateway::audit
