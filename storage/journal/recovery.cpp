#include "storage/journal/recovery.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace torhaus::storage::journal {
namespace {

// Looked at from the end of a file: enough for any line first, then more. Longer than the queue of
// a journal, which is all that can be torn.
constexpr std::uint64_t first_window = 4 * max_line_bytes;
constexpr std::uint64_t largest_window = std::uint64_t{256} << 20;

[[noreturn]] void refuse(const std::string& what, int code) {
  throw std::runtime_error("audit: " + what + ": " + error_text(code));
}

std::string read_range(file_system& files, int fd, std::uint64_t begin, std::uint64_t end) {
  std::string bytes(static_cast<std::size_t>(end - begin), '\0');
  const ssize_t n = read_up_to(files, fd, bytes, begin);
  if (n < 0) refuse("cannot read", static_cast<int>(n));
  bytes.resize(static_cast<std::size_t>(n));
  return bytes;
}

bool follows(const parsed_line& line, const parsed_line& before) {
  return before.seq + 1 == line.seq && hash_of(before.hash, line.content) == line.hash;
}

bool begins_file(const parsed_line& line) {
  if (type_of(line.members) != "begin") return false;
  const auto text = text_member(line.members, "previous");
  const auto previous = text ? hash_from_hex(*text) : std::nullopt;
  return previous && hash_of(*previous, line.content) == line.hash;
}

// The end of the last good line in the window that begins at `begin`.
std::optional<file_end> end_in(std::string_view window, std::uint64_t begin) {
  std::size_t end = window.rfind('\n');
  while (end != std::string_view::npos) {
    const std::size_t feed = end == 0 ? std::string_view::npos : window.rfind('\n', end - 1);
    const std::size_t at = feed == std::string_view::npos ? 0 : feed + 1;
    const auto line = parse_line(window.substr(at, end - at));
    bool good = false;
    if (line && at > 0) {
      const std::size_t other = feed == 0 ? std::string_view::npos : window.rfind('\n', feed - 1);
      const std::size_t from = other == std::string_view::npos ? 0 : other + 1;
      const auto before = parse_line(window.substr(from, feed - from));
      good = before && follows(*line, *before);
    } else if (line && begin == 0) {
      good = begins_file(*line);
    }
    if (good) {
      return file_end{
          {line->seq + 1, line->hash}, begin + end + 1, std::string(type_of(line->members))};
    }
    end = feed;
  }
  return std::nullopt;
}

handle open_file(file_system& files, int directory, const std::string& name) {
  const int fd = files.open(directory, name, O_RDWR);
  // A sealed file is read only; root may write it all the same.
  const int opened = fd == -EACCES ? files.open(directory, name, O_RDONLY) : fd;
  if (opened < 0) refuse(name, opened);
  return {files, opened};
}

std::uint64_t length_of(file_system& files, const handle& file, const std::string& name) {
  const off_t length = files.length(file.fd());
  if (length < 0) refuse(name, static_cast<int>(length));
  return static_cast<std::uint64_t>(length);
}

// Copies [begin, end) of a file into `name`, durably.
void keep_aside(file_system& files, int directory, const handle& file, std::uint64_t begin,
                std::uint64_t end, const std::string& name) {
  const int fd = files.open(directory, name, O_WRONLY | O_CREAT | O_TRUNC);
  if (fd < 0) refuse(name, fd);
  const handle copy(files, fd);
  for (std::uint64_t at = begin; at < end; at += first_window) {
    const std::string bytes = read_range(files, file.fd(), at, std::min(end, at + first_window));
    if (const int bad = write_all(files, fd, bytes, at - begin); bad < 0) refuse(name, bad);
  }
  if (const int bad = files.sync(fd); bad < 0) refuse(name, bad);
  if (const int bad = files.sync(directory); bad < 0) refuse(name, bad);
}

std::uint64_t first_seq_of(file_system& files, const handle& file) {
  const std::string head = read_range(files, file.fd(), 0, max_line_bytes);
  const auto line = parse_line(std::string_view(head).substr(0, head.find('\n')));
  return line ? line->seq : 1;
}

}  // namespace

std::optional<file_end> find_end(file_system& files, int fd) {
  const off_t length = files.length(fd);
  if (length < 0) refuse("cannot read", static_cast<int>(length));
  const auto end = static_cast<std::uint64_t>(length);
  for (std::uint64_t window = first_window;; window *= 4) {
    const std::uint64_t begin = window < end ? end - window : 0;
    if (auto found = end_in(read_range(files, fd, begin, end), begin)) return found;
    if (begin == 0) return std::nullopt;
    if (window >= largest_window) {
      throw std::runtime_error(
          "audit: the end of the newest file fits no line before it; move the file away to begin "
          "a new one, and look at it with `torhaus audit verify`");
    }
  }
}

resumed recover(file_system& files, int directory) {
  std::vector<std::string> names;
  if (const int bad = files.list(directory, names); bad < 0) refuse("cannot list", bad);
  std::erase_if(names, [](const std::string& name) { return !day_of_file(name); });
  resumed out;
  for (; !names.empty(); names.pop_back()) {
    const std::string& name = names.back();
    const handle file = open_file(files, directory, name);
    const std::uint64_t length = length_of(files, file, name);
    const auto end = find_end(files, file.fd());
    const std::uint64_t good = end ? end->bytes : 0;
    if (good < length) {
      out.cut_bytes += length - good;
      out.kept_in = day_text(*day_of_file(name)) + ".cut-" + std::to_string(end ? end->at.next : 0);
      keep_aside(files, directory, file, good, length, out.kept_in);
      if (const int bad = files.truncate(file.fd(), good); bad < 0) refuse(name, bad);
      if (const int bad = files.sync(file.fd()); bad < 0) refuse(name, bad);
    }
    if (!end) {  // not one line was finished
      if (const int bad = files.unlink(directory, name); bad < 0) refuse(name, bad);
      out.after = "crash";
      continue;
    }
    out.at = end->at;
    out.day = day_of_file(name);
    out.sealed = end->type == "seal";
    out.bytes = good;
    out.first_seq = first_seq_of(files, file);
    out.after = end->type == "stop" && out.cut_bytes == 0 ? "stop" : "crash";
    return out;
  }
  return out;
}

}  // namespace torhaus::storage::journal
