#include "storage/kv/lmdb_entries.hpp"

#include <algorithm>
#include <functional>

namespace torhaus::storage::kv {
namespace {

// Entries on one page of this size at most have one address in common.
constexpr std::uintptr_t page_mask = 4095;

class checked_cursor final : public physical_cursor {
 public:
  checked_cursor(cursor_handle at, const page_reader& before, area where)
      : at_(std::move(at)), before_(before), where_(where) {}

  bool seek(std::string_view physical) override {
    before_.check_way(where_, physical);
    key_ = to_val(physical);
    return settle(at_.move(physical.empty() ? MDB_FIRST : MDB_SET_RANGE, key_, stored_));
  }
  // LMDB begins anew behind a search that found nothing.
  bool next() override {
    if (!placed_) return false;
    if (settle(at_.move(MDB_NEXT, key_, stored_))) return true;
    before_.check_end(where_);
    return false;
  }
  std::string_view key() const override { return to_view(key_); }
  std::string_view stored() const override { return to_view(stored_); }

 private:
  // The way to each page that is come upon.
  bool settle(bool there) {
    placed_ = there;
    if (!there) return false;
    const auto page = reinterpret_cast<std::uintptr_t>(key_.mv_data) & ~page_mask;
    if (page != page_) before_.check_way(where_, key());
    page_ = page;
    return true;
  }

  cursor_handle at_;
  const page_reader& before_;
  area where_;
  MDB_val key_{};
  MDB_val stored_{};
  std::uintptr_t page_ = 0;
  bool placed_ = false;
};

}  // namespace

std::size_t known_ways::index_of(area where, std::string_view physical) {
  return (std::hash<std::string_view>{}(physical) ^ static_cast<std::size_t>(where)) % places;
}

bool known_ways::has(area where, std::string_view physical) const {
  const place& at = places_[index_of(where, physical)];
  return at.where == where && at.physical == physical && !physical.empty();
}

void known_ways::add(area where, std::string_view physical) {
  place& at = places_[index_of(where, physical)];
  at.where = where;
  at.physical = physical;
}

std::optional<std::string_view> entries::get(area where, std::string_view physical) const {
  check_absence(where, physical);
  MDB_val key = to_val(physical);
  MDB_val stored{};
  const int code = mdb_get(txn_, dbs_.of(where), &key, &stored);
  if (code == MDB_NOTFOUND) return std::nullopt;
  require(code, "get");
  return checked_value(where, physical, to_view(stored));
}

std::unique_ptr<physical_cursor> entries::open(area where) const {
  return std::make_unique<checked_cursor>(cursor_handle(txn_, dbs_.of(where)), before_, where);
}

store_state& entries::state() {
  if (!state_) {
    state_ = load_state(txn_, dbs_.check);
    if (!state_) throw damaged_store("the metadata do not say what they hold");
  }
  return *state_;
}

void entries::count_out(area where, std::string_view physical, std::string_view stored) {
  store_state& s = state();
  const std::uint32_t sum = stored_checksum(stored);
  s.unsure = s.unsure || !is_whole(where, physical, stored);
  s.all.drop(sum);
  if (s.doing == store_state::work::walking && s.reached.is_behind(where, physical)) {
    s.passed.drop(sum);
  }
}

void entries::count_in(area where, std::string_view physical, std::uint32_t checksum) {
  store_state& s = state();
  s.all.add(checksum);
  if (s.doing == store_state::work::walking && s.reached.is_behind(where, physical)) {
    s.passed.add(checksum);
  }
}

void entries::put(area where, std::string_view physical, std::string_view value) {
  check_absence(where, physical);
  const std::uint32_t sum = entry_checksum(where, physical, value);
  MDB_val key = to_val(physical);
  MDB_val old{};
  const int found = mdb_get(txn_, dbs_.of(where), &key, &old);
  if (found == MDB_SUCCESS) {
    count_out(where, physical, to_view(old));
  } else if (found != MDB_NOTFOUND) {
    require(found, "get");
  }
  MDB_val data{value.size() + checksum_bytes, nullptr};
  require(mdb_put(txn_, dbs_.of(where), &key, &data, MDB_RESERVE), "put");
  char* const to = static_cast<char*>(data.mv_data);
  store_checksum(std::ranges::copy(value, to).out, sum);
  count_in(where, physical, sum);
}

bool entries::erase(area where, std::string_view physical) {
  check_absence(where, physical);
  MDB_val key = to_val(physical);
  MDB_val old{};
  const int found = mdb_get(txn_, dbs_.of(where), &key, &old);
  if (found == MDB_NOTFOUND) return false;
  require(found, "get");
  count_out(where, physical, to_view(old));
  require(mdb_del(txn_, dbs_.of(where), &key, nullptr), "del");
  return true;
}

void entries::finish() {
  if (!state_) return;
  state_->transaction = mdb_txn_id(txn_);
  save_state(txn_, dbs_.check, *state_);
}

}  // namespace torhaus::storage::kv
