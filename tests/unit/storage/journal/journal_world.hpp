// A journal in a directory of its own, with a clock in the test's hand and a file system that fails
// when told to.
#pragma once

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "storage/base/log.hpp"
#include "storage/journal/journal.hpp"
#include "storage/journal/verifier.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/temp_dir.hpp"

namespace torhaus::test {

namespace journal = storage::journal;

class failing_files final : public journal::file_system {
 public:
  ssize_t write(int fd, std::string_view bytes, std::uint64_t offset) override {
    if (no_room) return -ENOSPC;
    // Short writes are ordinary.
    return file_system::write(fd, bytes.substr(0, 1000), offset);
  }
  int sync_data(int fd) override { return no_sync ? -EIO : file_system::sync_data(fd); }
  int sync(int fd) override { return no_sync ? -EIO : file_system::sync(fd); }
  int open(int directory, const std::string& name, int flags) override {
    if (no_open && (flags & O_CREAT) != 0) return -EACCES;
    return file_system::open(directory, name, flags);
  }
  std::atomic<bool> no_room{false};
  std::atomic<bool> no_sync{false};
  std::atomic<bool> no_open{false};
};

class journal_world {
 public:
  journal_world() { log::configure(log::level::error, "/dev/null"); }

  void open(std::size_t queue_bytes = std::size_t{16} << 20, unsigned retention_days = 0) {
    writing.reset();
    journal::journal::options o(directory(), key);
    o.clock = &clock;
    o.files = &files;
    o.sync_interval = std::chrono::milliseconds(5);
    o.retry_interval = std::chrono::milliseconds(5);
    o.queue_bytes = queue_bytes;
    o.retention_days = retention_days;
    writing = std::make_unique<journal::journal>(o);
    writing->start();
  }
  void close() {
    writing->stop();
    writing.reset();
  }
  bool add(const std::string& text) {
    return writing->add("\"time\":\"" + journal::time_text(clock.now()) +
                        "\",\"type\":\"request\",\"key\":\"" + text + "\"");
  }
  void add_many(int count, const std::string& text = "report") {
    for (int i = 0; i < count; ++i) {
      if (!add(text + std::to_string(i))) throw std::runtime_error("lost");
    }
    if (!flushed()) throw std::runtime_error("flush");
  }
  bool flushed() { return writing->flush(std::chrono::seconds(20)); }
  void next_day(int days = 1) { clock.advance(std::chrono::hours(24) * days); }

  std::filesystem::path directory() const { return dir.path() / "audit"; }
  std::filesystem::path file(const std::string& day) const {
    return directory() / (day + ".jsonl");
  }
  static std::string text(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put_text(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary) << bytes;
  }
  static std::vector<std::string> lines(const std::filesystem::path& path) {
    std::vector<std::string> all;
    std::ifstream in(path, std::ios::binary);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  static void put_lines(const std::filesystem::path& path, const std::vector<std::string>& all) {
    std::string bytes;
    for (const std::string& line : all) bytes += line + "\n";
    put_text(path, bytes);
  }

  // What is wrong, "FILE:LINE: WHAT" each; `step`: bytes verified at a time, by a verifier each.
  std::vector<std::string> verify(std::uint64_t step = std::uint64_t{1} << 30,
                                  std::optional<journal::chain> head = {}) {
    std::vector<std::string> all;
    std::string position;
    verified_lines = 0;
    for (bool more = true; more;) {
      journal::verifier v({.directory = directory(), .key = key, .head = head});
      if (!v.go_on_at(position)) throw std::runtime_error("position " + position);
      more = v.step(step);
      position = v.position();
      verified_lines += v.lines();
      for (const auto& f : v.findings()) {
        all.push_back(f.file + ":" + std::to_string(f.line) + ": " + f.what);
      }
    }
    return all;
  }

  temp_dir dir;
  fake_clock clock{sys_micros(std::chrono::sys_days(std::chrono::year(2026) / 11 / 25)) +
                   std::chrono::hours(8)};
  failing_files files;
  storage::crypto::secret_key key{"0123456789abcdef0123456789abcdef"};
  std::unique_ptr<journal::journal> writing;
  std::uint64_t verified_lines = 0;
};

using findings = std::vector<std::string>;

}  // namespace torhaus::test
