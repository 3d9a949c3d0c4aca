// What a lifecycle pass asks of the catalog: one action of one rule, with the time up to which it
// is due. Days, midnights and documents are the gateway's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/catalog/types.hpp"

namespace torhaus::storage::catalog {

struct lifecycle_filter {
  std::string prefix;
  std::vector<name_value> tags;  // all of them
  std::optional<std::uint64_t> larger_than;
  std::optional<std::uint64_t> smaller_than;
};

enum class lifecycle_action : std::uint8_t {
  expire_current,         // a delete marker with versioning, the end of the object without
  remove_expired_marker,  // a delete marker that is the only version of its key
  expire_noncurrent,
  abort_upload,
  transition_current,  // another storage class
  transition_noncurrent,
};

struct lifecycle_task {
  // Names the task's place in the index from pass to pass. A task of another name begins at the
  // beginning.
  std::string name;
  lifecycle_action action = lifecycle_action::expire_current;
  lifecycle_filter filter;
  // Due is what became current, became noncurrent or was initiated at this time or before.
  sys_micros cutoff{};
  // What is due as soon as it is written could be committed just behind a pass that has gone by its
  // time: entries this long before the cutoff are looked at again.
  std::chrono::microseconds look_back{};
  std::uint32_t newer_noncurrent = 0;  // noncurrent versions that stay in any case, the newest
  std::string storage_class;           // of transitions; empty: STANDARD
  std::string rule_id;                 // whose it is, for whoever tells of it
};

// The notes that a task leaves when it acts on a version of that key; those about another kind of
// change are not kept. Called inside the transaction, which may run twice. Empty: nobody is told.
using lifecycle_notes = std::function<std::vector<outbox_note>(
    const bucket_record&, const lifecycle_task&, std::string_view key)>;

// What was done to a version or an upload.
struct lifecycle_deed {
  std::string key;
  std::string version_id;  // or the upload's id
  lifecycle_action action = lifecycle_action::expire_current;
  std::string rule_id;
};

struct lifecycle_progress {
  std::uint64_t examined = 0;         // entries of the index
  std::uint64_t applied = 0;          // versions, markers and uploads that were expired or changed
  bool more = false;                  // call again
  std::vector<lifecycle_deed> deeds;  // all that was applied
  std::optional<bucket_record> bucket;  // in which; of a call that did something
};

}  // namespace torhaus::storage::catalog
