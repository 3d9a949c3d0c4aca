// A folder for stores that are thrown away: in memory where the machine has such a place, since no
// sync costs anything there. What a process that was killed left behind goes with the next one.
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace torhaus::model {

class scratch_folder {
 public:
  scratch_folder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto base =
        std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    remove_orphans(base);
    std::string name = (base / (prefix + std::to_string(::getpid()) + "-XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  static inline const std::string prefix = "torhaus-model-";

  static void remove_orphans(const std::filesystem::path& base) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(base, ignored)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with(prefix)) continue;
      pid_t owner = 0;
      const auto [end, bad] =
          std::from_chars(name.data() + prefix.size(), name.data() + name.size(), owner);
      const bool ours = bad == std::errc() && owner > 0 && *end == '-';
      const bool gone = ours && ::kill(owner, 0) != 0 && errno == ESRCH;
      if (gone) std::filesystem::remove_all(entry.path(), ignored);
    }
  }

  std::filesystem::path path_;
};

}  // namespace torhaus::model
