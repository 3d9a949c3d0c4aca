// Tests of refusals would fill the screen with what an operator wants to read.
#pragma once

#include "storage/base/log.hpp"

namespace torhaus::test {

// The first member of a world, so that no thread is there yet that could log.
struct quiet_log {
  quiet_log() {
    [[maybe_unused]] static const bool once = [] {
      log::configure(log::level::error, "");
      return true;
    }();
  }
};

}  // namespace torhaus::test
