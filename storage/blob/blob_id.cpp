// blob_id: 48 bits of time, 80 random bits.
#include <cstring>
#include <stdexcept>

#include "storage/blob/store.hpp"

namespace torhaus::storage::blob {

blob_id blob_id::from(std::string_view sixteen_bytes) {
  if (sixteen_bytes.size() != bytes) throw std::invalid_argument("a blob id has 16 bytes");
  blob_id id;
  std::memcpy(id.data.data(), sixteen_bytes.data(), bytes);
  return id;
}

}  // namespace torhaus::storage::blob
