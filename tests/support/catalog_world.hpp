// A catalog over the in-memory database and blob store, with a clock and random numbers in the
// test's hand, and a book-keeper that recounts every reference.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "storage/catalog/catalog.hpp"
#include "storage/catalog/schema.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/memory_database.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/run_task.hpp"

namespace torhaus::test {

class seeded_random final : public random_source {
 public:
  explicit seeded_random(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::byte> out) override {
    const std::lock_guard lock(mutex_);
    for (std::byte& b : out) b = static_cast<std::byte>(engine_());
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

inline storage::crypto::digest_value digest(storage::crypto::algorithm a,
                                            const std::string& bytes) {
  return storage::crypto::digest_of(a, bytes);
}

inline storage::catalog::etag etag_of(const std::string& bytes) {
  storage::catalog::etag tag;
  const auto md5 = digest(storage::crypto::algorithm::md5, bytes);
  std::copy_n(md5.data.begin(), tag.md5.size(), tag.md5.begin());
  return tag;
}

inline storage::catalog::object_key key_of(const std::string& text) {
  return storage::catalog::object_key::parse(text).value();
}

// Reads an object in steps that do not fit its parts.
inline std::string content_of(storage::catalog::object_reader& reader, std::size_t step = 4099) {
  std::string all;
  std::vector<std::byte> buffer(step);
  for (;;) {
    const auto got = reader.read(all.size(), buffer);
    if (!got) return "error:" + std::string(code_of(got.error().code()));
    if (*got == 0) return all;
    all.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
}

// What tests say to a catalog, whatever it keeps its data in.
class catalog_client {
 public:
  using catalog_type = storage::catalog::catalog;

  explicit catalog_client(std::uint64_t seed) : random(seed) {}
  virtual ~catalog_client() = default;

  // Ends the catalog and begins a new one on the same data.
  virtual void reopen() = 0;
  // Durable bytes that no record names yet.
  virtual storage::blob::sealed_blob store_bytes(std::string bytes) = 0;
  // Waits for the reclaimer, then recounts everything. Empty: all is in order.
  virtual std::string accounting_fault() = 0;

  std::uint64_t bucket(const std::string& name,
                       storage::catalog::versioning_state state =
                           storage::catalog::versioning_state::never_enabled) {
    storage::catalog::bucket_record wanted;
    wanted.name = name;
    wanted.owner_account = "111111111111";
    wanted.owner_canonical_id = "owner";
    const auto made = run_task(cat->create_bucket(wanted));
    const std::uint64_t id = made.value().id;
    if (state != storage::catalog::versioning_state::never_enabled) set_versioning(id, state);
    return id;
  }
  void set_versioning(std::uint64_t id, storage::catalog::versioning_state state) {
    if (!run_task(cat->set_versioning(id, state))) throw std::runtime_error("set_versioning");
  }

  storage::catalog::new_object object(const std::string& bytes) const {
    storage::catalog::new_object o;
    o.size = bytes.size();
    o.etag = etag_of(bytes);
    o.checksum.emplace();
    o.checksum->value = digest(storage::crypto::algorithm::crc64nvme, bytes);
    o.owner_canonical_id = "writer";
    return o;
  }
  result<storage::catalog::write_outcome> put(std::uint64_t id, const std::string& key,
                                              const std::string& bytes,
                                              storage::catalog::write_condition condition = {}) {
    clock.advance(std::chrono::microseconds(10));
    auto o = object(bytes);
    o.condition = std::move(condition);
    return run_task(cat->put_object(id, key_of(key), std::move(o), store_bytes(bytes)));
  }
  // The bytes, or "error:Code", or "marker".
  std::string get(std::uint64_t id, const std::string& key,
                  std::optional<std::string> version = std::nullopt) {
    auto opened = run_task(cat->open_object(id, key_of(key), std::move(version)));
    if (!opened) return "error:" + std::string(code_of(opened.error().code()));
    if (!opened->content) return "marker";
    return content_of(*opened->content);
  }
  result<storage::catalog::delete_outcome> remove(
      std::uint64_t id, const std::string& key, std::optional<std::string> version = std::nullopt,
      std::optional<std::string> if_match = std::nullopt) {
    clock.advance(std::chrono::microseconds(10));
    storage::catalog::delete_request request;
    request.key = key;
    request.version_id = std::move(version);
    request.if_match = std::move(if_match);
    return run_task(cat->delete_object(id, std::move(request)));
  }
  std::string start_upload(std::uint64_t id, const std::string& key,
                           storage::catalog::new_upload settings = {}) {
    clock.advance(std::chrono::microseconds(10));
    return run_task(cat->create_upload(id, key_of(key), std::move(settings))).value().id;
  }
  result<storage::catalog::part_record> part(
      std::uint64_t id, const std::string& key, const std::string& upload, std::uint32_t number,
      const std::string& bytes,
      storage::crypto::algorithm algorithm = storage::crypto::algorithm::crc64nvme) {
    clock.advance(std::chrono::microseconds(10));
    storage::catalog::new_part p;
    p.number = number;
    p.size = bytes.size();
    p.md5 = etag_of(bytes).md5;
    p.checksum = digest(algorithm, bytes);
    return run_task(cat->put_part(id, key_of(key), upload, p, store_bytes(bytes)));
  }
  static storage::catalog::completed_part listed(std::uint32_t number, const std::string& bytes) {
    storage::catalog::completed_part p;
    p.number = number;
    p.etag = etag_of(bytes);
    return p;
  }
  result<storage::catalog::opened_object> complete(std::uint64_t id, const std::string& key,
                                                   const std::string& upload,
                                                   storage::catalog::completion wanted) {
    clock.advance(std::chrono::microseconds(10));
    return run_task(cat->complete_upload(id, key_of(key), upload, std::move(wanted)));
  }

  fake_clock clock{sys_micros(std::chrono::microseconds(1'790'000'000'000'000))};
  seeded_random random;
  std::unique_ptr<catalog_type> cat;
  const storage::catalog::quota_source* quotas = nullptr;  // counts from the next reopen() on

 protected:
  void open_catalog(storage::kv::database& db, storage::blob::store& blobs,
                    std::uint64_t min_part_bytes) {
    catalog_type::options o;
    o.db = &db;
    o.blobs = &blobs;
    o.clock = &clock;
    o.random = &random;
    o.min_part_bytes = min_part_bytes;
    o.quotas = quotas;
    cat = std::make_unique<catalog_type>(o);
  }
};

class catalog_world : public catalog_client {
 public:
  explicit catalog_world(std::uint64_t seed = 1, std::uint64_t min_part_bytes = 5)
      : catalog_client(seed), min_part_bytes_(min_part_bytes) {
    catalog_world::reopen();
  }
  ~catalog_world() override { cat.reset(); }

  void reopen() override {
    cat.reset();
    open_catalog(db, store, min_part_bytes_);
  }
  storage::blob::sealed_blob store_bytes(std::string bytes) override {
    return store.store_bytes(std::move(bytes));
  }
  std::string accounting_fault() override;

  memory_database db;
  memory_store store;

 private:
  std::uint64_t min_part_bytes_;
};

// Recounts from the records alone which blobs and manifests are referred to, and compares.
class bookkeeper {
 public:
  explicit bookkeeper(const memory_database::entries& all) {
    for (const auto& [key, value] : all) take(key, value);
  }

  // `stored`: the blobs that the store keeps outside kv, when that is known.
  std::string fault(
      const std::optional<std::set<storage::blob::blob_id>>& stored = std::nullopt) const {
    namespace schema = storage::catalog::schema;
    if (garbage_ != 0) return "garbage is left";
    std::set<storage::blob::blob_id> outside;
    std::set<storage::blob::blob_id> ends;
    std::size_t manifests = 0;
    for (const auto& [id, row] : data_) {
      const auto counted = references_.find(id);
      if (counted == references_.end()) return "data that nothing refers to";
      if (counted->second != row.references) return "a wrong number of references";
      if (row.kind == schema::data_kind::blob) outside.insert(id);
      if (row.kind == schema::data_kind::manifest) ++manifests;
      if (row.kind == schema::data_kind::inline_blob_in_two) ends.insert(id);
    }
    if (references_.size() != data_.size()) return "a reference to data that is not recorded";
    if (ends != location_ends_) return "an inline blob without its end or the reverse";
    if (manifests != manifests_) return "manifests without data records or the reverse";
    if (stored && outside != *stored) return "the store and the catalog disagree about blobs";
    for (const std::string& upload : part_owners_) {
      if (!uploads_.contains(upload)) return "a part without its upload";
    }
    const std::string wrong = usage_fault();
    return wrong.empty() ? null_fault() : wrong;
  }

 private:
  using usage = storage::catalog::usage;

  void take(const std::string& key, const std::string& value) {
    namespace schema = storage::catalog::schema;
    switch (key.front()) {
      case schema::table::versions: {
        const auto head = schema::decode_head(value);
        const std::string place = key.substr(1, key.size() - 9);
        const bool newest = place != last_place_;
        last_place_ = place;
        const auto sequence = schema::sequence_of(std::string_view(key).substr(key.size() - 8));
        if (head.has_data) ++references_[head.data];
        if (!head.delete_marker) {
          usage& held = held_[schema::from_big_endian(std::string_view(key).substr(1, 8))];
          ++held.objects;
          held.bytes += head.size;
        }
        if (head.null_version) nulls_[place] = {sequence, newest};
        break;
      }
      case schema::table::null_versions:
        pointers_[key.substr(1)] = schema::decode_number(value);
        break;
      case schema::table::uploads:
        uploads_.emplace(key.substr(key.size() - schema::upload_id_bytes),
                         schema::from_big_endian(std::string_view(key).substr(1, 8)));
        break;
      case schema::table::parts:
        part_owners_.insert(key.substr(1, schema::upload_id_bytes));
        ++references_[schema::decode_part(1, value).blob];
        part_bytes_[key.substr(1, schema::upload_id_bytes)] +=
            schema::decode_part(1, value).record.part.size;
        break;
      case schema::table::data: {
        schema::data_row row = schema::decode_data(value);
        row.location = {};
        data_.emplace(storage::blob::blob_id::from(std::string_view(key).substr(1)), row);
        break;
      }
      case schema::table::location_ends:
        location_ends_.insert(storage::blob::blob_id::from(std::string_view(key).substr(1)));
        break;
      case schema::table::manifests: {
        ++manifests_;
        const schema::manifest_view manifest(value);
        for (std::size_t i = 0; i < manifest.size(); ++i) ++references_[manifest.at(i).blob];
        break;
      }
      case schema::table::usage:
        counted_.emplace(key, value);
        break;
      case schema::table::buckets: {
        const auto bucket = schema::decode_bucket(key.substr(1), value);
        buckets_.emplace(bucket.id, bucket);
        break;
      }
      case schema::table::garbage:
        ++garbage_;
        break;
      default:
        break;
    }
  }

  // Counts again what every counter should say, and compares.
  std::string usage_fault() const {
    namespace schema = storage::catalog::schema;
    std::map<std::string, usage> sums;
    std::size_t rows = 0;
    const auto add = [&](std::uint64_t id, const usage& more) {
      const auto& bucket = buckets_.at(id);
      std::vector<std::string> keys{schema::bucket_usage_key(id),
                                    schema::agency_usage_key(bucket.owner_account)};
      if (!bucket.project.empty()) keys.push_back(schema::project_usage_key(bucket.project));
      for (const std::string& key : keys) {
        sums[key].objects += more.objects;
        sums[key].bytes += more.bytes;
        sums[key].upload_bytes += more.upload_bytes;
      }
    };
    for (const auto& [id, held] : held_) add(id, held);
    for (const auto& [upload, bytes] : part_bytes_) {
      const auto key = schema::upload_usage_key(upload);
      const auto row = counted_.find(key);
      if (row == counted_.end() || schema::decode_number(row->second) != bytes)
        return "a wrong count of an upload";
      ++rows;
      add(uploads_.at(upload), usage{0, 0, bytes});
    }
    for (const auto& [key, sum] : sums) {
      if (sum == usage{}) continue;
      const auto row = counted_.find(key);
      if (row == counted_.end() || schema::decode_usage(row->second) != sum)
        return "a wrong count of usage";
      ++rows;
    }
    return rows == counted_.size() ? "" : "a count of what is not there";
  }

  std::string null_fault() const {
    for (const auto& [place, sequence] : pointers_) {
      const auto found = nulls_.find(place);
      if (found == nulls_.end() || found->second.first != sequence)
        return "a pointer to no null version";
    }
    for (const auto& [place, where] : nulls_) {
      if (!where.second && !pointers_.contains(place)) return "a null version that cannot be found";
    }
    return "";
  }

  std::map<storage::blob::blob_id, std::uint64_t> references_;
  std::map<storage::blob::blob_id, storage::catalog::schema::data_row> data_;
  std::map<std::string, std::pair<std::uint64_t, bool>> nulls_;  // sequence, is the newest
  std::map<std::string, std::uint64_t> pointers_;
  std::map<std::string, std::uint64_t> uploads_;  // their buckets
  std::map<std::string, std::uint64_t> part_bytes_;
  std::map<std::uint64_t, usage> held_;  // by bucket
  std::map<std::uint64_t, storage::catalog::bucket_record> buckets_;
  std::map<std::string, std::string> counted_;
  std::set<std::string> part_owners_;
  std::string last_place_;
  std::size_t manifests_ = 0;
  std::set<storage::blob::blob_id> location_ends_;
  std::size_t garbage_ = 0;
};

inline std::string catalog_world::accounting_fault() {
  if (!cat->drain_garbage(std::chrono::seconds(10))) return "the reclaimer does not come to an end";
  if (store.pending() != 0) return "a blob was never settled";
  if (store.pinned() != 0) return "a pin was never released";
  return bookkeeper(db.copy()).fault(store.ids());
}

}  // namespace torhaus::test
