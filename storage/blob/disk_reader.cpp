// Reading and checking of blobs.
#include "storage/blob/disk_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "storage/base/log.hpp"

namespace torhaus::storage::blob {
namespace {

error damaged(const placed_blob& blob, std::string_view where, std::string_view what) {
  log::error("blob_damaged",
             {{"name", file_name(blob.id).data()}, {"where", where}, {"cause", what}});
  std::string cause = "blob ";
  cause.append(file_name(blob.id).data()).append(" in ").append(where).append(": ").append(what);
  return error(errc::internal_error).because(std::move(cause));
}

// How many bytes a read at `offset` may hand out.
std::size_t readable(std::uint64_t size, std::uint64_t offset, std::size_t wanted) {
  if (offset >= size) return 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(size - offset, wanted));
}

class inline_reader : public reader {
 public:
  explicit inline_reader(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool resident() const override { return true; }
  result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    const std::size_t count = readable(bytes_.size(), offset, out.size());
    if (count > 0) std::memcpy(out.data(), bytes_.data() + offset, count);
    return count;
  }

 private:
  std::string bytes_;
};

// Memory for a block and what stands before it. What a thread frees it uses again: memory of this
// size is otherwise taken from the system and given back each time.
class block_memory {
 public:
  block_memory() = default;
  explicit block_memory(std::size_t bytes) : step_((bytes + step_bytes - 1) / step_bytes) {
    if (step_ < steps && !kept().of_step[step_].empty()) {
      memory_ = std::move(kept().of_step[step_].back());
      kept().of_step[step_].pop_back();
      kept().bytes -= step_ * step_bytes;
    } else {
      memory_ = std::make_unique_for_overwrite<std::byte[]>(step_ * step_bytes);
    }
  }
  block_memory(block_memory&&) noexcept = default;
  block_memory& operator=(block_memory&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(step_, other.step_);
    return *this;
  }
  ~block_memory() {
    if (!memory_ || step_ >= steps) return;
    spare& s = kept();
    std::vector<std::unique_ptr<std::byte[]>>& same = s.of_step[step_];
    if (s.bytes + step_ * step_bytes > most_kept_bytes || same.size() == same.capacity()) return;
    same.push_back(std::move(memory_));
    s.bytes += step_ * step_bytes;
  }

  explicit operator bool() const { return memory_ != nullptr; }
  std::byte* get() const { return memory_.get(); }

 private:
  static constexpr std::size_t step_bytes = std::size_t{16} * 1024;
  static constexpr std::size_t steps = block_bytes / step_bytes + 2;
  static constexpr std::size_t most_kept_bytes = std::size_t{2} << 20;  // of one thread

  struct spare {
    spare() {
      // Ahead, so that keeping never fails.
      for (auto& same : of_step) same.reserve(most_kept_bytes / step_bytes / 4);
    }
    std::array<std::vector<std::unique_ptr<std::byte[]>>, steps> of_step;
    std::size_t bytes = 0;
  };
  static spare& kept() {
    static thread_local spare s;
    return s;
  }

  std::unique_ptr<std::byte[]> memory_;
  std::size_t step_ = 0;
};

// Bytes at some offset of a file, with a checksum for each block. Keeps the last partly used block,
// so that small reads in sequence fetch each block once.
class block_reader : public reader {
 public:
  struct source {
    std::shared_ptr<const handle> file;
    std::string where;         // for the log: the file's name
    std::uint64_t offset = 0;  // of the blob's first byte
    std::vector<std::uint32_t> checksums;
  };
  block_reader(file_system& files, placed_blob blob, source from)
      : files_(files), blob_(std::move(blob)), from_(std::move(from)) {}

  std::uint64_t size() const override { return blob_.size; }
  bool resident() const override { return all_in_memory_; }
  std::span<const std::byte> in_memory() const override {
    if (!all_in_memory_) return {};
    return {block_.get() + block_at_, length_of(0)};
  }

  result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    const std::size_t count = readable(blob_.size, offset, out.size());
    std::size_t done = 0;
    while (done < count) {
      auto part = read_some(offset + done, out.subspan(done, count - done));
      if (!part) {
        std::ranges::fill(out.first(count), std::byte{0});  // unchecked bytes are nobody's business
        return part;
      }
      done += *part;
    }
    return count;
  }

