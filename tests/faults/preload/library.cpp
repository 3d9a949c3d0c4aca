// Settings, descriptors, control block and log of the preloaded library. Inside it system calls are
// made raw, since the functions of those names are the interposed ones.
#include "tests/faults/preload/library.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace torhaus::faults {
namespace {

constexpr int most_descriptors = 1 << 16;
constexpr std::uint8_t ours = 1;
constexpr std::uint8_t regular_file = 2;
constexpr std::uint8_t synchronous = 4;
constexpr std::uint8_t spared = 8;
std::array<std::atomic<std::uint8_t>, most_descriptors> descriptors;

pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
std::atomic<std::uint64_t> syncs{0};

struct settings {
  std::string root;
  std::string plant;
  std::string spared;
  int log = -1;
  control_block* control = nullptr;
};

std::string text_of(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int raw_open(const std::string& path, int flags) {
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(), flags | O_CLOEXEC, 0600));
}

settings read_settings() {
  settings s;
  s.root = text_of("FAULTS_ROOT");
  s.plant = text_of("FAULTS_PLANT");
  s.spared = text_of("FAULTS_SPARED");
  if (const std::string log = text_of("FAULTS_LOG"); !log.empty()) {
    s.log = raw_open(log, O_WRONLY | O_CREAT | O_APPEND);
  }
  if (const std::string file = text_of("FAULTS_CONTROL"); !file.empty()) {
    const int fd = raw_open(file, O_RDWR);
    const long at = ::syscall(SYS_mmap, nullptr, sizeof(control_block), PROT_READ | PROT_WRITE,
                              MAP_SHARED, fd, 0);
    if (at != -1) s.control = reinterpret_cast<control_block*>(at);
    ::syscall(SYS_close, fd);
  }
  return s;
}

// Made once and never destroyed: calls come before main and after its end.
const settings& current() {
  static const settings* const only = new settings(read_settings());
  return *only;
}

void append(const record_head& head, std::vector<iovec>& pieces) {
  pieces.insert(pieces.begin(), {const_cast<record_head*>(&head), sizeof head});
  std::size_t wanted = 0;
  for (const iovec& piece : pieces) wanted += piece.iov_len;
  const long done = ::syscall(SYS_writev, current().log, pieces.data(), pieces.size());
  if (done != static_cast<long>(wanted)) std::abort();  // a log with a hole proves nothing
}

bool has(int fd, std::uint8_t flag) {
  return fd >= 0 && fd < most_descriptors &&
         (descriptors[static_cast<std::size_t>(fd)].load(std::memory_order_relaxed) & flag) != 0;
}

bool is_spared(const std::string& path) {
  const std::string& below = current().spared;
  return !below.empty() && (path == below || path.starts_with(below + "/"));
}

// "a/./b" and "a//b" become "a/b".
std::string tidied(const std::string& path) {
  std::string out;
  std::size_t at = 0;
  while (at <= path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") out.append(out.empty() ? "" : "/").append(part);
    at = end + 1;
  }
  return out;
}

__attribute__((constructor)) void begin() {
  if (recording()) record(call::start, -1);
}

}  // namespace

bool recording() { return current().log >= 0; }
bool planted(const char* name) { return current().plant == name; }
std::uint64_t next_sync() { return syncs.fetch_add(1) + 1; }
void* real(const char* name) { return ::dlsym(RTLD_NEXT, name); }

step::step() { pthread_mutex_lock(&order); }
step::~step() { pthread_mutex_unlock(&order); }

bool is_ours(int fd) { return has(fd, ours); }
bool is_regular(int fd) { return has(fd, regular_file); }
bool is_synchronous(int fd) { return has(fd, synchronous); }

void track(int fd, bool regular, const std::string& path) {
  if (fd < 0 || fd >= most_descriptors) return;
  descriptors[static_cast<std::size_t>(fd)] = static_cast<std::uint8_t>(
      ours | (regular ? regular_file : 0) | (is_spared(path) ? spared : 0));
}
void set_synchronous(int fd, bool on) {
  if (on && is_ours(fd)) descriptors[static_cast<std::size_t>(fd)] |= synchronous;
}
void forget(int fd) {
  if (fd >= 0 && fd < most_descriptors) descriptors[static_cast<std::size_t>(fd)] = 0;
}

