#include "storage/blob/disk_survey.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <stdexcept>
#include <vector>

#include "storage/blob/disk_format.hpp"
#include "storage/blob/disk_io.hpp"

namespace torhaus::storage::blob {
namespace {

class survey {
 public:
  survey(const std::filesystem::path& directory,
         const std::function<bool(const placed_blob&)>& each)
      : files_(real_file_system()), root_(directory), each_(each) {}

  survey_counts run() {
    for (const std::string& name : names("segments")) {
      const auto number = parse_segment_name(name);
      if (!number || stopped_) continue;
      // Looked at after the listing: a segment that has no mark now is closed for good.
      if (std::filesystem::exists(root_ / "segments" / "open" / name)) {
        ++counts_.open_segments;
      } else {
        segment(*number, name);
      }
    }
    for (const std::string& upper : names("blobs")) {
      for (const std::string& lower : names("blobs/" + upper)) {
        for (const std::string& name : names("blobs/" + upper + "/" + lower)) {
          const auto id = parse_file_name(name);
          if (!id || stopped_) continue;
          ++counts_.files;
          stopped_ = !each_({*id, 0, file_location()});
        }
      }
    }
    return counts_;
  }

 private:
  // Sorted names in a directory; none when it is not there (it may be gone by now).
  std::vector<std::string> names(const std::string& below) const {
    std::vector<std::string> all;
    if (stopped_) return all;
    const std::string path = (root_ / below).string();
    const int fd = files_.open(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY);
    if (fd == -ENOENT || fd == -ENOTDIR) return all;
    if (fd < 0) throw std::runtime_error("cannot open " + path + ": " + error_text(fd));
    const handle guard(files_, fd);
    const int listed = files_.list(fd, [&](const char* name) {
      all.emplace_back(name);
      return true;
    });
    if (listed < 0) throw std::runtime_error("cannot read " + path + ": " + error_text(listed));
    std::ranges::sort(all);
    return all;
  }

  void segment(std::uint64_t number, const std::string& name) {
    const std::string path = (root_ / "segments" / name).string();
    const int fd = files_.open(AT_FDCWD, path.c_str(), O_RDONLY);
    if (fd == -ENOENT) return;
    if (fd < 0) throw std::runtime_error("cannot open " + path + ": " + error_text(fd));
    const handle guard(files_, fd);
    const off_t length = files_.length(fd, "");
    const auto end = length < 0 ? 0 : static_cast<std::uint64_t>(length);
    std::uint64_t at = next_page(fd, page_bytes, end);
    while (at < end && !stopped_) at = next_page(fd, needle(fd, number, at), end);
  }

  // Answers where the next one may begin.
  std::uint64_t needle(int fd, std::uint64_t number, std::uint64_t at) {
    std::array<std::byte, needle_header_bytes> bytes{};
    if (read_up_to(files_, fd, bytes, at) < 0) return at + page_bytes;
    const auto found = parse_needle(bytes, at);
    if (!found) {
      const bool empty = std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
      counts_.strange_pages += empty ? 0 : 1;
      return at + page_bytes;
    }
    if (found->state == needle_header::condition::live) {
      ++counts_.needles;
      const auto page = static_cast<std::uint32_t>(at / page_bytes);
      stopped_ = !each_({found->id, found->length, segment_location({number, page})});
    }
    return at + found->extent();
  }

  std::uint64_t next_page(int fd, std::uint64_t offset, std::uint64_t length) {
    if (offset >= length) return length;
    const off_t found = files_.next_data(fd, offset);
    if (found == -ENXIO) return length;
    if (found < 0) return offset;
    return std::max(offset, static_cast<std::uint64_t>(found) / page_bytes * page_bytes);
  }

  file_system& files_;
  std::filesystem::path root_;
  const std::function<bool(const placed_blob&)>& each_;
  survey_counts counts_;
  bool stopped_ = false;
};

}  // namespace

survey_counts survey_disk(const std::filesystem::path& directory,
                          const std::function<bool(const placed_blob&)>& each) {
  return survey(directory, each).run();
}

}  // namespace torhaus::storage::blob
