// A disk that knows which changes were synced. Fed with a log, it can write down what a power cut
// at this moment may leave: what was synced, and of the rest whatever a mood chooses.
//
// What a file system may do to unsynced changes, in the mood of a state:
//   a write is dropped, kept, or torn (any of its sectors of 512 or pages of 4096 bytes is kept);
//   a truncation or a hole is dropped or kept;
//   a name that was made or taken away is so or not, until its directory was synced; a rename is
//   done or undone as a whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/faults/replay/log_reader.hpp"

namespace torhaus::faults {

class disk_model {
 public:
  void apply(const log_record&);

  struct mood {
    enum class choice { none, all, prefix, any };
    choice writes = choice::none;
    choice names = choice::none;
    std::size_t tear = 0;  // 0, 512 or 4096
  };
  // Every state number has a mood of its own; the first ones are the plain ones.
  static mood mood_of(std::mt19937_64& dice, std::uint64_t variant);
  // Writes the state into `directory`, which is empty.
  void write_state(const std::filesystem::path& directory, const mood&,
                   std::mt19937_64& dice) const;

  std::size_t unsynced_writes() const;

 private:
  using inode = std::uint64_t;  // 0: none

  struct change {
    enum class what { write, truncate, zero } kind = what::write;
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
    std::string_view data;
    bool durable = false;
  };
  struct file {
    std::string base;             // what all durable changes at the front have made
    std::vector<change> changes;  // later ones, in order
  };
  struct name_change {
    std::string path;
    inode to = 0;
    bool directory = false;
    std::string from;  // of a rename: the name that goes with it
    bool durable = false;
  };
  struct open_thing {
    inode of = 0;
    std::string directory;  // when it is one
  };
  struct sync_point {
    open_thing of;
    std::size_t changes = 0;  // how many of the file's changes it covers (with `dropped` before)
    bool last_only = false;
    std::vector<std::size_t> names;  // numbers of name changes
  };

  void apply_file(const log_record&);
  void apply_name(const log_record&);
  void begin_sync(const log_record&);
  void end_sync(const log_record&);
  static std::size_t fold(file&);  // how many changes went into the base
  void add_name(name_change);
  std::string content(const file&, const mood&, std::mt19937_64& dice) const;
  static void put(std::string& bytes, const change&);
  static void put_torn(std::string& bytes, const change&, std::size_t sector,
                       std::mt19937_64& dice);

  std::map<std::pair<std::int32_t, std::int32_t>, open_thing> open_;  // process, fd
  std::map<inode, file> files_;
  std::map<inode, std::size_t> folded_;  // changes that went into the base
  std::map<std::string, inode> live_;    // names as the running system sees them
  std::vector<name_change> names_;
  std::map<std::pair<std::int32_t, std::uint64_t>, sync_point> syncs_;  // process, number
  inode last_inode_ = 0;
};

}  // namespace torhaus::faults
