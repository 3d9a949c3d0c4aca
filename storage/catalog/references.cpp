#include "storage/catalog/references.hpp"

#include "storage/base/log.hpp"

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

void add_blob(kv::transaction& t, const blob::placed_blob& placed) {
  schema::data_row data;
  data.kind = rides_inline(placed.size, placed.location) ? schema::data_kind::inline_blob
                                                         : schema::data_kind::blob;
  data.references = 1;
  data.size = placed.size;
  data.location = placed.location;
  t.put(schema::data_key(placed.id), schema::encode(data));
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
  const bool garbage = data->kind != schema::data_kind::inline_blob;
  if (garbage) put_garbage(t, id, *data);
  t.erase(schema::data_key(id));
  return garbage;
}

}  // namespace torhaus::storage::catalog
