// A real server on loopback, with its data in a folder of its own; may be killed and started again.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "tests/model/conformance/scratch.hpp"
#include "tests/model/conformance/store_world.hpp"

namespace torhaus::model {

class served {
 public:
  explicit served(std::string program);
  ~served();
  served(const served&) = delete;
  served& operator=(const served&) = delete;

  // SIGKILL, and a start on the same data.
  void kill_and_start();
  // Ends the server. What `torhaus verify` finds in its data; empty: nothing.
  std::string findings();
  std::uint16_t port() const { return port_; }
  double slowest_start_seconds() const { return slowest_.count(); }

  // The request as the bytes that a client sends, signed by the installation's root.
  std::string signed_bytes(const wire_request&) const;

 private:
  void start();
  void end(int signal);
  bool ready() const;

  std::string program_;
  scratch_folder folder_;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
  pid_t process_ = -1;
  std::chrono::duration<double> slowest_{};
};

}  // namespace torhaus::model
