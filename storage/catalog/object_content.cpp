#include "storage/catalog/object_content.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "storage/blob/encrypted.hpp"
#include "storage/catalog/references.hpp"
#include "storage/catalog/schema.hpp"

namespace torhaus::storage::catalog {
namespace {

// What encrypted content needs to be read. Without its key it stays closed.
class content_lock {
 public:
  explicit content_lock(const object_version& version) : encrypted_(!version.encryption.empty()) {}

  void unlock(const crypto::secret_key& data_key) {
    if (!encrypted_) throw std::logic_error("a data key for bytes that are not encrypted");
    key_ = data_key;
  }
  bool needs_key() const { return encrypted_; }
  result<void> check() const {
    if (!encrypted_ || key_) return {};
    return error(errc::internal_error).because("encrypted bytes were read without their key");
  }
  // The reader of plaintext around the one of stored bytes.
  std::unique_ptr<blob::reader> open(std::unique_ptr<blob::reader> stored) const {
    return key_ ? blob::decrypting(std::move(stored), *key_) : std::move(stored);
  }

 private:
  bool encrypted_;
  std::optional<crypto::secret_key> key_;
};

error wrong_size(const blob::blob_id& id) {
  return error(errc::internal_error)
      .because("blob " + crypto::to_hex(id.view()) + " is of another size than its object");
}

class resident_content final : public object_reader {
 public:
  resident_content(std::unique_ptr<blob::reader> bytes, const object_version& version)
      : lock_(version), stored_(std::move(bytes)), size_(version.size) {}
  std::uint64_t size() const override { return size_; }
  bool resident() const override { return (stored_ ? stored_ : bytes_)->resident(); }
  void open_at_once() override {}
  std::span<const std::byte> in_memory() const override {
    return bytes_ ? bytes_->in_memory() : std::span<const std::byte>();
  }
  void unlock(const crypto::secret_key& data_key) override { lock_.unlock(data_key); }
  result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    if (auto open = lock_.check(); !open) return std::move(open).error();
    if (stored_) bytes_ = lock_.open(std::move(stored_));
    return bytes_->read(offset, out);
  }
  std::size_t read_at_once(std::uint64_t, std::span<std::byte>) override { return 0; }

 private:
  content_lock lock_;
  std::unique_ptr<blob::reader> stored_;  // until the first read
  std::unique_ptr<blob::reader> bytes_;
  std::uint64_t size_;
};

class blob_content final : public object_reader {
 public:
  blob_content(blob::store& store, blob::placed_blob placed, const object_version& version)
      : store_(store),
        pin_(store.hold(placed.id)),
        placed_(std::move(placed)),
        lock_(version),
        size_(version.size) {}
  std::uint64_t size() const override { return size_; }
  bool resident() const override { return bytes_ && bytes_->resident(); }
  void open_at_once() override {
    // Decrypting is no work for a connection's thread.
    if (bytes_ || lock_.needs_key()) return;
    auto opened = store_.open_at_once(placed_);
    // What is wrong with it is said by the read that waits.
    if (opened && *opened && !take(std::move(*opened))) bytes_.reset();
  }
  std::span<const std::byte> in_memory() const override {
    return bytes_ ? bytes_->in_memory() : std::span<const std::byte>();
  }
  void unlock(const crypto::secret_key& data_key) override { lock_.unlock(data_key); }
  result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    if (!bytes_) {
      if (auto open = lock_.check(); !open) return std::move(open).error();
      auto opened = store_.open(placed_);
      if (!opened) return std::move(opened).error();
      if (auto taken = take(std::move(*opened)); !taken) return std::move(taken).error();
    }
    return bytes_->read(offset, out);
  }
  std::size_t read_at_once(std::uint64_t offset, std::span<std::byte> out) override {
    return bytes_ ? bytes_->read_at_once(offset, out) : 0;
  }

 private:
  result<void> take(std::unique_ptr<blob::reader> stored) {
    bytes_ = lock_.open(std::move(stored));
    if (bytes_->size() == size_) return {};
    bytes_.reset();
    return wrong_size(placed_.id);
  }

  blob::store& store_;
  blob::pin pin_;  // outlives the reader below
  blob::placed_blob placed_;
  content_lock lock_;
  std::uint64_t size_;
  std::unique_ptr<blob::reader> bytes_;
};

