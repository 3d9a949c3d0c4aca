#include "gateway/s3/body/object_body.hpp"

#include <array>
#include <memory>

#include "gateway/s3/body/transfer_memory.hpp"
#include "storage/base/page_memory.hpp"

namespace torhaus::gateway::s3 {
namespace {

using storage::catalog::object_reader;

constexpr std::size_t block_bytes = 256 * 1024;
// The least: a block of the blob store, which can be read into place. No other is read ahead then.
constexpr std::size_t least_block_bytes = 128 * 1024;

// Grows to the longest block that was asked of it; what it holds then is not set to anything.
struct block_buffer {
  std::span<std::byte> first(std::size_t bytes) {
    if (bytes > size) {
      memory = page_memory(bytes);  // kept from object to object
      size = bytes;
    }
    return {memory.data(), bytes};
  }
  page_memory memory;
  std::size_t size = 0;
};

// After a block that the system did not have in memory.
constexpr unsigned blocks_until_tried = 8;

// What the pool's job works on; it outlives the body source when the client leaves in the middle.
struct reading {
  std::unique_ptr<object_reader> content;
  transfer_memory::share share;
  std::array<block_buffer, 2> blocks;
};

class object_body final : public http::body_source {
 public:
  object_body(std::unique_ptr<object_reader> content, std::uint64_t offset, std::uint64_t length,
              worker_pool& pool, transfer_memory* memory)
      : state_(std::make_shared<reading>()),
        pool_(pool),
        memory_(memory),
        size_(length),
        asked_(offset),
        end_(offset + length) {
    state_->content = std::move(content);
  }

  std::uint64_t size() const override { return size_; }

  task<result<std::span<const std::byte>>> next() override {
    const executor home = co_await asio::this_coro::executor;
    if (state_->content->resident()) co_return resident_block();
    take_share();
    if (!job_) {
      if (const auto block = cached_block(); !block.empty()) co_return block;
      ask(home);
    }
    if (!job_) co_return std::span<const std::byte>();
    auto block = co_await job_->wait();
    job_.reset();
    if (ahead_ && !prefers_cache() && block && !block->empty()) ask(home);
    co_return block;
  }

 private:
  struct request {
    std::uint64_t offset;
    std::size_t length;
  };
  using block_result = result<std::span<const std::byte>>;
  using read_function = std::function<block_result()>;

  // For the first block. What is small needs no second one.
  void take_share() {
    if (memory_ == nullptr || asked_any_) return;
    asked_any_ = true;
    const std::uint64_t left = end_ - asked_;
    if (left <= least_block_bytes) return;
    state_->share = memory_->take(2 * block_bytes, least_block_bytes);
    if (state_->share.bytes() >= 2 * block_bytes) return;
    ahead_ = false;
    most_ = least_block_bytes;
  }

  request take_request() {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(most_, end_ - asked_));
    const request r{asked_, length};
    asked_ += length;
    return r;
  }

  block_result resident_block() {
    const request r = take_request();
    const std::span<const std::byte> all = state_->content->in_memory();
    if (all.empty()) return read_block(*state_, turn_, r);
    if (r.offset + r.length <= all.size()) {
      return all.subspan(static_cast<std::size_t>(r.offset), r.length);
    }
    return error(errc::internal_error).because("an object ends before its size");
  }

  // Where all processors are busy another thread gains nothing, and the bytes stay in the cache of
  // the one that sends them.
  bool prefers_cache() const { return uncached_ == 0 && memory_ != nullptr && memory_->crowded(); }

  // The next block, of what the system has in memory; else nothing.
  std::span<const std::byte> cached_block() {
    if (asked_ == end_ || !prefers_cache()) return {};
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(most_, end_ - asked_));
    const std::span<std::byte> block = state_->blocks[turn_].first(length);
    const std::size_t got = state_->content->read_at_once(asked_, block);
    if (got == 0 && read_any_) uncached_ = blocks_until_tried;
    asked_ += got;
    return block.first(got);
  }

  // Begins to read the next block into the buffer that is not being sent.
  void ask(const executor& home) {
    if (asked_ == end_) return;
    read_any_ = true;
    if (uncached_ > 0) --uncached_;
    const request r = take_request();
    read_function work = [state = state_, turn = turn_, r] { return read_block(*state, turn, r); };
    if (ahead_) turn_ ^= 1;
    job_.emplace(pool_, home, std::move(work));
  }

  static block_result read_block(reading& from, std::size_t turn, request r) {
    const std::span<std::byte> block = from.blocks[turn].first(r.length);
    std::size_t have = 0;
    while (have < r.length) {
      auto n = from.content->read(r.offset + have, block.subspan(have));
      if (!n) return std::move(n).error();
      if (*n == 0) return error(errc::internal_error).because("an object ends before its size");
      have += *n;
    }
    return std::span<const std::byte>(block);
  }

  std::shared_ptr<reading> state_;
  worker_pool& pool_;
  transfer_memory* memory_;
  std::size_t most_ = block_bytes;  // of one block
  bool ahead_ = true;
  bool asked_any_ = false;
  bool read_any_ = false;  // the content is open
  unsigned uncached_ = 0;  // so many blocks are expected to come from the disk
  std::uint64_t size_;
  std::uint64_t asked_;  // the next byte to read
  std::uint64_t end_;
  std::size_t turn_ = 0;
  std::optional<started<read_function>> job_;
};

}  // namespace

std::unique_ptr<http::body_source> make_object_body(std::unique_ptr<object_reader> content,
                                                    std::uint64_t offset, std::uint64_t length,
                                                    worker_pool& pool, transfer_memory* memory) {
  return std::make_unique<object_body>(std::move(content), offset, length, pool, memory);
}

}  // namespace torhaus::gateway::s3
