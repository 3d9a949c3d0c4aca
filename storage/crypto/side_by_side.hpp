// Streams of one digest, each with bytes of its own to take, advanced side by side. For .cpp files
// of this part only.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "storage/crypto/begun_block.hpp"

namespace torhaus::storage::crypto {

// What one md5_stream or sha256_stream has to take. Stream, bytes and the list of them stay where
// they are.
template <class Stream>
class stream_work {
 public:
  using lane_type = typename Stream::lane;

  stream_work(Stream& of, std::span<const std::span<const std::byte>> bytes)
      : stream_(&of), pieces_(bytes) {}

  // Goes on to where whole blocks are; false at the end of all pieces.
  bool find_blocks() noexcept {
    while (blocks() == 0) {
      if (!rest_.empty()) stream_->take_ragged(std::exchange(rest_, {}));
      if (pieces_.empty()) return false;
      rest_ = stream_->take_ragged(pieces_.front());
      pieces_ = pieces_.subspan(1);
    }
    return true;
  }

  // Whole blocks from here on.
  std::size_t blocks() const noexcept { return rest_.size() / begun_block::block_bytes; }
  lane_type lane() const noexcept { return {&stream_->words(), rest_.data()}; }
  void note(std::size_t blocks_done) noexcept {
    stream_->note_blocks(blocks_done);
    rest_ = rest_.subspan(blocks_done * begun_block::block_bytes);
  }

 private:
  Stream* stream_;
  std::span<const std::span<const std::byte>> pieces_;  // not begun yet
  std::span<const std::byte> rest_;                     // of the piece under way
};

// The streams of one runner. Item points to a stream_work; done(Item) takes back what has come to
// its end.
template <class Item, std::size_t Lanes>
class side_by_side {
 public:
  std::size_t room() const { return Lanes - count_; }
  bool empty() const { return count_ == 0; }

  template <class Done>
  void take(Item one, Done done) {
    if (one->find_blocks()) {
      at_[count_++] = std::move(one);
    } else {
      done(std::move(one));
    }
  }

  // Calls advance(lanes, blocks) with what each of them has, `most_blocks` at most. Not when empty.
  template <class Advance, class Done>
  void step(std::size_t most_blocks, Advance advance, Done done) {
    std::size_t blocks = most_blocks;
    std::array<decltype(at_[0]->lane()), Lanes> now;
    for (std::size_t n = 0; n < count_; ++n) {
      now[n] = at_[n]->lane();
      blocks = std::min(blocks, at_[n]->blocks());
    }
    advance(std::span<const decltype(at_[0]->lane())>(now).first(count_), blocks);
    for (std::size_t n = count_; n-- > 0;) {
      at_[n]->note(blocks);
      if (at_[n]->find_blocks()) continue;
      std::swap(at_[n], at_[--count_]);
      done(std::move(at_[count_]));
    }
  }

 private:
  std::array<Item, Lanes> at_{};
  std::size_t count_ = 0;
};

}  // namespace torhaus::storage::crypto
