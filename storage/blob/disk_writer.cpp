// The writer and its three ways to seal.
#include "storage/blob/disk_writer.hpp"

#include <algorithm>

namespace torhaus::storage::blob {
namespace {

using placement = std::optional<result<segment_place>>;

// Resumes a coroutine on its own executor once its needle is durable.
template <class Handler>
class resume_when_durable : public needle_waiter {
 public:
  resume_when_durable(Handler handler, executor home, placement& out)
      : handler_(std::move(handler)), home_(home), out_(out) {}

  void done(result<segment_place> outcome) noexcept override {
    out_.emplace(std::move(outcome));
    resume_on(home_, std::move(handler_));
  }

 private:
  Handler handler_;
  executor home_;
  placement& out_;  // lives in the waiting coroutine's frame
};

task<result<segment_place>> append_needle(segment_appender& segments, const blob_id& id,
                                          needle_buffer& bytes) {
  const executor home = co_await asio::this_coro::executor;
  placement out;
  co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
      [](auto handler, segment_appender* to, const blob_id* name, needle_buffer* what,
         executor back, placement* slot) {
        using waiter = resume_when_durable<decltype(handler)>;
        to->append(*name, std::move(*what),
                   std::make_unique<waiter>(std::move(handler), back, *slot));
      },
      use_task, &segments, &id, &bytes, home, &out);
  co_return std::move(out.value());
}

std::size_t first_room(std::optional<std::uint64_t> expected) {
  if (!expected || *expected > max_segment_bytes) return 0;
  return static_cast<std::size_t>(*expected);
}

}  // namespace

disk_writer::disk_writer(writer_homes homes, const blob_id& id,
                         std::optional<std::uint64_t> expected_bytes)
    : homes_(homes), id_(id), expected_(expected_bytes), small_(first_room(expected_bytes)) {
  if (expected_ && *expected_ > max_segment_bytes) {
    large_ = std::make_unique<file_output>(homes_.files, homes_.large, homes_.health,
                                           homes_.cleaner, id_, expected_);
  }
}

result<void> disk_writer::append(std::span<const std::byte> bytes) {
  if (broken_) return *broken_;
  auto taken = take(bytes);
  if (!taken) broken_ = taken.error();
  return taken;
}

result<void> disk_writer::take(std::span<const std::byte> bytes) {
  if (!large_) {
    if (bytes.size() <= max_segment_bytes - small_.size()) {
      small_.append(bytes);
      return {};
    }
    // More than was announced, or nothing was announced.
    large_ = std::make_unique<file_output>(homes_.files, homes_.large, homes_.health,
                                           homes_.cleaner, id_, std::nullopt);
    auto moved = large_->append(small_.bytes());
    small_ = needle_buffer();
    if (!moved) return moved;
  }
  return large_->append(bytes);
}

sealed_blob disk_writer::sealed(std::uint64_t size, std::string location) {
  placed_blob placed;
  placed.id = id_;
  placed.size = size;
  placed.location = std::move(location);
  return sealed_blob(homes_.owner, std::move(placed));
}

task<result<sealed_blob>> disk_writer::seal() {
  if (broken_) co_return *broken_;
  broken_ = error(errc::internal_error).because("append or seal after seal");
  if (large_) co_return co_await seal_file();
  if (small_.size() <= max_inline_bytes) co_return seal_inline();
  co_return co_await seal_needle();
}

result<sealed_blob> disk_writer::seal_inline() {
  if (auto refused = homes_.health.refusal(small_.size())) return std::move(*refused);
  return sealed(small_.size(), inline_location(id_, small_.bytes()));
}

task<result<sealed_blob>> disk_writer::seal_needle() {
  const std::uint64_t size = small_.size();
  auto place = co_await append_needle(homes_.segments, id_, small_);
  if (!place) co_return std::move(place).error();
  co_return sealed(size, segment_location(*place));
}

task<result<sealed_blob>> disk_writer::seal_file() {
  file_output* output = large_.get();
  auto work = [output] { return output->finish(); };
  auto finished = co_await offload(homes_.pool, work);
  const std::uint64_t size = output->size();
  large_.reset();
  if (!finished) co_return std::move(finished).error();
  co_return sealed(size, file_location());
}

}  // namespace torhaus::storage::blob
