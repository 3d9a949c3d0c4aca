// Where log lines go: a file descriptor, in batches when many come at once.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace torhaus::log {

// A system call for each line costs as much as all the rest of it. So lines that follow each other
// within `pause` leave together, at the latest when that has passed; after a quiet time a line
// leaves at once, and from level warning on everything does. A crash loses what it lost before
// but for the last `pause` of lines below that.
class batching_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  static constexpr std::chrono::milliseconds pause{20};
  static constexpr std::size_t most_pending_bytes = std::size_t{64} << 10;

  // Owns the descriptor where `owned`.
  batching_sink(int descriptor, bool owned);
  ~batching_sink() override;
  batching_sink(const batching_sink&) = delete;
  batching_sink& operator=(const batching_sink&) = delete;

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override;
  void flush_() override;

 private:
  using clock = std::chrono::steady_clock;

  void run();

  const int descriptor_;
  const bool owned_;
  std::string pending_;  // with the rest under base_sink's mutex_
  clock::time_point written_{};
  bool ended_ = false;
  std::condition_variable wake_;
  std::thread writer_;  // begins with the first line that is kept
};

}  // namespace torhaus::log
