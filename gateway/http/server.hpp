// The HTTP server: listeners, connections, limits, TLS, graceful stop. One io_context a thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"

namespace torhaus::gateway::http {

struct limits {
  std::size_t head_bytes = 32 * 1024;  // request line and headers
  std::size_t connections = 12'000;  // open at once, all listeners; beyond it 503 and close, beyond
                                     // 64 that are being told so at once only close
  std::chrono::seconds head_time{20};       // from the first byte of a head to its end
  std::chrono::seconds idle_time{75};       // keep-alive without a request
  std::chrono::seconds body_idle_time{60};  // no byte of a body received or sent for so long
  std::uint64_t body_min_bytes_per_second =
      512;  // slower bodies are a request_timeout, slower readers are cut off
  std::chrono::seconds body_rate_time{
      60};  // over so much time of waiting for the client it is averaged
  std::uint64_t drain_bytes = 256 * 1024;  // unread body read away to keep the connection
  std::chrono::seconds stop_time{30};      // in-flight requests may take this long at a stop
};

struct tls_files {
  std::filesystem::path certificate;  // PEM, leaf first
  std::filesystem::path key;          // PEM
};

struct listener {
  std::string address;     // "127.0.0.1", "::1", "0.0.0.0", "::"
  std::uint16_t port = 0;  // 0: the system picks one (tests)
  std::string zone;        // network zone name that policies can use
  std::optional<tls_files> tls;
  request_handler* handler = nullptr;
};

struct server_options {
  std::vector<listener> listeners;
  limits limit;
  unsigned threads = 0;  // 0: one a core
  std::vector<std::string>
      trusted_proxies;  // addresses or CIDR; only from them X-Forwarded-For/-Proto/-Host
};

class server {
 public:
  virtual ~server() = default;
  // Binds and serves; returns at once. Throws std::runtime_error with a text for the operator.
  virtual void start() = 0;
  // The port of listeners[i] (useful with port 0).
  virtual std::uint16_t port(std::size_t i) const = 0;
  // Stops accepting, lets requests in flight end within limits.stop_time, closes, joins. Blocks.
  virtual void stop() = 0;
  // The contexts that serve connections, for background coroutines of other rooms.
  virtual std::vector<executor> executors() = 0;

  struct statistics {
    std::uint64_t open_connections = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  // by the limits
    std::uint64_t malformed = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
  };
  virtual statistics stats() const = 0;
};

std::unique_ptr<server> make_server(server_options);

}  // namespace torhaus::gateway::http
