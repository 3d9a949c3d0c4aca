// The real server on loopback with a small handler that tests script by path, and remembers what it
// was asked.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/http/server.hpp"
#include "tests/unit/gateway/http/clients.hpp"

namespace torhaus::test {

namespace http = gateway::http;

// A request after its handler has gone.
struct seen_request {
  std::string method;
  std::string target;
  std::string path;
  std::string query;
  std::string host;
  http::origin from;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Unscripted paths answer 200 "hello" without reading a body. Refusals answer with the error's code
// and text.
class scripted_handler final : public http::request_handler {
 public:
  using action = std::function<task<http::response>(http::request&)>;

  // Before the server starts.
  void on(std::string path, action what) { actions_[std::move(path)] = std::move(what); }

  task<http::response> handle(http::request& call) override;
  http::response refuse(const error& why, const http::origin& from,
                        std::string_view request_id) override;

  std::size_t calls() const { return calls_.load(); }
  seen_request last() const;
  std::vector<std::string> refusals() const;
  http::origin refused_from() const;

 private:
  std::map<std::string, action, std::less<>> actions_;
  std::atomic<std::size_t> calls_{0};
  mutable std::mutex mutex_;
  seen_request last_;
  std::vector<std::string> refusals_;
  http::origin refused_from_;  // the last of them
};

// Reads the body in steps of `step` bytes and answers with it, or with the error's code as S3
// would.
task<http::response> echo(http::request& call, std::size_t step = 1000);
// Reads the body and answers with its length and a checksum of its bytes (see digest_text).
task<http::response> digest_body(http::request& call);
std::string digest_text(std::string_view bytes);

// Bytes of a pattern that repeats after a prime, so that a shift shows.
std::string pattern(std::uint64_t from, std::size_t bytes);

// A body of `size` bytes of the pattern in pieces; fails after `fail_after` bytes.
class pattern_source final : public http::body_source {
 public:
  pattern_source(std::uint64_t size, std::size_t piece, std::uint64_t fail_after = UINT64_MAX)
      : size_(size), piece_(piece), fail_after_(fail_after) {}
  std::uint64_t size() const override { return size_; }
  task<result<std::span<const std::byte>>> next() override;

 private:
  std::uint64_t size_;
  std::size_t piece_;
  std::uint64_t fail_after_;
  std::uint64_t at_ = 0;
  std::string bytes_;
};

// Handlers wait here until the test opens it.
class gate {
 public:
  void open() { open_ = true; }
  std::size_t waiting() const { return waiting_.load(); }
  task<void> pass();

 private:
  std::atomic<bool> open_{false};
  std::atomic<std::size_t> waiting_{0};
};

class running_server {
 public:
  // Listens on 127.0.0.1 when the options name no listener. `script` is called before the start.
  explicit running_server(http::server_options o = {},
                          const std::function<void(scripted_handler&)>& script = {});
  ~running_server();

  std::uint16_t port(std::size_t listener = 0) const { return server->port(listener); }
  http::server::statistics stats() const { return server->stats(); }
  bool has_no_connections() const {
    return eventually([this] { return server->stats().open_connections == 0; });
  }

  scripted_handler handler;
  std::unique_ptr<http::server> server;
};

}  // namespace torhaus::test
