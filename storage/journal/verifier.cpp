#include "storage/journal/verifier.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "storage/crypto/sealing.hpp"

namespace torhaus::storage::journal {
namespace {

constexpr std::size_t verify_chunk_bytes = std::size_t{1} << 20;
static_assert(verify_chunk_bytes > max_line_bytes);

std::string range_text(std::uint64_t first, std::uint64_t last) {
  return first == last ? "seq " + std::to_string(first)
                       : "seq " + std::to_string(first) + " to " + std::to_string(last);
}

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

}  // namespace

verifier::verifier(options o) : o_(std::move(o)) {
  const int fd = o_.files->open_directory(o_.directory);
  if (fd < 0) throw std::runtime_error(o_.directory.string() + ": " + error_text(fd));
  directory_ = handle(*o_.files, fd);
}

void verifier::found(std::uint64_t line, std::string what) {
  ++found_;
  if (findings_.size() < max_findings) findings_.push_back({s_.file, line, std::move(what)});
}

// DAY.jsonl:offset:line:next:head:first_seq:without_mac:sealed:anchor
std::string verifier::position() const {
  if (s_.file.empty()) return {};
  std::string out = s_.file;
  for (const std::uint64_t n : {s_.offset, s_.line, s_.at.next}) out += ":" + std::to_string(n);
  out += ":" + hex_of(s_.at.head);
  for (const std::uint64_t n : {s_.first_seq, s_.without_mac, std::uint64_t{s_.sealed}}) {
    out += ":" + std::to_string(n);
  }
  return out + ":" + (s_.anchored ? "-" : hex_of(s_.anchor));
}

result<void> verifier::go_on_at(const std::string& position) {
  if (position.empty()) return {};
  std::vector<std::string_view> parts;
  for (std::string_view rest = position;;) {
    const std::size_t colon = rest.find(':');
    parts.push_back(rest.substr(0, colon));
    if (colon == std::string_view::npos || parts.size() > 9) break;
    rest.remove_prefix(colon + 1);
  }
  const error bad(errc::invalid_argument, "That is no position of a verification");
  if (parts.size() != 9 || !day_of_file(parts[0])) return bad;
  std::array<std::uint64_t, 6> numbers{};
  constexpr std::array<std::size_t, 6> places = {1, 2, 3, 5, 6, 7};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto n = to_number(parts[places[i]]);
    if (!n) return bad;
    numbers[i] = *n;
  }
  const auto head = hash_from_hex(parts[4]);
  const auto anchor = parts[8] == "-" ? line_hash{} : hash_from_hex(parts[8]);
  if (!head || !anchor) return bad;
  s_ = {std::string(parts[0]), numbers[0], numbers[1],
        {numbers[2], *head},   numbers[3], numbers[4],
        numbers[5] > 0,        *anchor,    parts[8] == "-"};
  const int fd = o_.files->open(directory_.fd(), s_.file, O_RDONLY);
  if (fd < 0) return error(errc::invalid_argument, "The file of that position is gone");
  file_ = handle(*o_.files, fd);
  return {};
}

bool verifier::step(std::uint64_t bytes) {
  while (true) {
    if (!file_ || at_end_of_file_) {
      if (!next_file()) {
        end_of_all();
        return false;
      }
      continue;
    }
    // A position holds nothing of what is still open between two lines.
    if (bytes == 0 && !early_ && !other_ && !blind_) return true;
    if (!read_some(bytes)) end_of_file();
  }
}

// Opens the file after the one at hand.
bool verifier::next_file() {
  std::vector<std::string> names;
  if (const int bad = o_.files->list(directory_.fd(), names); bad < 0) {
    throw std::runtime_error(o_.directory.string() + ": " + error_text(bad));
  }
  const auto at = std::ranges::find_if(
      names, [&](const std::string& name) { return day_of_file(name) && name > s_.file; });
  if (at == names.end()) return false;
  if (!s_.file.empty() && !s_.sealed) {
    found(s_.line, "the file ends without a seal: lines at its end are missing");
  }
  const int fd = o_.files->open(directory_.fd(), *at, O_RDONLY);
  if (fd < 0) throw std::runtime_error(*at + ": " + error_text(fd));
  file_ = handle(*o_.files, fd);
  const bool first = s_.file.empty();
  s_.file = *at;
  s_.offset = 0;
  s_.line = 0;
  s_.sealed = false;
  if (first) s_.at.next = 0;  // whatever the file begins from
  at_end_of_file_ = false;
  return true;
}

// False at the end of the file.
bool verifier::read_some(std::uint64_t& budget) {
  std::string chunk(verify_chunk_bytes, '\0');
  const ssize_t n = read_up_to(*o_.files, file_.fd(), chunk, s_.offset);
  if (n < 0) throw std::runtime_error(s_.file + ": " + error_text(static_cast<int>(n)));
  const std::string_view have(chunk.data(), static_cast<std::size_t>(n));
  std::size_t begin = 0;
  for (std::size_t end; (end = have.find('\n', begin)) != std::string_view::npos; begin = end + 1) {
    check(have.substr(begin, end - begin));
    const std::uint64_t length = end + 1 - begin;
    s_.offset += length;
    budget -= std::min(budget, length);
    if (budget == 0 && !early_ && !other_ && !blind_) return true;
  }
  if (begin > 0) return true;
  if (have.size() == verify_chunk_bytes) {
    found(s_.line + 1, "a line without end");
    s_.offset += verify_chunk_bytes;
    blind_ = true;
    return true;
  }
  // The running server may be about to write the rest of it.
  if (!have.empty() && !o_.head) {
    found(s_.line + 1, "the file ends within a line; the next start cuts off what a crash left");
  }
  return false;
}

