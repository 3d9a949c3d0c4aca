// Segments that were open when the last run ended: free what was never committed, cut the torn
// tail.
#include <fcntl.h>

#include <cerrno>
#include <stdexcept>
#include <vector>

#include "storage/base/log.hpp"
#include "storage/blob/disk_segments.hpp"

namespace torhaus::storage::blob {

segment_files::scanned segment_files::scan(int fd, const segment_page& page, std::uint64_t length,
                                           const std::function<bool(const blob_id&)>& known) {
  scanned out;
  std::array<std::byte, needle_header_bytes> bytes;
  std::uint64_t at = next_page(fd, page_bytes, length);
  while (at < length) {
    const ssize_t got = read_up_to(files_, fd, bytes, at);
    if (got < 0) {
      out.failure = static_cast<int>(got);
      return out;
    }
    const auto read = std::span<const std::byte>(bytes).first(static_cast<std::size_t>(got));
    const auto needle = parse_needle(read, at);
    if (!needle || needle->salt != page.salt) {
      // Torn, stale or damaged. The next needle begins on one of the next pages.
      ++out.strange_pages;
      at = next_page(fd, at + page_bytes, length);
      continue;
    }
    if (needle->state == needle_header::condition::live) {
      if (known(needle->id)) {
        ++out.live;
        out.live_end = at + needle->extent();
      } else {
        out.failure = free_pages(fd, {&*needle, 1});
        if (out.failure < 0) return out;
        ++out.freed;
      }
    }
    at = next_page(fd, at + needle->extent(), length);
  }
  return out;
}

bool segment_files::recover_segment(std::uint64_t number,
                                    const std::function<bool(const blob_id&)>& known,
                                    std::uint64_t& freed) {
  const auto name = segment_name(number);
  const auto keep = [&](std::string_view why, int code) {
    log::error("segment_recovery_failed",
               {{"segment", name.data()}, {"step", why}, {"cause", error_text(code)}});
    return false;
  };
  const int fd = files_.open(directory_.fd(), name.data(), O_RDWR);
  if (fd == -ENOENT) return true;  // the crash came between marker and file
  if (fd < 0) return keep("open", fd);
  const handle file(files_, fd);
  const off_t known_length = files_.length(fd, "");
  if (known_length < 0) return keep("length", static_cast<int>(known_length));
  const auto length = static_cast<std::uint64_t>(known_length);

  std::array<std::byte, page_bytes> first{};
  const ssize_t got = read_up_to(files_, fd, first, 0);
  if (got < 0) return keep("read", static_cast<int>(got));
  const auto page = parse_segment_page(first);
  if (!page || page->number != number) {
    // Needles are only written once this page is durable. With none, the crash came before; with
    // some, the disk changed it, and the segment stays as it is for its readers.
    if (length > page_bytes) return keep("segment page", EBADMSG);
    files_.unlink(directory_.fd(), name.data());
    return true;
  }
  const scanned out = scan(fd, *page, length, known);
  freed += out.freed;
  if (out.failure < 0) return keep("scan", out.failure);
  log::info("segment_recovered", {{"segment", name.data()},
                                  {"bytes", length},
                                  {"live", out.live},
                                  {"freed", out.freed},
                                  {"strange_pages", out.strange_pages},
                                  {"cut_at", out.live_end}});
  if (out.live == 0) {
    const int outcome = files_.unlink(directory_.fd(), name.data());
    return outcome == 0 || keep("unlink", outcome);
  }
  int outcome = 0;
  if (out.live_end < length) outcome = files_.truncate(fd, out.live_end);
  if (outcome < 0) return keep("truncate", outcome);
  outcome = files_.sync_data(fd);
  if (outcome == 0) return true;
  health_.fail("sync segment", name.data(), outcome);
  return false;
}

std::uint64_t segment_files::recover(const std::function<bool(const blob_id&)>& known) {
  std::vector<std::uint64_t> marked;
  const int listed = files_.list(markers_.fd(), [&](const char* name) {
    if (const auto number = parse_segment_name(name)) marked.push_back(*number);
    return true;
  });
  if (listed < 0) throw std::runtime_error(cause_text("list", "segments/open", listed));
  std::uint64_t freed = 0;
  for (const std::uint64_t number : marked) {
    if (recover_segment(number, known, freed)) {
      files_.unlink(markers_.fd(), segment_name(number).data());
    }
  }
  return freed;
}

}  // namespace torhaus::storage::blob
