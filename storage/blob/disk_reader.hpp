// Readers of the three homes. No byte leaves before its block's checksum was compared.
#pragma once

#include <memory>
#include <string>

#include "storage/blob/disk_files.hpp"
#include "storage/blob/disk_segments.hpp"

namespace torhaus::storage::blob {

result<std::unique_ptr<reader>> open_inline(const placed_blob&);
// With no patience: null when what has to be read for it is not in the page cache. What is more
// than one block is not read along, and need not be there.
enum class patience : std::uint8_t { none, as_needed };
result<std::unique_ptr<reader>> open_needle(file_system&, segment_files&, const placed_blob&,
                                            patience);
result<std::unique_ptr<reader>> open_file(file_system&, file_home&, const placed_blob&, patience);

}  // namespace torhaus::storage::blob
