// Writes one blob: buffers what may be small, finds its home by size, seals it.
#pragma once

#include <memory>
#include <optional>

#include "storage/blob/disk_appender.hpp"
#include "storage/blob/disk_file_output.hpp"
#include "storage/blob/disk_janitor.hpp"

namespace torhaus::storage::blob {

// What a writer needs of its store.
struct writer_homes {
  store& owner;
  file_system& files;
  file_home& large;
  segment_appender& segments;
  disk_health& health;
  janitor& cleaner;
  worker_pool& pool;
};

class disk_writer : public writer {
 public:
  disk_writer(writer_homes, const blob_id&, std::optional<std::uint64_t> expected_bytes);

  result<void> append(std::span<const std::byte>) override;
  task<result<sealed_blob>> seal() override;

 private:
  result<void> take(std::span<const std::byte>);
  result<sealed_blob> seal_inline();
  task<result<sealed_blob>> seal_needle();
  task<result<sealed_blob>> seal_file();
  sealed_blob sealed(std::uint64_t size, std::string location);

  writer_homes homes_;
  blob_id id_;
  std::optional<std::uint64_t> expected_;
  needle_buffer small_;
  std::unique_ptr<file_output> large_;
  std::optional<error> broken_;  // a failed append is final
};

}  // namespace torhaus::storage::blob
