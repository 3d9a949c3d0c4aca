// Reference counts of blobs and manifests, inside one transaction. What loses its last reference
// becomes garbage in the same transaction; bytes that ride in their record are gone with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/catalog/schema.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

// Whether the bytes ride in the location (blob::max_inline_bytes): such a blob needs no removal and
// no pin.
bool rides_inline(std::uint64_t size, std::string_view location);

std::optional<schema::data_row> find_data(const kv::snapshot&, const blob::blob_id&);
// Where the blob of that record is. Throws damaged_record when a part of its location is gone.
blob::placed_blob place_of(const kv::snapshot&, const blob::blob_id&, const schema::data_row&);

// The rows of new bytes with their first reference. Made outside of the transaction, which others
// wait for.
struct blob_rows {
  blob::blob_id id;
  std::string record;
  std::string location_end;  // empty: there is no such row
};
blob_rows rows_of(const blob::placed_blob&);
void add_blob(kv::transaction&, const blob_rows&);
void add_manifest(kv::transaction&, const blob::blob_id&, std::uint64_t size);
// One reference more; false when there is no such record.
bool add_reference(kv::transaction&, const blob::blob_id&);
// One reference less. True when this left garbage for the reclaimer.
bool drop_reference(kv::transaction&, const blob::blob_id&);

}  // namespace torhaus::storage::catalog
