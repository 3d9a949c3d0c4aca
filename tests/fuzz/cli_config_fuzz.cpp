// The configuration: a TOML file, or, when the first byte is 'e', variables NAME=VALUE by lines.
// Whatever stands in it, it is a configuration or a config_error.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/cli/config.hpp"

namespace {

namespace cli = torhaus::gateway::cli;

// The reader wants a path.
std::string as_file(std::string_view text) {
  static const int fd = ::memfd_create("config", MFD_CLOEXEC);
  if (fd < 0 || ::ftruncate(fd, 0) != 0) std::abort();
  if (::pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) std::abort();
  return "/proc/self/fd/" + std::to_string(fd);
}

cli::environment as_variables(std::string_view text) {
  cli::environment out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t equals = line.find('=');
    if (equals == line.npos) continue;
    out[std::string("TORHAUS_").append(line.substr(0, equals))] = line.substr(equals + 1);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const bool variables = data[0] == 'e';
    const cli::config made = cli::load_config(variables ? std::string() : as_file(text),
                                              variables ? as_variables(text) : cli::environment());
    cli::check_safe(made);
  } catch (const cli::config_error&) {
  }
  return 0;
}
