// A small load generator for the bench scripts: signed GET, PUT and LIST (or plain GET, for nginx)
// over kept connections on one thread. Prints one JSON line: operations, errors, rate, latency
// percentiles.
//
//   bench_load --port N --op get|put|list [--plain] [--path /bucket/key] [--bytes N] [--connections
//   N]
//              [--seconds S | --count N] [--first N] [--keys N]
// put writes PATH followed by an eight-digit number, again from the beginning after N keys;
// credentials come from AWS_ACCESS_KEY_ID /
// AWS_SECRET_ACCESS_KEY.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "auth/sigv4/signer.hpp"
#include "storage/base/task.hpp"
#include "storage/crypto/digest.hpp"

namespace {

using namespace torhaus;
using steady = std::chrono::steady_clock;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;

struct settings {
  std::uint16_t port = 9000;
  std::string op = "get";
  bool plain = false;
  std::string path = "/bench/object";
  std::string query;
  std::size_t bytes = 4096;
  unsigned connections = 64;
  double seconds = 5;
  std::uint64_t count = 0;  // 0: by time
  std::uint64_t first = 0;
  std::uint64_t keys = UINT64_MAX;
  auth::sigv4::signer_identity who;
};

struct tally {
  std::uint64_t issued = 0;
  std::uint64_t done = 0;
  std::uint64_t errors = 0;
  std::uint64_t bytes = 0;
  std::vector<std::uint32_t> micros;
  std::string first_error;
};

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
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--plain") {
      s.plain = true;
      continue;
    }
    if (i + 1 >= argc) throw std::runtime_error("a value is missing after " + std::string(name));
    const std::string value = argv[++i];
    if (name == "--port")
      s.port = static_cast<std::uint16_t>(number(value));
    else if (name == "--op")
      s.op = value;
    else if (name == "--path")
      s.path = value;
    else if (name == "--query")
      s.query = value;
    else if (name == "--bytes")
      s.bytes = number(value);
    else if (name == "--connections")
      s.connections = static_cast<unsigned>(number(value));
    else if (name == "--seconds")
      s.seconds = static_cast<double>(number(value));
    else if (name == "--count")
      s.count = number(value);
    else if (name == "--first")
      s.first = number(value);
    else if (name == "--keys")
      s.keys = std::max<std::uint64_t>(number(value), 1);
    else
      throw std::runtime_error("unknown option " + std::string(name));
  }
  const auto from_environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  s.who.access_key_id = from_environment("AWS_ACCESS_KEY_ID");
  s.who.secret = from_environment("AWS_SECRET_ACCESS_KEY");
  s.who.region = "us-east-1";
  return s;
}

std::string request_head(const settings& s, std::uint64_t serial, const std::string& body_hash) {
  std::string path = s.path;
  if (s.op == "put") {
    char digits[24];
    std::snprintf(digits, sizeof digits, "%08llu", static_cast<unsigned long long>(serial));
    path += digits;
  }
  const std::string method = s.op == "put" ? "PUT" : "GET";
  const std::string host = "127.0.0.1:" + std::to_string(s.port);
  std::string head = method + " " + path + (s.query.empty() ? "" : "?" + s.query) +
                     " HTTP/1.1\r\nHost: " + host + "\r\n";
  if (!s.plain) {
    const auth::sigv4::header_view host_header{"Host", host};
    const auth::sigv4::request_view view{
        .method = method, .raw_path = path, .raw_query = s.query, .headers = {&host_header, 1}};
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (const auto& [name, value] : auth::sigv4::sign_headers(view, body_hash, s.who, now)) {
      head.append(name).append(": ").append(value).append("\r\n");
    }
  }
  if (s.op == "put") head += "Content-Length: " + std::to_string(s.bytes) + "\r\n";
  return head + "\r\n";
}

// Reads one response; hands back its status and the length of its body.
struct reply {
  unsigned status = 0;
  std::uint64_t length = 0;
};

