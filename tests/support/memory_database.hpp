// A kv::database in memory for tests: ordered, transactional, nothing durable. It runs every
// function twice (the first run of a write is undone), because the contract says that this may
// happen, and can be told to fail.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/kv/database.hpp"

namespace torhaus::test {

class memory_database final : public storage::kv::database {
 public:
  using entries = std::map<std::string, std::string, std::less<>>;

  void read_blocking(const std::function<void(const storage::kv::snapshot&)>& fn) override {
    const std::lock_guard lock(mutex_);
    view v(entries_);
    fn(v);
    fn(v);
  }

  result<void> write_blocking(const std::function<bool(storage::kv::transaction&)>& fn) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return error(*failure_);
    attempt(fn, true);
    const bool keep = attempt(fn, false);
    ++stats_.committed_calls;
    if (keep) ++stats_.commits;
    if (keep && fail_after_commit_) return error(*std::exchange(fail_after_commit_, std::nullopt));
    return {};
  }

  statistics stats() const override {
    const std::lock_guard lock(mutex_);
    statistics s = stats_;
    s.entries = entries_.size();
    return s;
  }

  // Every later write fails with this; nullopt ends it.
  void fail_writes(std::optional<errc> with) {
    const std::lock_guard lock(mutex_);
    failure_ = with;
  }
  // The next write is stored, but its caller hears of a failure: the outcome of a commit is not
  // known.
  void fail_next_commit_after_storing(errc with) {
    const std::lock_guard lock(mutex_);
    fail_after_commit_ = with;
  }
  // What happens between two reads of a request: `then`, once, after so many reads from now on.
  void after_reads(unsigned count, std::function<void()> then) {
    after_reads_ = count;
    then_ = std::move(then);
  }
  // All entries, for accounting.
  entries copy() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  class walker final : public storage::kv::cursor {
   public:
    walker(const entries& of, std::string_view lower, std::string_view upper)
        : of_(of), lower_(lower), upper_(upper), at_(of.end()) {}
    bool seek(std::string_view key) override {
      at_ = of_.lower_bound(std::max<std::string_view>(key, lower_));
      return inside();
    }
    bool next() override {
      if (!inside()) throw std::logic_error("next behind the end of a range");
      ++at_;
      return inside();
    }
    std::string_view key() const override { return at_->first; }
    std::string_view value() const override { return at_->second; }

   private:
    bool inside() const { return at_ != of_.end() && (upper_.empty() || at_->first < upper_); }
    const entries& of_;
    std::string lower_;
    std::string upper_;
    entries::const_iterator at_;
  };

  class view : public storage::kv::transaction {
   public:
    explicit view(entries& of) : of_(of) {}
    std::optional<std::string_view> get(std::string_view key) const override {
      const auto found = of_.find(key);
      if (found == of_.end()) return std::nullopt;
      return found->second;
    }
    std::unique_ptr<storage::kv::cursor> scan(std::string_view lower,
                                              std::string_view upper) const override {
      return std::make_unique<walker>(of_, lower, upper);
    }
    void put(std::string_view key, std::string_view value) override {
      if (key.size() > storage::kv::max_key_bytes || value.size() > storage::kv::max_value_bytes) {
        throw std::length_error("key or value too long");
      }
      remember(key);
      of_.insert_or_assign(std::string(key), std::string(value));
    }
    bool erase(std::string_view key) override {
      remember(key);
      const auto found = of_.find(key);
      if (found == of_.end()) return false;
      of_.erase(found);
      return true;
    }
    void undo() {
      for (; !before_.empty(); before_.pop_back()) {
        auto& [key, value] = before_.back();
        if (value)
          of_.insert_or_assign(key, *value);
        else
          of_.erase(key);
      }
    }

   private:
    void remember(std::string_view key) {
      const auto value = get(key);
      before_.emplace_back(std::string(key),
                           value ? std::optional<std::string>(*value) : std::nullopt);
    }
    entries& of_;
    std::vector<std::pair<std::string, std::optional<std::string>>> before_;
  };

  bool attempt(const std::function<bool(storage::kv::transaction&)>& fn, bool rehearsal) {
    view v(entries_);
    try {
      const bool keep = fn(v);
      if (!keep || rehearsal) v.undo();
      return keep;
    } catch (...) {
      v.undo();
      throw;
    }
  }

  task<void> run_read(const std::function<void(const storage::kv::snapshot&)>& fn) override {
    read_blocking(fn);
    if (after_reads_ > 0 && --after_reads_ == 0) std::exchange(then_, nullptr)();
    co_return;
  }
  task<result<void>> run_write(const std::function<bool(storage::kv::transaction&)>& fn) override {
    co_return write_blocking(fn);
  }

  mutable std::mutex mutex_;
  entries entries_;
  statistics stats_;
  std::optional<errc> failure_;
  std::optional<errc> fail_after_commit_;
  unsigned after_reads_ = 0;
  std::function<void()> then_;
};

}  // namespace torhaus::test
