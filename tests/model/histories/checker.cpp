#include "tests/model/histories/checker.hpp"

#include <algorithm>
#include <bitset>
#include <map>
#include <optional>
#include <unordered_set>

namespace torhaus::model {

namespace {

constexpr std::size_t most_events = 250;
constexpr std::uint64_t most_tries = 3'000'000;

// The versions of the key, newest first, each by the event that made it.
using state = std::vector<std::uint8_t>;

class search {
 public:
  search(std::vector<event> events, kind_of_bucket kind)
      : events_(std::move(events)), versioned_(kind == kind_of_bucket::versioned) {
    // A read that was not answered says nothing.
    std::erase_if(events_, [](const event& e) {
      return e.told.is == verdict::unknown && e.asked.what >= action::read;
    });
    std::ranges::sort(events_, {}, &event::invoked);
  }

  judgement run();

 private:
  bool marker(std::uint8_t made_by) const { return events_[made_by].asked.what == action::remove; }
  int newest(const state& s) const {
    return s.empty() || marker(s.front()) ? nothing : events_[s.front()].asked.value;
  }
  std::string know_values();
  std::string know_id(const std::string& id, int value);
  std::optional<std::uint8_t> maker_of(const std::string& id) const;
  void know_order();

  // The state after it; nothing when it could not have been answered so.
  std::optional<state> apply(std::size_t e, const state& before) const;
  std::optional<state> put(std::size_t e, const state& before) const;
  std::optional<state> remove(std::size_t e, const state& before) const;
  std::optional<state> remove_version(const event& e, state s) const;
  bool reads(const event& e, const state& s) const;
  bool reads_version(const event& e, const state& s) const;
  bool lists(const event& e, const state& s) const;

  bool explore(const state& s, std::size_t done, steady_time latest);

  std::vector<event> events_;
  bool versioned_;
  std::map<int, std::uint8_t> makers_;  // of values
  std::map<std::string, int> ids_;      // of values
  std::map<int, std::string> id_of_;    // the other way round
  // By event: those whose versions are older than its own in some listing.
  std::vector<std::bitset<most_events>> older_;
  std::bitset<most_events> done_;
  std::unordered_set<std::string> seen_;
  std::uint64_t tries_ = 0;
  std::size_t furthest_ = 0;
  std::bitset<most_events> furthest_done_;
};

// A value has one id and an id one value, whoever tells it.
std::string search::know_id(const std::string& id, int value) {
  if (id.empty() || id == "null" || value == nothing) return "";
  const auto [known, is_new] = ids_.emplace(id, value);
  if (!is_new && known->second != value) return "two values are told under version " + id;
  const auto [other, first] = id_of_.emplace(value, id);
  if (!first && other->second != id) return "version " + id + " is also told as " + other->second;
  return "";
}

std::string search::know_values() {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const event& e = events_[i];
    if (e.asked.what == action::put) makers_[e.asked.value] = static_cast<std::uint8_t>(i);
  }
  const auto check = [&](int value, const std::string& id) -> std::string {
    if (value == not_ours || (value != nothing && !makers_.contains(value))) {
      return "bytes are read that nobody wrote here";
    }
    return versioned_ ? know_id(id, value) : "";
  };
  for (const event& e : events_) {
    const bool put = e.asked.what == action::put && e.told.is == verdict::done;
    const bool read = e.asked.what == action::read || e.asked.what == action::read_version;
    if (put) {
      if (auto wrong = check(e.asked.value, e.told.version); !wrong.empty()) return wrong;
    }
    if (read) {
      if (auto wrong = check(e.told.value, e.told.version); !wrong.empty()) return wrong;
    }
    for (const shown_version& v : e.told.listed) {
      if (auto wrong = check(v.value, v.id); !wrong.empty()) return wrong;
    }
  }
  return "";
}

// The event that made the version of this id, a marker too.
std::optional<std::uint8_t> search::maker_of(const std::string& id) const {
  const auto value = ids_.find(id);
  if (value != ids_.end()) return makers_.at(value->second);
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const event& e = events_[i];
    if (e.asked.what == action::remove && e.told.version == id) return static_cast<std::uint8_t>(i);
  }
  return std::nullopt;
}

// Versions keep their order, so whatever makes one comes after whatever made those below it in a
// listing. Without this, deletes that were under way together are tried in all their orders.
void search::know_order() {
  older_.resize(events_.size());
  if (!versioned_) return;
  for (const event& e : events_) {
    std::bitset<most_events> below;
    for (auto v = e.told.listed.rbegin(); v != e.told.listed.rend(); ++v) {
      const auto maker = maker_of(v->id);
      if (!maker) continue;  // a marker of a delete that was cut off
      older_[*maker] |= below;
      below.set(*maker);
    }
  }
}

