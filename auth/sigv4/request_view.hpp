// What a signature covers of an HTTP request, as views into memory of the caller.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace torhaus::auth::sigv4 {

struct header_view {
  std::string_view name;   // as sent; compared without regard to case
  std::string_view value;  // as sent
};

struct request_view {
  std::string_view method;
  std::string_view raw_path;   // percent-encoded as on the wire
  std::string_view raw_query;  // without '?'; percent-encoded as on the wire
  std::span<const header_view> headers;
  // The Host that the client used when a trusted proxy reported another one than the Host header;
  // else empty.
  std::string_view host = {};
  // Hex SHA-256 of the body, for services whose clients send no x-amz-content-sha256 (IAM, STS) and
  // whose bodies are read before the signature is checked. Empty: the body is taken to be empty.
  std::string_view body_hash = {};

  // The first header of that name.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  std::size_t count(std::string_view name) const noexcept;
};

// Without regard to the case of ASCII letters.
bool equal_names(std::string_view a, std::string_view b) noexcept;

}  // namespace torhaus::auth::sigv4
