#include "storage/catalog/reclaimer.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"
#include "storage/catalog/references.hpp"
#include "storage/catalog/schema.hpp"
#include "storage/kv/walk.hpp"

namespace torhaus::storage::catalog {
namespace {

using namespace std::chrono_literals;

// Entries handled by one transaction: bounds how long the committer is kept from other writers.
constexpr std::size_t batch_entries = 256;
// Blobs taken away between two looks at whether to stop: the file of a large one takes a while.
constexpr std::size_t removed_at_once = 64;
// Garbage of this long is taken away together, so that deleting costs few commits of its own.
constexpr auto gather_time = 50ms;
// What could not be taken is asked for again after these times.
constexpr std::chrono::milliseconds shortest_pause = 250ms;
constexpr std::chrono::milliseconds longest_pause = 5s;
constexpr std::chrono::milliseconds hurried_pause = 2ms;
// Look-ups take microseconds; one that hangs only postpones the batch.
constexpr auto section_limit = 1000ms;
constexpr std::size_t kind_at = 1;
constexpr std::size_t id_at = 2;

std::string table_from() { return std::string(1, schema::table::garbage); }
std::string table_behind() { return schema::successor(table_from()); }

bool is_kind(std::string_view garbage_key, schema::garbage_kind kind) {
  return garbage_key[kind_at] == static_cast<char>(kind);
}

// Keys of [from, behind), at most batch_entries.
std::vector<std::string> first_keys(const kv::snapshot& s, const std::string& from,
                                    const std::string& behind) {
  std::vector<std::string> keys;
  const auto cursor = s.scan(from, behind);
  for (bool more = cursor->seek(from); more && keys.size() < batch_entries; more = cursor->next()) {
    keys.emplace_back(cursor->key());
  }
  return keys;
}

}  // namespace

struct reclaimer::batch {
  std::vector<blob::placed_blob> blobs;
  std::vector<std::string> others;  // stored keys
  std::string last;                 // stored key; empty: the table has no more
};

reclaimer::reclaimer(kv::database& db, blob::store& blobs, lookup_sections& sections,
                     manifest_pins& manifests)
    : db_(db),
      blobs_(blobs),
      sections_(sections),
      manifests_(manifests),
      thread_(named_thread("reclaimer", [this] { run(); })) {}

reclaimer::~reclaimer() { stop(); }

void reclaimer::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void reclaimer::wake() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(woken_, true)) return;
  }
  changed_.notify_all();
}

bool reclaimer::stopping() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

void reclaimer::run() {
  std::chrono::milliseconds pause = shortest_pause;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    changed_.wait(lock, [&] { return stop_ || woken_; });
    changed_.wait_for(lock, gather_time, [&] { return stop_ || hurry_; });
    if (stop_) return;
    woken_ = false;
    lock.unlock();
    bool left = true;
    try {
      while (walk() && !stopping()) pause = shortest_pause;
      left = !empty();
    } catch (const std::exception& fault) {
      log::error("catalog.reclaim_failed", {{"cause", fault.what()}});
    }
    lock.lock();
    if (!left) {
      pause = shortest_pause;
      continue;
    }
    // Bytes under a reader, a full disk or a fault: again, but less and less often.
    woken_ = true;
    changed_.wait_for(lock, hurry_ ? hurried_pause : pause, [&] { return stop_; });
    pause = std::min(pause * 2, longest_pause);
  }
}

bool reclaimer::walk() {
  bool progress = false;
  std::string from = table_from();
  while (!stopping()) {
    batch work = next_batch(from);
    if (work.last.empty()) break;
    // A view of the same moment as the snapshot above: all who could still find these bytes are in
    // sections.
    if (!sections_.wait_for_open(section_limit)) return progress;
    from = work.last + '\0';
    if (work_off(work)) progress = true;
  }
  return progress;
}

void reclaimer::report_damage(std::string_view garbage_key, const damaged_record& fault) const {
  constexpr std::size_t remembered = 1000;
  if (reported_.size() >= remembered || !reported_.emplace(garbage_key).second) return;
  log::error("catalog.garbage_damaged",
             {{"entry", crypto::to_hex(garbage_key)}, {"cause", fault.what()}});
}

void reclaimer::gather(std::string_view key, std::string_view value, batch& work) const {
  if (!is_kind(key, schema::garbage_kind::blob)) {
    work.others.emplace_back(key);
    return;
  }
  try {
    schema::garbage_blob garbage = schema::decode_garbage_blob(value);
    work.blobs.push_back(
        {blob::blob_id::from(key.substr(id_at)), garbage.size, std::move(garbage.location)});
  } catch (const damaged_record& fault) {
    report_damage(key, fault);
  }
}

reclaimer::batch reclaimer::next_batch(const std::string& from) const {
  batch work;
  db_.read_blocking([&](const kv::snapshot& s) {
    work = batch();
    const auto cursor = s.scan(from, table_behind());
    std::size_t taken = 0;
    const auto take = [&](std::string_view key, std::string_view value) {
      work.last = key;
      if (key.size() > id_at) gather(key, value, work);
      return ++taken < batch_entries;
    };
    kv::walk(*cursor, from, take,
             [this](const damaged_record& fault) { report_damage(fault.what(), fault); });
  });
  return work;
}

bool reclaimer::work_off(const batch& work) {
  std::vector<std::string> done;
  std::span<const blob::placed_blob> left = work.blobs;
  while (!left.empty() && !stopping()) {
    const auto some = left.first(std::min(removed_at_once, left.size()));
    const std::vector<bool> gone = blobs_.remove(some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      // Else a reader has it.
      if (gone[i])
        done.push_back(schema::garbage_key(schema::garbage_kind::blob, some[i].id.view()));
    }
    left = left.subspan(some.size());
  }
  bool progress = !done.empty();
  if (progress) erase(done);
  for (const std::string& key : work.others) {
    if (stopping()) break;
    if (shrink(key)) progress = true;
  }
  return progress;
}

