#include "gateway/cli/data_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace torhaus::gateway::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view heading = "torhaus data directory, format ";
// What a first start leaves behind that was cut off.
constexpr std::string_view unfinished_version = "VERSION.new";

[[noreturn]] void fail(const fs::path& where, const std::string& why) {
  throw std::runtime_error("data directory " + where.string() + ": " + why);
}

std::string version_text() { return std::string(heading) + std::to_string(data_format) + "\n"; }

bool sync_directory(const fs::path& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && ::fsync(directory) == 0;
  if (directory >= 0) ::close(directory);
  return synced;
}

// The file is there with all of its text and durable, or it is not there.
void write_durably(const fs::path& file, const std::string& text) {
  const fs::path made = file.parent_path() / unfinished_version;
  const int fd = ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), made.string());
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  const bool named = written && synced && ::rename(made.c_str(), file.c_str()) == 0;
  if (!named || !sync_directory(file.parent_path())) {
    fail(file.parent_path(), "cannot write " + file.string());
  }
}

// True when it is of an older format that this program brings up to date.
bool is_older(const fs::path& data, const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  if (!line.starts_with(heading)) fail(data, "its VERSION file is not one of Torhaus");
  const std::string number = line.substr(heading.size());
  if (number == std::to_string(data_format)) return false;
  if (number == "1") return true;
  fail(data, "it has format " + number + ", this program reads format " +
                 std::to_string(data_format) + "; use the program version that wrote it, or newer");
}

// An empty database in the place of a lost one would let recovery throw all bytes away as unknown.
// The directory of segments is made after the database is durable, with the names above it.
void check_metadata(const fs::path& data) {
  constexpr std::uintmax_t least_bytes = 8192;  // LMDB's two root pages
  const fs::path file = data / "meta" / "data.mdb";
  std::error_code absent;
  const std::uintmax_t bytes = fs::file_size(file, absent);
  if (!fs::exists(data / "segments") || (!absent && bytes >= least_bytes)) return;
  fail(data, "its metadata are lost: " + file.string() + (absent ? " is not there" : " is empty") +
                 "; restore it from a backup, nothing of the stored bytes was touched");
}

}  // namespace

void prepare_data_directory(const fs::path& data) {
  std::error_code problem;
  fs::create_directories(data, problem);
  if (problem) fail(data, problem.message());
  if (!fs::is_directory(data)) fail(data, "it is not a directory");
  const fs::path version = data / "VERSION";
  if (fs::exists(version)) {
    const bool older = is_older(data, version);
    check_metadata(data);
    // Before anything else changes: an older program must not open what is half new.
    if (older) write_durably(version, version_text());
    return;
  }
  // An existing directory with other contents is somebody else's.
  for (const auto& entry : fs::directory_iterator(data)) {
    const std::string name = entry.path().filename().string();
    if (name == "lost+found" || name == unfinished_version) continue;
    fail(data, "it is not empty and has no VERSION file (found " + name + ")");
  }
  ::chmod(data.c_str(), 0700);
  write_durably(version, version_text());
  // The directory's own name, too.
  const fs::path above = fs::absolute(data).lexically_normal().parent_path();
  if (!sync_directory(above)) fail(data, "cannot sync the directory above it");
}

fs::path default_master_key_file(const fs::path& data) {
  fs::path plain = fs::absolute(data).lexically_normal();
  if (plain.filename().empty()) plain = plain.parent_path();
  return plain.parent_path() / (plain.filename().string() + ".master-key");
}

}  // namespace torhaus::gateway::cli
