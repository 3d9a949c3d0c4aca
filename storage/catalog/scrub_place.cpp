#include "storage/catalog/scrub_place.hpp"

#include <array>

#include "storage/base/codec.hpp"
#include "storage/base/log.hpp"
#include "storage/catalog/schema.hpp"

namespace torhaus::storage::catalog {
namespace {

constexpr std::uint8_t record_version = 2;

std::string place_key() { return std::string(1, schema::table::counters) + "scrub"; }

// Scrub place, version 2 (1: without bytes of metadata and objects): phase, position, started,
// finished, passes, the totals in their order, number of findings, then kind, what, blob and
// objects of each.
std::string encode(const scrub_place& p) {
  encoder out(record_version);
  out.u8(static_cast<std::uint8_t>(p.at)).string(p.position).time(p.started).time(p.finished);
  out.varint(p.passes);
  const inspection_totals& t = p.totals;
  for (const std::uint64_t n :
       {t.records, t.versions, t.blobs, t.bytes, t.stored, t.findings, t.orphans, t.removed}) {
    out.varint(n);
  }
  out.varint(t.metadata_bytes);
  const std::size_t kept = std::min(p.findings.size(), scrub_place::most_kept);
  out.varint(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    out.string(p.findings[i].kind).string(p.findings[i].what).string(p.findings[i].blob);
    out.varint(p.findings[i].objects.size());
    for (const std::string& object : p.findings[i].objects) out.string(object);
  }
  return std::move(out).take();
}

scrub_place decode(std::string_view value) {
  decoder in(value, record_version);
  scrub_place p;
  const std::uint8_t at = in.u8();
  if (at > static_cast<std::uint8_t>(scrub_place::phase::metadata)) {
    throw damaged_record("a phase that is none");
  }
  p.at = static_cast<scrub_place::phase>(at);
  p.position = in.string();
  p.started = in.time();
  p.finished = in.time();
  p.passes = in.varint();
  inspection_totals& t = p.totals;
  for (std::uint64_t* n : {&t.records, &t.versions, &t.blobs, &t.bytes, &t.stored, &t.findings,
                           &t.orphans, &t.removed}) {
    *n = in.varint();
  }
  if (in.version() >= 2) t.metadata_bytes = in.varint();
  const std::uint64_t kept = in.varint();
  if (kept > scrub_place::most_kept) throw damaged_record("too many findings");
  for (std::uint64_t i = 0; i < kept; ++i) {
    finding f;
    f.kind = in.string();
    f.what = in.string();
    f.blob = in.string();
    const std::uint64_t objects = in.version() >= 2 ? in.varint() : 0;
    if (objects > finding::most_objects) throw damaged_record("too many objects");
    for (std::uint64_t n = 0; n < objects; ++n) f.objects.push_back(in.string());
    p.findings.push_back(std::move(f));
  }
  return p;
}

}  // namespace

std::string_view name_of(scrub_place::phase p) {
  constexpr std::array<std::string_view, 5> names = {"waiting", "records", "bytes", "stored",
                                                     "metadata"};
  return names[static_cast<std::size_t>(p)];
}

std::optional<scrub_place> load_scrub_place(kv::database& db) {
  std::optional<scrub_place> found;
  try {
    db.read_blocking([&](const kv::snapshot& s) {
      found.reset();
      if (const auto value = s.get(place_key())) found = decode(*value);
    });
  } catch (const damaged_record& fault) {
    log::warning("scrub_place_damaged", {{"cause", fault.what()}});
    return std::nullopt;
  }
  return found;
}

bool save_scrub_place(kv::database& db, const scrub_place& p) {
  const std::string value = encode(p);
  const auto written = db.write_blocking([&](kv::transaction& t) {
    t.put(place_key(), value);
    return true;
  });
  return written.has_value();
}

}  // namespace torhaus::storage::catalog