reply parse_head(std::string_view head) {
  reply r;
  if (head.size() < 12) throw std::runtime_error("short response");
  r.status = static_cast<unsigned>(number(head.substr(9, 3)));
  constexpr std::string_view name = "\r\ncontent-length: ";
  std::string lower(head);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  const std::size_t at = lower.find(name);
  if (at != std::string::npos) {
    const std::size_t begin = at + name.size();
    r.length = number(head.substr(begin, head.find('\r', begin) - begin));
  }
  return r;
}

task<reply> read_reply(tcp_socket& socket, std::vector<char>& buffer) {
  std::size_t have = 0;
  std::size_t end = std::string_view::npos;
  while (end == std::string_view::npos) {
    if (have == buffer.size()) throw std::runtime_error("response head too long");
    have += co_await socket.async_read_some(
        asio::buffer(buffer.data() + have, buffer.size() - have), use_task);
    end = std::string_view(buffer.data(), have).find("\r\n\r\n");
  }
  reply r = parse_head({buffer.data(), end + 2});
  std::uint64_t left = r.length - std::min<std::uint64_t>(r.length, have - end - 4);
  while (left > 0) {
    const std::size_t want = std::min<std::uint64_t>(left, buffer.size());
    left -= co_await socket.async_read_some(asio::buffer(buffer.data(), want), use_task);
  }
  co_return r;
}

task<void> one_connection(const settings& s, const std::string& body, const std::string& hash,
                          steady::time_point end, tally& out) {
  const executor home = co_await asio::this_coro::executor;
  std::vector<char> buffer(256 * 1024);
  tcp_socket socket(home);
  co_await socket.async_connect({asio::ip::address_v4::loopback(), s.port}, use_task);
  socket.set_option(asio::ip::tcp::no_delay(true));
  while (s.count > 0 ? out.issued < s.count : steady::now() < end) {
    const std::string head = request_head(s, (s.first + out.issued++) % s.keys, hash);
    const auto began = steady::now();
    const std::array<asio::const_buffer, 2> out_buffers{asio::buffer(head), asio::buffer(body)};
    co_await asio::async_write(socket, out_buffers, use_task);
    const reply r = co_await read_reply(socket, buffer);
    out.micros.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - began).count()));
    out.bytes += r.length + body.size();
    if (r.status == 200) {
      ++out.done;
    } else {
      ++out.errors;
      if (out.first_error.empty()) {
        out.first_error = std::string(buffer.data(), std::min<std::size_t>(300, buffer.size()));
      }
    }
  }
}

void report(const settings& s, tally& t, double seconds) {
  std::ranges::sort(t.micros);
  const auto at = [&](double q) {
    if (t.micros.empty()) return 0U;
    return t.micros[static_cast<std::size_t>(q * static_cast<double>(t.micros.size() - 1))];
  };
  std::printf(
      "{\"op\":\"%s\",\"connections\":%u,\"done\":%llu,\"errors\":%llu,\"seconds\":%.2f,"
      "\"per_second\":%.0f,\"mb_per_second\":%.1f,\"p50_us\":%u,\"p99_us\":%u}\n",
      s.op.c_str(), s.connections, static_cast<unsigned long long>(t.done),
      static_cast<unsigned long long>(t.errors), seconds, static_cast<double>(t.done) / seconds,
      static_cast<double>(t.bytes) / seconds / 1e6, at(0.5), at(0.99));
  if (t.errors > 0) std::fprintf(stderr, "first error: %s\n", t.first_error.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const settings s = parse(argc, argv);
    const std::string body(s.op == "put" ? s.bytes : 0, 'x');
    const std::string hash = storage::crypto::to_hex(
        storage::crypto::digest_of(storage::crypto::algorithm::sha256, body).bytes());
    asio::io_context context(1);
    tally t;
    const auto began = steady::now();
    const auto end = began + std::chrono::duration_cast<steady::duration>(
                                 std::chrono::duration<double>(s.seconds));
    for (unsigned i = 0; i < s.connections; ++i) {
      asio::co_spawn(context, one_connection(s, body, hash, end, t), [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
      });
    }
    context.run();
    report(s, t, std::chrono::duration<double>(steady::now() - began).count());
    return t.errors == 0 ? 0 : 1;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_load: %s\n", problem.what());
    return 2;
  }
}
