#include "gateway/workers/access_logs.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>

#include "gateway/s3/encryption/object_keys.hpp"
#include "gateway/workers/blocking.hpp"
#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"
#include "storage/base/utc.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::workers {
namespace {

namespace catalog = storage::catalog;
namespace crypto = storage::crypto;

// Lines that go into one object.
struct batch_key {
  std::uint64_t source = 0;  // bucket id
  std::string target;
  std::string prefix;
  s3::log_key_format format = s3::log_key_format::simple;
  std::int64_t day = 0;  // of the events, where the key names it
  auto operator<=>(const batch_key&) const = default;
};

struct batch {
  catalog::bucket_record source;
  s3::logging where;
  sys_micros day{};
  std::string text;
  std::uint64_t lines = 0;
};

catalog::new_object object_of(const batch& b, const catalog::bucket_record& target) {
  catalog::new_object object;
  object.size = b.text.size();
  object.attributes.content_type = "text/plain";
  const auto md5 = crypto::digest_of(crypto::algorithm::md5, b.text);
  std::ranges::copy(md5.bytes(), object.etag.md5.begin());
  object.checksum =
      catalog::object_checksum{crypto::digest_of(crypto::algorithm::crc64nvme, b.text),
                               catalog::checksum_type::full_object, 0};
  object.owner_canonical_id = target.owner_canonical_id;
  return object;
}

}  // namespace

std::string access_log_key(const s3::logging& where, const catalog::bucket_record& source,
                           sys_micros event_day, sys_micros delivery, std::string_view unique) {
  const bool by_event = where.format == s3::log_key_format::partitioned_by_event;
  const utc_fields date =
      utc_of(by_event ? sys_micros(std::chrono::floor<std::chrono::days>(event_day)) : delivery);
  std::string key = where.target_prefix;
  if (where.format != s3::log_key_format::simple) {
    key += source.owner_account + "/" + source.region + "/" + source.name + "/";
    append_utc(key, "YYYY/MM/DD/", date);
  }
  append_utc(key, "YYYY-MM-DD-hh-mm-ss-", date);
  return key.append(unique);
}

struct access_logs::impl {
  explicit impl(const options& given) : o(given), s(*given.services) {}

