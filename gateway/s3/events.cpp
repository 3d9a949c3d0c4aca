#include "gateway/s3/events.hpp"

#include "gateway/s3/context.hpp"
#include "gateway/s3/dates.hpp"
#include "storage/base/codec.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::uint8_t note_version = 1;

event_note note_of(const context& ctx, std::string_view event) {
  event_note note;
  note.event = event;
  note.bucket = ctx.bucket->name;
  note.bucket_owner = ctx.bucket->owner_canonical_id;
  note.region = ctx.bucket->region;
  note.requester = ctx.caller.anonymous() ? std::string("Anonymous") : ctx.caller.who().arn;
  note.source_ip = ctx.call.from.client.to_string();
  note.request_id = ctx.call.id;
  note.written = iso_date(ctx.service.clock->now());
  return note;
}

}  // namespace

std::string event_note::encode() const {
  encoder out(note_version);
  out.string(event).string(configuration_id).string(bucket).string(bucket_owner).string(region);
  out.string(requester).string(source_ip).string(request_id).string(written);
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
  return note;
}

std::vector<storage::catalog::outbox_note> event_notes(
    const context& ctx, std::string_view key, std::initializer_list<possible_event> events) {
  std::vector<storage::catalog::outbox_note> notes;
  event_sink* sink = ctx.service.events;
  if (sink == nullptr || ctx.settings == nullptr) return notes;
  for (const notification_rule& rule : ctx.settings->events.rules) {
    const std::string_view destination = rule.destination();
    // One that the operator has taken away since.
    if (!sink->knows(destination, ctx.bucket->owner_account)) continue;
    for (const possible_event& event : events) {
      if (!rule.covers(event.name, key) || !sink->take(destination)) continue;
      event_note note = note_of(ctx, event.name);
      note.configuration_id = rule.id;
      notes.push_back({std::string(destination), event.on, note.encode()});
    }
  }
  return notes;
}

storage::catalog::outbox_note test_event(const context& ctx, std::string_view destination) {
  return {std::string(destination), storage::catalog::change_kind::altered,
          note_of(ctx, test_event_name).encode()};
}

}  // namespace torhaus::gateway::s3
