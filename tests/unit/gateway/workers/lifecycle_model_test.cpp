// Random histories under random rules: what a pass leaves is what going through everything would
// leave.
#include <map>
#include <random>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/workers/lifecycle_world.hpp"

namespace lifecycle_model_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::key_of;
using test::lifecycle_world;
using test::run_task;

namespace {

struct simple_rule {
  std::string prefix;
  bool tagged = false;
  std::uint32_t days = 0;
  bool lonely_markers = false;
  std::uint32_t noncurrent_days = 0;
  std::uint32_t newer = 0;

  std::string text() const {
    const auto number = [](std::uint32_t n) { return std::to_string(n); };
    std::string out = "<Filter><Prefix>" + prefix + "</Prefix></Filter>";
    if (tagged) {
      out = "<Filter><And><Prefix>" + prefix +
            "</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>";
    }
    if (days > 0) out += "<Expiration><Days>" + number(days) + "</Days></Expiration>";
    if (lonely_markers) {
      out += "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>";
    }
    if (noncurrent_days == 0) return out;
    out += "<NoncurrentVersionExpiration><NoncurrentDays>" + number(noncurrent_days) +
           "</NoncurrentDays>";
    if (newer > 0) {
      out += "<NewerNoncurrentVersions>" + number(newer) + "</NewerNoncurrentVersions>";
    }
    return out + "</NoncurrentVersionExpiration>";
  }
};

using stacks = std::map<std::string, std::vector<object_version>>;  // newest first

// Rules by the letter, over everything, until nothing changes any more.
class plain_lifecycle {
 public:
  plain_lifecycle(stacks all, sys_micros now, versioning_state versioning)
      : all_(std::move(all)), now_(now), versioning_(versioning) {}

  stacks apply(const std::vector<simple_rule>& rules) {
    for (bool changed = true; changed;) {
      changed = false;
      for (const simple_rule& rule : rules) {
        for (auto& [key, versions] : all_) {
          if (key.starts_with(rule.prefix)) changed = step(rule, versions) || changed;
        }
      }
    }
    std::erase_if(all_, [](const auto& entry) { return entry.second.empty(); });
    return all_;
  }

 private:
  bool over(sys_micros since, std::uint32_t days) const {
    return std::chrono::ceil<std::chrono::days>(since + std::chrono::days(days)) <= now_;
  }
  bool matches(const simple_rule& rule, const object_version& v) const {
    return !rule.tagged || (!v.delete_marker && !v.attributes.tags.empty());
  }
  bool locked(const object_version& v) const {
    return v.lock.legal_hold || (v.lock.mode != retention_mode::none && v.lock.until > now_);
  }
  bool step(const simple_rule& rule, std::vector<object_version>& versions) const {
    if (versions.empty()) return false;
    object_version& newest = versions.front();
    if (newest.delete_marker && versions.size() == 1 && matches(rule, newest) &&
        (rule.lonely_markers || (rule.days > 0 && over(newest.modified, rule.days)))) {
      versions.clear();
      return true;
    }
    if (rule.days > 0 && !newest.delete_marker && matches(rule, newest) &&
        over(newest.modified, rule.days)) {
      expire(versions);
      return true;
    }
    for (std::size_t i = versions.size() - 1; rule.noncurrent_days > 0 && i > rule.newer; --i) {
      const bool due = over(versions[i - 1].modified, rule.noncurrent_days);
      if (!due || !matches(rule, versions[i]) || locked(versions[i])) continue;
      versions.erase(versions.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
    return false;
  }
  void expire(std::vector<object_version>& versions) const {
    const bool kept = versioning_ == versioning_state::enabled;
    if (!kept) std::erase_if(versions, [](const auto& v) { return v.null_version; });
    if (versioning_ == versioning_state::never_enabled) return;
    object_version marker;
    marker.delete_marker = true;
    marker.null_version = !kept;
    marker.modified = now_;
    versions.insert(versions.begin(), marker);
  }

  stacks all_;
  sys_micros now_;
  versioning_state versioning_;
};

struct history : lifecycle_world {
  explicit history(std::uint64_t seed) : random(seed) {
    id = bucket("b");
    if (pick(3) > 0) use(versioning_state::enabled);
    locks = versioning == versioning_state::enabled && pick(2) == 0 &&
            run_task(cat->set_object_lock(id, "<x/>")).has_value();
    if (pick(2) == 0) write_rules();
  }

  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); }
  std::string key() { return pick(2) == 0 ? "a" + std::to_string(pick(3)) : "b"; }
  void use(versioning_state state) {
    versioning = state;
    set_versioning(id, state);
  }

