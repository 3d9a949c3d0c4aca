// Lines of the journal by day, oldest or newest first, a bounded piece at a time. It does not
// verify.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/result.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/line.hpp"

namespace torhaus::storage::journal {

enum class reading { oldest_first, newest_first };

class reader {
 public:
  struct options {
    std::filesystem::path directory;
    reading order = reading::newest_first;
    std::optional<std::chrono::sys_days> first = std::nullopt;  // days, both included
    std::optional<std::chrono::sys_days> last = std::nullopt;
    file_system* files = &real_file_system();
  };
  // Throws std::runtime_error when the directory cannot be read.
  explicit reader(options);

  // Goes on where position() was taken; invalid_argument for what is no position.
  result<void> go_on_at(const std::string& position);
  // Calls `each` with lines without their line feeds until it says false or about `bytes` were
  // read. False when there are no more.
  bool read(std::uint64_t bytes, const std::function<bool(std::string_view)>& each);
  std::string position() const;  // FILE:OFFSET

 private:
  bool open_next();
  bool open(const std::string& name);
  // What of a chunk was used, and whether `each` wants more.
  struct used {
    std::uint64_t bytes = 0;
    bool go_on = true;
  };
  used forward(std::string_view chunk, const std::function<bool(std::string_view)>& each);
  used backward(std::string_view chunk, bool from_begin,
                const std::function<bool(std::string_view)>& each);

  options o_;
  handle directory_;
  handle file_;
  std::string name_;
  std::uint64_t offset_ = 0;  // where the next line begins, or ends when the newest come first
};

}  // namespace torhaus::storage::journal
