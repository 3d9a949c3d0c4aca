// Event notifications, as handlers see them: which notes a change leaves for whom. The catalog
// keeps the notes with the change; workers/webhooks.cpp delivers them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/s3/settings/notification.hpp"
#include "storage/catalog/lifecycle_types.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::gateway::s3 {

struct context;

// Who delivers. Outlives all requests; used by all threads.
class event_sink {
 public:
  virtual ~event_sink() = default;
  // Whether the operator has configured this destination, for buckets of this account.
  virtual bool knows(std::string_view destination, std::string_view account) const = 0;
  // False while its queue is full: the event is lost and counted.
  virtual bool take(std::string_view destination) = 0;
  // Notes may have been added.
  virtual void wake() = 0;
};

// What a note says besides the facts of the change; encoded in outbox_note::text.
struct event_note {
  std::string event;  // "s3:ObjectCreated:Put"
  std::string configuration_id;
  std::string bucket;
  std::string bucket_owner;  // canonical id
  std::string region;
  std::string requester;  // ARN, or "Anonymous"
  std::string source_ip;
  std::string request_id;
  std::string written;        // ISO date of the note
  std::string storage_class;  // where a transition led; empty otherwise

  std::string encode() const;
  static event_note decode(std::string_view);  // throws damaged_record
};

struct possible_event {
  std::string_view name;  // "s3:ObjectRemoved:Delete"
  storage::catalog::change_kind on;
};

// Notes for the rules of the bucket that cover one of the events on this key; empty for most
// requests.
std::vector<storage::catalog::outbox_note> event_notes(const context&, std::string_view key,
                                                       std::initializer_list<possible_event>);
inline constexpr possible_event object_put = {"s3:ObjectCreated:Put",
                                              storage::catalog::change_kind::stored};
inline constexpr possible_event object_posted = {"s3:ObjectCreated:Post",
                                                 storage::catalog::change_kind::stored};
inline constexpr possible_event object_copied = {"s3:ObjectCreated:Copy",
                                                 storage::catalog::change_kind::stored};
inline constexpr possible_event object_completed = {"s3:ObjectCreated:CompleteMultipartUpload",
                                                    storage::catalog::change_kind::stored};
inline constexpr possible_event object_removed = {"s3:ObjectRemoved:Delete",
                                                  storage::catalog::change_kind::removed};
inline constexpr possible_event object_marked = {"s3:ObjectRemoved:DeleteMarkerCreated",
                                                 storage::catalog::change_kind::marked};
inline constexpr possible_event tags_put = {"s3:ObjectTagging:Put",
                                            storage::catalog::change_kind::altered};
inline constexpr possible_event tags_removed = {"s3:ObjectTagging:Delete",
                                                storage::catalog::change_kind::altered};
inline constexpr possible_event acl_put = {"s3:ObjectAcl:Put",
                                           storage::catalog::change_kind::altered};

// The same for what a lifecycle task does to a version of the key. Counts in the sink what it
// returns.
std::vector<storage::catalog::outbox_note> lifecycle_event_notes(
    const notification&, event_sink&, sys_micros now, const storage::catalog::bucket_record&,
    const storage::catalog::lifecycle_task&, std::string_view key);

// The note of a test event for one destination.
storage::catalog::outbox_note test_event(const context&, std::string_view destination);
inline constexpr std::string_view test_event_name = "s3:TestEvent";

}  // namespace torhaus::gateway::s3