  // Whole blocks only.
  std::size_t read_at_once(std::uint64_t offset, std::span<std::byte> out) override {
    const std::uint64_t block = offset / block_bytes;
    if (offset >= blob_.size || offset % block_bytes != 0 || out.size() < length_of(block)) {
      return 0;
    }
    out = out.first(whole_blocks(block, out.size()));
    const ssize_t got =
        files_.read_cached(from_.file->fd(), out, from_.offset + block * block_bytes);
    if (got != static_cast<ssize_t>(out.size())) return 0;
    if (!check_all(block, out)) {
      std::ranges::fill(out, std::byte{0});
      return 0;
    }
    return out.size();
  }

  // Takes the only block of a small blob as it was read together with its header.
  result<void> adopt(block_memory memory, std::size_t at) {
    if (auto sound = check(0, {memory.get() + at, length_of(0)}); !sound) return sound;
    block_ = std::move(memory);
    block_at_ = at;
    block_number_ = 0;
    all_in_memory_ = true;
    from_.file.reset();
    return {};
  }

 private:
  static constexpr std::uint64_t none = UINT64_MAX;

  std::size_t length_of(std::uint64_t block) const {
    return static_cast<std::size_t>(std::min(block_bytes, blob_.size - block * block_bytes));
  }

  // At least one byte: from the kept block, straight into `out`, or by way of the kept block.
  result<std::size_t> read_some(std::uint64_t offset, std::span<std::byte> out) {
    const std::uint64_t block = offset / block_bytes;
    const auto within = static_cast<std::size_t>(offset % block_bytes);
    if (block != block_number_) {
      if (within == 0 && out.size() >= length_of(block)) return read_whole(block, out);
      if (auto loaded = load(block); !loaded) return std::move(loaded).error();
    }
    const std::size_t count = std::min(out.size(), length_of(block) - within);
    std::memcpy(out.data(), block_.get() + block_at_ + within, count);
    return count;
  }

  // As many whole blocks as fit, in one system call.
  result<std::size_t> read_whole(std::uint64_t block, std::span<std::byte> out) {
    out = out.first(whole_blocks(block, out.size()));
    if (auto got = fetch(block, out); !got) return std::move(got).error();
    if (auto sound = check_all(block, out); !sound) return std::move(sound).error();
    return out.size();
  }

  // How many bytes of them fit into `room`, which holds one at least.
  std::size_t whole_blocks(std::uint64_t block, std::size_t room) const {
    const std::uint64_t left = blob_.size - block * block_bytes;
    return left <= room ? static_cast<std::size_t>(left) : room - room % block_bytes;
  }

  result<void> load(std::uint64_t block) {
    if (!block_) block_ = block_memory(length_of(0));
    block_number_ = none;
    const std::span<std::byte> bytes(block_.get(), length_of(block));
    if (auto got = fetch(block, bytes); !got) return got;
    if (auto sound = check(block, bytes); !sound) return sound;
    block_number_ = block;
    return {};
  }

  result<void> fetch(std::uint64_t block, std::span<std::byte> out) {
    const ssize_t got =
        read_up_to(files_, from_.file->fd(), out, from_.offset + block * block_bytes);
    if (got < 0) return damaged(blob_, from_.where, error_text(static_cast<int>(got)));
    if (static_cast<std::size_t>(got) == out.size()) return {};
    return damaged(blob_, from_.where, "the file ends early");
  }

  result<void> check(std::uint64_t block, std::span<const std::byte> bytes) const {
    const auto expected = from_.checksums[static_cast<std::size_t>(block)];
    if (block_checksum(blob_.id, block, bytes) == expected) return {};
    return damaged(blob_, from_.where, "checksum of block " + std::to_string(block));
  }

  result<void> check_all(std::uint64_t block, std::span<const std::byte> bytes) const {
    for (std::size_t at = 0; at < bytes.size(); at += block_bytes, ++block) {
      if (auto sound = check(block, bytes.subspan(at, length_of(block))); !sound) return sound;
    }
    return {};
  }

  file_system& files_;
  placed_blob blob_;
  source from_;
  block_memory block_;
  std::size_t block_at_ = 0;
  std::uint64_t block_number_ = none;
  bool all_in_memory_ = false;
};

}  // namespace

