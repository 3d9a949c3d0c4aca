// Compares what the catalog says with itself and with what the blob store holds: the structure of
// the database that it lies in, every byte against its checksum, every reference recounted, every
// index followed both ways, bytes that no record names. Changes nothing but what remove_orphans()
// is told to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/blob/store.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

struct finding {
  // "damaged_page", "damaged_record", "damaged_blob", "references", "index", "orphan"
  std::string kind;
  std::string what;  // one line for people
  std::string blob;  // id in hex, or empty
  // What needs the blob, as "bucket/key (version id)" or "part of upload id"; at most most_objects.
  std::vector<std::string> objects;
  static constexpr std::size_t most_objects = 10;
};

struct inspection_totals {
  std::uint64_t metadata_bytes = 0;  // pages of the database that were looked at
  std::uint64_t records = 0;         // entries of the catalog's tables
  std::uint64_t versions = 0;        // delete markers among them
  std::uint64_t blobs = 0;           // whose bytes were read
  std::uint64_t bytes = 0;
  std::uint64_t stored = 0;    // needles and files compared with the records
  std::uint64_t findings = 0;  // also those that were too many to be kept
  std::uint64_t orphans = 0;
  std::uint64_t removed = 0;  // orphans
};

class inspector {
 public:
  struct options {
    kv::database* db = nullptr;
    blob::store* blobs = nullptr;
    // Called after so many bytes were read; may sleep. False ends the step early.
    std::function<bool(std::uint64_t bytes)> paced = [](std::uint64_t) { return true; };
  };
  explicit inspector(const options&);

  // Kept of each run; more are only counted.
  static constexpr std::size_t most_findings = 1000;
  static constexpr std::size_t most_orphans = 10'000;

  // Looks at the next stretch of the database itself and moves `position` (empty: the beginning)
  // behind it. False when there is no more, or when `paced` ended it. A running store may go on
  // meanwhile.
  bool check_store(std::string& position);

  // Recounts all records. Each walk is one snapshot, during which a running store cannot reuse the
  // pages that others free; it holds a few million ids at most, and walks again for the rest.
  void check_records();

  // Reads the bytes of the next blobs whose ids follow `position` (empty: the first), and moves it.
  // False when there are no more. A running store may go on meanwhile.
  bool check_bytes(std::string& position);

  // Says of the blobs that were found damaged which objects need them: one more walk over the
  // versions, in one snapshot, and none when there are no such findings.
  void name_objects();

  // Looks whether records name these bytes. Only for blobs that are not in flight.
  void check_stored(const blob::placed_blob&);
  // Removes what check_stored() found, unless it is so much that the records must be at fault: more
  // than 100 and more than one in twenty. Younger ones than `since` stay.
  void remove_orphans(sys_micros since);

  const inspection_totals& totals() const { return totals_; }
  const std::vector<finding>& findings() const { return findings_; }
  // Goes on from the figures and findings of an earlier run.
  void resume(const inspection_totals& from, std::vector<finding> found) {
    totals_ = from;
    findings_ = std::move(found);
  }

 private:
  void report(std::string kind, std::string what, std::string blob = {});
  // False when `paced` ended it.
  bool check_bytes_of(const blob::blob_id&, std::vector<std::byte>& buffer);
  bool known(const blob::blob_id&) const;

  options options_;
  inspection_totals totals_;
  std::vector<finding> findings_;
  std::vector<blob::placed_blob> orphans_;
};

}  // namespace torhaus::storage::catalog
