// Everything one server process is made of, in the order it depends on each other: storage,
// identities, the S3 and admin handlers, the HTTP server.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/cli/config.hpp"

namespace torhaus::gateway::cli {

struct root_credentials {
  std::optional<std::string> access_key_id;
  std::optional<std::string> secret;
};

class installation {
 public:
  // Opens the data directory, recovers, and builds the graph. Throws std::runtime_error with a text
  // for the operator.
  installation(const config&, const root_credentials&);
  ~installation();
  installation(const installation&) = delete;
  installation& operator=(const installation&) = delete;

  // Begins to serve; returns at once.
  void start();
  // Finishes what is in flight and ends all background work. Blocks.
  void stop();

  // Root credentials that were made by this start; shown once.
  struct made_root {
    std::string access_key_id;
    std::string secret;
  };
  const std::optional<made_root>& new_root() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace torhaus::gateway::cli
