// How long a value should be. LMDB keeps a value that does not fit beside others on pages of its
// own, so one byte too many costs a page. It is advice: values of every length work everywhere.
#pragma once

#include <cstddef>

namespace torhaus::storage::kv {

namespace detail {
inline constexpr std::size_t page_bytes = 4096;
// The head of the first page and the entry's checksum; the rest is left for the value to grow.
inline constexpr std::size_t used_of_first_page = 16 + 4 + 4;
// What lies beside others takes its length, a key, and half as much again on pages that are not
// full; up to here that is far less than a page.
inline constexpr std::size_t most_surplus_bytes = 1024;
}  // namespace detail

// How many bytes at the end of a value of this length had better be an entry of their own, because
// they would take a page more. Less than the length; 0: it is fine as it is.
constexpr std::size_t surplus_bytes(std::size_t value_bytes) {
  const std::size_t on_pages = value_bytes + detail::used_of_first_page;
  if (on_pages < detail::page_bytes) return 0;
  const std::size_t surplus = on_pages % detail::page_bytes;
  return surplus <= detail::most_surplus_bytes ? surplus : 0;
}

}  // namespace torhaus::storage::kv
