// The log that the preloaded recorder writes and the replayer reads: one record for each call that
// changes something below the data directory, and one for each mark that a client leaves in it.
// tests/faults/marks.py writes marks in the same form.
#pragma once

#include <cstdint>

namespace torhaus::faults {

enum class call : std::uint32_t {
  start = 1,       // a process begins: its descriptors are new
  open = 2,        // an existing file or directory: path, fd
  create = 3,      // a new file: path, fd
  write = 4,       // fd, offset, data
  truncate = 5,    // fd, offset is the new length
  zero = 6,        // fd, offset, count: a hole was punched
  sync_begin = 7,  // fd, offset is the number of the sync; count 1: of the write before it alone
  sync_end = 8,    // fd, offset is the number of the sync
  link = 9,        // path, other
  rename = 10,     // path, other
  unlink = 11,     // path
  make_directory = 12,  // path
  mark = 13,            // data: a client's line
};

// Host byte order: a log never leaves the machine. Behind it: path, other path, data.
struct record_head {
  static constexpr std::uint32_t mark = 0x31474f4c;  // "LOG1"
  std::uint32_t magic = mark;
  call kind{};
  std::int32_t process = 0;
  std::int32_t fd = -1;
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
  std::uint32_t path_bytes = 0;
  std::uint32_t other_bytes = 0;
  std::uint64_t data_bytes = 0;
};
static_assert(sizeof(record_head) == 48);

}  // namespace torhaus::faults
