// The real server as its clients see it: one connection a client, kept open, and signed requests.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "tests/model/histories/served.hpp"
#include "tests/model/histories/target.hpp"
#include "tests/unit/gateway/http/clients.hpp"

namespace torhaus::model {

class server_target final : public target {
 public:
  server_target(served& server, values& contents) : server_(server), contents_(contents) {}

  void begin(const std::string& bucket, kind_of_bucket, int keys) override;
  void prepare(int client, call&) override;
  answers perform(int client, const call&) override;
  void crash() override;

 private:
  struct line {
    std::unique_ptr<test::tcp_client> connection;
    std::string upload;  // that is ready to be completed
    std::string part_etag;
  };

  line& line_of(int client);
  // Nothing when it was cut off.
  std::optional<answer> send(line&, const request&);
  answer must(line&, const request&);
  request request_of(const call&, const line&) const;
  outcome outcome_of(const call&, const answer&) const;
  answers answers_of(const call&, const answer&) const;
  int value_of(const answer&) const;

  served& server_;
  values& contents_;
  std::string bucket_;
  int keys_ = 0;
  bool versioned_ = false;
  std::mutex lines_lock_;
  std::map<int, line> lines_;
  std::shared_mutex alive_;  // held alone while there is no server
};

}  // namespace torhaus::model