result<std::unique_ptr<reader>> open_inline(const placed_blob& blob) {
  const auto bytes = parse_inline(blob);
  if (!bytes) return damaged(blob, "kv", "checksum of inline bytes");
  return std::make_unique<inline_reader>(std::string(*bytes));
}

result<std::unique_ptr<reader>> open_needle(file_system& files, segment_files& segments,
                                            const placed_blob& blob, patience how) {
  const auto place = parse_segment(blob);
  if (!place) return damaged(blob, "kv", "location");
  block_reader::source from;
  from.where = std::string("segments/") + segment_name(place->number).data() + " at " +
               std::to_string(place->offset());
  // A blob of one block comes with its header in one read and stays in memory.
  const bool small = blob.size <= block_bytes;
  const bool at_once = how == patience::none;
  int code = 0;
  from.file =
      at_once ? segments.known_file_of(place->number) : segments.file_of(place->number, code);
  if (at_once && !from.file) return std::unique_ptr<reader>();
  if (!from.file) return damaged(blob, from.where, error_text(code));

  const std::size_t room = needle_header_bytes + (small ? static_cast<std::size_t>(blob.size) : 0);
  block_memory memory(room);
  const std::span<std::byte> into(memory.get(), room);
  const ssize_t got = at_once ? files.read_cached(from.file->fd(), into, place->offset())
                              : read_up_to(files, from.file->fd(), into, place->offset());
  if (at_once && got != static_cast<ssize_t>(room)) return std::unique_ptr<reader>();
  if (got < 0) return damaged(blob, from.where, error_text(static_cast<int>(got)));
  if (static_cast<std::size_t>(got) != room)
    return damaged(blob, from.where, "the file ends early");
  const auto needle = parse_needle({memory.get(), needle_header_bytes}, place->offset());
  if (!needle || needle->id != blob.id || needle->length != blob.size) {
    return damaged(blob, from.where, "header of the needle");
  }
  if (needle->state != needle_header::condition::live) {
    return damaged(blob, from.where, "the needle was removed");
  }
  from.offset = place->offset() + needle_header_bytes;
  const auto blocks = static_cast<std::ptrdiff_t>(blocks_of(blob.size));
  from.checksums.assign(needle->checksums.begin(), needle->checksums.begin() + blocks);
  auto out = std::make_unique<block_reader>(files, blob, std::move(from));
  if (small && blob.size > 0) {
    auto sound = out->adopt(std::move(memory), needle_header_bytes);
    if (!sound) return std::move(sound).error();
  }
  return out;
}

result<std::unique_ptr<reader>> open_file(file_system& files, file_home& home,
                                          const placed_blob& blob, patience how) {
  // Of 2 GiB: checking more of them takes too long for a connection's thread.
  constexpr std::uint64_t most_tail_bytes_at_once = std::uint64_t{64} << 10;
  const std::uint64_t tail_bytes = file_length(blob.size) - blob.size;
  const bool at_once = how == patience::none;
  if (at_once && tail_bytes > most_tail_bytes_at_once) return std::unique_ptr<reader>();
  result<handle> opened = at_once ? home.open_at_once(blob.id) : home.open(blob.id);
  if (!opened) return std::move(opened).error();
  if (!*opened) return std::unique_ptr<reader>();
  block_reader::source from;
  from.where = "blobs";
  from.file = std::make_shared<const handle>(std::move(*opened));
  const off_t length = files.length(from.file->fd(), "");
  if (length < 0) return damaged(blob, from.where, error_text(static_cast<int>(length)));
  if (static_cast<std::uint64_t>(length) != file_length(blob.size)) {
    return damaged(blob, from.where, "length of the file");
  }
  std::vector<std::byte> tail(static_cast<std::size_t>(tail_bytes));
  const ssize_t got = at_once ? files.read_cached(from.file->fd(), tail, blob.size)
                              : read_up_to(files, from.file->fd(), tail, blob.size);
  if (at_once && got != static_cast<ssize_t>(tail.size())) return std::unique_ptr<reader>();
  if (got < 0) return damaged(blob, from.where, error_text(static_cast<int>(got)));
  auto checksums = parse_tail(blob, std::span(tail).first(static_cast<std::size_t>(got)));
  if (!checksums) return damaged(blob, from.where, "footer");
  from.checksums = std::move(*checksums);
  return std::make_unique<block_reader>(files, blob, std::move(from));
}

}  // namespace torhaus::storage::blob
