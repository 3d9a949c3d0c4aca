// How much a bucket, a project and an agency use, and how much they may: figures and limits, and
// who knows the limits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/catalog/types.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

// Every version counts as one object with all its bytes, also a noncurrent one and a copy that
// shares its bytes. A delete marker counts as nothing. The parts of an upload count until it ends.
struct usage {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;         // of versions
  std::uint64_t upload_bytes = 0;  // of parts that are no object

  std::uint64_t all_bytes() const { return bytes + upload_bytes; }
  bool operator==(const usage&) const = default;
};

// What a transaction changes of it.
struct usage_delta {
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
  std::int64_t upload_bytes = 0;

  bool empty() const { return objects == 0 && bytes == 0 && upload_bytes == 0; }
};

// 0: no limit.
struct quota_limit {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  bool none() const { return objects == 0 && bytes == 0; }
};

// What holds for a bucket. The names are for the text of a refusal.
struct quota_limits {
  quota_limit project;
  quota_limit agency;
  std::string agency_name;
};

// Says what a bucket's project and agency may use. Called inside the transaction that stores, so it
// reads what is committed at that moment; pure towards the outside.
class quota_source {
 public:
  virtual ~quota_source() = default;
  virtual quota_limits limits_of(const kv::snapshot&, const bucket_record&) const = 0;
};

}  // namespace torhaus::storage::catalog
