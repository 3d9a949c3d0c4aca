// Contents by number. Each is made once, so that whoever reads one knows who wrote it.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "storage/crypto/digest.hpp"
#include "tests/model/histories/event.hpp"
#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

class values {
 public:
  // `mark` is in every content: those of two histories differ.
  explicit values(std::uint64_t mark) : mark_(std::to_string(mark) + ":") {}

  // `size` bytes, or a few more for the number itself. In parts the ETag is another one.
  int make(std::size_t size, bool in_parts) {
    const std::lock_guard lock(mutex_);
    const int number = static_cast<int>(contents_.size());
    std::string bytes = mark_ + std::to_string(number) + ";";
    while (bytes.size() < size) bytes += bytes;
    std::string tag = etag_of(bytes);
    if (in_parts) tag = etag_of(storage::crypto::from_hex(tag).value()) + "-1";
    numbers_.emplace(tag, number);
    contents_.push_back({std::move(bytes), std::move(tag)});
    return number;
  }
  std::string bytes(int number) const {
    const std::lock_guard lock(mutex_);
    return contents_.at(static_cast<std::size_t>(number)).bytes;
  }
  std::string etag(int number) const {
    const std::lock_guard lock(mutex_);
    return contents_.at(static_cast<std::size_t>(number)).etag;
  }
  // By the ETag, without quotation marks.
  int find(const std::string& etag) const {
    const std::lock_guard lock(mutex_);
    const auto known = numbers_.find(etag);
    return known == numbers_.end() ? not_ours : known->second;
  }

 private:
  struct content {
    std::string bytes;
    std::string etag;
  };
  std::string mark_;
  mutable std::mutex mutex_;
  std::vector<content> contents_;
  std::map<std::string, int> numbers_;
};

}  // namespace torhaus::model
