// What several operations share: errors, names, dates, conditions, quota.
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "storage/crypto/digest.hpp"
#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

namespace crypto = storage::crypto;

namespace {

// AWS: "Error responses", list of error codes.
const std::map<std::string, unsigned>& statuses() {
  static const std::map<std::string, unsigned> all = {
      {"AccessDenied", 403},
      {"BadDigest", 400},
      {"BucketAlreadyOwnedByYou", 409},
      {"BucketNotEmpty", 409},
      {"ConditionalRequestConflict", 409},
      {"EntityTooSmall", 400},
      {"IncompleteBody", 400},
      {"InvalidArgument", 400},
      {"InvalidBucketState", 409},
      {"InvalidPart", 400},
      {"InvalidPartNumber", 416},
      {"InvalidPartOrder", 400},
      {"InvalidRange", 416},
      {"InvalidRequest", 400},
      {"InvalidURI", 400},
      {"KeyTooLongError", 400},
      {"MalformedXML", 400},
      {"MethodNotAllowed", 405},
      {"NoSuchBucket", 404},
      {"NoSuchKey", 404},
      {"NoSuchObjectLockConfiguration", 404},
      {"NoSuchUpload", 404},
      {"NoSuchVersion", 404},
      {"NotImplemented", 501},
      {"ObjectLockConfigurationNotFoundError", 404},
      {"PreconditionFailed", 412},
      {"QuotaExceeded", 403},
  };
  return all;
}

struct moment {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::microseconds> time;
  unsigned weekday;
};

moment split(sys_micros t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(t - day),
          std::chrono::weekday(day).c_encoding()};
}

