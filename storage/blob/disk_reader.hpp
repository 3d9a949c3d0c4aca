// Readers of the three homes. No byte leaves before its block's checksum was compared.
#pragma once

#include <memory>
#include <string>

#include "storage/blob/disk_files.hpp"
#include "storage/blob/disk_segments.hpp"

namespace torhaus::storage::blob {

result<std::unique_ptr<reader>> open_inline(const placed_blob&);
// With no patience: null when the bytes are not in the page cache, or are more than one block.
enum class patience : std::uint8_t { none, as_needed };
result<std::unique_ptr<reader>> open_needle(file_system&, segment_files&, const placed_blob&,
                                            patience);
result<std::unique_ptr<reader>> open_file(file_system&, file_home&, const placed_blob&);

}  // namespace torhaus::storage::blob
