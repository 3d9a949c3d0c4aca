// Whether a version or upload is due for a lifecycle task, decided by the records inside the
// transaction that then carries the action out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/clock.hpp"
#include "storage/catalog/lifecycle_types.hpp"
#include "storage/catalog/schema.hpp"
#include "storage/catalog/versions.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

class lifecycle_judge {
 public:
  // Who is told of what is done to versions, in the same transaction.
  struct teller {
    const clock_source& clock;
    const lifecycle_notes& notes;
  };
  // `nonces`: eight random bytes for every entry, for delete markers. All outlive the judge.
  lifecycle_judge(kv::transaction&, const bucket_record&, sys_micros now, std::string_view nonces,
                  const teller&);

  // True when the action was applied. A lock that forbids it has the version looked at again when
  // it ends.
  bool version(std::string_view key, version_sequence, const lifecycle_task&);
  bool upload(std::string_view key, std::string_view upload_id, const lifecycle_task&);
  // The version of the key that became one too many for the task when the version of that sequence
  // was added: the first one behind those that it keeps.
  bool one_too_many(std::string_view key, version_sequence added, const lifecycle_task&);

  // Whether what the last call asked for is not there any more.
  bool missing() const { return missing_; }
  bool garbage() const { return garbage_; }
  // What all calls changed of the usage; the caller applies it.
  const usage_delta& usage() const { return usage_; }
  // What all calls did.
  std::vector<lifecycle_deed> take_deeds() { return std::move(deeds_); }

 private:
  // What became of the version, as the notes tell it.
  struct deed_facts {
    change_kind kind = change_kind::removed;
    std::string version_id;  // of the marker, where one was made
    std::uint64_t size = 0;
    std::string etag;
  };

  bool act(const place&, schema::version_row, const lifecycle_task&);
  void tell(std::string_view key, const lifecycle_task&);
  bool expire_current(const place&, const schema::version_row&, const lifecycle_task&);
  bool remove_alone(const place&, const schema::version_row&);
  bool expire_noncurrent(const place&, const schema::version_row&, const lifecycle_task&);
  bool transition(const place&, schema::version_row, const lifecycle_task&);
  bool noncurrent_since(const place&, version_sequence, sys_micros cutoff) const;
  bool among_kept(const place&, version_sequence, std::uint32_t newer) const;
  void wait_for(const place&, version_sequence, const version_lock&);
  std::uint64_t next_nonce();

  kv::transaction& t_;
  const bucket_record& bucket_;
  const sys_micros now_;
  const std::string_view nonces_;
  const teller teller_;
  deed_facts facts_;
  std::size_t used_ = 0;
  bool missing_ = false;
  bool garbage_ = false;
  usage_delta usage_;
  std::vector<lifecycle_deed> deeds_;
};

}  // namespace torhaus::storage::catalog
