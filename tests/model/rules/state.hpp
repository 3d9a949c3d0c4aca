// What a store holds, as one would explain it: buckets with keys, keys with versions, uploads with
// parts. Nothing here knows how it is kept.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/base/clock.hpp"

namespace torhaus::model {

using tag_list = std::vector<std::pair<std::string, std::string>>;

enum class versioning : std::uint8_t { never, enabled, suspended };
enum class lock_mode : std::uint8_t { none, governance, compliance };

// AWS: "How S3 Object Lock works".
struct object_lock {
  lock_mode mode = lock_mode::none;
  sys_micros until{};
  std::optional<bool> hold;  // none: never said

  bool binds(sys_micros now, bool bypass) const {
    if (hold.value_or(false)) return true;
    if (mode == lock_mode::none || until <= now) return false;
    return mode == lock_mode::compliance || !bypass;
  }
};

struct version {
  std::string id = {};  // "null", or what the server called it
  bool marker = false;
  std::string bytes = {};
  std::string etag = {};  // without quotation marks
  std::string content_type = {};
  tag_list metadata = {};
  tag_list tags = {};
  std::string algorithm = "CRC64NVME";  // of its checksum
  object_lock lock = {};
  sys_micros modified = {};
  std::vector<std::pair<unsigned, std::size_t>> parts = {};  // number and size; none: in one piece
  std::string upload = {};                                   // that it was made by
};

struct part {
  std::string bytes;
  sys_micros modified{};
};

struct upload {
  std::string id = {};
  std::string key = {};
  int initiator = 0;
  sys_micros initiated = {};
  std::string content_type = {};
  tag_list metadata = {};
  tag_list tags = {};
  object_lock lock = {};
  std::map<unsigned, part> parts = {};
};

struct default_retention {
  lock_mode mode = lock_mode::none;
  unsigned days = 0;
};

struct bucket {
  std::string name = {};
  versioning state = versioning::never;
  bool lock = false;
  default_retention retention = {};
  std::map<std::string, std::vector<version>> keys = {};  // newest first; no key without a version
  std::vector<upload> uploads = {};                       // in the order of their beginning

  version* newest(const std::string& key) {
    const auto found = keys.find(key);
    return found == keys.end() ? nullptr : &found->second.front();
  }
  version* named(const std::string& key, const std::string& id) {
    const auto found = keys.find(key);
    if (found == keys.end()) return nullptr;
    const auto at = std::ranges::find(found->second, id, &version::id);
    return at == found->second.end() ? nullptr : &*at;
  }
  void remove(const std::string& key, const std::string& id) {
    const auto found = keys.find(key);
    if (found == keys.end()) return;
    std::erase_if(found->second, [&](const version& v) { return v.id == id; });
    if (found->second.empty()) keys.erase(found);
  }
  // AWS: "Adding objects to versioning-suspended buckets": there is one null version at most.
  void add(const std::string& key, version v) {
    if (v.id == "null") remove(key, "null");
    auto& all = keys[key];
    all.insert(all.begin(), std::move(v));
  }
  upload* find_upload(const std::string& key, const std::string& id) {
    const auto at =
        std::ranges::find_if(uploads, [&](const upload& u) { return u.id == id && u.key == key; });
    return at == uploads.end() ? nullptr : &*at;
  }
};

}  // namespace torhaus::model