std::string same_etag(std::string text) {
  if (text.size() > 1 && text.front() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

answer failure(const std::string& code) {
  const auto known = statuses().find(code);
  if (known == statuses().end()) throw std::logic_error("no status of " + code);
  answer a;
  a.status = known->second;
  a.code = code;
  return a;
}

std::string etag_of(const std::string& bytes) {
  return crypto::to_hex(crypto::digest_of(crypto::algorithm::md5, bytes).bytes());
}

std::string checksum_of(const std::string& algorithm, const std::string& bytes) {
  static const std::map<std::string, crypto::algorithm> known = {
      {"CRC32", crypto::algorithm::crc32},
      {"CRC32C", crypto::algorithm::crc32c},
      {"CRC64NVME", crypto::algorithm::crc64nvme},
      {"SHA1", crypto::algorithm::sha1},
      {"SHA256", crypto::algorithm::sha256}};
  return crypto::to_base64(crypto::digest_of(known.at(algorithm), bytes).bytes());
}

std::string checksum_header_of(const std::string& algorithm) {
  std::string name = "x-amz-checksum-" + algorithm;
  for (char& letter : name) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return name;
}

std::string in_quotes(const std::string& etag) { return '"' + etag + '"'; }

std::string iso(sys_micros t) {
  const moment m = split(t);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.000Z",
                static_cast<int>(m.date.year()), static_cast<unsigned>(m.date.month()),
                static_cast<unsigned>(m.date.day()), static_cast<int>(m.time.hours().count()),
                static_cast<int>(m.time.minutes().count()),
                static_cast<int>(m.time.seconds().count()));
  return text.data();
}

std::string http_time(sys_micros t) {
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const moment m = split(t);
  std::array<char, 40> text{};
  std::snprintf(
      text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", days[m.weekday],
      static_cast<unsigned>(m.date.day()), months[static_cast<unsigned>(m.date.month()) - 1],
      static_cast<int>(m.date.year()), static_cast<int>(m.time.hours().count()),
      static_cast<int>(m.time.minutes().count()), static_cast<int>(m.time.seconds().count()));
  return text.data();
}

std::string exact(sys_micros t) {
  const auto fraction = (t - std::chrono::floor<std::chrono::seconds>(t)).count();
  std::string text = iso(t);
  if (fraction == 0) return text;
  std::string digits = std::to_string(fraction);
  digits.insert(0, 6 - digits.size(), '0');
  return text.substr(0, text.find('.') + 1) + digits + "Z";
}

bool is_version_id(const std::string& text) {
  if (text == "null") return true;
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string as_document_says(const std::string& key) {
  const bool sayable = std::ranges::all_of(key, [](char c) { return c < 0 || c >= ' '; });
  return sayable ? key : anything;
}

std::string check_read(const condition& c, const version& v, sys_micros now) {
  const auto modified = std::chrono::floor<std::chrono::seconds>(v.modified);
  if (c.match) {
    if (*c.match != "*" && same_etag(*c.match) != v.etag) return "failed";
  } else if (c.unmodified_since && modified > *c.unmodified_since) {
    return "failed";
  }
  if (c.none_match) {
    if (*c.none_match == "*" || same_etag(*c.none_match) == v.etag) return "not modified";
  } else if (c.modified_since && *c.modified_since <= now && modified <= *c.modified_since) {
    return "not modified";
  }
  return "";
}

// AWS: writes take If-None-Match or If-Match, not both; who has an ETag compared must be allowed to
// read the object.
std::string check_asking(const request& r) {
  if (r.when.match && r.when.none_match) return "NotImplemented";
  const bool compares = r.when.match || (r.when.none_match && *r.when.none_match != "*");
  return compares && !may(r.who, right::read) ? "AccessDenied" : "";
}

std::string check_condition(const condition& c, const version* newest) {
  const bool there = newest != nullptr && !newest->marker;
  if (c.none_match && there && (*c.none_match == "*" || *c.none_match == newest->etag)) {
    return "PreconditionFailed";
  }
  if (!c.match) return "";
  if (!there) return "NoSuchKey";
  return *c.match == "*" || *c.match == newest->etag ? "" : "PreconditionFailed";
}

reference::found reference::find(bucket& b, const std::string& key,
                                 const std::optional<std::string>& version) {
  if (!version) {
    auto* newest = b.newest(key);
    return {newest, newest == nullptr ? "NoSuchKey" : ""};
  }
  if (!is_version_id(*version)) return {nullptr, "InvalidArgument"};
  auto* named = b.named(key, *version);
  return {named, named == nullptr ? "NoSuchVersion" : ""};
}

answer reference::missing(const request& r, const std::string& error) const {
  answer a = failure(error);
  if (r.what == verb::head) a.code.clear();
  return a;
}

// AWS: "Working with delete markers": 404 for the key, 405 for the marker by its id.
answer reference::marker_answer(const request& r, const version& v) const {
  answer a = missing(r, r.version ? "MethodNotAllowed" : "NoSuchKey");
  a.headers["x-amz-delete-marker"] = "true";
  a.headers["x-amz-version-id"] = v.id;
  if (r.version) a.headers["Last-Modified"] = http_time(v.modified);
  return a;
}

std::string reference::fresh_version(const bucket& b, const std::string& given) {
  if (b.state != versioning::enabled) return "null";
  if (given == "null" || !is_version_id(given) || !ids_.insert(given).second) return unseen_id;
  return given;
}

void reference::tell_version(answer& a, const bucket& b, const version& v) const {
  if (b.state != versioning::never) a.headers["x-amz-version-id"] = v.id;
}

object_lock reference::lock_of(const request& r, const bucket& b) const {
  object_lock lock = r.lock;
  if (lock.mode == lock_mode::none && b.retention.mode != lock_mode::none) {
    lock.mode = b.retention.mode;
    lock.until = now_ + std::chrono::days(b.retention.days);
  }
  return lock;
}

// Every version counts with all its bytes, and the parts of what has not ended.
bool reference::room(const bucket& b, const std::string& replaced_key, std::int64_t objects,
                     std::int64_t bytes) const {
  std::int64_t used_objects = 0;
  std::int64_t used_bytes = 0;
  for (const auto& [name, one] : buckets) {
    for (const auto& [key, versions] : one.keys) {
      for (const version& v : versions) {
        if (v.marker) continue;
        ++used_objects;
        used_bytes += static_cast<std::int64_t>(v.bytes.size());
      }
    }
    for (const upload& u : one.uploads) {
      for (const auto& [number, p] : u.parts) {
        used_bytes += static_cast<std::int64_t>(p.bytes.size());
      }
    }
  }
  const auto all = b.keys.find(replaced_key);
  if (b.state != versioning::enabled && all != b.keys.end()) {
    const auto null = std::ranges::find(all->second, "null", &version::id);
    if (null != all->second.end() && !null->marker) {
      objects -= 1;
      bytes -= static_cast<std::int64_t>(null->bytes.size());
    }
  }
  const auto fits = [](std::int64_t used, std::int64_t more, std::uint64_t most) {
    return most == 0 || more <= 0 || used + more <= static_cast<std::int64_t>(most);
  };
  return fits(used_objects, objects, limit.objects) && fits(used_bytes, bytes, limit.bytes);
}

std::string reference::check_conditions_of(const request& r, bucket& b) const {
  condition when = r.when;
  if (!may(r.who, right::write)) when.none_match = "*";  // a depositor adds
  std::string refused = check_condition(when, b.newest(r.key));
  if (refused == "PreconditionFailed" && !may(r.who, right::write)) refused = "AccessDenied";
  return refused;
}

std::string reference::check_write(const request& r, bucket& b, std::size_t size,
                                   std::int64_t freed_part_bytes) const {
  std::string refused = check_asking(r);
  if (refused.empty()) refused = check_conditions_of(r, b);
  if (!refused.empty()) return refused;
  if (b.state != versioning::enabled) {
    const version* replaced = b.named(r.key, "null");
    if (replaced != nullptr && replaced->lock.binds(now_, false)) return "AccessDenied";
  }
  const auto growth = static_cast<std::int64_t>(size) - freed_part_bytes;
  return room(b, r.key, 1, growth) ? "" : "QuotaExceeded";
}

}  // namespace torhaus::model
