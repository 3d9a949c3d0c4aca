#include "gateway/workers/webhooks.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "gateway/http/client.hpp"
#include "gateway/workers/blocking.hpp"
#include "gateway/workers/event_document.hpp"
#include "storage/base/codec.hpp"
#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::workers {
namespace {

using steady = std::chrono::steady_clock;
using storage::catalog::outbox_record;

constexpr std::size_t page_records = 100;
// Damaged records that are remembered so that the log has each once.
constexpr std::size_t most_told = 1000;
// Without news, a queue is looked through this often all the same.
constexpr std::chrono::seconds idle_time{60};

enum class outcome : std::uint8_t {
  delivered,
  refused,     // the webhook does not like this event: the others go on
  unreachable  // or busy, or broken: all wait
};

outcome outcome_of(const result<http::client_response>& answer) {
  if (!answer) return outcome::unreachable;
  const unsigned status = answer->status;
  if (status >= 200 && status < 300) return outcome::delivered;
  const bool this_event = status >= 400 && status < 500 && status != 401 && status != 403 &&
                          status != 404 && status != 408 && status != 429;
  return this_event ? outcome::refused : outcome::unreachable;
}

}  // namespace

result<webhook_address> parse_webhook_url(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) {
    return error(errc::bad_request, "\"" + url + "\" is not http://HOST/PATH");
  }
  const std::size_t slash = url.find_first_of("/?", scheme + 3);
  webhook_address at;
  at.endpoint = url.substr(0, slash);
  at.target = slash == std::string::npos ? "/" : url.substr(slash);
  if (at.target.front() == '?') at.target.insert(0, "/");
  const bool plain = std::ranges::all_of(at.target, [](char c) { return c > ' ' && c < 0x7f; });
  if (!plain) return error(errc::bad_request, "\"" + url + "\" has characters no URL has");
  auto host = http::host_of_endpoint(at.endpoint);
  if (!host) return std::move(host).error();
  at.host = std::move(*host);
  return at;
}

std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body) {
  const std::string text = std::string(timestamp) + "." + std::string(body);
  return "sha256=" + storage::crypto::to_hex(storage::crypto::hmac_sha256(secret, text));
}

class webhooks::hook {
 public:
  hook(webhook what, const options& o) : what_(std::move(what)), o_(o), at_(address(what_)) {}
  ~hook() { stop(); }

  void start() {
    estimate_ = wait_for(o_.catalog->count_outbox(what_.name, o_.max_queued));
    thread_ = named_thread("webhook", [this] { run(); });
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    news_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void wake() {
    {
      const std::lock_guard lock(mutex_);
      awake_ = true;
    }
    news_.notify_all();
  }

  bool take() {
    if (estimate_.fetch_add(1, std::memory_order_relaxed) < o_.max_queued) return true;
    estimate_.fetch_sub(1, std::memory_order_relaxed);
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }

  const webhook& what() const { return what_; }
  statistics stats() const {
    return {what_.name, estimate_, delivered_, failed_, dropped_, damaged_};
  }

 private:
  struct attempts {
    unsigned made = 0;
    steady::time_point next;
  };

  // Checked when the configuration was read.
  static webhook_address address(const webhook& what) {
    auto at = parse_webhook_url(what.url);
    if (!at) throw std::runtime_error(std::string(at.error().message()));
    return std::move(*at);
  }

  void run() {
    while (!stopping_) {
      steady::time_point next = steady::now() + idle_time;
      try {
        next = std::min(next, pass());
      } catch (const std::exception& fault) {
        log::error("webhook_failed", {{"webhook", what_.name}, {"cause", fault.what()}});
        next = steady::now() + o_.last_retry;
      }
      std::unique_lock lock(mutex_);
      // While the webhook is down, news does not make it try sooner.
      const bool patient = down_ > 0;
      news_.wait_until(lock, next, [&] { return stopping_ || (awake_ && !patient); });
      awake_ = false;
    }
  }

  std::chrono::milliseconds delay(unsigned made) const {
    std::chrono::milliseconds wait = o_.first_retry;
    for (unsigned i = 1; i < made && wait < o_.last_retry; ++i) wait *= 2;
    return std::min(wait, o_.last_retry);
  }

  bool too_old(const outbox_record& r) const {
    const auto made = sys_micros(std::chrono::microseconds(static_cast<std::int64_t>(r.position)));
    return o_.clock->now() - made > o_.max_age;
  }

  // One walk through the queue. Returns when the next is due.
  steady::time_point pass() {
    steady::time_point due = steady::time_point::max();
    std::set<std::string> waiting;  // keys of which an earlier event is still here
    std::uint64_t after = 0;
    std::uint64_t left = 0;
    damaged_here_ = 0;
    while (!stopping_) {
      const auto page = wait_for(o_.catalog->read_outbox(what_.name, after, page_records));
      if (page.empty()) {
        estimate_ = left;
        damaged_ = damaged_here_;
        break;
      }
      after = page.back().position;
      std::vector<std::uint64_t> done;
      bool reachable = true;
      for (const outbox_record& r : page) {
        if (stopping_ || !reachable) break;
        reachable = handle(r, waiting, done, due);
      }
      left += page.size() - done.size();
      forget(std::move(done));
      if (!reachable) return std::min(due, steady::now() + delay(down_));
    }
    return due;
  }

  // False when the webhook cannot be reached at all.
  bool handle(const outbox_record& r, std::set<std::string>& waiting,
              std::vector<std::uint64_t>& done, steady::time_point& due) {
    s3::event_note note;
    std::string damage = r.damage;
    try {
      if (damage.empty()) note = s3::event_note::decode(r.text);
    } catch (const damaged_record& fault) {
      damage = fault.what();
    }
    if (!damage.empty()) {
      set_aside(r, damage);
      return true;
    }
    std::string key = note.bucket + '\0' + r.key;
    if (waiting.contains(key)) return true;
    if (too_old(r)) {
      log::warning("event_dropped", {{"webhook", what_.name}, {"bucket", note.bucket}});
      dropped_.fetch_add(1, std::memory_order_relaxed);
      done.push_back(r.position);
      return true;
    }
    const auto tried = tried_.find(r.position);
    if (tried != tried_.end() && tried->second.next > steady::now()) {
      due = std::min(due, tried->second.next);
      waiting.insert(std::move(key));
      return true;
    }
    const outcome told = deliver(r);
    if (told == outcome::delivered) {
      down_ = 0;
      delivered_.fetch_add(1, std::memory_order_relaxed);
      done.push_back(r.position);
      return true;
    }
    failed_.fetch_add(1, std::memory_order_relaxed);
    if (told == outcome::unreachable) {
      ++down_;
      return false;
    }
    down_ = 0;
    attempts& again = tried_[r.position];
    again.next = steady::now() + delay(++again.made);
    due = std::min(due, again.next);
    waiting.insert(std::move(key));
    return true;
  }

  // What cannot be read stays where it is, for the operator and for `torhaus verify`, until it
  // would be given up anyway; the others go on. Told once.
  void set_aside(const outbox_record& r, const std::string& damage) {
    if (too_old(r)) {
      const auto gone = wait_for(o_.catalog->remove_from_outbox(what_.name, {r.position}));
      if (gone) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return;
      }
    }
    ++damaged_here_;
    if (told_.size() >= most_told) told_.clear();
    if (!told_.insert(r.position).second) return;
    log::error("event_damaged",
               {{"webhook", what_.name}, {"position", r.position}, {"cause", damage}});
  }

