// Bytes and orphans; the records are recounted in inspection_records.cpp.
#include "storage/catalog/inspection.hpp"

#include "storage/base/log.hpp"
#include "storage/catalog/inspection_records.hpp"
#include "storage/catalog/references.hpp"
#include "storage/catalog/schema.hpp"
#include "storage/kv/walk.hpp"

namespace torhaus::storage::catalog {
namespace {

constexpr std::size_t page_of_blobs = 64;
constexpr std::size_t read_bytes = std::size_t{1} << 20;
constexpr std::uint64_t few_orphans = 100;
constexpr std::uint64_t orphan_share = 20;  // one in so many
// Ids that one walk over the records keeps: about 100 MB.
constexpr std::uint64_t ids_in_memory = 2'000'000;

std::string hex(const blob::blob_id& id) { return crypto::to_hex(id.view()); }

// The time in an id.
sys_micros time_of(const blob::blob_id& id) {
  std::uint64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | id.data[i];
  return sys_micros(std::chrono::milliseconds(millis));
}

}  // namespace

inspector::inspector(const options& o) : options_(o) {}

void inspector::report(std::string kind, std::string what, std::string blob) {
  ++totals_.findings;
  log::error("inspection_finding", {{"kind", kind}, {"what", what}, {"blob", blob}});
  if (findings_.size() < most_findings) {
    findings_.push_back({std::move(kind), std::move(what), std::move(blob), {}});
  }
}

bool inspector::check_store(std::string& position) {
  auto* const store = dynamic_cast<kv::checked_store*>(options_.db);
  if (store == nullptr) return false;
  kv::checked_store::stretch seen;
  const bool more = store->check(position, seen);
  totals_.metadata_bytes += seen.bytes;
  for (kv::checked_store::flaw& f : seen.found) {
    report(f.of_structure ? "damaged_page" : "damaged_record", std::move(f.what));
  }
  return options_.paced(seen.bytes) && more;
}

void inspector::check_records() {
  const std::uint64_t entries = options_.db->stats().entries;
  const auto walks =
      static_cast<unsigned>(std::min<std::uint64_t>(entries / ids_in_memory + 1, 256));
  for (unsigned i = 0; i < walks; ++i) {
    record_walk walk(i, walks);
    options_.db->read_blocking([&](const kv::snapshot& s) { walk.run(s); });
    if (i == 0) {
      totals_.records += walk.records();
      totals_.versions += walk.versions();
    }
    for (finding& f : walk.take_findings()) {
      report(std::move(f.kind), std::move(f.what), std::move(f.blob));
    }
    if (!options_.paced(0)) return;
  }
}

bool inspector::check_bytes(std::string& position) {
  std::vector<blob::blob_id> ids;
  options_.db->read_blocking([&](const kv::snapshot& s) {
    ids.clear();
    const std::string from = std::string(1, schema::table::data) + position;
    const auto cursor = s.scan(from, schema::successor(std::string(1, schema::table::data)));
    const auto take = [&](std::string_view key, std::string_view) {
      if (key.size() == 1 + blob::blob_id::bytes && key != from) {
        ids.push_back(blob::blob_id::from(key.substr(1)));
      }
      return ids.size() < page_of_blobs;
    };
    // check_store() has told of what is damaged.
    kv::walk(*cursor, from, take, [](const damaged_record&) {});
  });
  std::vector<std::byte> buffer(read_bytes);
  for (const blob::blob_id& id : ids) {
    if (!check_bytes_of(id, buffer)) return true;
    position = std::string(id.view());
  }
  return ids.size() == page_of_blobs;
}

bool inspector::check_bytes_of(const blob::blob_id& id, std::vector<std::byte>& buffer) {
  // Pinned first: what the record names now stays until it was read.
  const blob::pin pinned = options_.blobs->hold(id);
  std::optional<blob::placed_blob> placed;
  try {
    options_.db->read_blocking([&](const kv::snapshot& s) {
      placed.reset();
      const auto data = find_data(s, id);
      if (!data || data->kind == schema::data_kind::manifest) return;
      placed = place_of(s, id, *data);
    });
  } catch (const damaged_record& fault) {
    report("damaged_record", fault.what(), hex(id));
    return true;
  }
  if (!placed) return options_.paced(0);
  ++totals_.blobs;
  const auto opened = options_.blobs->open(*placed);
  if (!opened) {
    report("damaged_blob", std::string(opened.error().cause()), hex(id));
    return true;
  }
  for (std::uint64_t at = 0; at < placed->size;) {
    const auto got = (*opened)->read(at, buffer);
    if (!got) {
      report("damaged_blob", std::string(got.error().cause()), hex(id));
      at += blob::block_bytes - at % blob::block_bytes;  // the other blocks are looked at, too
      continue;
    }
    at += *got;
    totals_.bytes += *got;
    if (*got == 0) {
      report("damaged_blob", "it ends early", hex(id));
      return true;
    }
    if (!options_.paced(*got)) return false;
  }
  return true;
}

bool inspector::known(const blob::blob_id& id) const {
  bool found = false;
  try {
    options_.db->read_blocking([&](const kv::snapshot& s) {
      found = s.get(schema::data_key(id)).has_value() ||
              s.get(schema::garbage_key(schema::garbage_kind::blob, id.view())).has_value();
    });
  } catch (const damaged_record&) {
    return true;  // who can say: it must not be taken away
  }
  return found;
}

void inspector::check_stored(const blob::placed_blob& there) {
  ++totals_.stored;
  if (known(there.id)) return;
  ++totals_.orphans;
  if (orphans_.size() < most_orphans) orphans_.push_back(there);
}

void inspector::remove_orphans(sys_micros since) {
  if (totals_.orphans > few_orphans && totals_.orphans > totals_.stored / orphan_share) {
    report("orphan", std::to_string(totals_.orphans) + " of " + std::to_string(totals_.stored) +
                         " stored blobs are in no record; they are left alone");
    orphans_.clear();
    return;
  }
  for (const blob::placed_blob& orphan : orphans_) {
    if (time_of(orphan.id) >= since || known(orphan.id)) continue;
    if (!options_.blobs->remove(orphan)) continue;
    ++totals_.removed;
    log::info("orphan_removed", {{"blob", hex(orphan.id)}, {"bytes", orphan.size}});
  }
  orphans_.clear();
}

}  // namespace torhaus::storage::catalog