void verifier::end_of_file() {
  settle();
  at_end_of_file_ = true;
}

void verifier::end_of_all() {
  settle();
  if (!s_.anchored) {
    s_.file = s_.file.empty() ? "" : s_.file;
    found(0,
          "the days before the oldest file are missing, and no line says that they were removed");
    s_.anchored = true;
  }
  if (o_.head && s_.at.next < o_.head->next) {
    found(s_.line, "lines at the end are missing: " + range_text(s_.at.next, o_.head->next - 1));
  }
}

void verifier::check(std::string_view text) {
  ++s_.line;
  ++lines_;
  const auto line = parse_line(text);
  if (!line) {
    settle();
    found(s_.line, "it has not the form of a line: bytes were changed");
    ++s_.at.next;
    blind_ = true;
    return;
  }
  if (s_.sealed) found(s_.line, "a line behind the seal");
  if (s_.line == 1) check_begin(*line);
  if (is_swap(*line)) return;
  settle();
  if (!check_order(*line)) return;
  check_content(*line);
  check_mac(*line);
  check_own(*line);
}

void verifier::check_begin(const parsed_line& line) {
  const auto day = text_member(line.members, "day");
  const auto text = text_member(line.members, "previous");
  const auto previous = text ? hash_from_hex(*text) : std::nullopt;
  if (type_of(line.members) != "begin" || !previous || !day ||
      day_of_file(s_.file) != parse_day(*day)) {
    found(1, "the file does not begin as one of this day does");
    if (s_.at.next == 0) s_.at.next = line.seq;
    blind_ = true;
  } else if (s_.at.next == 0) {  // the oldest file
    s_.at = {line.seq, *previous};
    s_.anchor = *previous;
    s_.anchored = line.seq == 1 && *previous == line_hash{};
  } else if (*previous != s_.at.head || line.seq != s_.at.next) {
    const bool lack = line.seq > s_.at.next;
    found(1, lack ? "it does not begin where the file before it ended: missing is " +
                        range_text(s_.at.next, line.seq - 1)
                  : std::string("it does not begin from the end of the file before it"));
    s_.at = {line.seq, *previous};
  }
  s_.first_seq = line.seq;
}

bool verifier::is_swap(const parsed_line& line) {
  if (!early_ || early_->seq != line.seq + 1 || line.seq != s_.at.next) return false;
  if (hash_of(s_.at.head, line.content) != line.hash ||
      hash_of(line.hash, early_->content) != early_->hash) {
    return false;
  }
  found(early_->line, "lines " + std::to_string(early_->line) + " and " + std::to_string(s_.line) +
                          " are swapped");
  s_.at = {early_->seq + 1, early_->hash};
  early_.reset();
  return true;
}

// Decides about a line that came too early: what should stand before it is missing.
void verifier::settle() {
  if (!early_) return;
  found(early_->line, "lines before it are missing: " + range_text(s_.at.next, early_->seq - 1));
  s_.at = {early_->seq + 1, early_->hash};
  s_.sealed = early_->seal;
  early_.reset();
}

// Whether the line stands where it belongs.
bool verifier::check_order(const parsed_line& line) {
  if (line.seq > s_.at.next && !blind_) {
    early_ = early{s_.line, line.seq, line.hash, std::string(line.content),
                   type_of(line.members) == "seal"};
    check_mac(line);
    other_.reset();
    return false;
  }
  if (line.seq < s_.at.next) {
    found(s_.line,
          "a line that was before (seq " + std::to_string(line.seq) + "): repeated, or moved here");
    return false;
  }
  return true;
}

void verifier::check_content(const parsed_line& line) {
  before_ = s_.at.head;
  const line_hash computed = hash_of(s_.at.head, line.content);
  const bool fits =
      blind_ || computed == line.hash || (other_ && hash_of(*other_, line.content) == line.hash);
  other_.reset();
  blind_ = false;
  if (!fits) {
    found(s_.line, "changed (seq " + std::to_string(line.seq) +
                       "): its hash is not that of its bytes and the line before");
    other_ = computed;  // it may be the hash that was changed
  }
  s_.at = {line.seq + 1, line.hash};
}

void verifier::check_mac(const parsed_line& line) {
  if (!line.mac) {
    if (++s_.without_mac <= max_lines_without_mac || !o_.key) return;
    found(s_.line, "more than 1,024 lines without a MAC: the chain was made anew");
    s_.without_mac = 0;
    return;
  }
  s_.without_mac = 0;
  if (!o_.key) return;
  if (crypto::equal_constant_time(mac_of(*o_.key, line.hash), *line.mac)) return;
  found(s_.line, "its MAC is not one of this installation: the chain was made anew");
}

void verifier::check_own(const parsed_line& line) {
  const std::string_view type = type_of(line.members);
  if (type == "seal") {
    s_.sealed = true;
    const auto head = text_member(line.members, "head");
    const auto count = number_member(line.members, "lines");
    if (!line.mac) found(s_.line, "a seal without a MAC");
    if (count != line.seq - s_.first_seq) {
      found(s_.line, "the seal counts " + std::to_string(count.value_or(0)) + " lines, not " +
                         std::to_string(line.seq - s_.first_seq));
    }
    if (!head || hash_from_hex(*head) != before_) found(s_.line, "the seal names another head");
  } else if (type == "removed" && !s_.anchored) {
    const auto head = text_member(line.members, "head");
    if (head && hash_from_hex(*head) == s_.anchor) s_.anchored = true;
  }
}

}  // namespace torhaus::storage::journal