bool path_below(int directory, const char* path, std::string& out) {
  const std::string& root = current().root;
  if (root.empty()) return false;
  std::string whole = path;
  if (path[0] != '/') {
    if (directory != AT_FDCWD && !is_ours(directory)) return false;
    std::array<char, PATH_MAX> base{};
    const std::string link =
        directory == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(directory);
    const long length =
        ::syscall(SYS_readlinkat, AT_FDCWD, link.c_str(), base.data(), base.size() - 1);
    if (length <= 0) return false;
    whole = std::string(base.data(), static_cast<std::size_t>(length)) + "/" + path;
  }
  if (!whole.starts_with(root)) return false;
  if (whole.size() > root.size() && whole[root.size()] != '/') return false;
  out = tidied(whole.substr(root.size()));
  return true;
}

void record(call kind, int fd, std::uint64_t offset, std::uint64_t count, const std::string& path,
            const std::string& other) {
  if (!recording()) return;
  record_head head;
  head.kind = kind;
  head.process = static_cast<std::int32_t>(::getpid());
  head.fd = fd;
  head.offset = offset;
  head.count = count;
  head.path_bytes = static_cast<std::uint32_t>(path.size());
  head.other_bytes = static_cast<std::uint32_t>(other.size());
  std::vector<iovec> pieces;
  for (const std::string* text : {&path, &other}) {
    if (!text->empty()) pieces.push_back({const_cast<char*>(text->data()), text->size()});
  }
  append(head, pieces);
}

void record_write(int fd, std::uint64_t offset, const iovec* given, int count, std::size_t bytes) {
  if (!recording()) return;
  record_head head;
  head.kind = call::write;
  head.process = static_cast<std::int32_t>(::getpid());
  head.fd = fd;
  head.offset = offset;
  head.data_bytes = bytes;
  std::vector<iovec> pieces;
  for (int i = 0; i < count && bytes > 0; ++i) {
    const std::size_t part = std::min(given[i].iov_len, bytes);
    if (part > 0) pieces.push_back({given[i].iov_base, part});
    bytes -= part;
  }
  append(head, pieces);
}

namespace {

thread_local bool doomed = false;

bool chosen(control_block& c, kind what) {
  const bool change = what != kind::map && what != kind::read;
  std::uint32_t place = c.seen[static_cast<std::size_t>(what)].fetch_add(1) + 1;
  const std::uint32_t among = change ? c.changes.fetch_add(1) + 1 : 0;
  const std::uint32_t nth = c.nth.load();
  if (c.kind_number.load() == any_change) {
    place = among;
  } else if (static_cast<std::uint32_t>(what) != c.kind_number.load()) {
    return false;
  }
  if (nth == 0 || place == 0) return false;
  return place == nth || (c.lasting.load() != 0 && place > nth);
}

void note_place(control_block& c, kind what, const std::string& path) {
  static constexpr std::array<const char*, 8> names = {"open",   "write", "sync",     "rename",
                                                       "unlink", "map",   "truncate", "read"};
  const std::string text = std::string(names[static_cast<std::size_t>(what)]) + " " + path;
  const std::size_t n = std::min(text.size(), sizeof c.place - 1);
  std::memcpy(c.place, text.data(), n);
  c.place[n] = '\0';
}

std::string path_of(int fd) {
  std::array<char, PATH_MAX> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const long n = ::syscall(SYS_readlinkat, AT_FDCWD, link.c_str(), path.data(), path.size() - 1);
  const std::string whole(path.data(), static_cast<std::size_t>(std::max(n, 0L)));
  const std::size_t root = current().root.size();
  return whole.size() > root ? whole.substr(root + 1) : ".";
}

verdict decide(kind what, int fd, const std::string& path) {
  control_block* c = current().control;
  if (c == nullptr) return verdict::pass;
  const bool slow = what == kind::write || what == kind::sync;
  if (const std::uint32_t pause = slow ? c->delay_us.load() : 0; pause > 0) ::usleep(pause);
  if (c->armed.load() == 0 || !chosen(*c, what)) return verdict::pass;
  c->fired.fetch_add(1);
  const std::uint32_t error = c->error.load();
  doomed = error == kill_after || error == kill_within;
  if (doomed) note_place(*c, what, fd < 0 ? path : path_of(fd));
  if (error == kill_after) return verdict::pass;
  if (error == 0 || error == kill_within) return verdict::shorten;
  errno = static_cast<int>(error);
  return verdict::fail;
}

}  // namespace

verdict judge(kind what, const std::string& path) {
  return is_spared(path) ? verdict::pass : decide(what, -1, path);
}

verdict judge(kind what, int fd) { return has(fd, spared) ? verdict::pass : decide(what, fd, {}); }

void live_on() {
  if (doomed) ::kill(::getpid(), SIGKILL);
}

}  // namespace torhaus::faults
