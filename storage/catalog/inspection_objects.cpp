// Which objects need the blobs that were found damaged.
#include <unordered_map>

#include "storage/catalog/inspection.hpp"
#include "storage/catalog/schema.hpp"
#include "storage/kv/walk.hpp"

namespace torhaus::storage::catalog {
namespace {

// A key may hold anything, also what moves a terminal's cursor.
std::string printable(std::string_view key) {
  std::string out;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out.push_back(c);
    } else {
      out += "\\x" + crypto::to_hex(std::string_view(&c, 1));
    }
  }
  return out;
}

class owner_walk {
 public:
  using owners = std::unordered_map<std::string, std::vector<std::string>>;  // by hex id of a blob

  explicit owner_walk(owners wanted) : owners_(std::move(wanted)) {
    for (const auto& [blob, none] : owners_) behind_[blob] = {blob};
  }

  void run(const kv::snapshot& s) {
    // Manifests sort before parts, and these before versions.
    for (const char table :
         {schema::table::manifests, schema::table::parts, schema::table::versions}) {
      const std::string from(1, table);
      const auto at = s.scan(from, schema::successor(from));
      const auto take = [&](std::string_view key, std::string_view value) {
        try {
          look_at(s, table, key, value);
        } catch (const damaged_record&) {
          // The walk over the records tells of it.
        }
        return true;
      };
      kv::walk(*at, from, take, [](const damaged_record&) {});
    }
  }
  owners take() && { return std::move(owners_); }

 private:
  void look_at(const kv::snapshot& s, char table, std::string_view key, std::string_view value) {
    if (table == schema::table::manifests) {
      const schema::manifest_view manifest(value);
      for (std::size_t i = 0; i < manifest.size(); ++i) {
        pass_on(manifest.at(i).blob, key.substr(1));
      }
    } else if (table == schema::table::parts) {
      const std::string_view upload = key.substr(1, schema::upload_id_bytes);
      add(schema::decode_part(0, value).blob, "part of upload " + crypto::to_hex(upload));
    } else {
      const schema::version_head head = schema::decode_head(value);
      if (!head.has_data || !behind_.contains(crypto::to_hex(head.data.view()))) return;
      const auto name = schema::split_row(key, schema::sequence_bytes);
      const auto bucket = s.get(schema::bucket_id_key(schema::from_big_endian(key.substr(1, 8))));
      std::string text(bucket.value_or("(a bucket that is gone)"));
      text += "/" + printable(name.key) + " (version ";
      text += schema::version_id_text(head, schema::sequence_of(name.tail)) + ")";
      add(head.data, text);
    }
  }
  // Whoever needs the manifest needs the blob.
  void pass_on(const blob::blob_id& id, std::string_view manifest) {
    const auto known = behind_.find(crypto::to_hex(id.view()));
    if (known == behind_.end()) return;
    std::vector<std::string> blobs = known->second;
    auto& to = behind_[crypto::to_hex(manifest)];
    to.insert(to.end(), blobs.begin(), blobs.end());
  }
  void add(const blob::blob_id& id, const std::string& object) {
    const auto known = behind_.find(crypto::to_hex(id.view()));
    if (known == behind_.end()) return;
    for (const std::string& blob : known->second) {
      auto& objects = owners_[blob];
      if (objects.size() < finding::most_objects) objects.push_back(object);
    }
  }

  owners owners_;
  // The damaged blobs behind a blob or a manifest.
  std::unordered_map<std::string, std::vector<std::string>> behind_;
};

}  // namespace

void inspector::name_objects() {
  owner_walk::owners wanted;
  for (const finding& f : findings_) {
    if (f.kind == "damaged_blob" && !f.blob.empty() && f.objects.empty()) wanted[f.blob] = {};
  }
  if (wanted.empty()) return;
  owner_walk::owners found;
  try {
    options_.db->read_blocking([&](const kv::snapshot& s) {
      owner_walk walk(wanted);  // the function may run twice
      walk.run(s);
      found = std::move(walk).take();
    });
  } catch (const kv::damaged_store&) {
    return;  // told of before
  }
  for (finding& f : findings_) {
    if (const auto of = found.find(f.blob); of != found.end() && f.objects.empty()) {
      f.objects = of->second;
    }
  }
}

}  // namespace torhaus::storage::catalog
