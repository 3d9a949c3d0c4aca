// What this machine can do without a gateway: the limits that tests/bench/run divides by. Prints
// one JSON line with the rate, and the time of one operation where one is waited for.
//
//   bench_probes lmdb   --folder DIR --batch N --value BYTES [--seconds S]   commits of N records
//   bench_probes append --folder DIR --batch N --value BYTES [--seconds S]   N appends, one
//   fdatasync bench_probes direct --folder DIR --batch N --value BYTES [--seconds S]   O_DIRECT, N
//   writers bench_probes md5 | sha256 | both [--seconds S]                           one core, one
//   stream bench_probes loopback [--seconds S]                                      one TCP stream
#include <fcntl.h>
#include <lmdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/crypto/digest.hpp"

namespace {

using steady = std::chrono::steady_clock;
namespace crypto = torhaus::storage::crypto;

struct settings {
  std::string what;
  std::filesystem::path folder;
  std::uint64_t batch = 1;
  std::uint64_t value = 4096;
  double seconds = 2;
};

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

std::uint64_t number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("not a number: " + std::string(text));
  }
  return n;
}

settings parse(int argc, char** argv) {
  settings s;
  if (argc < 2) throw std::runtime_error("which probe?");
  s.what = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--folder") {
      s.folder = argv[i + 1];
    } else if (name == "--batch") {
      s.batch = std::max<std::uint64_t>(1, number(argv[i + 1]));
    } else if (name == "--value") {
      s.value = number(argv[i + 1]);
    } else if (name == "--seconds") {
      s.seconds = static_cast<double>(number(argv[i + 1]));
    } else {
      throw std::runtime_error("unknown option " + std::string(name));
    }
  }
  return s;
}

struct file {
  file(const std::filesystem::path& path, int flags)
      : descriptor(::open(path.c_str(), flags, 0600)) {
    require(descriptor >= 0, "open");
  }
  ~file() { ::close(descriptor); }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  int descriptor;
};

// Calls `once` until the time is over and prints what came of it; each call counts as `units` of
// `bytes` each.
template <class F>
void measure(const settings& s, std::uint64_t units, std::uint64_t bytes, F once) {
  std::vector<double> micros;
  const auto began = steady::now();
  const auto end = began + std::chrono::duration<double>(s.seconds);
  while (steady::now() < end) {
    const auto at = steady::now();
    once();
    micros.push_back(std::chrono::duration<double, std::micro>(steady::now() - at).count());
  }
  const double took = std::chrono::duration<double>(steady::now() - began).count();
  const double rate = static_cast<double>(micros.size() * units) / took;
  std::sort(micros.begin(), micros.end());
  std::printf("{\"per_second\":%.1f,\"mb_per_second\":%.2f,\"p50_us\":%.2f}\n", rate,
              rate * static_cast<double>(bytes) / 1e6, micros[micros.size() / 2]);
}

void must(int code) {
  if (code != 0) throw std::runtime_error(::mdb_strerror(code));
}

// Keys as the catalog makes them: a prefix that grows, in no order within the batch.
void lmdb(const settings& s) {
  MDB_env* env = nullptr;
  must(::mdb_env_create(&env));
  must(::mdb_env_set_mapsize(env, std::size_t{64} << 30));
  must(::mdb_env_open(env, s.folder.c_str(), MDB_NORDAHEAD, 0600));
  MDB_txn* txn = nullptr;
  MDB_dbi table = 0;
  must(::mdb_txn_begin(env, nullptr, 0, &txn));
  must(::mdb_dbi_open(txn, nullptr, 0, &table));
  must(::mdb_txn_commit(txn));
  std::string value(s.value, 'v');
  std::uint64_t next = 0;
  measure(s, s.batch, s.value, [&] {
    must(::mdb_txn_begin(env, nullptr, 0, &txn));
    for (std::uint64_t i = 0; i < s.batch; ++i, ++next) {
      char key[64];
      const int length = std::snprintf(key, sizeof key, "v00000001/objects/%012llu",
                                       static_cast<unsigned long long>(next));
      MDB_val k{static_cast<std::size_t>(length), key};
      MDB_val v{value.size(), value.data()};
      must(::mdb_put(txn, table, &k, &v, 0));
    }
    must(::mdb_txn_commit(txn));
  });
  ::mdb_env_close(env);
}

