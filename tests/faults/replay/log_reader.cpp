#include "tests/faults/replay/log_reader.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace torhaus::faults {

log_reader::log_reader(const std::filesystem::path& file) {
  bytes_ = static_cast<std::size_t>(std::filesystem::file_size(file));
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::runtime_error("cannot open " + file.string());
  map_ = ::mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, fd, 0);
  ::close(fd);
  if (map_ == MAP_FAILED) throw std::runtime_error("cannot map " + file.string());
  parse();
}

log_reader::~log_reader() { ::munmap(map_, bytes_); }

void log_reader::parse() {
  const std::string_view all(static_cast<const char*>(map_), bytes_);
  std::size_t at = 0;
  while (at < all.size()) {
    log_record r;
    if (all.size() - at < sizeof r.head) throw std::runtime_error("the log ends inside a record");
    std::memcpy(&r.head, all.data() + at, sizeof r.head);
    at += sizeof r.head;
    const std::uint64_t rest =
        std::uint64_t{r.head.path_bytes} + r.head.other_bytes + r.head.data_bytes;
    if (r.head.magic != record_head::mark || rest > all.size() - at) {
      throw std::runtime_error("no record at byte " + std::to_string(at));
    }
    r.path = all.substr(at, r.head.path_bytes);
    at += r.head.path_bytes;
    r.other = all.substr(at, r.head.other_bytes);
    at += r.head.other_bytes;
    r.data = all.substr(at, static_cast<std::size_t>(r.head.data_bytes));
    at += static_cast<std::size_t>(r.head.data_bytes);
    records_.push_back(r);
  }
}

}  // namespace torhaus::faults
