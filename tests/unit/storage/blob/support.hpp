// A disk store in a directory of its own, and the few moves that every case needs.
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "storage/blob/disk.hpp"
#include "storage/blob/disk_format.hpp"
#include "storage/blob/disk_io.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temp_dir.hpp"

namespace torhaus::storage::blob::test {

namespace fs = std::filesystem;
using torhaus::test::run_task;
using torhaus::test::temp_dir;

inline std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Bytes that differ between seeds and do not repeat.
inline std::string content(std::size_t size, std::uint64_t seed) {
  std::string out(size, '\0');
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < size; i += 8) {
    const std::uint64_t word = random();
    std::memcpy(out.data() + i, &word, std::min<std::size_t>(8, size - i));
  }
  return out;
}

inline disk_options options_in(const fs::path& directory) {
  disk_options out;
  out.directory = directory;
  out.reserve_bytes = 0;
  return out;
}

// Writes in portions that are no divisor of any block size.
inline result<sealed_blob> try_put(store& to, const std::string& bytes,
                                   std::optional<std::uint64_t> expected) {
  auto out = to.create(expected);
  constexpr std::size_t portion = 100'003;
  for (std::size_t at = 0; at < bytes.size(); at += portion) {
    const std::size_t count = std::min(portion, bytes.size() - at);
    auto taken = out->append(bytes_of(bytes).subspan(at, count));
    if (!taken) return std::move(taken).error();
  }
  return run_task(out->seal());
}

inline sealed_blob put(store& to, const std::string& bytes, std::optional<std::uint64_t> expected) {
  auto sealed = try_put(to, bytes, expected);
  if (!sealed) throw std::runtime_error("put: " + sealed.error().cause());
  return std::move(*sealed);
}

inline placed_blob put_committed(store& to, const std::string& bytes) {
  sealed_blob sealed = put(to, bytes, bytes.size());
  placed_blob out = sealed.placed();
  sealed.committed();
  return out;
}

inline result<std::string> try_read(store& from, const placed_blob& blob) {
  auto opened = from.open(blob);
  if (!opened) return std::move(opened).error();
  std::string out(static_cast<std::size_t>((*opened)->size()), '\0');
  auto got = (*opened)->read(0, std::as_writable_bytes(std::span(out)));
  if (!got) return std::move(got).error();
  if (*got != out.size()) return error(errc::internal_error).because("short read");
  return out;
}

// True when the blob reads as `bytes`; spares the test log megabytes of difference.
inline bool reads_as(store& from, const placed_blob& blob, const std::string& bytes) {
  const auto got = try_read(from, blob);
  return got && *got == bytes;
}

inline std::vector<fs::path> files_below(const fs::path& directory) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) out.push_back(entry.path());
  }
  return out;
}

// Waits, at most ten seconds, for what a background thread does.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

inline void flip_bit(const fs::path& file, std::uint64_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(stream.get() ^ 0x10);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
  if (!stream) throw std::runtime_error("cannot change " + file.string());
}

// The data directory as kill -9 leaves it at this moment.
inline void copy_tree(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive);
}

// Sizes on both sides of every boundary between homes, blocks and pages.
inline std::vector<std::size_t> boundary_sizes() {
  return {0,
          1,
          4000,
          max_inline_bytes - 1,
          max_inline_bytes,
          max_inline_bytes + 1,
          block_bytes - needle_header_bytes,
          block_bytes - 1,
          block_bytes,
          block_bytes + 1,
          max_segment_bytes - 1,
          max_segment_bytes,
          max_segment_bytes + 1,
          (5u << 20) + 3};
}

}  // namespace torhaus::storage::blob::test
