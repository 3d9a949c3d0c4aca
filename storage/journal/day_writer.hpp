// Chains lines and brings them to the disk; turns days, seals them and removes old ones. For one
// thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "storage/journal/file_system.hpp"
#include "storage/journal/line.hpp"
#include "storage/journal/recovery.hpp"

namespace torhaus::storage::journal {

class day_writer {
 public:
  struct options {
    explicit options(crypto::secret_key k) : key(std::move(k)) {}

    std::filesystem::path directory;
    crypto::secret_key key;
    clock_source* clock = nullptr;
    file_system* files = nullptr;
    unsigned retention_days = 0;  // 0: days are kept for ever
  };
  // Opens the directory and recovers. Throws std::runtime_error with a text for the operator.
  explicit day_writer(options);

  // Gets ready for records: writes again what failed, turns the day. False: nothing can be written;
  // ask again later.
  bool prepare();
  // Chains records, each ended by a line feed, and writes them. Only after prepare() said true;
  // what fails to be written is written again by prepare().
  void append(std::string_view records);
  // Chains a line of the journal's own: its type, and members that begin with a comma.
  void append_own(std::string_view type, const std::string& more);
  // Makes durable what was appended.
  void sync();

  bool failing() const { return !failure_.empty(); }
  const std::string& failure() const { return failure_; }
  std::size_t unconfirmed_bytes() const { return pending_.size(); }
  const chain& confirmed() const { return confirmed_chain_; }
  const resumed& start() const { return start_; }
  std::uint64_t day_bytes() const { return confirmed_bytes_ + pending_.size(); }

 private:
  std::chrono::sys_days today() const;
  void fail(const std::string& what, int code);
  void write();
  bool write_again();
  void confirm();
  void seal();
  void finish_seal();
  bool begin_day(std::chrono::sys_days);
  void remove_old_days(std::chrono::sys_days now);
  bool remove_day(const std::string& name);
  void unlink_day(const std::vector<std::string>& names, std::string_view day);

  options o_;
  handle directory_;
  resumed start_;

  chain at_;
  chain confirmed_chain_;
  std::optional<std::chrono::sys_days> day_;
  handle file_;
  std::uint64_t first_seq_ = 1;
  std::uint64_t confirmed_bytes_ = 0;  // of the file
  std::string pending_;                // what follows them
  std::size_t written_ = 0;            // so much of it was written and not synced
  bool sealing_ = false;               // the seal is in pending_ or behind
  std::string failure_;
  std::string said_failure_;  // in the log; not again every second
};

}  // namespace torhaus::storage::journal
