// What the interposed calls share: which descriptors belong to the data directory, the log, and the
// control block through which a test lets the n-th call of a kind fail. Settings come from the
// environment: FAULTS_ROOT, FAULTS_LOG, FAULTS_CONTROL, FAULTS_PLANT, and FAULTS_SPARED, a
// directory below which no call fails.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/faults/log_format.hpp"

namespace torhaus::faults {

// Kinds of calls that can fail; tests/faults/control.py has the same numbers.
enum class kind : std::uint32_t { open, write, sync, rename, unlink, map, truncate, read, count };
// In place of a kind: any but map and read, which change nothing.
constexpr std::uint32_t any_change = 100;

// In place of an errno: the process is killed, when the call is done, or when a write is half done.
constexpr std::uint32_t kill_after = 1'000'001;
constexpr std::uint32_t kill_within = 1'000'002;

// Shared with the test by a mapped file.
struct control_block {
  std::atomic<std::uint32_t> armed;        // 1: count calls, and fail the chosen one
  std::atomic<std::uint32_t> kind_number;  // which kind
  std::atomic<std::uint32_t> nth;          // 1 is the next one; 0 none
  std::atomic<std::uint32_t> error;        // errno; 0: a short write
  std::atomic<std::uint32_t> fired;        // how often
  std::atomic<std::uint32_t> lasting;      // 1: every later call of the kind fails too
  std::atomic<std::uint32_t> seen[8];      // calls of each kind since it was armed
  std::atomic<std::uint32_t> delay_us;     // every write and sync takes so much longer
  std::atomic<std::uint32_t> changes;      // calls of any kind but map and read since it was armed
  char place[200];                         // "kind path" of the call that was chosen last
};

enum class verdict { pass, fail, shorten };

// Asks the control block about a call on this path or descriptor; `fail` has set errno.
verdict judge(kind, const std::string& path);
verdict judge(kind, int fd);
// Behind every call that judge() was asked about: ends the process when that was chosen.
void live_on();

// Descriptors below the data directory.
bool is_ours(int fd);
void track(int fd, bool regular, const std::string& path);
void forget(int fd);
bool is_regular(int fd);
// O_DSYNC or O_SYNC.
void set_synchronous(int fd, bool);
bool is_synchronous(int fd);

// The path below the data directory, or false for one elsewhere; "" is the directory itself.
bool path_below(int directory, const char* path, std::string& out);

// Everything between lock and the record is one step of the log's order.
class step {
 public:
  step();
  ~step();
  step(const step&) = delete;
  step& operator=(const step&) = delete;
};

bool recording();
void record(call, int fd, std::uint64_t offset = 0, std::uint64_t count = 0,
            const std::string& path = {}, const std::string& other = {});
void record_write(int fd, std::uint64_t offset, const iovec*, int pieces, std::size_t bytes);
std::uint64_t next_sync();

// A fault that the tests must find, or none: "file-sync", "directory-sync", "metadata-sync".
bool planted(const char* name);

// The real function of that name.
void* real(const char* name);

}  // namespace torhaus::faults
