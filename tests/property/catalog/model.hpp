// The catalog as one would explain it: keys with a list of versions, newest first, and uploads with
// parts. Listings are computed by going through everything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/catalog/types.hpp"

namespace torhaus::test::model {

using storage::catalog::versioning_state;

struct version {
  std::string id;  // "null" or what the catalog gave
  bool marker = false;
  std::string bytes;
  std::string etag;
  std::string tag = {};  // the value of the only one; empty: none
  storage::catalog::version_lock lock = {};

  bool locked(sys_micros now, bool bypass) const {
    using storage::catalog::retention_mode;
    if (lock.legal_hold) return true;
    if (lock.mode == retention_mode::none || lock.until <= now) return false;
    return lock.mode == retention_mode::compliance || !bypass;
  }
};

struct upload {
  std::string id;
  std::string key;
  std::map<std::uint32_t, std::string> parts;
};

struct bucket {
  versioning_state state = versioning_state::never_enabled;
  bool lock = false;
  std::map<std::string, std::vector<version>> keys;  // newest first; no key without a version
  std::vector<upload> uploads;                       // in order of their beginning

  const version* newest(const std::string& key) const {
    const auto found = keys.find(key);
    return found == keys.end() ? nullptr : &found->second.front();
  }
  const version* named(const std::string& key, const std::string& id) const {
    const auto found = keys.find(key);
    if (found == keys.end()) return nullptr;
    for (const version& v : found->second) {
      if (v.id == id) return &v;
    }
    return nullptr;
  }
  void tag(const std::string& key, const std::string& id, const std::string& value) {
    for (version& v : keys.at(key)) {
      if (v.id == id) v.tag = value;
    }
  }

  version* to_change(const std::string& key, const std::string& id) {
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
  void add(const std::string& key, version v) {
    if (v.id == "null") remove(key, "null");
    auto& all = keys[key];
    all.insert(all.begin(), std::move(v));
  }
  // A delete without a version id. `marker_id` is what the catalog called the marker, if it made
  // one.
  void erase(const std::string& key, const std::string& marker_id) {
    if (state == versioning_state::never_enabled) {
      remove(key, "null");
    } else {
      add(key, version{marker_id, true, "", ""});
    }
  }
};

// A key with an ordinal (of the version or upload).
using row = std::pair<std::string, std::size_t>;

// One line of a listing: a row, or a common prefix.
struct line {
  std::string name;
  bool common = false;
  std::size_t ordinal = 0;
  bool operator==(const line&) const = default;
};

struct page {
  std::vector<line> lines;
  bool truncated = false;
};

inline std::string rolled(const std::string& key, const std::string& prefix,
                          const std::string& delimiter) {
  if (delimiter.empty()) return "";
  const std::size_t at = key.find(delimiter, prefix.size());
  return at == std::string::npos ? "" : key.substr(0, at + delimiter.size());
}

// `rows` are in order. Lines up to `marker` are left out; with `skipped`, rows of the key `marker`
// itself are left out only when their ordinal is smaller.
inline page list(const std::vector<row>& rows, const std::string& prefix,
                 const std::string& delimiter, const std::string& marker,
                 std::optional<std::size_t> skipped, std::size_t max) {
  std::vector<line> all;
  for (const auto& [key, ordinal] : rows) {
    if (!key.starts_with(prefix)) continue;
    const std::string common = rolled(key, prefix, delimiter);
    const line next = common.empty() ? line{key, false, ordinal} : line{common, true, 0};
    const bool inside = !next.common && skipped && next.name == marker;
    if (inside ? ordinal < *skipped : !marker.empty() && next.name <= marker) continue;
    if (all.empty() || all.back() != next) all.push_back(next);
  }
  page out;
  out.truncated = max != 0 && all.size() > max;
  all.resize(std::min(all.size(), max));
  out.lines = std::move(all);
  return out;
}

}  // namespace torhaus::test::model