  void write_rules() {
    rules.clear();
    simple_rule first;
    first.prefix = pick(2) == 0 ? "" : "a";
    first.tagged = pick(4) == 0;
    first.noncurrent_days = pick(4);
    first.newer = first.noncurrent_days > 0 ? pick(3) : 0;
    first.lonely_markers = !first.tagged && pick(2) == 0;
    if (!first.lonely_markers) first.days = 1 + pick(4);
    rules.push_back(first);
    simple_rule second;
    second.prefix = "b";
    second.days = 1 + pick(5);
    rules.push_back(second);
    std::string text;
    for (const simple_rule& r : rules) text += rule("", r.text());
    configure(id, text);
  }

  std::optional<std::string> some_version(const std::string& of) {
    const auto found = snapshot()[of];
    if (found.empty()) return std::nullopt;
    return found[pick(static_cast<std::uint32_t>(found.size()))].version_id;
  }

  void change() {
    const std::string k = key();
    switch (pick(9)) {
      case 0:
      case 1:
      case 2:
        REQUIRE(put(id, k, "x"));
        break;
      case 3:
        REQUIRE(remove(id, k));
        break;
      case 4:
        if (const auto version = some_version(k)) (void)remove(id, k, version);
        break;
      case 5:
        if (const auto version = some_version(k)) tag(k, *version);
        break;
      case 6:
        if (const auto version = some_version(k); version && locks) lock(k, *version);
        break;
      case 7:
        if (pick(4) == 0) write_rules();
        if (pick(6) == 0 && !locks && versioning != versioning_state::never_enabled) {
          use(pick(2) == 0 ? versioning_state::enabled : versioning_state::suspended);
        }
        break;
      default:
        clock.advance(std::chrono::hours(pick(40)));
    }
  }
  void tag(const std::string& k, const std::string& version) {
    std::vector<name_value> tags;
    if (pick(3) > 0) tags.emplace_back("k", "v");
    (void)run_task(cat->set_object_tags(id, key_of(k), version, tags));
  }
  void lock(const std::string& k, const std::string& version) {
    if (pick(2) == 0) {
      (void)run_task(cat->set_object_legal_hold(id, key_of(k), version, pick(2) == 0));
      return;
    }
    const retention_change wanted{static_cast<retention_mode>(pick(3)),
                                  clock.now() + std::chrono::hours(1 + pick(100)), true};
    (void)run_task(cat->set_object_retention(id, key_of(k), version, wanted));
  }

  stacks snapshot() {
    stacks all;
    const auto page = run_task(cat->list_versions(id, {})).value();
    for (const auto& v : page.versions) {
      all[v.key].push_back(v);
    }
    return all;
  }
  // New markers have ids that nobody knows before.
  static std::vector<std::string> shown(const stacks& all) {
    std::vector<std::string> lines;
    for (const auto& [k, versions] : all) {
      for (const object_version& v : versions) {
        lines.push_back(k + " " + (v.delete_marker ? "marker" : v.version_id));
      }
    }
    return lines;
  }
  void compare() {
    if (rules.empty()) return;
    const auto wanted = plain_lifecycle(snapshot(), clock.now(), versioning).apply(rules);
    pass();
    CHECK(shown(snapshot()) == shown(wanted));
    CHECK(worker.stats().failures == 0);
  }

  std::mt19937_64 random;
  std::uint64_t id = 0;
  versioning_state versioning = versioning_state::never_enabled;
  bool locks = false;
  std::vector<simple_rule> rules;
};

}  // namespace

TEST_CASE("passes leave what going through everything would leave") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    history h(seed);
    for (int step = 0; step < 120; ++step) {
      h.change();
      if (h.pick(6) == 0) h.compare();
    }
    h.compare();
    CHECK(h.accounting_fault().empty());
  }
}

}  // namespace lifecycle_model_test