  void run() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      news.wait_for(lock, o.interval, [&] { return stopping || full; });
      deliver_all(lock);
    }
    // What came together before this thread got so far, and what failed a moment ago.
    if (!batches.empty()) deliver_all(lock);
  }

  // Holds the lock at both ends, but not while it delivers.
  void deliver_all(std::unique_lock<std::mutex>& lock) {
    full = false;
    std::map<batch_key, batch> taken = std::exchange(batches, {});
    held = 0;
    lock.unlock();
    std::map<batch_key, batch> kept;
    for (auto& [key, b] : taken) {
      if (!deliver(b)) kept.emplace(key, std::move(b));
    }
    lock.lock();
    // Put back in front of what has come meanwhile.
    for (auto& [key, b] : kept) {
      if (held + b.text.size() > o.max_bytes) {
        dropped += b.lines;
        continue;
      }
      batch& slot = batches[key];
      held += b.text.size();
      b.text += slot.text;
      b.lines += slot.lines;
      slot = std::move(b);
    }
  }

  // False: try again later.
  bool deliver(const batch& b) {
    try {
      const auto target = wait_for(s.catalog->find_bucket(b.where.target_bucket));
      if (!target || target->owner_account != b.source.owner_account) {
        log::warning(
            "access_log_dropped",
            {{"bucket", b.source.name}, {"target", b.where.target_bucket}, {"lines", b.lines}});
        dropped += b.lines;
        return true;
      }
      auto stored = store(b, *target);
      if (stored) {
        lines += b.lines;
        ++objects;
        return true;
      }
      log::warning("access_log_not_delivered",
                   {{"bucket", b.source.name}, {"code", code_of(stored.error().code())}});
    } catch (const std::exception& fault) {
      log::error("access_log_not_delivered", {{"bucket", b.source.name}, {"cause", fault.what()}});
    }
    return false;
  }

  std::string unique_name() const {
    std::array<std::byte, 8> random{};
    s.random->fill(random);
    std::string name =
        crypto::to_hex({reinterpret_cast<const char*>(random.data()), random.size()});
    for (char& c : name) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
  }

  // As an upload without a word about it would be stored there: with the bucket's default
  // encryption and its default retention.
  result<catalog::write_outcome> store(const batch& b, const catalog::bucket_record& target) {
    const std::string name =
        access_log_key(b.where, b.source, b.day, s.clock->now(), unique_name());
    auto key = catalog::object_key::parse(name);
    if (!key) return std::move(key).error();
    const auto settings = wait_for(s.settings->of(target));
    if (!settings) return settings.error();
    const auto encryption = wait_for(s3::encryption_by_default(s, target, **settings));
    if (!encryption) return encryption.error();
    const auto writer = s3::open_writer(s, b.text.size(), *encryption);
    if (auto taken = writer->append(std::as_bytes(std::span(b.text))); !taken) {
      return std::move(taken).error();
    }
    auto sealed = wait_for(writer->seal());
    if (!sealed) return std::move(sealed).error();
    catalog::new_object object = object_of(b, target);
    object.encryption = encryption->record;
    const auto& lock = (*settings)->object_lock;
    if (target.object_lock && lock && lock->rule) {
      object.lock = lock->rule->lock_from(s.clock->now());
    }
    auto stored = wait_for(
        s.catalog->put_object(target.id, std::move(*key), std::move(object), std::move(*sealed)));
    if (stored) record(b, target, name, stored->version_id);
    return stored;
  }

  void record(const batch& b, const catalog::bucket_record& target, const std::string& key,
              const std::string& version) const {
    if (trail == nullptr) return;
    const std::string because = "access log of " + b.source.name;
    audit::record r("worker");
    r.operation = "DeliverAccessLog";
    r.account = target.owner_account;
    r.project = target.project;
    r.bucket = target.name;
    r.key = key;
    r.version = version;
    r.because = because;
    r.bytes_in = b.text.size();
    trail->add(r);
  }

  const options o;
  const s3::services& s;
  audit::trail* trail = nullptr;
  std::mutex mutex;
  std::condition_variable news;
  std::map<batch_key, batch> batches;
  std::size_t held = 0;
  bool full = false;
  bool stopping = false;
  std::atomic<std::uint64_t> lines{0};
  std::atomic<std::uint64_t> objects{0};
  std::atomic<std::uint64_t> dropped{0};
  std::thread thread;
};

access_logs::access_logs(const options& o) : impl_(std::make_unique<impl>(o)) {}

access_logs::~access_logs() { stop(); }

void access_logs::start(audit::trail* trail) {
  impl_->trail = trail;
  impl_->thread = named_thread("access-logs", [this] { impl_->run(); });
}

void access_logs::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->news.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

void access_logs::add(const catalog::bucket_record& source, const s3::logging& where,
                      std::string line, sys_micros received) {
  const auto day = std::chrono::floor<std::chrono::days>(received);
  batch_key key{source.id, where.target_bucket, where.target_prefix, where.format, 0};
  if (where.format == s3::log_key_format::partitioned_by_event) {
    key.day = day.time_since_epoch().count();
  }
  line += '\n';
  bool wake = false;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->held + line.size() > impl_->o.max_bytes) {
      ++impl_->dropped;
      return;
    }
    batch& b = impl_->batches[std::move(key)];
    if (b.lines == 0) {
      b.source = source;
      b.where = where;
      b.day = sys_micros(day);
    }
    b.text += line;
    ++b.lines;
    impl_->held += line.size();
    wake = b.text.size() >= impl_->o.batch_bytes && !std::exchange(impl_->full, true);
  }
  if (wake) impl_->news.notify_all();
}

access_logs::statistics access_logs::stats() const {
  return {impl_->lines, impl_->objects, impl_->dropped};
}

}  // namespace torhaus::gateway::workers
