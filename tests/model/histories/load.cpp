#include "tests/model/histories/load.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <random>
#include <thread>

namespace torhaus::model {

namespace {

struct weight {
  action what;
  double share;
};
constexpr std::array shares = {
    weight{action::put, 40},           weight{action::remove, 12},
    weight{action::read, 20},          weight{action::read_version, 6},
    weight{action::remove_version, 6}, weight{action::list_versions, 6},
    weight{action::list, 6},           weight{action::remove_many, 4},
};

// One client's dice, and what it knows from its own answers.
class client {
 public:
  client(const load_plan& plan, int number, values& contents)
      : plan_(plan),
        contents_(contents),
        dice_(plan.seed * 1'000 + static_cast<std::uint64_t>(number)),
        known_(static_cast<std::size_t>(plan.keys), nothing),
        versions_(static_cast<std::size_t>(plan.keys)) {}

  call next() {
    static const std::vector<double> weights = [] {
      std::vector<double> all;
      for (const weight& w : shares) all.push_back(w.share);
      return all;
    }();
    std::discrete_distribution<unsigned> draw(weights.begin(), weights.end());
    call c;
    c.what = shares.at(draw(dice_)).what;
    // Most calls meet on the first key.
    c.key = rarely(3) ? static_cast<int>(dice_() % static_cast<unsigned>(plan_.keys)) : 0;
    const bool versioned = plan_.kind == kind_of_bucket::versioned;
    const bool of_a_version = c.what == action::read_version || c.what == action::remove_version;
    if (!versioned && (of_a_version || c.what == action::list_versions)) c.what = action::read;
    auto& versions = versions_[static_cast<std::size_t>(c.key)];
    if (versioned && of_a_version) {
      if (versions.empty()) {
        c.what = action::list_versions;
      } else {
        c.version = versions[dice_() % versions.size()];
      }
    }
    if (c.what == action::put) fill(c);
    if (c.what == action::read) c.head = rarely(4);
    if (c.what == action::remove && rarely(3)) match(c);
    return c;
  }

  void learn(const answers& all) {
    for (const auto& [asked, told] : all) {
      auto& known = known_[static_cast<std::size_t>(asked.key)];
      auto& versions = versions_[static_cast<std::size_t>(asked.key)];
      if (told.is == verdict::missing && asked.what == action::read) known = nothing;
      if (told.is != verdict::done) continue;
      if (asked.what == action::read) known = told.value;
      if (asked.what == action::put) known = asked.value;
      const bool names = asked.what == action::put || asked.what == action::read;
      if (names && told.value != nothing && told.version.size() > 4)
        versions.push_back(told.version);
      for (const shown_version& v : told.listed) {
        if (v.value != nothing) versions.push_back(v.id);
      }
    }
  }

 private:
  bool rarely(std::uint32_t sides) { return dice_() % sides == 0; }
  void match(call& c) {
    const int known = known_[static_cast<std::size_t>(c.key)];
    if (known < 0) return;
    c.condition = only_if::matches;
    c.matched = known;
  }
  void fill(call& c) {
    // One size from each of the store's homes: in the metadata, in a segment, in a file of its own.
    const auto home = dice_() % 40;
    const std::size_t size = home == 0 ? 1'200'000 : home < 6 ? 30'000 : dice_() % 900;
    c.in_parts = rarely(8);
    c.value = contents_.make(size, c.in_parts);
    const auto condition = dice_() % 4;
    if (condition == 0) c.condition = only_if::absent;
    if (condition == 1) match(c);
  }

  const load_plan& plan_;
  values& contents_;
  std::mt19937_64 dice_;
  std::vector<int> known_;                          // by key: the value it believes to be there
  std::vector<std::vector<std::string>> versions_;  // ids
};

class recorder {
 public:
  void add(int client, const answers& all, steady_time invoked, steady_time returned) {
    const std::lock_guard lock(mutex_);
    for (const auto& [asked, told] : all) {
      events_[asked.key].push_back({client, asked, told, invoked, returned});
    }
  }
  std::map<int, std::vector<event>> take() { return std::move(events_); }

 private:
  std::mutex mutex_;
  std::map<int, std::vector<event>> events_;
};

answers ask(target& store, recorder& into, int number, call c) {
  store.prepare(number, c);
  const auto invoked = std::chrono::steady_clock::now();
  const answers all = store.perform(number, c);
  into.add(number, all, invoked, std::chrono::steady_clock::now());
  return all;
}

}  // namespace

std::map<int, std::vector<event>> run_load(target& store, values& contents, const load_plan& plan) {
  store.begin(plan.bucket, plan.kind, plan.keys);
  recorder seen;
  std::vector<std::thread> threads;
  for (int n = 0; n < plan.clients; ++n) {
    threads.emplace_back([&, n] {
      client self(plan, n, contents);
      for (int i = 0; i < plan.calls; ++i) self.learn(ask(store, seen, n, self.next()));
    });
  }
  if (plan.crash) {
    std::mt19937_64 dice(plan.seed);
    const auto most = static_cast<std::uint64_t>(plan.longest_before_crash.count());
    std::this_thread::sleep_for(std::chrono::microseconds(dice() % most));
    store.crash();
  }
  for (std::thread& t : threads) t.join();
  for (int key = 0; key < plan.keys; ++key) {
    call c;
    c.key = key;
    c.what = action::read;
    ask(store, seen, plan.clients, c);
    if (plan.kind != kind_of_bucket::versioned) continue;
    c.what = action::list_versions;
    ask(store, seen, plan.clients, c);
  }
  return seen.take();
}

}  // namespace torhaus::model
