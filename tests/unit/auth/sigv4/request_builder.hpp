// A request that owns its strings, for the tests of signatures.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/sigv4/credentials.hpp"
#include "auth/sigv4/request_view.hpp"
#include "auth/sigv4/signer.hpp"
#include "auth/sigv4/timestamp.hpp"

namespace torhaus::auth::sigv4::test {

inline const std::string example_key = "AKIAIOSFODNN7EXAMPLE";
inline const std::string example_secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct owned_request {
  std::string method = "GET";
  std::string path = "/";
  std::string query;
  header_list headers;
  std::string host;
  std::string body_hash;

  // Views into this object: valid until it changes.
  request_view view() {
    views_.clear();
    for (const auto& [name, value] : headers) views_.push_back({name, value});
    return {method, path, query, views_, host, body_hash};
  }

  void add(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
  }
  void set(std::string_view name, std::string value) {
    for (auto& [known, old] : headers) {
      if (equal_names(known, name)) {
        old = std::move(value);
        return;
      }
    }
    add(std::string(name), std::move(value));
  }
  void remove(std::string_view name) {
    std::erase_if(headers, [&](const auto& header) { return equal_names(header.first, name); });
  }
  void add_all(const header_list& more) { headers.insert(headers.end(), more.begin(), more.end()); }

 private:
  std::vector<header_view> views_;
};

inline sys_micros at(std::string_view basic) { return *parse_basic(basic); }

inline signer_identity example_identity() {
  return {example_key, example_secret, "", "us-east-1", "s3"};
}

inline acceptance example_acceptance() { return {{"us-east-1"}, {"s3"}}; }

inline constexpr std::string_view example_time = "20130524T000000Z";

// A GET of an object, signed in its header at example_time.
inline owned_request signed_get() {
  owned_request call;
  call.path = "/bucket/key";
  call.add("Host", "s3.example.org");
  call.add_all(
      sign_headers(call.view(), empty_hash, example_identity(), *parse_basic(example_time)));
  return call;
}

// The same as a presigned URL for an hour.
inline owned_request presigned_get() {
  owned_request call;
  call.path = "/bucket/key";
  call.add("Host", "s3.example.org");
  call.query = presign_query(call.view(), example_identity(), *parse_basic(example_time),
                             std::chrono::hours(1));
  return call;
}

}  // namespace torhaus::auth::sigv4::test
