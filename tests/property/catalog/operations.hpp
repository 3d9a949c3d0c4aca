// Random operations on a catalog, and the names they choose from.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace torhaus::test {

enum class verb : std::uint8_t {
  put,
  get,
  copy,
  erase,
  erase_version,
  erase_many,
  hold,
  tag,
  lock,
  start_upload,
  put_part,
  complete,
  abort,
  list,
  list_versions,
  list_uploads,
  list_parts,
  list_buckets,
  read_held,
  set_versioning,
  enable_lock,
  toggle_bucket,
  recreate_bucket,
  reopen,
  count
};

// Numbers only: what they choose is decided when the operation runs, so that dropping earlier
// operations leaves later ones meaningful. The first chooses the bucket; the second the key, upload
// or prefix.
struct operation {
  verb what = verb::put;
  std::array<std::uint32_t, 6> pick{};
  // For people: what it does, then the numbers.
  std::string text() const;
};

std::vector<operation> random_operations(std::uint64_t seed, std::size_t count);

template <class T>
const T& chosen(const std::vector<T>& from, std::uint32_t pick) {
  return from[pick % from.size()];
}

const std::string& chosen_key(std::uint32_t pick);
const std::string& chosen_prefix(std::uint32_t pick);
const std::string& chosen_delimiter(std::uint32_t pick);
// Mostly none; else a key, the beginning of one, a prefix, or what no key can be.
std::string chosen_marker(std::uint32_t pick);
std::size_t chosen_page_size(std::uint32_t pick);

}  // namespace torhaus::test
