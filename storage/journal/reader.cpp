#include "storage/journal/reader.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace torhaus::storage::journal {
namespace {

constexpr std::uint64_t chunk_bytes = std::uint64_t{256} << 10;
static_assert(chunk_bytes > max_line_bytes);

}  // namespace

reader::reader(options o) : o_(std::move(o)) {
  const int fd = o_.files->open_directory(o_.directory);
  if (fd < 0) throw std::runtime_error(o_.directory.string() + ": " + error_text(fd));
  directory_ = handle(*o_.files, fd);
}

std::string reader::position() const { return name_ + ":" + std::to_string(offset_); }

result<void> reader::go_on_at(const std::string& position) {
  if (position.empty()) return {};
  const std::size_t colon = position.find(':');
  const std::string name = position.substr(0, colon);
  std::uint64_t offset = 0;
  const error bad(errc::invalid_argument, "That is no position of a search");
  if (colon == std::string::npos || !day_of_file(name)) return bad;
  const char* const end = position.data() + position.size();
  const auto [stopped, failed] = std::from_chars(position.data() + colon + 1, end, offset);
  if (failed != std::errc() || stopped != end) return bad;
  if (!open(name)) {  // removed meanwhile: the search goes on with the file after it
    name_ = name;
    return {};
  }
  offset_ = offset;
  return {};
}

bool reader::open(const std::string& name) {
  const int fd = o_.files->open(directory_.fd(), name, O_RDONLY);
  if (fd < 0) return false;
  file_ = handle(*o_.files, fd);
  name_ = name;
  const off_t length = o_.files->length(fd);
  offset_ =
      o_.order == reading::oldest_first || length < 0 ? 0 : static_cast<std::uint64_t>(length);
  return true;
}

bool reader::open_next() {
  std::vector<std::string> names;
  if (const int bad = o_.files->list(directory_.fd(), names); bad < 0) {
    throw std::runtime_error(o_.directory.string() + ": " + error_text(bad));
  }
  const bool forward = o_.order == reading::oldest_first;
  if (!forward) std::ranges::reverse(names);
  for (const std::string& name : names) {
    const auto day = day_of_file(name);
    if (!day || (o_.first && *day < *o_.first) || (o_.last && *day > *o_.last)) continue;
    if (!name_.empty() && (forward ? name <= name_ : name >= name_)) continue;
    if (open(name)) return true;
  }
  return false;
}

bool reader::read(std::uint64_t bytes, const std::function<bool(std::string_view)>& each) {
  const bool ahead = o_.order == reading::oldest_first;
  while (true) {
    if (!file_ && !open_next()) return false;
    if (bytes == 0) return true;
    const std::uint64_t begin = ahead ? offset_ : offset_ - std::min(offset_, chunk_bytes);
    std::string chunk(static_cast<std::size_t>(ahead ? chunk_bytes : offset_ - begin), '\0');
    const ssize_t n = read_up_to(*o_.files, file_.fd(), chunk, begin);
    if (n < 0) throw std::runtime_error(name_ + ": " + error_text(static_cast<int>(n)));
    chunk.resize(static_cast<std::size_t>(n));
    const used part = ahead ? forward(chunk, each) : backward(chunk, begin == 0, each);
    offset_ = ahead ? offset_ + part.bytes : offset_ - std::min(offset_, part.bytes);
    bytes -= std::min(bytes, std::max<std::uint64_t>(part.bytes, 1));
    if (!part.go_on) return true;
    if (part.bytes == 0) file_.reset();
  }
}

reader::used reader::forward(std::string_view chunk,
                             const std::function<bool(std::string_view)>& each) {
  std::size_t begin = 0;
  for (std::size_t end; (end = chunk.find('\n', begin)) != std::string_view::npos;) {
    const std::string_view line = chunk.substr(begin, end - begin);
    begin = end + 1;
    if (!each(line)) return {begin, false};
  }
  // A line without end is none; the rest of the newest file may not have been written yet.
  if (begin == 0 && chunk.size() == chunk_bytes) return {chunk.size(), true};
  return {begin, true};
}

reader::used reader::backward(std::string_view chunk, bool from_begin,
                              const std::function<bool(std::string_view)>& each) {
  const std::size_t whole = chunk.rfind('\n');
  if (whole == std::string_view::npos) return {chunk.size(), true};
  std::size_t end = whole;  // the line feed of the line at hand
  while (true) {
    const std::size_t feed = end == 0 ? std::string_view::npos : chunk.rfind('\n', end - 1);
    // The line may begin before the chunk: it comes with the next one.
    if (feed == std::string_view::npos && !from_begin) {
      // Nothing but a line that is longer than any is skipped.
      const std::size_t left = chunk.size() - end - 1;
      return {left > 0 ? left : chunk.size(), true};
    }
    const std::size_t begin = feed == std::string_view::npos ? 0 : feed + 1;
    if (!each(chunk.substr(begin, end - begin))) return {chunk.size() - begin, false};
    if (feed == std::string_view::npos) return {chunk.size(), true};
    end = feed;
  }
}

}  // namespace torhaus::storage::journal