bool reclaimer::shrink(const std::string& garbage_key) {
  try {
    if (is_kind(garbage_key, schema::garbage_kind::manifest)) return shrink_manifest(garbage_key);
    if (is_kind(garbage_key, schema::garbage_kind::upload)) return shrink_upload(garbage_key);
    if (is_kind(garbage_key, schema::garbage_kind::bucket)) return shrink_bucket(garbage_key);
    throw damaged_record("garbage of an unknown kind");
  } catch (const damaged_record& fault) {
    // It stays, for the operator to see; the rest goes on.
    report_damage(garbage_key, fault);
    return false;
  }
}

void reclaimer::erase(const std::vector<std::string>& done) {
  const result<void> written = db_.write_blocking([&](kv::transaction& t) {
    for (const std::string& key : done) t.erase(key);
    return true;
  });
  if (!written) throw std::runtime_error("cannot write: " + std::string(written.error().message()));
  reclaimed_.fetch_add(done.size());
}

bool reclaimer::shrink_manifest(const std::string& garbage_key) {
  const blob::blob_id id = blob::blob_id::from(std::string_view(garbage_key).substr(id_at));
  if (manifests_.held(id)) return false;
  const result<void> written = db_.write_blocking([&](kv::transaction& t) {
    const auto progress = t.get(garbage_key);
    if (!progress) return false;
    std::size_t next = static_cast<std::size_t>(schema::decode_number(*progress));
    std::vector<blob::blob_id> parts;
    std::size_t count = 0;
    if (const auto value = t.get(schema::manifest_key(id))) {
      const schema::manifest_view manifest(*value);
      count = manifest.size();
      for (; next < count && parts.size() < batch_entries; ++next) {
        parts.push_back(manifest.at(next).blob);
      }
    }
    for (const blob::blob_id& part : parts) drop_reference(t, part);
    if (next < count) {
      t.put(garbage_key, schema::encode_number(next));
      return true;
    }
    t.erase(schema::manifest_key(id));
    t.erase(garbage_key);
    return true;
  });
  if (!written) throw std::runtime_error("cannot write: " + std::string(written.error().message()));
  return true;
}

bool reclaimer::shrink_upload(const std::string& garbage_key) {
  const std::string from = std::string(1, schema::table::parts) + garbage_key.substr(id_at);
  const result<void> written = db_.write_blocking([&](kv::transaction& t) {
    const std::vector<std::string> keys = first_keys(t, from, schema::successor(from));
    for (const std::string& key : keys) {
      const auto value = t.get(key);
      if (!value) continue;
      // The number is not needed here.
      const schema::part_row part =
          schema::named(key, [&] { return schema::decode_part(0, *value); });
      drop_reference(t, part.blob);
      t.erase(key);
    }
    if (keys.size() < batch_entries) t.erase(garbage_key);
    return true;
  });
  if (!written) throw std::runtime_error("cannot write: " + std::string(written.error().message()));
  return true;
}

bool reclaimer::shrink_bucket(const std::string& garbage_key) {
  const std::string from = std::string(1, schema::table::uploads) + garbage_key.substr(id_at);
  const result<void> written = db_.write_blocking([&](kv::transaction& t) {
    const std::vector<std::string> keys = first_keys(t, from, schema::successor(from));
    for (const std::string& key : keys) {
      const auto name = schema::split_row(key, schema::upload_id_bytes);
      t.put(schema::garbage_key(schema::garbage_kind::upload, name.tail), schema::encode_number(0));
      // What it counted went with the bucket.
      t.erase(schema::upload_usage_key(name.tail));
      t.erase(key);
    }
    if (keys.size() == batch_entries) return true;
    const std::string index = std::string(1, schema::table::lifecycle) + garbage_key.substr(id_at);
    const std::vector<std::string> entries = first_keys(t, index, schema::successor(index));
    for (const std::string& key : entries) t.erase(key);
    if (entries.size() < batch_entries) t.erase(garbage_key);
    return true;
  });
  if (!written) throw std::runtime_error("cannot write: " + std::string(written.error().message()));
  return true;
}

bool reclaimer::empty() const {
  bool nothing = false;
  db_.read_blocking([&](const kv::snapshot& s) {
    nothing = !s.scan(table_from(), table_behind())->seek(table_from());
  });
  return nothing;
}

std::uint64_t reclaimer::waiting() const {
  std::uint64_t count = 0;
  const auto counting = [&](const kv::snapshot& s) {
    count = 0;
    const auto cursor = s.scan(table_from(), table_behind());
    const auto take = [&](std::string_view, std::string_view) { return ++count < count_limit; };
    kv::walk(*cursor, table_from(), take, [](const damaged_record&) {});
  };
  try {
    db_.read_blocking(counting);
  } catch (const damaged_record&) {
    // The page of figures is needed most when something is damaged.
  }
  return count;
}

bool reclaimer::drain(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  hurry_ = true;
  bool drained = false;
  for (;;) {
    woken_ = true;
    changed_.notify_all();
    lock.unlock();
    drained = empty();
    const bool over = std::chrono::steady_clock::now() >= deadline;
    lock.lock();
    if (drained || over || stop_) break;
    changed_.wait_for(lock, 2ms, [&] { return stop_; });
  }
  hurry_ = false;
  return drained;
}

}  // namespace torhaus::storage::catalog
