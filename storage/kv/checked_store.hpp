// What a database that checks itself offers beside kv::database.
//
// Its entries have checksums. get, cursor::key and cursor::value throw damaged_record for one that
// is not what was stored, and so does what finds nothing where such an entry stands beside the
// place; cursor::next then goes on behind the damage. damaged_store means that there is no going
// on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/base/codec.hpp"

namespace torhaus::storage::kv {

// The store's own structure is damaged, so that what lies behind cannot be reached.
class damaged_store : public damaged_record {
 public:
  using damaged_record::damaged_record;
};

class checked_store {
 public:
  virtual ~checked_store() = default;

  // One thing that is wrong with the store itself.
  struct flaw {
    bool of_structure = false;  // what lies behind it may not be reached, or not safely
    std::string what;           // one line for people
  };
  struct stretch {
    std::vector<flaw> found;
    std::uint64_t bytes = 0;  // that were looked at
  };
  // Looks at the next stretch of the store's own structure, and at each entry there, and moves
  // `position` (opaque; empty: the beginning) behind it; false at the end. A stretch is bounded, so
  // that neither writers nor the reuse of what they free wait for long. Blocks the thread.
  virtual bool check(std::string& position, stretch& seen) = 0;

  // Functions that met a damaged record, since start.
  virtual std::uint64_t damaged() const = 0;
};

}  // namespace torhaus::storage::kv
