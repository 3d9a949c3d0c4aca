// Reads a whole log; the records' bytes stay in the mapped file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "tests/faults/log_format.hpp"

namespace torhaus::faults {

struct log_record {
  record_head head;
  std::string_view path;
  std::string_view other;
  std::string_view data;
};

class log_reader {
 public:
  // Throws std::runtime_error when the file is no log or ends inside a record.
  explicit log_reader(const std::filesystem::path&);
  ~log_reader();
  log_reader(const log_reader&) = delete;
  log_reader& operator=(const log_reader&) = delete;

  std::span<const log_record> records() const { return records_; }

 private:
  void parse();

  void* map_ = nullptr;
  std::size_t bytes_ = 0;
  std::vector<log_record> records_;
};

}  // namespace torhaus::faults
