// Walks the journal from its oldest line and names every place that is not as it was written.
// README.md says what it finds and what it cannot know.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/result.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/line.hpp"

namespace torhaus::storage::journal {

struct finding {
  std::string file;
  std::uint64_t line = 0;  // from 1; 0: the file as a whole
  std::string what;
};

class verifier {
 public:
  struct options {
    std::filesystem::path directory;
    std::optional<crypto::secret_key> key = std::nullopt;  // none: MACs are not looked at
    std::optional<chain> head = std::nullopt;  // how far the journal is known to have come
    file_system* files = &real_file_system();
  };
  // Throws std::runtime_error when the directory cannot be read.
  explicit verifier(options);

  // Goes on where position() was taken, in this or another verifier; invalid_argument for what is
  // no position.
  result<void> go_on_at(const std::string& position);
  // Verifies about `bytes` more; false when the end is reached. Findings are added to findings().
  bool step(std::uint64_t bytes);
  std::string position() const;

  // At most max_findings of them are kept; found() counts all.
  static constexpr std::size_t max_findings = 1000;
  const std::vector<finding>& findings() const { return findings_; }
  std::uint64_t found() const { return found_; }
  std::uint64_t lines() const { return lines_; }             // looked at by this verifier
  std::uint64_t unproven() const { return s_.without_mac; }  // behind the last MAC

 private:
  struct state {
    std::string file;
    std::uint64_t offset = 0;
    std::uint64_t line = 0;
    chain at;
    std::uint64_t first_seq = 0;
    std::uint64_t without_mac = 0;
    bool sealed = false;
    line_hash anchor{};    // what the oldest file begins from
    bool anchored = true;  // that is zeros, or the end of a day that was removed
  };
  // A line that came too early: the next one tells whether lines are missing or swapped.
  struct early {
    std::uint64_t line = 0;
    std::uint64_t seq = 0;
    line_hash hash{};
    std::string content;
    bool seal = false;
  };

  void found(std::uint64_t line, std::string what);
  bool next_file();
  bool read_some(std::uint64_t& budget);
  void check(std::string_view text);
  void check_begin(const parsed_line&);
  bool check_order(const parsed_line&);
  void check_content(const parsed_line&);
  void check_mac(const parsed_line&);
  void check_own(const parsed_line&);
  bool is_swap(const parsed_line&);
  void settle();
  void end_of_file();
  void end_of_all();

  options o_;
  handle directory_;
  handle file_;
  state s_;
  line_hash before_{};              // hash of the line before the one at hand
  std::optional<line_hash> other_;  // a second hash that the line before may have had
  bool blind_ = false;              // the line before could not be read
  std::optional<early> early_;
  bool at_end_of_file_ = false;
  std::vector<finding> findings_;
  std::uint64_t found_ = 0;
  std::uint64_t lines_ = 0;
};

}  // namespace torhaus::storage::journal
