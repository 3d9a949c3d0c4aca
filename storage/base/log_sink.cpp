#include "storage/base/log_sink.hpp"

#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "storage/base/thread_name.hpp"

namespace torhaus::log {

batching_sink::batching_sink(int descriptor, bool owned) : descriptor_(descriptor), owned_(owned) {}

batching_sink::~batching_sink() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    flush_();
  }
  wake_.notify_one();
  if (writer_.joinable()) writer_.join();
  if (owned_) ::close(descriptor_);
}

void batching_sink::sink_it_(const spdlog::details::log_msg& line) {
  const bool first = pending_.empty();
  pending_.append(line.payload.data(), line.payload.size()).push_back('\n');
  if (line.level >= spdlog::level::warn || pending_.size() >= most_pending_bytes ||
      clock::now() - written_ >= pause) {
    flush_();
  } else if (!writer_.joinable()) {
    writer_ = named_thread("log", [this] { run(); });
  } else if (first) {
    wake_.notify_one();
  }
}

// What cannot be written is dropped: a full disk is no reason to stop serving.
void batching_sink::flush_() {
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t n = ::write(descriptor_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  pending_.clear();
  written_ = clock::now();
}

void batching_sink::run() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (pending_.empty()) {
      wake_.wait(lock);
      continue;
    }
    wake_.wait_until(lock, written_ + pause);
    if (!pending_.empty() && clock::now() - written_ >= pause) flush_();
  }
}

}  // namespace torhaus::log
