// Reading of the entries of LMDB's databases: what the pieces of long keys are put together from,
// and what readers and writers do in their own ways (lmdb_reader.hpp, lmdb_entries.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "storage/kv/lmdb_entry.hpp"

namespace torhaus::storage::kv {

class physical_cursor {
 public:
  virtual ~physical_cursor() = default;
  // To the first entry >= physical (empty: the first of all); false when there is none.
  virtual bool seek(std::string_view physical) = 0;
  // Only after seek.
  virtual bool next() = 0;
  // As they are stored; the checksum is the caller's to compare.
  virtual std::string_view key() const = 0;
  virtual std::string_view stored() const = 0;
};

class physical_reader {
 public:
  virtual ~physical_reader() = default;
  // The value, or nullopt. Throws damaged_record when it does not have its checksum, or when one of
  // the entries around the place where the key would be does not: that may have been its key.
  virtual std::optional<std::string_view> get(area, std::string_view physical) const = 0;
  virtual std::unique_ptr<physical_cursor> open(area) const = 0;
  // Throws as get does where the key is absent.
  virtual void check_absence(area, std::string_view physical) const = 0;
};

}  // namespace torhaus::storage::kv
