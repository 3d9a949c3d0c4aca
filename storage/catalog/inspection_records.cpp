#include "storage/catalog/inspection_records.hpp"

#include "storage/kv/walk.hpp"

namespace torhaus::storage::catalog {
namespace {

constexpr std::size_t most_reported = inspector::most_findings;

std::string hex(std::string_view bytes) { return crypto::to_hex(bytes); }

}  // namespace

void record_walk::report(std::string kind, std::string what, std::string blob) {
  if (findings_.size() < most_reported) {
    findings_.push_back({std::move(kind), std::move(what), std::move(blob), {}});
  }
}

// Ids end in random bytes.
bool record_walk::mine(std::string_view id) const {
  return static_cast<unsigned char>(id.back()) % shares_ == number_;
}

void record_walk::refer(const blob::blob_id& id) {
  if (mine(id.view())) ++data_[std::string(id.view())].counted;
}

void record_walk::run(const kv::snapshot& s) {
  *this = record_walk(number_, shares_);  // the function may run twice
  const auto cursor = s.scan("a", std::string(1, 'z' + 1));
  const auto look_at = [&](std::string_view key, std::string_view value) {
    ++records_;
    try {
      take(s, key, value);
    } catch (const std::exception& fault) {
      if (number_ == 0) report("damaged_record", std::string(fault.what()) + ": " + hex(key));
    }
    return true;
  };
  try {
    // The check of the database itself tells of these.
    kv::walk(*cursor, "a", look_at, [this](const damaged_record&) { ++records_; });
  } catch (const kv::damaged_store& fault) {
    if (number_ == 0) {
      report("damaged_page", std::string(fault.what()) + "; records behind it are not compared");
    }
    return;  // what is not reached would look like references to nothing
  }
  finish();
}

void record_walk::take(const kv::snapshot& s, std::string_view key, std::string_view value) {
  switch (key.front()) {
    case schema::table::garbage:
      return take_garbage(key, value);
    case schema::table::data:
      return take_data(key, value);
    case schema::table::location_ends:
      return take_location_end(key);
    case schema::table::manifests:
      return take_manifest(key, value);
    case schema::table::parts:
      return take_part(key, value);
    case schema::table::uploads:
      if (key.size() < schema::upload_id_bytes) throw damaged_record("a short key");
      uploads_.emplace(key.substr(key.size() - schema::upload_id_bytes));
      break;
    case schema::table::versions:
      return take_version(s, key, value);
    case schema::table::null_versions:
      return take_null_version(s, key, value);
    case schema::table::buckets:
      return take_bucket(s, key, value);
    case schema::table::bucket_ids:
      return take_bucket_id(s, key, value);
    default:
      break;
  }
}

void record_walk::take_garbage(std::string_view key, std::string_view value) {
  if (key.size() < 3) throw damaged_record("a short key");
  const std::string id(key.substr(2));
  if (key[1] == static_cast<char>(schema::garbage_kind::manifest)) {
    let_go_[id] = schema::decode_number(value);
  } else if (key[1] == static_cast<char>(schema::garbage_kind::upload)) {
    uploads_.insert(id);
  } else if (key[1] == static_cast<char>(schema::garbage_kind::blob)) {
    schema::decode_garbage_blob(value);
  }
}

void record_walk::take_data(std::string_view key, std::string_view value) {
  const schema::data_row row = schema::decode_data(value);
  const std::string id(blob::blob_id::from(key.substr(1)).view());
  if (!mine(id)) return;
  data_count& d = data_[id];
  d.there = true;
  d.recorded = row.references;
  d.manifest = row.kind == schema::data_kind::manifest;
  d.in_two = row.kind == schema::data_kind::inline_blob_in_two;
}

void record_walk::take_location_end(std::string_view key) {
  const std::string id(blob::blob_id::from(key.substr(1)).view());
  if (!mine(id)) return;
  const auto data = data_.find(id);  // the table of data records sorts before this one
  if (data == data_.end() || !data->second.in_two) {
    report("references", "the end of a location without its data record", hex(id));
  } else {
    data->second.has_end = true;
  }
}

void record_walk::take_manifest(std::string_view key, std::string_view value) {
  const schema::manifest_view manifest(value);
  const std::string id(key.substr(1));
  const auto gone = let_go_.find(id);  // the table of garbage sorts before this one
  const std::size_t from = gone == let_go_.end() ? 0 : static_cast<std::size_t>(gone->second);
  for (std::size_t i = from; i < manifest.size(); ++i) refer(manifest.at(i).blob);
  if (gone != let_go_.end() || !mine(id)) return;
  const auto data = data_.find(id);
  if (data == data_.end() || !data->second.manifest) {
    report("references", "a manifest without its data record", hex(id));
  }
}

void record_walk::take_part(std::string_view key, std::string_view value) {
  if (key.size() != 1 + schema::upload_id_bytes + 4)
    throw damaged_record("a key of another length");
  refer(schema::decode_part(schema::part_number_of(key), value).blob);
  const std::string_view upload = key.substr(1, schema::upload_id_bytes);
  if (mine(upload)) uploads_of_parts_.emplace(upload);
}

void record_walk::take_version(const kv::snapshot& s, std::string_view key,
                               std::string_view value) {
  const auto name = schema::split_row(key, schema::sequence_bytes);
  const auto sequence = schema::sequence_of(name.tail);
  const schema::version_head head = schema::decode_head(value);
  if (number_ == 0) schema::decode_version(name.key, sequence, value);
  ++versions_;
  if (head.has_data) refer(head.data);
  const std::string place(key.substr(1, key.size() - 1 - schema::sequence_bytes));
  const bool newest = place != last_place_;
  last_place_ = place;
  if (newest || !head.null_version || number_ != 0) return;
  const auto pointer = s.get(std::string(1, schema::table::null_versions) + place);
  if (!pointer || schema::decode_number(*pointer) != sequence) {
    report("index", "a null version that cannot be found: " + hex(key));
  }
}

void record_walk::take_null_version(const kv::snapshot& s, std::string_view key,
                                    std::string_view value) {
  if (number_ != 0) return;
  const auto sequence = schema::decode_number(value);
  const std::string version = std::string(1, schema::table::versions) + std::string(key.substr(1)) +
                              schema::sequence_tail(sequence);
  const auto row = s.get(version);
  if (!row || !schema::decode_head(*row).null_version) {
    report("index", "a pointer to no null version: " + hex(key));
  }
}

void record_walk::take_bucket(const kv::snapshot& s, std::string_view key, std::string_view value) {
  if (number_ != 0) return;
  const std::string name(key.substr(1));
  const bucket_record b = schema::decode_bucket(name, value);
  if (s.get(schema::bucket_id_key(b.id)) != name) {
    report("index", "bucket " + name + " is not found by its id");
  }
  if (!s.get(schema::bucket_owner_key(b.owner_account, name))) {
    report("index", "bucket " + name + " is not listed for its agency");
  }
}

void record_walk::take_bucket_id(const kv::snapshot& s, std::string_view key,
                                 std::string_view value) {
  if (number_ != 0) return;
  const auto record = s.get(schema::bucket_key(value));
  const auto id = schema::from_big_endian(key.substr(1));
  if (!record || schema::decode_bucket(std::string(value), *record).id != id) {
    report("index", "an id without its bucket: " + hex(key));
  }
}

void record_walk::finish() {
  for (const auto& [id, d] : data_) {
    if (!d.there) {
      report("references", std::to_string(d.counted) + " references to data that is not recorded",
             hex(id));
    } else if (d.recorded != d.counted) {
      report("references",
             std::to_string(d.recorded) + " references recorded, " + std::to_string(d.counted) +
                 " counted",
             hex(id));
    }
    if (d.in_two && !d.has_end) {
      report("references", "a location without its end", hex(id));
    }
  }
  for (const std::string& upload : uploads_of_parts_) {
    if (!uploads_.contains(upload))
      report("references", "parts without their upload: " + hex(upload));
  }
}

}  // namespace torhaus::storage::catalog
