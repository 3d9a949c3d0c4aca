// Settings of a bucket inside one transaction.
#pragma once

#include <cstdint>

#include "storage/catalog/types.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

setting_documents read_settings(const kv::snapshot&, std::uint64_t bucket);

}  // namespace torhaus::storage::catalog
