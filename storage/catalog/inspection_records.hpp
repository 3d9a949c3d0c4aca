// One walk over all records of the catalog in one snapshot: recounts references, follows indexes.
// Inspection only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/catalog/inspection.hpp"
#include "storage/catalog/schema.hpp"

namespace torhaus::storage::catalog {

class record_walk {
 public:
  // Counts the references of ids of share `number` of `shares` only; the rest is looked at by the
  // first walk.
  record_walk(unsigned number, unsigned shares) : number_(number), shares_(shares) {}

  void run(const kv::snapshot&);
  std::uint64_t records() const { return records_; }
  std::uint64_t versions() const { return versions_; }
  std::vector<finding> take_findings() { return std::move(findings_); }

 private:
  struct data_count {
    std::uint64_t recorded = 0;
    std::uint64_t counted = 0;
    bool there = false;
    bool manifest = false;
    bool in_two = false;
    bool has_end = false;
  };

  void take(const kv::snapshot&, std::string_view key, std::string_view value);
  void take_garbage(std::string_view key, std::string_view value);
  void take_data(std::string_view key, std::string_view value);
  void take_location_end(std::string_view key);
  void take_manifest(std::string_view key, std::string_view value);
  void take_part(std::string_view key, std::string_view value);
  void take_version(const kv::snapshot&, std::string_view key, std::string_view value);
  void take_null_version(const kv::snapshot&, std::string_view key, std::string_view value);
  void take_bucket(const kv::snapshot&, std::string_view key, std::string_view value);
  void take_bucket_id(const kv::snapshot&, std::string_view key, std::string_view value);
  void finish();
  void refer(const blob::blob_id&);
  bool mine(std::string_view id) const;
  void report(std::string kind, std::string what, std::string blob = {});

  unsigned number_;
  unsigned shares_;
  std::uint64_t records_ = 0;
  std::uint64_t versions_ = 0;
  std::unordered_map<std::string, data_count> data_;
  std::unordered_map<std::string, std::uint64_t> let_go_;  // manifests in the garbage: parts gone
  std::unordered_set<std::string> uploads_;                // with garbage ones
  std::unordered_set<std::string> uploads_of_parts_;
  std::string last_place_;  // bucket and key of the version before
  std::vector<finding> findings_;
};

}  // namespace torhaus::storage::catalog
