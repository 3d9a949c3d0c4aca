// The disk blob store: three homes for bytes (kv, segment files, files of their own).
// Paths and file descriptors do not leave disk*.cpp.
#pragma once

#include <filesystem>
#include <memory>

#include "storage/blob/store.hpp"

namespace torhaus::storage::blob {

struct disk_options {
  std::filesystem::path directory;  // the data directory; uses segments/, blobs/ and tmp/ below it
  worker_pool* pool = nullptr;      // where seal() does its blocking work
  clock_source* clock = &system_clock_source();
  random_source* random = &name_random_source();  // of names
  // A new segment file is begun past this length.
  std::uint64_t segment_limit_bytes = std::uint64_t{256} << 20;
  // New bytes are refused with insufficient_storage when the file system has less than this left.
  std::uint64_t reserve_bytes = std::uint64_t{64} << 20;
};

std::unique_ptr<store> open_disk(const disk_options&);

}  // namespace torhaus::storage::blob
