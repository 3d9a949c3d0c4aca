#include "gateway/s3/events.hpp"

#include <array>
#include <cstdio>
#include <span>

#include "gateway/s3/context.hpp"
#include "gateway/s3/dates.hpp"
#include "storage/base/codec.hpp"

namespace torhaus::gateway::s3 {
namespace {

// 2 added the storage class.
constexpr std::uint8_t note_version = 2;

// What AWS names instead of a caller and an address.
constexpr std::string_view lifecycle_service = "s3.amazonaws.com";

constexpr possible_event expired = {"s3:LifecycleExpiration:Delete",
                                    storage::catalog::change_kind::removed};
constexpr possible_event expired_by_marker = {"s3:LifecycleExpiration:DeleteMarkerCreated",
                                              storage::catalog::change_kind::marked};
constexpr possible_event transitioned = {"s3:LifecycleTransition",
                                         storage::catalog::change_kind::altered};
constexpr std::array expirations = {expired, expired_by_marker};
constexpr std::array transitions = {transitioned};

std::span<const possible_event> events_of(storage::catalog::lifecycle_action action) {
  switch (action) {
    case storage::catalog::lifecycle_action::expire_current:
    case storage::catalog::lifecycle_action::remove_expired_marker:
    case storage::catalog::lifecycle_action::expire_noncurrent:
      return expirations;
    case storage::catalog::lifecycle_action::transition_current:
    case storage::catalog::lifecycle_action::transition_noncurrent:
      return transitions;
    case storage::catalog::lifecycle_action::abort_upload:
      break;
  }
  return {};
}

event_note note_about(const storage::catalog::bucket_record& bucket, std::string_view event,
                      sys_micros now) {
  event_note note;
  note.event = event;
  note.bucket = bucket.name;
  note.bucket_owner = bucket.owner_canonical_id;
  note.region = bucket.region;
  note.written = iso_date(now);
  return note;
}

event_note note_of(const context& ctx, std::string_view event) {
  event_note note = note_about(*ctx.bucket, event, ctx.service.clock->now());
  note.requester = ctx.caller.anonymous() ? std::string("Anonymous") : ctx.caller.who().arn;
  note.source_ip = ctx.call.from.client.to_string();
  note.request_id = ctx.call.id;
  return note;
}

// There is no request. Receivers expect an id all the same, of 16 upper-case hex digits.
std::string id_of_pass(sys_micros now) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%016llX",
                static_cast<unsigned long long>(now.time_since_epoch().count()));
  return text.data();
}

// `make`: the note of an event, called for those that somebody is to be told of.
template <class Make>
std::vector<storage::catalog::outbox_note> notes_for(const notification& wanted, event_sink& sink,
                                                     const storage::catalog::bucket_record& bucket,
                                                     std::string_view key,
                                                     std::span<const possible_event> events,
                                                     const Make& make) {
  std::vector<storage::catalog::outbox_note> notes;
  for (const notification_rule& rule : wanted.rules) {
    const std::string_view destination = rule.destination();
    // One that the operator has taken away since.
    if (!sink.knows(destination, bucket.owner_account)) continue;
    for (const possible_event& event : events) {
      if (!rule.covers(event.name, key) || !sink.take(destination)) continue;
      event_note note = make(event.name);
      note.configuration_id = rule.id;
      notes.push_back({std::string(destination), event.on, note.encode()});
    }
  }
  return notes;
}

}  // namespace

std::string event_note::encode() const {
  encoder out(note_version);
  out.string(event).string(configuration_id).string(bucket).string(bucket_owner).string(region);
  out.string(requester).string(source_ip).string(request_id).string(written);
  out.string(storage_class);
  return std::move(out).take();
}

event_note event_note::decode(std::string_view text) {
  decoder in(text, note_version);
  event_note note;
  for (std::string* field :
       {&note.event, &note.configuration_id, &note.bucket, &note.bucket_owner, &note.region,
        &note.requester, &note.source_ip, &note.request_id, &note.written}) {
    *field = in.string();
  }
  if (in.version() >= 2) note.storage_class = in.string();
  return note;
}

std::vector<storage::catalog::outbox_note> event_notes(
    const context& ctx, std::string_view key, std::initializer_list<possible_event> events) {
  event_sink* sink = ctx.service.events;
  if (sink == nullptr || ctx.settings == nullptr) return {};
  return notes_for(ctx.settings->events, *sink, *ctx.bucket, key, events,
                   [&](std::string_view event) { return note_of(ctx, event); });
}

std::vector<storage::catalog::outbox_note> lifecycle_event_notes(
    const notification& wanted, event_sink& sink, sys_micros now,
    const storage::catalog::bucket_record& bucket, const storage::catalog::lifecycle_task& task,
    std::string_view key) {
  return notes_for(wanted, sink, bucket, key, events_of(task.action), [&](std::string_view event) {
    event_note note = note_about(bucket, event, now);
    note.requester = lifecycle_service;
    note.source_ip = lifecycle_service;
    note.request_id = id_of_pass(now);
    if (event == transitioned.name) {
      note.storage_class = task.storage_class.empty() ? "STANDARD" : task.storage_class;
    }
    return note;
  });
}

storage::catalog::outbox_note test_event(const context& ctx, std::string_view destination) {
  return {std::string(destination), storage::catalog::change_kind::altered,
          note_of(ctx, test_event_name).encode()};
}

}  // namespace torhaus::gateway::s3