class manifest_content final : public object_reader {
 public:
  manifest_content(kv::database& db, blob::store& store, manifest_pins& pins,
                   const object_version& version)
      : db_(db),
        store_(store),
        pin_(pins, *version.manifest),
        manifest_(*version.manifest),
        lock_(version),
        size_(version.size) {}

  std::uint64_t size() const override { return size_; }
  bool resident() const override { return false; }
  void open_at_once() override {}
  std::span<const std::byte> in_memory() const override { return {}; }
  void unlock(const crypto::secret_key& data_key) override { lock_.unlock(data_key); }

  result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    if (offset >= size_ || out.empty()) return std::size_t{0};
    if (!bytes_ || offset < begin_ || offset >= end_) {
      if (auto found = open_part(offset); !found) return std::move(found).error();
    }
    const auto length = std::min<std::uint64_t>(out.size(), end_ - offset);
    auto got = bytes_->read(offset - begin_, out.first(static_cast<std::size_t>(length)));
    if (got && *got == 0) {
      return error(errc::internal_error)
          .because("a part of manifest " + crypto::to_hex(manifest_.view()) + " is too short");
    }
    return got;
  }
  std::size_t read_at_once(std::uint64_t offset, std::span<std::byte> out) override {
    if (!bytes_ || offset < begin_ || offset >= end_) return 0;
    const auto length = std::min<std::uint64_t>(out.size(), end_ - offset);
    return bytes_->read_at_once(offset - begin_, out.first(static_cast<std::size_t>(length)));
  }

 private:
  // The part is found by binary search in the stored manifest: nothing of it stays in memory.
  result<void> open_part(std::uint64_t offset) {
    if (auto open = lock_.check(); !open) return open;
    blob::placed_blob placed;
    bytes_.reset();
    db_.read_blocking([&](const kv::snapshot& s) {
      const std::string key = schema::manifest_key(manifest_);
      const auto value = s.get(key);
      if (!value) throw damaged_record("manifest " + crypto::to_hex(key) + " is not there");
      const schema::manifest_view manifest(*value);
      const std::size_t index = manifest.find_offset(offset);
      const schema::manifest_entry entry = manifest.at(index);
      begin_ = manifest.begin_of(index);
      end_ = entry.end;
      const auto data = find_data(s, entry.blob);
      if (!data)
        throw damaged_record("part " + crypto::to_hex(entry.blob.view()) + " is not recorded");
      placed = place_of(s, entry.blob, *data);
    });
    auto opened = store_.open(placed);
    if (!opened) return std::move(opened).error();
    bytes_ = lock_.open(std::move(*opened));
    if (bytes_->size() != end_ - begin_) {
      bytes_.reset();
      return wrong_size(placed.id);
    }
    return {};
  }

  kv::database& db_;
  blob::store& store_;
  manifest_pins::pin pin_;  // keeps the references to all parts, and so their bytes
  blob::blob_id manifest_;
  content_lock lock_;
  std::uint64_t size_;
  std::uint64_t begin_ = 0;  // of the open part
  std::uint64_t end_ = 0;
  std::unique_ptr<blob::reader> bytes_;
};

}  // namespace

result<std::unique_ptr<object_reader>> open_blob(blob::store& store, blob::placed_blob placed,
                                                 const object_version& version) {
  std::unique_ptr<object_reader> content;
  if (!rides_inline(placed.size, placed.location)) {
    content = std::make_unique<blob_content>(store, std::move(placed), version);
    return content;
  }
  auto opened = store.open(placed);
  if (!opened) return std::move(opened).error();
  content = std::make_unique<resident_content>(std::move(*opened), version);
  return content;
}

result<std::unique_ptr<object_reader>> open_manifest(kv::database& db, blob::store& store,
                                                     manifest_pins& pins,
                                                     const object_version& version) {
  std::unique_ptr<object_reader> content;
  if (!version.manifest)
    throw damaged_record("a version without bytes: " + crypto::to_hex(version.key));
  content = std::make_unique<manifest_content>(db, store, pins, version);
  return content;
}

}  // namespace torhaus::storage::catalog
