#include "storage/kv/batch_transaction.hpp"

#include <utility>

namespace torhaus::storage::kv {

// A cursor walks LMDB's pages: while there is one, nothing is written late, so that what it comes
// to is what was put.
class batch_transaction::counted_cursor final : public cursor {
 public:
  counted_cursor(std::unique_ptr<cursor> inner, std::size_t& count)
      : inner_(std::move(inner)), count_(count) {
    ++count_;
  }
  ~counted_cursor() override { --count_; }
  counted_cursor(const counted_cursor&) = delete;
  counted_cursor& operator=(const counted_cursor&) = delete;

  bool seek(std::string_view key) override { return inner_->seek(key); }
  bool next() override { return inner_->next(); }
  std::string_view key() const override { return inner_->key(); }
  std::string_view value() const override { return inner_->value(); }

 private:
  std::unique_ptr<cursor> inner_;
  std::size_t& count_;
};

std::optional<std::string_view> batch_transaction::get(std::string_view key) const {
  if (keep_ == keep_rows::no) return inner_.get(key);
  if (const auto kept = rows_.find(key); kept != rows_.end()) return kept->second.value;
  const auto found = inner_.get(key);
  if (found && found->size() <= most_value_bytes && rows_.size() < most_rows) {
    return rows_.emplace(key, row{std::string(*found)}).first->second.value;
  }
  return found;
}

std::unique_ptr<cursor> batch_transaction::scan(std::string_view lower,
                                                std::string_view upper) const {
  write_out([&](std::string_view key) { return key >= lower && (upper.empty() || key < upper); });
  return std::make_unique<counted_cursor>(inner_.scan(lower, upper), cursors_);
}

bool batch_transaction::first(std::string_view prefix, const visitor& with) const {
  write_out([&](std::string_view key) { return key.starts_with(prefix); });
  ++cursors_;
  struct leaving {
    std::size_t& count;
    ~leaving() { --count; }
  } const leave{cursors_};
  return inner_.first(prefix, with);
}

void batch_transaction::put(std::string_view key, std::string_view value) {
  const auto kept = rows_.find(key);
  if (kept == rows_.end()) return inner_.put(key, value);
  row& r = kept->second;
  if (cursors_ == 0 && value.size() <= most_value_bytes) {
    r.value.assign(value);
    if (!std::exchange(r.waits, true)) ++waiting_;
    dirty_ = true;
    return;
  }
  // `key` and `value` may lie in the row that goes.
  inner_.put(key, value);
  if (r.waits) --waiting_;
  rows_.erase(kept);
}

bool batch_transaction::erase(std::string_view key) {
  const bool was_there = inner_.erase(key);
  if (const auto kept = rows_.find(key); kept != rows_.end()) {
    if (kept->second.waits) --waiting_;
    rows_.erase(kept);
  }
  return was_there;
}

}  // namespace torhaus::storage::kv