void append(const settings& s) {
  const file to(s.folder / "appended", O_WRONLY | O_CREAT | O_APPEND);
  const std::string block(s.value, 'x');
  measure(s, s.batch, s.value, [&] {
    for (std::uint64_t i = 0; i < s.batch; ++i) {
      require(
          ::write(to.descriptor, block.data(), block.size()) == static_cast<ssize_t>(block.size()),
          "write");
    }
    require(::fdatasync(to.descriptor) == 0, "fdatasync");
  });
}

void direct(const settings& s) {
  constexpr std::size_t alignment = 4096;
  const std::size_t size = std::max<std::size_t>(s.value / alignment, 1) * alignment;
  // Each writer goes round in a window of its own, so that the disk does not fill.
  constexpr std::uint64_t window = 256;
  std::atomic<std::uint64_t> written{0};
  const auto began = steady::now();
  const auto end = began + std::chrono::duration<double>(s.seconds);
  std::vector<std::jthread> writers;
  for (std::uint64_t w = 0; w < s.batch; ++w) {
    writers.emplace_back([&, w] {
      const file to(s.folder / ("direct-" + std::to_string(w)), O_WRONLY | O_CREAT | O_DIRECT);
      std::unique_ptr<void, decltype(&std::free)> block(std::aligned_alloc(alignment, size),
                                                        &std::free);
      std::memset(block.get(), 'x', size);
      for (std::uint64_t i = 0; steady::now() < end; ++i) {
        const auto at = static_cast<off_t>(i % window * size);
        require(::pwrite(to.descriptor, block.get(), size, at) == static_cast<ssize_t>(size),
                "pwrite");
        ++written;
      }
    });
  }
  writers.clear();
  const double took = std::chrono::duration<double>(steady::now() - began).count();
  const double rate = static_cast<double>(written.load()) / took;
  std::printf("{\"per_second\":%.1f,\"mb_per_second\":%.2f}\n", rate,
              rate * static_cast<double>(size) / 1e6);
}

void digests(const settings& s, std::vector<crypto::algorithm> algorithms) {
  constexpr std::size_t size = 16 << 20;
  constexpr std::size_t piece = 256 << 10;
  const std::string buffer(size, 'x');
  measure(s, 1, size, [&] {
    crypto::digest_set set;
    for (const crypto::algorithm a : algorithms) set.want(a);
    for (std::size_t at = 0; at < size; at += piece) {
      set.update(std::as_bytes(std::span(buffer).subspan(at, piece)));
    }
    set.finish();
  });
}

void loopback(const settings& s) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  require(::bind(listener, generic, length) == 0, "bind");
  require(::listen(listener, 1) == 0, "listen");
  require(::getsockname(listener, generic, &length) == 0, "getsockname");
  const std::jthread reader([&] {
    std::vector<char> buffer(256 << 10);
    const int from = ::accept(listener, nullptr, nullptr);
    while (::recv(from, buffer.data(), buffer.size(), 0) > 0) continue;
    ::close(from);
  });
  const int to = ::socket(AF_INET, SOCK_STREAM, 0);
  require(::connect(to, generic, sizeof address) == 0, "connect");
  const std::string block(1 << 20, 'x');
  measure(s, 1, block.size(), [&] {
    std::string_view rest(block);
    while (!rest.empty()) {
      const ssize_t sent = ::send(to, rest.data(), rest.size(), MSG_NOSIGNAL);
      require(sent > 0, "send");
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
  });
  ::close(to);
  ::close(listener);
}

void probe(const settings& s) {
  using crypto::algorithm;
  if (s.what == "lmdb") return lmdb(s);
  if (s.what == "append") return append(s);
  if (s.what == "direct") return direct(s);
  if (s.what == "md5") return digests(s, {algorithm::md5});
  if (s.what == "sha256") return digests(s, {algorithm::sha256});
  if (s.what == "both") return digests(s, {algorithm::md5, algorithm::sha256});
  if (s.what == "loopback") return loopback(s);
  throw std::runtime_error("unknown probe " + s.what);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    probe(parse(argc, argv));
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_probes: %s\n", problem.what());
    return 2;
  }
}
