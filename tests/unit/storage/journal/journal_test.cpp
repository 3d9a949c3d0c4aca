#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/unit/storage/journal/journal_world.hpp"

namespace torhaus::test {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a_journal_holds_what_was_added_between_its_start_and_its_stop") {
  journal_world w;
  w.open();
  w.add_many(3);
  w.close();
  const auto all = w.lines(w.file("2026-11-25"));
  REQUIRE(all.size() == 6);
  CHECK(has(all[0], "{\"seq\":1,\"time\":\"2026-11-25T08:00:00.000000Z\",\"type\":\"begin\""));
  CHECK(has(all[1], "\"type\":\"start\",\"after\":\"nothing\""));
  CHECK(has(all[2], "\"key\":\"report0\""));
  CHECK(has(all[5], "\"type\":\"stop\""));
  CHECK(w.verify() == findings{});
  CHECK(w.verified_lines == 6);
}

TEST_CASE("a_journal_goes_on_after_a_stop_and_seals_the_days_that_are_over") {
  journal_world w;
  w.open();
  w.add_many(2);
  w.close();
  w.open();
  w.add_many(2);
  w.next_day();
  w.add_many(2);
  w.close();
  w.next_day(3);
  w.open();
  w.close();
  const auto first = w.lines(w.file("2026-11-25"));
  REQUIRE(first.size() == 9);
  CHECK(has(first[5], "\"after\":\"stop\""));
  CHECK(has(first[8], "\"type\":\"seal\",\"day\":\"2026-11-25\",\"lines\":8"));
  CHECK(has(w.lines(w.file("2026-11-26")).back(), "\"type\":\"seal\""));
  CHECK(has(w.lines(w.file("2026-11-29")).back(), "\"type\":\"stop\""));
  CHECK(w.verify() == findings{});
}

TEST_CASE("a_clock_that_steps_back_does_not_turn_the_day_back") {
  journal_world w;
  w.open();
  w.add_many(1);
  w.clock.advance(-std::chrono::hours(48));
  w.add_many(1);
  w.close();
  w.open();
  w.add_many(1);
  w.close();
  CHECK_FALSE(std::filesystem::exists(w.file("2026-11-23")));
  CHECK(w.lines(w.file("2026-11-25")).size() == 8);
  CHECK(w.verify() == findings{});
}

TEST_CASE("a_torn_line_is_cut_off_kept_aside_and_said") {
  journal_world w;
  w.open();
  w.add_many(5);
  w.close();
  const auto file = w.file("2026-11-25");
  const std::string whole = w.text(file);
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (const std::size_t torn : {std::size_t{1}, std::size_t{40}, whole.size() - last - 1}) {
    w.put_text(file, whole.substr(0, last + torn));
    w.open();
    w.add_many(1);
    w.close();
    const auto all = w.lines(file);
    REQUIRE(all.size() == 10);
    CHECK(has(all[7], "\"after\":\"crash\",\"cut_bytes\":" + std::to_string(torn) +
                          ",\"kept_in\":\"2026-11-25.cut-8\""));
    CHECK(w.text(w.directory() / "2026-11-25.cut-8") == whole.substr(last, torn));
    CHECK(w.verify() == findings{});
  }
}

TEST_CASE("a_crash_before_the_first_line_of_a_day_was_whole_costs_nothing") {
  journal_world w;
  w.open();
  w.add_many(5);
  w.next_day();
  w.add_many(1);
  w.close();
  const std::string begin = w.lines(w.file("2026-11-26"))[0];
  for (const std::string& left : {std::string(), begin.substr(0, 50), begin}) {
    w.put_text(w.file("2026-11-26"), left);
    w.open();
    w.add_many(2);
    w.close();
    CHECK(w.verify() == findings{});
    CHECK(w.lines(w.file("2026-11-26")).size() == 5);
  }
}

TEST_CASE("what_a_killed_process_wrote_verifies_after_the_next_start") {
  journal_world w;
  // Some 250 lines a round, however slow the machine is.
  const auto written = [&] {
    std::error_code none;
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(w.directory(), none)) {
      bytes += file.file_size();
    }
    return bytes;
  };
  for (int round = 0; round < 5; ++round) {
    const auto before = written();
    const pid_t child = ::fork();
    if (child == 0) {
      w.open();
      for (int i = 0;; ++i) w.add("killed" + std::to_string(i));
    }
    ::usleep(60'000);
    for (int tries = 0; tries < 2000 && written() < before + 50'000; ++tries) ::usleep(10'000);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    w.open();
    w.add_many(1);
    w.close();
    CHECK(w.verify() == findings{});
  }
  CHECK(w.verified_lines > 1000);
}

