// A 256-bit key in memory: wiped when it goes. Copies are made where they are needed and each wipes
// itself; its bytes are handed out as a view only, never as a string that would stay behind.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "storage/base/clock.hpp"

namespace torhaus::storage::crypto {

// Overwrites memory in a way that no optimiser leaves out.
void wipe(std::span<std::byte> memory) noexcept;

class secret_key {
 public:
  static constexpr std::size_t bytes = 32;

  // Throws std::logic_error for any other length.
  explicit secret_key(std::string_view raw);
  static secret_key random(random_source&);

  secret_key(const secret_key&) = default;
  secret_key& operator=(const secret_key&) = default;
  ~secret_key() { wipe(std::as_writable_bytes(std::span(data_))); }

  std::string_view view() const {
    return {reinterpret_cast<const char*>(data_.data()), data_.size()};
  }

 private:
  secret_key() = default;
  std::array<unsigned char, bytes> data_{};
};

}  // namespace torhaus::storage::crypto
