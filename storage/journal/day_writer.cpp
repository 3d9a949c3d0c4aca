#include "storage/journal/day_writer.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "storage/base/log.hpp"

namespace torhaus::storage::journal {
namespace {

constexpr std::chrono::days believable_leap{31};

int open_directory(file_system& files, const std::filesystem::path& path) {
  const int fd = files.open_directory(path);
  if (fd < 0) {
    throw std::runtime_error("audit: directory " + path.string() + ": " + error_text(fd));
  }
  return fd;
}

std::string text(std::string_view name, std::string_view value) {
  return ",\"" + std::string(name) + "\":\"" + std::string(value) + "\"";
}

std::string number(std::string_view name, std::uint64_t value) {
  return ",\"" + std::string(name) + "\":" + std::to_string(value);
}

}  // namespace

day_writer::day_writer(options o)
    : o_(std::move(o)),
      directory_(*o_.files, open_directory(*o_.files, o_.directory)),
      start_(recover(*o_.files, directory_.fd())),
      at_(start_.at),
      confirmed_chain_(start_.at),
      day_(start_.day) {
  if (!day_ || start_.sealed) return;
  const int fd = o_.files->open(directory_.fd(), file_of_day(*day_), O_RDWR);
  if (fd < 0) throw std::runtime_error("audit: " + file_of_day(*day_) + ": " + error_text(fd));
  file_ = handle(*o_.files, fd);
  first_seq_ = start_.first_seq;
  confirmed_bytes_ = start_.bytes;
}

std::chrono::sys_days day_writer::today() const {
  return std::chrono::floor<std::chrono::days>(o_.clock->now());
}

void day_writer::fail(const std::string& what, int code) {
  const std::string why = what + ": " + error_text(code);
  if (why != said_failure_) log::error("audit_failed", {{"cause", why}});
  said_failure_ = why;
  failure_ = why;
}

bool day_writer::prepare() {
  if (failing() && !write_again()) return false;
  if (file_ && !sealing_ && today() > *day_) seal();
  if (failing()) return false;
  if (sealing_) finish_seal();
  if (file_) return true;
  // After a sealed day comes another one, whatever the clock says.
  const auto next = day_ ? std::max(today(), *day_ + std::chrono::days(1)) : today();
  const bool leap = day_ && next - *day_ > believable_leap;
  if (!begin_day(next)) return false;
  if (leap) {
    log::warning("audit_clock_leapt", {{"day", day_text(next)}});
  } else {
    remove_old_days(next);
  }
  return !failing();
}

void day_writer::append(std::string_view records) {
  while (!records.empty()) {
    const std::size_t end = records.find('\n');
    const std::string_view one = records.substr(0, end);
    records.remove_prefix(end + 1);
    const bool with_mac = records.empty() || at_.next % max_lines_without_mac == 0;
    append_line(pending_, at_, one, with_mac ? &o_.key : nullptr);
  }
  write();
}

void day_writer::append_own(std::string_view type, const std::string& more) {
  std::string members = "\"time\":\"";
  append_time(members, o_.clock->now());
  members.append("\"").append(text("type", type)).append(more);
  append_line(pending_, at_, members, &o_.key);
  write();
}

void day_writer::write() {
  if (failing() || !file_) return;
  const std::string_view bytes = std::string_view(pending_).substr(written_);
  if (const int bad = write_all(*o_.files, file_.fd(), bytes, confirmed_bytes_ + written_);
      bad < 0) {
    fail("cannot write " + file_of_day(*day_), bad);
    return;
  }
  written_ = pending_.size();
}

void day_writer::sync() {
  if (failing() || !file_ || pending_.empty()) return;
  if (const int bad = o_.files->sync_data(file_.fd()); bad < 0) {
    fail("cannot sync " + file_of_day(*day_), bad);
    return;
  }
  confirm();
}

void day_writer::confirm() {
  confirmed_bytes_ += pending_.size();
  confirmed_chain_ = at_;
  pending_.clear();
  written_ = 0;
}

// After a failure nothing is known of the pages behind what was confirmed.
bool day_writer::write_again() {
  if (!file_) {
    failure_.clear();  // it was the directory or a new file: prepare() tries those
    return true;
  }
  int bad = o_.files->truncate(file_.fd(), confirmed_bytes_);
  if (bad >= 0) bad = write_all(*o_.files, file_.fd(), pending_, confirmed_bytes_);
  if (bad >= 0) bad = o_.files->sync(file_.fd());
  if (bad < 0) {
    fail("cannot write " + file_of_day(*day_), bad);
    return false;
  }
  failure_.clear();
  said_failure_.clear();
  confirm();
  log::info("audit_works_again");
  return true;
}

void day_writer::seal() {
  sealing_ = true;
  const std::string more = text("day", day_text(*day_)) + number("lines", at_.next - first_seq_) +
                           text("head", hex_of(at_.head));
  append_own("seal", more);
  sync();
}

void day_writer::finish_seal() {
  // That nobody may write it is a help, not a guard: the seal is what counts.
  o_.files->forbid_writing(file_.fd());
  log::info("audit_sealed",
            {{"day", day_text(*day_)}, {"seq", at_.next - 1}, {"head", hex_of(at_.head)}});
  file_.reset();
  sealing_ = false;
}

bool day_writer::begin_day(std::chrono::sys_days day) {
  const std::string name = file_of_day(day);
  const int fd = o_.files->open(directory_.fd(), name, O_RDWR | O_CREAT);
  if (fd < 0) return fail("cannot make " + name, fd), false;
  handle made(*o_.files, fd);
  const off_t length = o_.files->length(fd);
  if (length != 0) {
    fail(name + " is there already", length < 0 ? static_cast<int>(length) : -EEXIST);
    return false;
  }
  if (const int bad = o_.files->sync(directory_.fd()); bad < 0) {
    fail("cannot sync the directory", bad);
    return false;
  }
  file_ = std::move(made);
  day_ = day;
  first_seq_ = at_.next;
  confirmed_bytes_ = 0;
  written_ = 0;
  append_own("begin",
             text("day", day_text(day)) + number("format", 1) + text("previous", hex_of(at_.head)));
  sync();
  return !failing();
}

void day_writer::remove_old_days(std::chrono::sys_days now) {
  if (o_.retention_days == 0) return;
  std::vector<std::string> names;
  if (const int bad = o_.files->list(directory_.fd(), names); bad < 0) {
    log::error("audit_retention_failed", {{"cause", error_text(bad)}});
    return;
  }
  for (const std::string& name : names) {
    const auto day = day_of_file(name);
    if (!day || *day + std::chrono::days(o_.retention_days) >= now) continue;
    if (!remove_day(name)) return;
    unlink_day(names, day_text(*day));
  }
}

// Writes down that the day goes; true when that is durable.
bool day_writer::remove_day(const std::string& name) {
  const int fd = o_.files->open(directory_.fd(), name, O_RDONLY);
  const handle file(*o_.files, fd);
  std::optional<file_end> end;
  try {
    if (fd >= 0) end = find_end(*o_.files, fd);
  } catch (const std::exception& bad) {
    log::error("audit_retention_failed", {{"file", name}, {"cause", bad.what()}});
    return false;
  }
  if (!end) {
    // What was changed is evidence: the operator takes it away.
    log::error("audit_retention_failed", {{"file", name}, {"cause", "its end is no good line"}});
    return false;
  }
  append_own("removed", text("day", day_text(*day_of_file(name))) +
                            number("last", end->at.next - 1) + text("head", hex_of(end->at.head)));
  sync();
  return !failing();
}

void day_writer::unlink_day(const std::vector<std::string>& names, std::string_view day) {
  for (const std::string& name : names) {
    if (!name.starts_with(day)) continue;
    if (const int bad = o_.files->unlink(directory_.fd(), name); bad < 0) {
      log::error("audit_retention_failed", {{"file", name}, {"cause", error_text(bad)}});
    }
  }
  o_.files->sync(directory_.fd());
}

}  // namespace torhaus::storage::journal