TEST_CASE("old_days_go_and_leave_an_anchor") {
  journal_world w;
  w.open(1 << 20, 2);
  for (int day = 0; day < 6; ++day) {
    w.add_many(2);
    w.next_day();
  }
  w.add_many(1);
  w.close();
  CHECK_FALSE(std::filesystem::exists(w.file("2026-11-28")));
  CHECK(std::filesystem::exists(w.file("2026-11-29")));
  CHECK(has(w.text(w.file("2026-12-01")), "\"type\":\"removed\",\"day\":\"2026-11-28\",\"last\":"));
  CHECK(w.verify() == findings{});
  std::filesystem::remove(w.file("2026-11-29"));
  CHECK(
      w.verify() ==
      findings{"2026-12-01.jsonl:0: the days before the oldest file are missing, and no line says "
               "that they were removed"});
}

TEST_CASE("a_clock_that_leaps_a_year_removes_nothing_at_once") {
  journal_world w;
  w.open(1 << 20, 2);
  w.add_many(2);
  w.next_day(400);
  w.add_many(1);
  CHECK(std::filesystem::exists(w.file("2026-11-25")));
  w.next_day();
  w.add_many(1);
  CHECK_FALSE(std::filesystem::exists(w.file("2026-11-25")));
  w.close();
}

TEST_CASE("a_full_disk_latches_and_what_was_queued_is_written_when_there_is_room") {
  journal_world w;
  w.open();
  w.add_many(3);
  w.files.no_room = true;
  w.add("kept");
  while (w.writing->writable()) std::this_thread::yield();
  CHECK(w.writing->stats().failing);
  w.add("kept too");
  CHECK_FALSE(w.writing->flush(std::chrono::milliseconds(50)));
  w.files.no_room = false;
  CHECK(w.flushed());
  CHECK(w.writing->writable());
  CHECK(w.writing->stats().lost == 0);
  w.close();
  CHECK(w.lines(w.file("2026-11-25")).size() == 8);
  CHECK(w.verify() == findings{});
}

TEST_CASE("records_without_room_are_counted_and_a_gap_is_written") {
  journal_world w;
  w.open(4000);
  w.add_many(3);
  w.files.no_room = true;
  std::uint64_t lost = 0;
  for (int i = 0; i < 200; ++i) lost += w.add("one of many") ? 0 : 1;
  CHECK(lost > 100);
  CHECK(w.writing->stats().lost == lost);
  CHECK_FALSE(w.writing->writable());
  w.files.no_room = false;
  CHECK(w.flushed());
  w.close();
  CHECK(has(w.text(w.file("2026-11-25")), "\"type\":\"gap\",\"lost\":" + std::to_string(lost) +
                                              ",\"since\":\"2026-11-25T08:00:00.000000Z\""));
  CHECK(w.verify() == findings{});
}

TEST_CASE("what_a_failed_sync_left_unknown_is_written_again") {
  journal_world w;
  w.open();
  w.add_many(3);
  w.files.no_sync = true;
  w.add("unknown");
  while (w.writing->writable()) std::this_thread::yield();
  // The pages that the kernel gave up: what is in the file is not what was written.
  const auto file = w.file("2026-11-25");
  const auto length = std::filesystem::file_size(file);
  std::fstream(file, std::ios::in | std::ios::out)
      .seekp(static_cast<long>(length) - 20)
      .write("\0\0\0\0", 4);
  w.files.no_sync = false;
  CHECK(w.flushed());
  w.close();
  CHECK(w.verify() == findings{});
}

TEST_CASE("a_day_that_cannot_begin_is_begun_later") {
  journal_world w;
  w.open();
  w.add_many(3);
  w.files.no_open = true;
  w.next_day();
  w.add("waits");
  while (w.writing->writable()) std::this_thread::yield();
  w.files.no_open = false;
  CHECK(w.flushed());
  w.close();
  CHECK(w.verify() == findings{});
  CHECK(w.lines(w.file("2026-11-26")).size() == 3);
}

TEST_CASE("a_record_is_one_line") {
  journal_world w;
  w.open();
  CHECK_THROWS_AS(w.writing->add("\"a\":\"\n\""), std::logic_error);
  CHECK_THROWS_AS(w.writing->add(std::string(70'000, 'x')), std::logic_error);
}

TEST_CASE("a_directory_that_is_none_is_named") {
  journal_world w;
  w.put_text(w.directory(), "a file");
  CHECK_THROWS_WITH(w.open(), Catch::Contains("ENOTDIR"));
}

}  // namespace torhaus::test
