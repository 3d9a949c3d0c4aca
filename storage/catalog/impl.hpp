// What the files of the catalog share: its parts, and the way a write commits.
#pragma once

#include <string>
#include <utility>

#include "storage/catalog/catalog.hpp"
#include "storage/catalog/readers.hpp"
#include "storage/catalog/reclaimer.hpp"
#include "storage/catalog/schema.hpp"
#include "storage/crypto/chunk_cipher.hpp"

namespace torhaus::storage::catalog {

struct catalog::impl {
  explicit impl(const options&);

  kv::database& db;
  blob::store& blobs;
  clock_source& clock;
  random_source& random;
  const std::uint64_t min_part_bytes;
  const quota_source* const quotas;
  lookup_sections sections;
  manifest_pins manifests;
  reclaimer garbage;  // last: its thread uses the others

  std::uint64_t random_number() const;
  std::string random_bytes(std::size_t count) const;
};

// How many bytes are stored of an object or part of that size.
inline std::uint64_t stored_size(std::uint64_t size, std::string_view encryption) {
  return encryption.empty() ? size : crypto::sealed_size(size);
}

// Settles a sealed blob after the commit that names it. Whatever ends the frame before the outcome
// is known (shutdown in mid-commit) leaves the bytes alone; the next start finds out whether they
// are referred to.
class pending_bytes {
 public:
  explicit pending_bytes(blob::sealed_blob& bytes) : bytes_(&bytes) {}
  ~pending_bytes() {
    if (bytes_ != nullptr) bytes_->abandon();
  }
  pending_bytes(const pending_bytes&) = delete;
  pending_bytes& operator=(const pending_bytes&) = delete;

  template <class T>
  void settle(const result<T>& outcome) {
    if (outcome)
      bytes_->committed();
    else if (outcome.error().code() == errc::service_unavailable)
      bytes_->abandon();
    // Any other error: nothing was stored, and the bytes go when the blob is destroyed.
    bytes_ = nullptr;
  }
  // A kv function threw: nothing was stored.
  void drop() noexcept { bytes_ = nullptr; }

 private:
  blob::sealed_blob* bytes_;
};

// One write that stores `content` with it. `work` is a plain function on a kv::transaction.
template <class Work>
auto commit_with(kv::database& db, blob::sealed_blob& content, Work& work)
    -> task<std::invoke_result_t<Work&, kv::transaction&>> {
  pending_bytes pending(content);
  try {
    auto outcome = co_await db.write(std::ref(work));
    pending.settle(outcome);
    co_return std::move(outcome);
  } catch (...) {
    pending.drop();
    throw;
  }
}

}  // namespace torhaus::storage::catalog
