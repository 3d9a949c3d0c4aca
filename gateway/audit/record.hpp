// What is written down of one request or one administrative act. README.md documents the members.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/message.hpp"
#include "storage/base/clock.hpp"

namespace torhaus::gateway::audit {

// Views must live until trail::add() has returned. What is empty is left out.
struct record {
  explicit record(std::string_view t) : type(t) {}

  std::string_view type;  // "request", "item", "admin", "refused"
  std::string_view request_id;
  const http::origin* from = nullptr;
  std::string_view user;    // ARN; a session's has its name
  std::string_view agency;  // its id, and its account
  std::string_view account;
  std::string_view session_of;  // of temporary keys: the ARN of the role or user behind them
  std::string_view key_id;
  // The access key id of a request whose signature was not accepted: what it says, not who it is.
  std::string_view claimed_key_id;
  std::string_view operation;  // "PutObject", "iam:CreateUser", "POST agencies/*/users"
  std::string_view bucket;
  std::string_view key;
  std::string_view version;
  std::string_view source;  // of a copy, as the header names it
  std::string_view project;
  std::string_view subject;  // what an administrative act was about
  std::string_view input;    // what it was told to do, without secrets
  unsigned status = 0;
  std::string_view error;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::chrono::microseconds took{};
  std::string_view because;  // the statement that decided
};

// The members of the record's JSON object, at most a few KiB whatever it holds.
void append_members(std::string& out, const record&, sys_micros now);

// The access key id that a request names in its Authorization header or its query; empty when it
// names none.
std::string_view claimed_key_id(const http::request&);

}  // namespace torhaus::gateway::audit
