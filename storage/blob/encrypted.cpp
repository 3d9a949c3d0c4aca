#include "storage/blob/encrypted.hpp"

#include "storage/base/log.hpp"
#include "storage/crypto/chunk_cipher.hpp"

namespace torhaus::storage::blob {
namespace {

// Up to this size the last chunk is written where seal() is called, as the payload of small bodies
// is.
constexpr std::uint64_t small_bytes = 64 * 1024;

class encrypting_writer final : public writer {
 public:
  encrypting_writer(std::unique_ptr<writer> inner, const crypto::secret_key& key, worker_pool& pool,
                    random_source& random)
      : inner_(std::move(inner)), encryptor_(key, random), pool_(pool) {}

  result<void> append(std::span<const std::byte> plain) override {
    size_ += plain.size();
    return encryptor_.update(plain, sink_);
  }

  task<result<sealed_blob>> seal() override {
    const auto end = [this] { return encryptor_.finish(sink_); };
    result<void> ended;
    if (size_ <= small_bytes) {
      ended = end();
    } else {
      ended = co_await offload(pool_, end);
    }
    if (!ended) co_return std::move(ended).error();
    co_return co_await inner_->seal();
  }

 private:
  std::unique_ptr<writer> inner_;
  crypto::chunk_encryptor encryptor_;
  crypto::chunk_encryptor::sink sink_ = [this](std::span<const std::byte> sealed) {
    return inner_->append(sealed);
  };
  worker_pool& pool_;
  std::uint64_t size_ = 0;
};

class decrypting_reader final : public reader {
 public:
  decrypting_reader(std::unique_ptr<reader> inner, const crypto::secret_key& key)
      : inner_(std::move(inner)), decryptor_(key, inner_->size()) {}

  std::uint64_t size() const override { return decryptor_.size(); }
  bool resident() const override { return inner_->resident(); }
  result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    auto n = decryptor_.read(offset, out, source_);
    if (!n) log::error("blob_not_decrypted", {{"cause", n.error().cause()}});
    return n;
  }

 private:
  std::unique_ptr<reader> inner_;
  crypto::chunk_decryptor decryptor_;
  crypto::chunk_decryptor::source source_ = [this](std::uint64_t offset, std::span<std::byte> out) {
    return inner_->read(offset, out);
  };
};

}  // namespace

std::unique_ptr<writer> encrypting(std::unique_ptr<writer> inner, const crypto::secret_key& key,
                                   worker_pool& pool, random_source& random) {
  return std::make_unique<encrypting_writer>(std::move(inner), key, pool, random);
}

std::unique_ptr<reader> decrypting(std::unique_ptr<reader> inner, const crypto::secret_key& key) {
  return std::make_unique<decrypting_reader>(std::move(inner), key);
}

}  // namespace torhaus::storage::blob
