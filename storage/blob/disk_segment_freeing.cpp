// Needles whose blobs are gone give their pages back.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "storage/base/log.hpp"
#include "storage/blob/disk_segments.hpp"

namespace torhaus::storage::blob {
namespace {

void complain(const doomed_needle& one, std::string_view cause) {
  log::warning("blob_free_failed", {{"segment", segment_name(one.place.number).data()},
                                    {"page", std::uint64_t{one.place.page}},
                                    {"name", file_name(one.id).data()},
                                    {"cause", cause}});
}

bool has_no_holes(int outcome) { return outcome == -EOPNOTSUPP || outcome == -ENOSYS; }

}  // namespace

int segment_files::mark_dead(int fd, const needle_header& needle) {
  needle_header dead = needle;
  dead.state = needle_header::condition::dead;
  std::array<std::byte, needle_header_bytes> bytes;
  encode(dead, bytes);
  iovec piece{bytes.data(), bytes.size()};
  return write_all(files_, fd, {&piece, 1}, needle.offset);
}

// One call for all: each is a change of the file's extents, and a discard where the file system
// tells its disk of free blocks. Extents go from the end to the begin (ext4, XFS), so that what a
// crash leaves has its header and can be freed again.
int segment_files::free_pages(int fd, std::span<const needle_header> in_a_row) {
  const std::uint64_t begin = in_a_row.front().offset;
  const std::uint64_t end = in_a_row.back().offset + in_a_row.back().extent();
  int outcome = files_.punch(fd, begin, end - begin);
  if (!has_no_holes(outcome)) return outcome;
  // The needles are marked, and their room comes back with the whole segment.
  for (const needle_header& needle : in_a_row) {
    outcome = mark_dead(fd, needle);
    if (outcome < 0) break;
  }
  return outcome;
}

std::optional<needle_header> segment_files::header_to_free(int fd, doomed_needle& one) {
  std::array<std::byte, needle_header_bytes> bytes{};
  const ssize_t got = read_up_to(files_, fd, bytes, one.place.offset());
  if (got < 0) {
    complain(one, error_text(static_cast<int>(got)));
    return std::nullopt;
  }
  one.gone = true;
  if (all_zero(bytes)) return std::nullopt;  // freed already
  const auto needle = parse_needle(bytes, one.place.offset());
  if (!needle || needle->id != one.id) {
    // Whose bytes these are cannot be told: they are never destroyed on suspicion.
    complain(one, "no needle of this blob is there");
    return std::nullopt;
  }
  if (needle->state == needle_header::condition::dead) return std::nullopt;
  one.gone = false;
  return needle;
}

void segment_files::free_in_one(std::span<doomed_needle* const> needles) {
  const std::uint64_t number = needles.front()->place.number;
  const int fd = files_.open(directory_.fd(), segment_name(number).data(), O_RDWR);
  if (fd < 0) {
    for (doomed_needle* one : needles) one->gone = fd == -ENOENT;
    if (fd != -ENOENT) complain(*needles.front(), error_text(fd));
    return;
  }
  const handle file(files_, fd);
  files_.expect_single_reads(fd);
  std::vector<doomed_needle*> waiting;
  std::vector<needle_header> in_a_row;
  const auto free_waiting = [&] {
    if (waiting.empty()) return;
    const int outcome = free_pages(fd, in_a_row);
    if (outcome < 0) complain(*waiting.front(), error_text(outcome));
    for (doomed_needle* one : waiting) one->gone = outcome == 0;
    waiting.clear();
    in_a_row.clear();
  };
  for (doomed_needle* one : needles) {
    const auto header = header_to_free(fd, *one);
    if (!header) continue;
    if (!in_a_row.empty() && in_a_row.back().offset + in_a_row.back().extent() != header->offset) {
      free_waiting();
    }
    waiting.push_back(one);
    in_a_row.push_back(*header);
  }
  free_waiting();
}

void segment_files::free(std::span<doomed_needle> needles) {
  std::vector<doomed_needle*> order;
  order.reserve(needles.size());
  for (doomed_needle& one : needles) order.push_back(&one);
  std::ranges::sort(order, {}, [](const doomed_needle* one) {
    return std::tuple(one->place.number, one->place.page);
  });
  for (auto from = order.begin(); from != order.end();) {
    const auto behind = std::find_if(from, order.end(), [&](const doomed_needle* one) {
      return one->place.number != (*from)->place.number;
    });
    free_in_one({from, behind});
    from = behind;
  }
}

}  // namespace torhaus::storage::blob
