// Readers of an object's bytes: one blob, or the blobs of a manifest one after the other.
#pragma once

#include <memory>

#include "storage/catalog/catalog.hpp"
#include "storage/catalog/readers.hpp"

namespace torhaus::storage::catalog {

// Both are called inside the lookup section in which `placed` or `version` was found. Blobs of an
// encrypted version hold the encrypted form of the object or of its part.
// Bytes that ride in the location are opened at once; others are pinned now and opened by the first
// read.
result<std::unique_ptr<object_reader>> open_blob(blob::store&, blob::placed_blob placed,
                                                 const object_version& version);
result<std::unique_ptr<object_reader>> open_manifest(kv::database&, blob::store&, manifest_pins&,
                                                     const object_version& version);

}  // namespace torhaus::storage::catalog
