// Uploads and parts inside one transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/catalog/schema.hpp"
#include "storage/catalog/versions.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

// The raw bytes of an upload id; nullopt for a text that was never given out.
std::optional<std::string> parse_upload_id(std::string_view text);
error no_such_upload(std::string_view text);
// no_such_bucket, no_such_upload.
result<upload_record> require_upload(const kv::snapshot&, const place&, std::string_view upload_id);

// Ends an upload without an object: its record goes now, its parts in the background.
void drop_upload(kv::transaction&, const bucket_record&, const upload_record&,
                 std::string_view upload_id, usage_delta& used);
// Of the part of that number; 0 when there is none.
std::int64_t part_bytes(const kv::snapshot&, std::string_view upload_id, std::uint32_t number);
// Takes the upload out of the lifecycle index.
void forget_upload(kv::transaction&, const bucket_record&, const upload_record&,
                   std::string_view upload_id);

}  // namespace torhaus::storage::catalog
