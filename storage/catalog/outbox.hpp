// Keeping notes of a change inside the transaction that makes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/catalog/types.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

struct change {
  change_kind kind = change_kind::stored;
  std::string_view key;
  std::string_view version_id;  // empty where the bucket never had versioning
  std::uint64_t size = 0;
  std::string etag;
};

// Keeps those notes that are about a change of this kind. The clock is read inside the transaction:
// what commits later gets a later position.
void keep_notes(kv::transaction&, const clock_source&, const std::vector<outbox_note>&,
                const change&);
// A version that was added or altered.
void keep_notes(kv::transaction&, const clock_source&, const std::vector<outbox_note>&, change_kind,
                versioning_state, const object_version&, std::string_view key);

}  // namespace torhaus::storage::catalog
