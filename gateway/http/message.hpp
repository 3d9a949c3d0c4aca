// What the rooms above see of HTTP: a request with a streaming body, a response with a streaming
// body. No Beast type passes this header.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::http {

struct header {
  std::string_view name;   // as sent; compare without regard to case
  std::string_view value;  // without surrounding white space
};

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
// ASCII letters only, as header names and methods are compared.
std::string lower_case(std::string_view text);

// x-amz-id-2 and <HostId>: 60 characters that follow from the request id, so that header and error
// document agree.
std::string extended_id_of(std::string_view request_id);

// As to_string(), which goes through printf.
std::string text_of(const asio::ip::address&);

// Where the request came from. With a trusted proxy in between, address, scheme and host are the
// ones that the proxy reported; otherwise forwarded headers are ignored.
struct origin {
  asio::ip::address client;
  std::string zone;         // network zone name of the listener
  bool secure = false;      // the client spoke TLS (to us or to a trusted proxy)
  std::string tls_version;  // "TLSv1.3" when we ended TLS ourselves
};

// The bytes of a request body, without HTTP's own chunk framing.
class body_reader {
 public:
  virtual ~body_reader() = default;
  // Announced by Content-Length; nullopt with Transfer-Encoding: chunked.
  virtual std::optional<std::uint64_t> content_length() const = 0;
  // All of it lies in memory: read() waits for nobody, and no client waits to be told to send it.
  virtual bool has_arrived() const { return false; }
  // Reads between 1 and out.size() bytes; 0 at the end. Sends "100 Continue" at the first call when
  // the client waits for it. Errors: incomplete_body (the client left early), request_timeout (no
  // bytes for too long, or too few), bad_request (malformed chunks). After an error the body is
  // lost; the response closes the connection.
  virtual task<result<std::size_t>> read(std::span<std::byte> out) = 0;
};

struct request {
  std::string method;
  std::string target;      // as on the wire: path and query, percent-encoded
  std::string_view path;   // the part of target before '?'
  std::string_view query;  // the part after it, without '?'
  std::vector<header> headers;
  std::string host;  // Host as sent, or as a trusted proxy reported it
  origin from;
  std::string id;               // x-amz-request-id of the response: 16 upper-case hex digits
  body_reader* body = nullptr;  // never null while a handler runs

  // The first header of that name.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  std::size_t count(std::string_view name) const noexcept;
};

// Bytes of a response body that are produced while they are sent.
class body_source {
 public:
  virtual ~body_source() = default;
  virtual std::uint64_t size() const = 0;
  // The next bytes, valid until the next call; empty at the end. After an error the connection is
  // cut, so that a broken body never looks complete.
  virtual task<result<std::span<const std::byte>>> next() = 0;
};

// Something that is given back when this is destroyed: what it is, and how. Never allocates.
using held = std::unique_ptr<void, void (*)(void*) noexcept>;
inline held nothing_held() {
  return {nullptr, [](void*) noexcept {}};
}

struct response {
  unsigned status = 200;
  // In the order given. Content-Length, Date, Connection, x-amz-request-id and x-amz-id-2 are the
  // connection's. A value with CR, LF or NUL, or a length of the handler's own, is a broken
  // invariant: the connection refuses to send it.
  std::vector<std::pair<std::string, std::string>> headers;
  std::variant<std::monostate, std::string, std::unique_ptr<body_source>> body;
  // HEAD and 304: the length that a GET would have; sent as Content-Length without a body.
  std::optional<std::uint64_t> length_of_absent_body;
  // Close the connection after this response (the request body was not read to its end, for
  // example).
  bool close = false;
  // What the request has of the server until its answer has been sent, or cannot be.
  held until_sent = nothing_held();

  void set(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
  }
};

// Answers one request. Must not throw for what a client can cause; what it throws becomes a 500 and
// a log line.
class request_handler {
 public:
  virtual ~request_handler() = default;
  virtual task<response> handle(request& call) = 0;
  // The response to what never became a request (malformed head, time-out, too many connections),
  // from where the connection came: the S3 listener answers with S3's error document.
  virtual response refuse(const error& why, const origin& from, std::string_view request_id) = 0;
};

}  // namespace torhaus::gateway::http
