// Start, stop and figures of the catalog.
#include "storage/catalog/catalog.hpp"

#include <stdexcept>

#include "storage/base/log.hpp"
#include "storage/catalog/impl.hpp"
#include "storage/catalog/usage.hpp"

namespace torhaus::storage::catalog {
namespace {

template <class T>
T& required(T* part, const char* what) {
  if (part == nullptr) throw std::invalid_argument(std::string("the catalog needs ") + what);
  return *part;
}

// True when the store is of an older format that lacks the usage records.
bool check_format(kv::database& db) {
  bool older = false;
  const result<void> written = db.write_blocking([&](kv::transaction& t) {
    const auto stored = t.get(schema::format_key());
    if (!stored) {
      t.put(schema::format_key(), schema::encode_number(schema::format_version));
      return true;
    }
    const std::uint64_t version = schema::decode_number(*stored);
    older = version == 1;
    if (version == 2) {
      // From now on a store that older programs would not understand.
      t.put(schema::format_key(), schema::encode_number(schema::format_version));
      return true;
    }
    if (!older && version != schema::format_version) {
      throw std::runtime_error("the data directory has catalog format " + std::to_string(version) +
                               "; this program reads format " +
                               std::to_string(schema::format_version));
    }
    return false;
  });
  if (!written) {
    throw std::runtime_error(
        "the catalog cannot be opened: " + std::string(written.error().message()) +
        (written.error().cause().empty() ? "" : ": " + written.error().cause()));
  }
  return older;
}

// Before the reclaimer's thread begins: it must not meet blobs whose fate is still open.
void recover_blobs(kv::database& db, blob::store& blobs) {
  const auto known = [&](const blob::blob_id& id) {
    bool found = false;
    db.read_blocking(
        [&](const kv::snapshot& s) { found = s.get(schema::data_key(id)).has_value(); });
    return found;
  };
  const blob::store::recovery done = blobs.recover(known);
  if (done.promoted + done.discarded != 0) {
    log::info("catalog.recovered", {{"promoted", done.promoted}, {"discarded", done.discarded}});
  }
}

kv::database& opened(const catalog::options& o) {
  kv::database& db = required(o.db, "a database");
  if (check_format(db)) build_usage(db);
  recover_blobs(db, required(o.blobs, "a blob store"));
  return db;
}

}  // namespace

catalog::impl::impl(const options& o)
    : db(opened(o)),
      blobs(*o.blobs),
      clock(required(o.clock, "a clock")),
      random(required(o.random, "a source of randomness")),
      min_part_bytes(o.min_part_bytes),
      quotas(o.quotas),
      garbage(db, blobs, sections, manifests) {}

std::string catalog::impl::random_bytes(std::size_t count) const {
  std::string out(count, '\0');
  random.fill(std::as_writable_bytes(std::span(out)));
  return out;
}

std::uint64_t catalog::impl::random_number() const {
  return schema::from_big_endian(random_bytes(8));
}

catalog::catalog(const options& o) : impl_(std::make_unique<impl>(o)) {}
catalog::~catalog() = default;

void catalog::stop() { impl_->garbage.stop(); }

catalog::statistics catalog::stats() const {
  return {impl_->garbage.waiting(), impl_->garbage.reclaimed()};
}

bool catalog::drain_garbage(std::chrono::milliseconds limit) { return impl_->garbage.drain(limit); }

}  // namespace torhaus::storage::catalog