  outcome deliver(const outbox_record& r) const {
    http::client_request call;
    call.endpoint = at_.endpoint;
    call.method = "POST";
    call.target = at_.target;
    call.body = event_document(r);
    call.ca_file = what_.ca_file;
    call.time_limit = o_.time_limit;
    call.headers = {{"Host", at_.host}, {"Content-Type", "application/json"}};
    if (!what_.token.empty()) call.headers.emplace_back("Authorization", "Bearer " + what_.token);
    if (!what_.secret.empty()) {
      const auto now = std::chrono::floor<std::chrono::seconds>(o_.clock->now());
      const std::string timestamp = std::to_string(now.time_since_epoch().count());
      call.headers.emplace_back("X-Torhaus-Timestamp", timestamp);
      call.headers.emplace_back("X-Torhaus-Signature",
                                webhook_signature(what_.secret, timestamp, call.body));
    }
    const auto answer = http::send(call);
    const outcome told = outcome_of(answer);
    if (told != outcome::delivered) {
      log::warning("event_not_delivered",
                   {{"webhook", what_.name},
                    {"status", answer ? answer->status : 0U},
                    {"cause", answer ? std::string_view() : answer.error().message()}});
    }
    return told;
  }

  void forget(std::vector<std::uint64_t> done) {
    if (done.empty()) return;
    for (const std::uint64_t position : done) tried_.erase(position);
    auto gone = wait_for(o_.catalog->remove_from_outbox(what_.name, std::move(done)));
    if (!gone) throw std::runtime_error(std::string(gone.error().message()));
  }

  const webhook what_;
  const options o_;
  const webhook_address at_;
  std::map<std::uint64_t, attempts> tried_;  // the thread's own, and so the next
  unsigned down_ = 0;                        // failures since the webhook was last reached
  std::set<std::uint64_t> told_;             // damaged records that the log has
  std::uint64_t damaged_here_ = 0;           // in this walk
  std::atomic<std::uint64_t> estimate_{0};
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> damaged_{0};
  std::mutex mutex_;
  std::condition_variable news_;
  std::atomic<bool> stopping_{false};
  bool awake_ = false;
  std::thread thread_;
};

webhooks::webhooks(options o) {
  const std::vector<webhook> wanted = std::exchange(o.hooks, {});
  for (const webhook& w : wanted) hooks_.push_back(std::make_unique<hook>(w, o));
}

webhooks::~webhooks() { stop(); }

void webhooks::start() {
  for (const auto& h : hooks_) h->start();
}

void webhooks::stop() {
  for (const auto& h : hooks_) h->stop();
}

bool webhooks::knows(std::string_view destination, std::string_view account) const {
  return std::ranges::any_of(hooks_, [&](const auto& h) {
    const auto& accounts = h->what().accounts;
    return h->what().name == destination &&
           (accounts.empty() || std::ranges::find(accounts, account) != accounts.end());
  });
}

bool webhooks::take(std::string_view destination) {
  const auto at =
      std::ranges::find_if(hooks_, [&](const auto& h) { return h->what().name == destination; });
  return at != hooks_.end() && (*at)->take();
}

void webhooks::wake() {
  for (const auto& h : hooks_) h->wake();
}

std::vector<webhooks::statistics> webhooks::stats() const {
  std::vector<statistics> all;
  for (const auto& h : hooks_) all.push_back(h->stats());
  return all;
}

}  // namespace torhaus::gateway::workers
