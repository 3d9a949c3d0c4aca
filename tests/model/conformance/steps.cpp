#include "tests/model/conformance/steps.hpp"

#include <random>
#include <string_view>

#include "tests/property/catalog/operations.hpp"

namespace torhaus::model {

namespace {

struct row {
  std::string_view name;
  double weight;
  verb what = verb::head_bucket;
  special other = special::none;
};

constexpr std::array table = {
    row{"put", 18, verb::put},
    row{"get", 9, verb::get},
    row{"head", 3, verb::head},
    row{"copy", 6, verb::copy},
    row{"remove", 10, verb::remove},
    row{"remove_many", 2, verb::remove_many},
    row{"get_tags", 1.5, verb::get_tags},
    row{"put_tags", 2, verb::put_tags},
    row{"delete_tags", 0.7, verb::delete_tags},
    row{"get_retention", 1, verb::get_retention},
    row{"put_retention", 2, verb::put_retention},
    row{"get_hold", 0.7, verb::get_hold},
    row{"put_hold", 1, verb::put_hold},
    row{"create_upload", 3, verb::create_upload},
    row{"upload_part", 7, verb::upload_part},
    row{"copy_part", 1, verb::copy_part},
    row{"complete", 4, verb::complete},
    row{"abort", 0.7, verb::abort},
    row{"list_parts", 1.5, verb::list_parts},
    row{"list_uploads", 1.5, verb::list_uploads},
    row{"list_v1", 3, verb::list_v1},
    row{"list_v2", 4, verb::list_v2},
    row{"list_versions", 4, verb::list_versions},
    row{"head_bucket", 0.3, verb::head_bucket},
    row{"get_versioning", 0.4, verb::get_versioning},
    row{"put_versioning", 4, verb::put_versioning},
    row{"get_lock_configuration", 0.3, verb::get_lock_configuration},
    row{"put_lock_configuration", 0.5, verb::put_lock_configuration},
    row{"list_buckets", 0.1, verb::list_buckets},
    row{"recreate", 0.4, verb::delete_bucket, special::recreate},
    row{"wait", 1, verb::head_bucket, special::wait},
    row{"turn_back", 0.8, verb::head_bucket, special::turn_back},
    row{"restart", 0.15, verb::head_bucket, special::restart},
};

const row& row_of(const step& s) { return table.at(s.what); }

bool names_a_key(verb v) {
  return (v >= verb::put && v <= verb::remove) || (v >= verb::get_tags && v <= verb::create_upload);
}

}  // namespace

std::size_t kinds_of_step() { return table.size(); }

special special_of(const step& s) { return row_of(s).other; }

std::string name_of(const step& s) { return std::string(row_of(s).name); }

std::vector<step> random_steps(std::uint64_t seed) {
  std::mt19937_64 dice(seed);
  static const std::array weights = [] {
    std::array<double, table.size()> all{};
    std::ranges::transform(table, all.begin(), &row::weight);
    return all;
  }();
  std::discrete_distribution<unsigned> verbs(weights.begin(), weights.end());
  const auto first = static_cast<std::uint32_t>(dice() % 1000);
  const auto keys = 1 + static_cast<std::uint32_t>(dice() % (dice() % 4 == 0 ? 12 : 4));
  std::vector<step> all(4 + dice() % 24);
  for (step& s : all) {
    s.what = static_cast<std::uint8_t>(verbs(dice));
    // Something to work on comes first.
    if (&s - all.data() < 3 && dice() % 4 != 0) s.what = 0;
    for (std::uint32_t& p : s.pick) p = static_cast<std::uint32_t>(dice());
    if (names_a_key(row_of(s).what)) s.pick[1] = first + s.pick[1] % keys;
    // A few keys that are looked for by listings and deletes of many as well.
    s.pick[7] = first;
    s.pick[6] = s.pick[6] / 16 * 16 + keys;
  }
  return all;
}

setting random_setting(std::uint64_t seed, std::uint64_t number) {
  std::mt19937_64 dice(seed ^ 0x5e77'1236);
  setting s;
  const bool limited = dice() % 8 == 0;
  s.first_bucket = (limited ? "quota" : "trasse-") + std::to_string(number) + "-a";
  s.second_bucket = s.first_bucket + "-b";
  s.lock = dice() % 4 == 0;
  s.state = static_cast<versioning>(std::min<std::uint64_t>(dice() % 5, 3) % 3);
  if (limited) s.limit = {dice() % 2 == 0 ? 1 + dice() % 6 : 0, 20 + dice() % 200};
  return s;
}

namespace {

class drawer {
 public:
  drawer(const step& s, const setting& where, reference& rules, sys_micros now)
      : where_(where), rules_(rules), now_(now), key_(s.pick[1]), first_(s.pick[7]) {
    std::ranges::copy(s.pick, p_.begin());
    r_.what = row_of(s).what;
    r_.who = who();
    keys_ = std::max(s.pick[6] % 16, 1U);
    r_.bucket = rarely(0, 5) ? where.second_bucket : where.first_bucket;
  }

  std::optional<request> draw();

 private:
  // One choice after the other out of a pick. A pick of zero chooses zero each time.
  std::uint32_t take(std::size_t pick, std::uint32_t sides) {
    p_[pick] *= 0x9e37'79b9'7f4a'7c15;
    return static_cast<std::uint32_t>(p_[pick] >> 33) % sides;
  }
  bool rarely(std::size_t pick, std::uint32_t sides) { return take(pick, sides) == 1; }
  caller who() {
    const auto n = take(2, 24);
    if (n == 0 || n > 7 || where_.limit.objects + where_.limit.bytes > 0) return caller::owner;
    return static_cast<caller>(n);
  }
  bucket* home() {
    const auto found = rules_.buckets.find(r_.bucket);
    return found == rules_.buckets.end() ? nullptr : &found->second;
  }
  bool home_locks() {
    const bucket* b = home();
    return b != nullptr && b->lock;
  }
  const std::string& key(std::uint32_t pick) { return test::chosen_key(pick); }
  // One of the sequence's keys.
  const std::string& other_key(std::uint32_t pick) { return key(first_ + pick % keys_); }
  // Mostly one that is there.
  std::string key_there() {
    const bucket* b = home();
    const auto which = take(6, 64);
    if (b == nullptr || b->keys.empty() || rarely(6, 6)) return key(key_);
    return std::next(b->keys.begin(), static_cast<std::ptrdiff_t>(which % b->keys.size()))->first;
  }

  std::string any_version(const std::string& key, std::uint32_t pick) {
    if (pick % 13 == 3) return "null";
    if (pick % 13 == 1) return "0000000000000007" + std::string(16, '0');
    if (pick % 40 == 2) return "nonsense";
    bucket* b = home();
    if (b == nullptr || !b->keys.contains(key)) return "null";
    const auto& all = b->keys.at(key);
    return all[pick % all.size()].id;
  }
  void maybe_version() {
    if (rarely(3, 2)) r_.version = any_version(r_.key, take(3, 1000));
  }
  const version* newest() {
    bucket* b = home();
    return b == nullptr ? nullptr : b->newest(r_.key);
  }
  static std::string etag(const version* v, bool right) {
    return right && v != nullptr && !v->marker ? v->etag : etag_of("nothing");
  }
  // One write in three has a condition.
  condition write_condition() {
    condition c;
    const auto kind = take(4, 18);
    const bool right = !rarely(4, 2);
    if (kind == 5) c.none_match = "*";
    if (kind == 1) c.none_match = etag(newest(), right);
    if (kind == 2 || kind == 3) c.match = etag(newest(), right);
    if (kind == 4) c.match = "*";
    return c;
  }
  condition read_condition(const version* v, std::size_t pick) {
    condition c;
    const auto kind = take(pick, 14);
    const auto since = [&] {
      const auto base = v == nullptr ? now_ : v->modified;
      return std::chrono::floor<std::chrono::seconds>(base) +
             std::chrono::seconds(static_cast<int>(take(pick, 3)) - 1);
    };
    if (kind == 6 || kind == 1) c.match = etag(v, !rarely(pick, 2));
    if (kind == 2 || kind == 3) c.none_match = etag(v, !rarely(pick, 2));
    if (kind == 1 || kind == 4) c.unmodified_since = since();
    if (kind == 3 || kind == 5) c.modified_since = since();
    return c;
  }
  // Every content is different, so that a mix-up shows.
  std::string content(std::size_t pick) {
    const std::string label = std::to_string(now_.time_since_epoch().count()) + ";";
    const auto kind = take(pick, 60);
    if (kind == 20) return label + std::string(9'000, 'x');
    if (kind == 1) return label + std::string(30'000, 's');
    if (kind > 52) return "";
    if (kind > 48) return "few";
    return label + std::string(take(pick, 20), 'c');
  }
  tag_list tags(std::size_t pick) {
    tag_list all;
    const auto kind = take(pick, 3);
    if (kind > 0 || r_.what != verb::put_tags)
      all.emplace_back("office", std::to_string(take(pick, 5)));
    if (kind > 1) all.emplace_back("a key", "=+ä/");
    return all;
  }
  void attributes() {
    if (rarely(5, 4)) r_.content_type = "text/plain";
    if (rarely(5, 4)) r_.metadata.emplace_back("mark", std::to_string(take(5, 10)));
    if (rarely(5, 4)) r_.tags = tags(5);
  }
  std::string algorithm(std::size_t pick) {
    static constexpr std::array all = {"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"};
    return all.at(take(pick, all.size()));
  }
  object_lock retention(std::size_t pick) {
    object_lock lock;
    lock.mode = static_cast<lock_mode>(1 + take(pick, 2));
    lock.until = now_ + std::chrono::milliseconds(take(pick, 100'000)) - std::chrono::seconds(5);
    return lock;
  }
  upload* any_upload() {
    bucket* b = home();
    if (b == nullptr || b->uploads.empty()) return nullptr;
    upload& u = b->uploads[take(3, 97) % b->uploads.size()];
    r_.key = u.key;
    r_.upload = u.id;
    return &u;
  }
  void source();
  bool bucket_settings();
  bool objects();
  bool object_attributes();
  bool uploads();
  void completion(const upload&);
  bool ended_upload();
  bool listing();

  std::array<std::uint64_t, 8> p_{};
  const setting& where_;
  reference& rules_;
  sys_micros now_;
  std::uint32_t key_;
  std::uint32_t first_;
  std::uint32_t keys_ = 1;
  request r_;
};

bool xml_can_say(const std::string& key) {
  return std::ranges::all_of(key, [](char c) { return c >= ' ' || c < 0; });
}

void drawer::source() {
  r_.from.bucket = rarely(3, 5) ? where_.second_bucket : where_.first_bucket;
  r_.from.key = other_key(take(3, 64));
  const auto found = rules_.buckets.find(r_.from.bucket);
  const version* v = nullptr;
  if (found != rules_.buckets.end()) {
    auto& keys = found->second.keys;
    if (!keys.empty() && !rarely(3, 6)) {
      const auto which = static_cast<std::ptrdiff_t>(take(3, 64) % keys.size());
      r_.from.key = std::next(keys.begin(), which)->first;
    }
    v = found->second.newest(r_.from.key);
    if (rarely(3, 3) && v != nullptr) {
      const auto& all = found->second.keys.at(r_.from.key);
      v = &all[take(3, 16) % all.size()];
      r_.from.version = v->id;
    }
  }
  r_.from.when = read_condition(v, 4);
}

bool drawer::bucket_settings() {
  switch (r_.what) {
    case verb::put_versioning:
      r_.state = rarely(3, 2) ? versioning::suspended : versioning::enabled;
      return true;
    case verb::put_lock_configuration:
      if (rarely(3, 2)) r_.retention = {static_cast<lock_mode>(1 + take(3, 2)), 1 + take(3, 3)};
      return true;
    case verb::list_buckets:
      r_.page.prefix = where_.first_bucket;
      return true;
    case verb::head_bucket:
    case verb::get_versioning:
    case verb::get_lock_configuration:
      return true;
    default:
      return false;
  }
}

bool drawer::objects() {
  if (r_.what < verb::put || r_.what > verb::remove_many) return false;
  if (r_.what == verb::remove_many) {
    r_.bypass = rarely(3, 4);
    const bucket* b = home();
    r_.quiet = rarely(3, 3) && (b == nullptr || b->state != versioning::enabled);
    for (std::size_t i = 0, n = 1 + take(3, 4); i < n; ++i) {
      const std::string& k = other_key(take(1, 20));
      if (!xml_can_say(k)) continue;
      r_.objects.push_back({k, std::nullopt});
      if (rarely(4, 3)) r_.objects.back().version = any_version(k, take(4, 40));
    }
    return !r_.objects.empty();
  }
  r_.key = r_.what == verb::put || r_.what == verb::copy ? key(key_) : key_there();
  switch (r_.what) {
    case verb::put:
      r_.body = content(3);
      attributes();
      r_.when = write_condition();
      r_.wrong_digest = rarely(4, 40);
      if (rarely(6, 4)) r_.algorithm = algorithm(6);
      r_.wrong_checksum = !r_.algorithm.empty() && rarely(6, 12);
      r_.cut = rarely(4, 40) && !r_.body.empty();
      if (rarely(4, home_locks() ? 5 : 60)) r_.lock = retention(5);
      if (rarely(4, home_locks() ? 8 : 60)) r_.lock.hold = take(4, 2) == 0;
      return true;
    case verb::get:
    case verb::head:
      maybe_version();
      r_.when = read_condition(newest(), 4);
      r_.tell_checksum = rarely(6, 3);
      if (rarely(5, 4)) {
        r_.range = range{take(5, 20), take(5, 30)};
        if (rarely(5, 4)) r_.range->first.reset();
        if (r_.range->first && rarely(5, 4)) r_.range->last.reset();
      } else if (rarely(5, 6)) {
        r_.part_number = 1 + take(5, 4);
      }
      return true;
    case verb::copy:
      source();
      r_.replace_metadata = rarely(5, 3);
      r_.replace_tags = rarely(5, 3);
      if (rarely(6, 5)) r_.algorithm = algorithm(6);
      attributes();
      r_.when = write_condition();
      return true;
    default:
      maybe_version();
      r_.bypass = rarely(4, 4);
      if (rarely(4, 5)) r_.when.match = etag(newest(), rarely(4, 2));
      return true;
  }
}

bool drawer::object_attributes() {
  if (r_.what < verb::get_tags || r_.what > verb::put_hold) return false;
  // Where nothing can be locked, asking now and then is enough.
  if (r_.what >= verb::get_retention && !home_locks() && !rarely(5, 8)) return false;
  r_.key = key_there();
  maybe_version();
  if (r_.what == verb::put_tags) r_.tags = tags(4);
  if (r_.what == verb::put_hold) r_.lock.hold = take(4, 2) == 0;
  if (r_.what == verb::put_retention) {
    r_.bypass = rarely(4, 2);
    if (take(4, 5) != 0) r_.lock = retention(5);
  }
  return true;
}

// An upload that has ended, asked for again: by the object that it became.
bool drawer::ended_upload() {
  bucket* b = home();
  if (b == nullptr) return false;
  for (const auto& [name, versions] : b->keys) {
    for (const version& v : versions) {
      if (v.upload.empty() || rarely(3, 2)) continue;
      r_.key = name;
      r_.upload = v.upload;
      std::size_t at = 0;
      for (const auto& [number, size] : v.parts) {
        r_.parts.push_back({number, etag_of(v.bytes.substr(at, size))});
        at += size;
      }
      if (rarely(3, 5)) r_.parts.pop_back();
      return !r_.parts.empty();
    }
  }
  return false;
}

void drawer::completion(const upload& u) {
  const auto mask = take(5, 64);
  for (const auto& [number, part] : u.parts) {
    if (mask % 8 == 7 && (mask >> (number % 4)) % 2 == 0) continue;
    r_.parts.push_back({number, etag_of(part.bytes)});
  }
  const auto wrong = take(5, 24);
  if (r_.parts.empty()) return;
  if (wrong == 5) r_.parts.front().etag = etag_of("nothing");
  if (wrong == 1) std::ranges::reverse(r_.parts);
  if (wrong == 2) r_.parts.push_back({9'999, etag_of("nothing")});
  if (wrong == 3) r_.parts.push_back(r_.parts.back());
}

bool drawer::uploads() {
  if (r_.what < verb::create_upload || r_.what > verb::list_parts) return false;
  if (r_.what == verb::create_upload) {
    r_.key = key(key_);
    attributes();
    return home() == nullptr || home()->uploads.size() < 4;
  }
  if (r_.what == verb::complete && rarely(3, 6) && ended_upload()) return true;
  const upload* u = any_upload();
  if (u == nullptr) return false;
  if (r_.what == verb::complete && u->parts.empty() && !rarely(4, 10)) r_.what = verb::upload_part;
  switch (r_.what) {
    case verb::upload_part:
      r_.part_number = rarely(4, 30) ? 10'001 : 1 + take(4, 3);
      r_.body = content(5);
      r_.wrong_digest = rarely(4, 30);
      r_.cut = rarely(4, 30) && !r_.body.empty();
      return true;
    case verb::copy_part:
      r_.part_number = 1 + take(5, 4);
      source();
      if (rarely(5, 2)) r_.range = range{take(5, 10), take(5, 20)};
      return true;
    case verb::complete:
      completion(*u);
      r_.when = write_condition();
      return true;
    case verb::list_parts:
      r_.page.max = rarely(4, 3) ? take(4, 3) : 1000;
      if (rarely(4, 3)) r_.part_number = take(4, 4);
      return true;
    default:
      return true;
  }
}

bool drawer::listing() {
  if (r_.what < verb::list_uploads) return false;
  page_request& page = r_.page;
  if (rarely(3, 2)) page.delimiter = test::chosen_delimiter(take(3, 100));
  if (rarely(3, 2)) page.prefix = test::chosen_prefix(take(3, 100));
  page.max = test::chosen_page_size(take(4, 100));
  std::string marker;
  if (rarely(4, 3)) marker = test::chosen_marker(take(4, 3000) * 3);
  if (rarely(5, 3)) marker = other_key(take(5, 64));
  if (r_.what == verb::list_v2) {
    page.start_after = marker;
    return true;
  }
  page.marker = marker;
  bucket* b = home();
  if (b == nullptr) return true;
  if (r_.what == verb::list_versions && rarely(5, 2)) {
    const auto found = b->keys.find(marker);
    if (found != b->keys.end()) {
      page.within = found->second[take(5, 16) % found->second.size()].id;
    } else if (rarely(5, 8)) {
      page.within = "null";
      page.marker.clear();
    }
  }
  if (r_.what == verb::list_uploads && rarely(5, 2)) {
    for (const upload& u : b->uploads) {
      if (u.key == marker) page.within = u.id;
    }
  }
  return true;
}

std::optional<request> drawer::draw() {
  const bool drawn =
      bucket_settings() || objects() || object_attributes() || uploads() || listing();
  if (!drawn) return std::nullopt;
  return std::move(r_);
}

}  // namespace

std::optional<request> draw(const step& s, const setting& where, reference& rules, sys_micros now) {
  return drawer(s, where, rules, now).draw();
}

}  // namespace torhaus::model
