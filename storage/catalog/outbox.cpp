// The outbox: notes of changes, by queue, until somebody has told them.
#include "storage/catalog/outbox.hpp"

#include <algorithm>

#include "storage/catalog/impl.hpp"
#include "storage/kv/checked_store.hpp"

namespace torhaus::storage::catalog {
namespace {

constexpr std::size_t max_batch = 1000;

void put_note(kv::transaction& t, std::uint64_t position, const outbox_note& note,
              const change& what) {
  std::string key = schema::outbox_key(note.queue, position);
  while (t.get(key)) key = schema::outbox_key(note.queue, ++position);
  outbox_record record;
  record.kind = what.kind;
  record.key = what.key;
  record.version_id = what.version_id;
  record.size = what.size;
  record.etag = what.etag;
  record.text = note.text;
  t.put(key, schema::encode(record));
}

std::uint64_t position_of(const clock_source& clock) {
  return static_cast<std::uint64_t>(clock.now().time_since_epoch().count());
}

}  // namespace

namespace schema {
namespace {
constexpr std::uint8_t outbox_version = 1;
}

std::string encode(const outbox_record& r) {
  encoder out(outbox_version);
  out.u8(static_cast<std::uint8_t>(r.kind)).string(r.key).string(r.version_id).varint(r.size);
  out.string(r.etag).string(r.text);
  return std::move(out).take();
}

outbox_record decode_outbox(std::uint64_t position, std::string_view value) {
  decoder in(value, outbox_version);
  outbox_record r;
  r.position = position;
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 4) throw damaged_record("an unknown kind of change");
  r.kind = static_cast<change_kind>(kind);
  r.key = in.string();
  r.version_id = in.string();
  r.size = in.varint();
  r.etag = in.string();
  r.text = in.string();
  if (!in.rest().empty()) throw damaged_record("the record is too long");
  return r;
}

}  // namespace schema

void keep_notes(kv::transaction& t, const clock_source& clock,
                const std::vector<outbox_note>& notes, const change& what) {
  for (const outbox_note& note : notes) {
    if (note.on == what.kind) put_note(t, position_of(clock), note, what);
  }
}

void keep_notes(kv::transaction& t, const clock_source& clock,
                const std::vector<outbox_note>& notes, change_kind kind,
                versioning_state versioning, const object_version& v, std::string_view key) {
  if (notes.empty()) return;
  change what;
  what.kind = kind;
  what.key = key;
  if (versioning != versioning_state::never_enabled) what.version_id = v.version_id;
  what.size = v.size;
  what.etag = v.etag.text();
  keep_notes(t, clock, notes, what);
}

namespace {

// The record that the cursor stands at. damaged_record where not even its position can be told.
outbox_record record_at(const kv::cursor& at, std::size_t lead_bytes) {
  const std::string_view key = at.key();
  const std::uint64_t position = schema::from_big_endian(key.substr(lead_bytes));
  try {
    return schema::named(key, [&] { return schema::decode_outbox(position, at.value()); });
  } catch (const kv::damaged_store&) {
    throw;  // nothing behind it can be reached
  } catch (const damaged_record& fault) {
    outbox_record damaged;
    damaged.position = position;
    damaged.damage = fault.what();
    return damaged;
  }
}

}  // namespace

task<result<void>> catalog::add_to_outbox(std::vector<outbox_note> notes) {
  const auto work = [&](kv::transaction& t) -> result<void> {
    for (const outbox_note& note : notes) {
      change none;
      none.kind = note.on;
      put_note(t, position_of(impl_->clock), note, none);
    }
    return {};
  };
  co_return co_await impl_->db.write(work);
}

task<std::vector<outbox_record>> catalog::read_outbox(std::string queue, std::uint64_t after,
                                                      std::size_t most) {
  const auto look = [&](const kv::snapshot& s) {
    std::vector<outbox_record> found;
    const std::string from = schema::outbox_key(queue, after + 1);
    const std::string lead = from.substr(0, from.size() - 8);
    const auto cursor = s.scan(from, schema::successor(lead));
    const std::size_t limit = std::min(most, max_batch);
    for (bool more = cursor->seek(from); more && found.size() < limit; more = cursor->next()) {
      found.push_back(record_at(*cursor, lead.size()));
    }
    return found;
  };
  co_return co_await impl_->db.read(look);
}

task<result<void>> catalog::remove_from_outbox(std::string queue,
                                               std::vector<std::uint64_t> positions) {
  const auto work = [&](kv::transaction& t) -> result<void> {
    for (const std::uint64_t position : positions) t.erase(schema::outbox_key(queue, position));
    return {};
  };
  co_return co_await impl_->db.write(work);
}

task<std::uint64_t> catalog::count_outbox(std::string queue, std::uint64_t most) {
  const auto look = [&](const kv::snapshot& s) {
    std::uint64_t count = 0;
    const std::string from = schema::outbox_key(queue, 0);
    const auto cursor = s.scan(from, schema::successor(from.substr(0, from.size() - 8)));
    for (bool more = cursor->seek(from); more && count < most; more = cursor->next()) ++count;
    return count;
  };
  co_return co_await impl_->db.read(look);
}

}  // namespace torhaus::storage::catalog