std::optional<state> search::put(std::size_t n, const state& before) const {
  const event& e = events_[n];
  // It has done nothing, whether the condition holds at last or not.
  if (e.told.is == verdict::disturbed) return before;
  const int there = newest(before);
  verdict wanted = verdict::done;
  if (e.asked.condition == only_if::absent && there != nothing) wanted = verdict::refused;
  if (e.asked.condition == only_if::matches) {
    if (there == nothing) {
      wanted = verdict::missing;
    } else if (there != e.asked.matched) {
      wanted = verdict::refused;
    }
  }
  if (e.told.is != verdict::unknown && e.told.is != wanted) return std::nullopt;
  if (wanted != verdict::done) return before;
  state after = versioned_ ? before : state();
  after.insert(after.begin(), static_cast<std::uint8_t>(n));
  return after;
}

std::optional<state> search::remove(std::size_t n, const state& before) const {
  const event& e = events_[n];
  const int there = newest(before);
  verdict wanted = verdict::done;
  if (e.asked.condition == only_if::matches) {
    if (there == nothing) {
      wanted = verdict::missing;
    } else if (there != e.asked.matched) {
      wanted = verdict::refused;
    }
  }
  if (e.told.is != verdict::unknown) {
    if (e.told.is != wanted) return std::nullopt;
    // A marker that was made has an id.
    if (versioned_ && wanted == verdict::done && e.told.version.empty()) return std::nullopt;
  }
  if (wanted != verdict::done) return before;
  if (!versioned_) return state();
  state after = before;
  after.insert(after.begin(), static_cast<std::uint8_t>(n));
  return after;
}

std::optional<state> search::remove_version(const event& e, state s) const {
  if (e.told.is != verdict::unknown && e.told.is != verdict::done) return std::nullopt;
  const auto maker = maker_of(e.asked.version);
  if (maker) std::erase(s, *maker);
  return s;
}

bool search::reads(const event& e, const state& s) const {
  const int there = newest(s);
  if (e.told.is == verdict::missing) return there == nothing;
  return e.told.is == verdict::done && there == e.told.value;
}

bool search::reads_version(const event& e, const state& s) const {
  const auto maker = maker_of(e.asked.version);
  const bool there = maker && std::ranges::find(s, *maker) != s.end();
  if (e.told.is == verdict::missing) return !there;
  return there && e.told.is == verdict::done && events_[*maker].asked.value == e.told.value;
}

bool search::lists(const event& e, const state& s) const {
  return std::ranges::equal(s, e.told.listed, [&](std::uint8_t made_by, const shown_version& v) {
    const event& maker = events_[made_by];
    if (!marker(made_by)) return v.value == maker.asked.value;
    return v.value == nothing && (maker.told.version.empty() || maker.told.version == v.id);
  });
}

std::optional<state> search::apply(std::size_t n, const state& before) const {
  const event& e = events_[n];
  switch (e.asked.what) {
    case action::put:
      return put(n, before);
    case action::remove:
      return remove(n, before);
    case action::remove_version:
      return remove_version(e, before);
    case action::read:
      return reads(e, before) ? std::optional(before) : std::nullopt;
    case action::read_version:
      return reads_version(e, before) ? std::optional(before) : std::nullopt;
    default:
      return lists(e, before) ? std::optional(before) : std::nullopt;
  }
}

bool search::explore(const state& s, std::size_t done, steady_time latest) {
  std::string node = done_.to_string();
  node.append(s.begin(), s.end());
  if (!seen_.insert(std::move(node)).second) return false;
  if (++tries_ > most_tries) return false;
  if (done > furthest_) {
    furthest_ = done;
    furthest_done_ = done_;
  }
  // Whatever ends first bounds what may come next.
  auto first_end = steady_time::max();
  bool finished = true;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (done_[i] || events_[i].told.is == verdict::unknown) continue;
    finished = false;
    first_end = std::min(first_end, events_[i].returned);
  }
  if (finished) return true;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const event& e = events_[i];
    if (done_[i] || e.invoked > first_end) continue;
    if (e.told.is == verdict::unknown && latest > e.returned) continue;
    const auto after = apply(i, s);
    if (!after) continue;
    if (after->size() > s.size() && (older_[i] & ~done_).any()) continue;
    done_.set(i);
    if (explore(*after, done + 1, std::max(latest, e.invoked))) return true;
    done_.reset(i);
  }
  return false;
}

judgement search::run() {
  judgement j;
  if (events_.size() > most_events) {
    j.given_up = true;
    j.why = "too many events";
    return j;
  }
  j.why = know_values();
  if (!j.why.empty()) return j;
  know_order();
  j.explained = explore({}, 0, steady_time::min());
  j.tries = tries_;
  j.given_up = !j.explained && tries_ > most_tries;
  if (j.explained) return j;
  j.why = j.given_up ? "too many orders to try" : "no order explains it; what is left at the best:";
  if (events_.empty()) return j;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    j.why += std::string("\n    ") + (furthest_done_[i] ? "  " : "? ") +
             text_of(events_[i], events_.front().invoked);
  }
  return j;
}

}  // namespace

judgement explain(std::vector<event> events, kind_of_bucket kind) {
  return search(std::move(events), kind).run();
}

}  // namespace torhaus::model
