// The journal as administration reads it: searching and verifying a page at a time, off the I/O
// threads.
#pragma once

#include <filesystem>
#include <string>

#include "gateway/audit/search.hpp"
#include "storage/base/task.hpp"
#include "storage/journal/journal.hpp"
#include "storage/journal/verifier.hpp"

namespace torhaus::gateway::audit {

struct verified {
  std::vector<storage::journal::finding> findings;
  std::uint64_t found = 0;
  std::uint64_t lines = 0;
  std::string next;  // empty: all is verified
};

class archive {
 public:
  struct options {
    std::filesystem::path directory;
    storage::crypto::secret_key key;
    storage::journal::journal* journal = nullptr;
    worker_pool* pool = nullptr;
  };
  explicit archive(options o) : o_(std::move(o)) {}

  // What was added before is found.
  task<result<page>> search(filter wanted, storage::journal::reading order, std::string after,
                            page_limits limits);
  // What was added before the first page is verified, and that the journal goes so far.
  task<result<verified>> verify(std::string after);

 private:
  options o_;
};

}  // namespace torhaus::gateway::audit
