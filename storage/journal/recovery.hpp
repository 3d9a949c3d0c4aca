// Where the journal goes on after a stop or a crash (README.md, "Start").
#pragma once

#include <optional>
#include <string>

#include "storage/journal/file_system.hpp"
#include "storage/journal/line.hpp"

namespace torhaus::storage::journal {

struct resumed {
  chain at;
  std::optional<std::chrono::sys_days> day;  // of the newest file; none: there is no file
  bool sealed = false;                       // nothing may be added to it
  std::uint64_t first_seq = 1;               // of its first line
  std::uint64_t bytes = 0;                   // its length
  std::string after = "nothing";             // "stop", "crash"
  std::uint64_t cut_bytes = 0;               // what followed the last good line
  std::string kept_in;                       // the file that they are in; empty: none
};

// Cuts off what a crash left behind the last good line. Throws std::runtime_error with a text for
// the operator when the directory cannot be read or written, or has no good line to go on from.
resumed recover(file_system&, int directory);

// The last line of a file that fits the one before it.
struct file_end {
  chain at;                 // behind it
  std::uint64_t bytes = 0;  // up to its end
  std::string type;
};
// nullopt when the whole file has none.
std::optional<file_end> find_end(file_system&, int fd);

}  // namespace torhaus::storage::journal
