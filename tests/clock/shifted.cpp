// A library to be preloaded into a server: its wall clock is off by the nanoseconds in a mapped
// file, which a test may change at any time. Clocks that only measure stay as they are, as they do
// when an administrator or NTP sets the time. CLOCK_SHIFT names the file (tests/clock/clock.py).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr std::int64_t second = 1'000'000'000;

const std::atomic<std::int64_t>* mapped() {
  const char* path = std::getenv("CLOCK_SHIFT");
  if (path == nullptr) return nullptr;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) std::abort();  // a test with the right time would prove nothing
  void* at = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (at == MAP_FAILED) std::abort();
  return static_cast<const std::atomic<std::int64_t>*>(at);
}

std::int64_t shift() {
  static const std::atomic<std::int64_t>* const file = mapped();
  return file == nullptr ? 0 : file->load(std::memory_order_relaxed);
}

int read_clock(clockid_t clock, timespec* out) {
  const int outcome = static_cast<int>(::syscall(SYS_clock_gettime, clock, out));
  if (outcome != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return outcome;
  const std::int64_t now = out->tv_sec * second + out->tv_nsec + shift();
  out->tv_sec = now / second;
  out->tv_nsec = now % second;
  return 0;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept { return read_clock(clock, out); }

int gettimeofday(timeval* out, void*) noexcept {
  timespec now{};
  read_clock(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  read_clock(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
