// The journal's face: adding a record never waits for the disk. README.md says what is kept and
// how.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "storage/journal/file_system.hpp"
#include "storage/journal/line.hpp"

namespace torhaus::storage::journal {

class journal {
 public:
  struct options {
    options(std::filesystem::path d, crypto::secret_key k)
        : directory(std::move(d)), key(std::move(k)) {}

    std::filesystem::path directory;
    crypto::secret_key key;  // of the MACs
    clock_source* clock = &system_clock_source();
    file_system* files = &real_file_system();
    std::chrono::milliseconds sync_interval{200};
    std::chrono::milliseconds retry_interval{1000};
    std::size_t queue_bytes = std::size_t{16} << 20;  // records that wait; more are lost
    unsigned retention_days = 0;                      // 0: for ever
  };
  // Recovers. Throws std::runtime_error with a text for the operator when the directory cannot be
  // used; a full disk is no reason.
  explicit journal(const options&);
  ~journal();

  void start();
  // Writes what is queued and ends the thread. Nothing may be added any more.
  void stop();

  // One record: the members of a JSON object, "\"time\":\"…\",\"type\":\"…\",…", time first. False
  // when it is lost, which is counted and written down later. For all threads.
  bool add(std::string_view members);
  // False while the disk refuses, or records come faster than it takes them.
  bool writable() const noexcept;
  // Waits until all that was added is durable; false when that took longer.
  bool flush(std::chrono::milliseconds patience);
  // How far the journal has come, durably.
  chain head() const;

  struct statistics {
    std::uint64_t records = 0;  // written since start
    std::uint64_t lost = 0;
    std::uint64_t bytes_today = 0;
    std::size_t queued_bytes = 0;
    bool failing = false;
  };
  statistics stats() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace torhaus::storage::journal
