#include "storage/catalog/references.hpp"

#include "storage/base/log.hpp"
#include "storage/kv/page_fit.hpp"

namespace torhaus::storage::catalog {
namespace {

void put_garbage(kv::transaction& t, const blob::blob_id& id, const schema::data_row& data) {
  if (data.kind == schema::data_kind::manifest) {
    t.put(schema::garbage_key(schema::garbage_kind::manifest, id.view()), schema::encode_number(0));
    return;
  }
  t.put(schema::garbage_key(schema::garbage_kind::blob, id.view()),
        schema::encode_garbage_blob(data.size, data.location));
}

}  // namespace

bool rides_inline(std::uint64_t size, std::string_view location) {
  return size <= blob::max_inline_bytes && location.size() >= size;
}

std::optional<schema::data_row> find_data(const kv::snapshot& s, const blob::blob_id& id) {
  const std::string key = schema::data_key(id);
  const auto value = s.get(key);
  if (!value) return std::nullopt;
  return schema::named(key, [&] { return schema::decode_data(*value); });
}

blob::placed_blob place_of(const kv::snapshot& s, const blob::blob_id& id,
                           const schema::data_row& data) {
  blob::placed_blob placed{id, data.size, std::string(data.location)};
  if (data.kind != schema::data_kind::inline_blob_in_two) return placed;
  const auto end = s.get(schema::location_end_key(id));
  if (!end) {
    throw damaged_record("the end of blob " + crypto::to_hex(id.view()) + " is not there");
  }
  placed.location += *end;
  return placed;
}

blob_rows rows_of(const blob::placed_blob& placed) {
  blob_rows rows;
  rows.id = placed.id;
  schema::data_row data;
  data.references = 1;
  data.size = placed.size;
  data.location = placed.location;
  if (!rides_inline(placed.size, placed.location)) {
    rows.record = schema::encode(data);
    return rows;
  }
  data.kind = schema::data_kind::inline_blob;
  rows.record = schema::encode(data);
  const std::size_t surplus = kv::surplus_bytes(rows.record.size());
  // Only bytes of the location can go elsewhere, and none of those is few.
  if (surplus == 0 || surplus >= data.location.size()) return rows;
  data.kind = schema::data_kind::inline_blob_in_two;
  rows.location_end = data.location.substr(data.location.size() - surplus);
  data.location.remove_suffix(surplus);
  rows.record = schema::encode(data);
  return rows;
}

void add_blob(kv::transaction& t, const blob_rows& rows) {
  t.put(schema::data_key(rows.id), rows.record);
  if (!rows.location_end.empty()) t.put(schema::location_end_key(rows.id), rows.location_end);
}

void add_manifest(kv::transaction& t, const blob::blob_id& id, std::uint64_t size) {
  schema::data_row data;
  data.kind = schema::data_kind::manifest;
  data.references = 1;
  data.size = size;
  t.put(schema::data_key(id), schema::encode(data));
}

bool add_reference(kv::transaction& t, const blob::blob_id& id) {
  auto data = find_data(t, id);
  if (!data) return false;
  ++data->references;
  t.put(schema::data_key(id), schema::encode(*data));
  return true;
}

bool drop_reference(kv::transaction& t, const blob::blob_id& id) {
  auto data = find_data(t, id);
  if (!data || data->references == 0) {
    // Nothing can be lost by going on; refusing would make the object undeletable.
    log::error("catalog.reference_missing", {{"data", crypto::to_hex(id.view())}});
    return false;
  }
  if (data->references > 1) {
    --data->references;
    t.put(schema::data_key(id), schema::encode(*data));
    return false;
  }
  const bool in_two = data->kind == schema::data_kind::inline_blob_in_two;
  const bool garbage = !in_two && data->kind != schema::data_kind::inline_blob;
  if (garbage) put_garbage(t, id, *data);
  t.erase(schema::data_key(id));
  if (in_two) t.erase(schema::location_end_key(id));
  return garbage;
}

}  // namespace torhaus::storage::catalog
