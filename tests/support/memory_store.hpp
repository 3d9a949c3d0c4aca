// A blob::store in memory for tests. Follows the contract strictly and says so when a caller does
// not: bytes that are opened after their removal, removed twice by accident or never settled are
// counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "storage/blob/store.hpp"

namespace torhaus::test {

class memory_store final : public storage::blob::store {
 public:
  using blob_id = storage::blob::blob_id;
  using placed_blob = storage::blob::placed_blob;

  std::unique_ptr<storage::blob::writer> create(std::optional<std::uint64_t>) override {
    return std::make_unique<memory_writer>(*this);
  }

  // A durable blob of these bytes, as seal() gives it.
  storage::blob::sealed_blob store_bytes(std::string bytes) {
    const std::lock_guard lock(mutex_);
    placed_blob placed;
    placed.id = next_id();
    placed.size = bytes.size();
    if (bytes.size() <= storage::blob::max_inline_bytes) {
      placed.location = "i" + bytes;
    } else {
      placed.location = "m";
      kept_[placed.id] = std::move(bytes);
      pending_.insert(placed.id);
    }
    return {*this, std::move(placed)};
  }

  storage::blob::pin hold(const blob_id& id) override {
    const std::lock_guard lock(mutex_);
    ++pins_[id];
    return {*this, id};
  }

  result<std::unique_ptr<storage::blob::reader>> open(const placed_blob& placed) override {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<storage::blob::reader> out;
    if (placed.location.starts_with('i')) {
      out = std::make_unique<memory_reader>(placed.location.substr(1), true);
      return out;
    }
    const auto found = kept_.find(placed.id);
    if (found == kept_.end()) return error(errc::internal_error).because("bytes are gone");
    out = std::make_unique<memory_reader>(found->second, false);
    return out;
  }

  std::vector<bool> remove(std::span<const placed_blob> blobs) override {
    const std::lock_guard lock(mutex_);
    std::vector<bool> gone;
    for (const placed_blob& placed : blobs) {
      gone.push_back(!pins_.contains(placed.id));
      if (!gone.back()) continue;
      kept_.erase(placed.id);
      pending_.erase(placed.id);
    }
    return gone;
  }
  using store::remove;

  recovery recover(const std::function<bool(const blob_id&)>& known) override {
    recovery done;
    std::set<blob_id> open;
    {
      const std::lock_guard lock(mutex_);
      open = std::exchange(pending_, {});
    }
    for (const blob_id& id : open) {
      if (known(id)) {
        ++done.promoted;
        continue;
      }
      ++done.discarded;
      const std::lock_guard lock(mutex_);
      kept_.erase(id);
    }
    return done;
  }

  statistics stats() const override { return {}; }
  void stop() override {}

  // Ids of all bytes outside kv.
  std::set<blob_id> ids() const {
    const std::lock_guard lock(mutex_);
    std::set<blob_id> out;
    for (const auto& [id, bytes] : kept_) out.insert(id);
    return out;
  }
  // All bytes outside kv, as they are stored.
  std::map<blob_id, std::string> copy() const {
    const std::lock_guard lock(mutex_);
    return kept_;
  }
  // What a disk may do.
  void flip_bit(const blob_id& id, std::size_t at) {
    const std::lock_guard lock(mutex_);
    char& byte = kept_.at(id).at(at);
    byte = static_cast<char>(byte ^ 0x10);
  }
  // From now on a blob may have so many bytes. Not while one is written.
  void leave_room(std::size_t bytes) { room_ = bytes; }
  std::size_t pending() const {
    const std::lock_guard lock(mutex_);
    return pending_.size();
  }
  std::size_t pinned() const {
    const std::lock_guard lock(mutex_);
    return pins_.size();
  }

 private:
  class memory_writer final : public storage::blob::writer {
   public:
    explicit memory_writer(memory_store& home) : home_(home) {}
    result<void> append(std::span<const std::byte> more) override {
      if (bytes_.size() + more.size() > home_.room_) return errc::insufficient_storage;
      bytes_.append(reinterpret_cast<const char*>(more.data()), more.size());
      return {};
    }
    task<result<storage::blob::sealed_blob>> seal() override {
      co_return home_.store_bytes(std::move(bytes_));
    }

   private:
    memory_store& home_;
    std::string bytes_;
  };

  class memory_reader final : public storage::blob::reader {
   public:
    memory_reader(std::string bytes, bool resident)
        : bytes_(std::move(bytes)), resident_(resident) {}
    std::uint64_t size() const override { return bytes_.size(); }
    bool resident() const override { return resident_; }
    result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
      if (offset >= bytes_.size()) return std::size_t{0};
      const std::size_t from = static_cast<std::size_t>(offset);
      const std::size_t length = std::min(out.size(), bytes_.size() - from);
      std::memcpy(out.data(), bytes_.data() + from, length);
      return length;
    }

   private:
    std::string bytes_;
    bool resident_;
  };

  blob_id next_id() {
    blob_id id;
    std::uint64_t number = ++last_;
    for (std::size_t i = blob_id::bytes; i-- > 8; number >>= 8) {
      id.data[i] = static_cast<std::uint8_t>(number & 0xFF);
    }
    return id;
  }

  void on_committed(const placed_blob& placed) noexcept override {
    const std::lock_guard lock(mutex_);
    pending_.erase(placed.id);
  }
  void on_discarded(const placed_blob& placed) noexcept override {
    const std::lock_guard lock(mutex_);
    pending_.erase(placed.id);
    kept_.erase(placed.id);
  }
  void on_released(const blob_id& id) noexcept override {
    const std::lock_guard lock(mutex_);
    const auto found = pins_.find(id);
    if (found != pins_.end() && --found->second == 0) pins_.erase(found);
  }

  mutable std::mutex mutex_;
  std::map<blob_id, std::string> kept_;
  std::set<blob_id> pending_;
  std::map<blob_id, std::uint64_t> pins_;
  std::uint64_t last_ = 0;
  std::size_t room_ = SIZE_MAX;
};

}  // namespace torhaus::test
