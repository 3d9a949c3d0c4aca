#include <random>

#include "storage/journal/reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/storage/journal/journal_world.hpp"

namespace torhaus::test {
namespace {

// Three days: 25 and 26 sealed, 27 at hand.
void fill(journal_world& w, int lines_a_day) {
  w.open();
  for (int day = 0; day < 3; ++day) {
    w.add_many(lines_a_day);
    if (day < 2) w.next_day();
  }
  w.close();
}

bool begins(const findings& all, const std::string& with) {
  INFO((all.empty() ? "nothing was found" : all[0]));
  CHECK((!all.empty() && all[0].starts_with(with)));
  return true;
}

std::string made_anew(const std::vector<std::string>& all, const storage::crypto::secret_key* key) {
  std::string out;
  journal::chain at;
  for (const std::string& line : all) {
    const auto parsed = journal::parse_line(line);
    if (!parsed) throw std::runtime_error("no line");
    journal::append_line(out, at, parsed->members, parsed->mac ? key : nullptr);
  }
  return out;
}

}  // namespace

TEST_CASE("one_changed_byte_is_named_wherever_it_is") {
  journal_world w;
  fill(w, 40);
  const auto file = w.file("2026-11-26");
  const std::string whole = w.text(file);
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    const std::size_t at = random() % bytes.size();
    const char flipped = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
    const auto line = 1 + std::count(bytes.begin(), bytes.begin() + static_cast<long>(at), '\n');
    bytes[at] = flipped;
    w.put_text(file, bytes);
    // The MAC is hex: a capital letter is the same digit.
    if (std::tolower(flipped) == whole[at]) continue;
    INFO("byte " << at << " of line " << line);
    begins(w.verify(), "2026-11-26.jsonl:" + std::to_string(line) + ": ");
    // Line by line, which reads the file as often as it has lines.
    if (round % 10 != 0) continue;
    begins(w.verify(1), "2026-11-26.jsonl:" + std::to_string(line) + ": ");
  }
}

TEST_CASE("a_changed_line_is_the_only_one_named") {
  journal_world w;
  fill(w, 40);
  auto all = w.lines(w.file("2026-11-26"));
  all[20].replace(all[20].find("report"), 6, "Report");
  w.put_lines(w.file("2026-11-26"), all);
  const auto found = w.verify();
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("2026-11-26.jsonl:21: changed (seq "));
}

TEST_CASE("removed_lines_are_named") {
  journal_world w;
  fill(w, 40);
  const auto whole = w.lines(w.file("2026-11-26"));
  for (const std::size_t at : {1U, 20U, 40U}) {
    auto all = whole;
    all.erase(all.begin() + static_cast<long>(at));
    w.put_lines(w.file("2026-11-26"), all);
    const auto found = w.verify();
    REQUIRE(found.size() == 1);
    CHECK(found[0].starts_with("2026-11-26.jsonl:" + std::to_string(at + 1) +
                               ": lines before it are missing: seq "));
  }
  auto all = whole;
  all.erase(all.begin() + 10, all.begin() + 15);
  w.put_lines(w.file("2026-11-26"), all);
  CHECK(w.verify() == findings{"2026-11-26.jsonl:11: lines before it are missing: seq 54 to 58"});
}

TEST_CASE("swapped_lines_are_named") {
  journal_world w;
  fill(w, 40);
  const auto whole = w.lines(w.file("2026-11-26"));
  auto all = whole;
  std::swap(all[10], all[11]);
  w.put_lines(w.file("2026-11-26"), all);
  CHECK(w.verify() == findings{"2026-11-26.jsonl:11: lines 11 and 12 are swapped"});
  all = whole;
  std::swap(all[10], all[20]);
  w.put_lines(w.file("2026-11-26"), all);
  begins(w.verify(), "2026-11-26.jsonl:11: ");
}

TEST_CASE("a_repeated_line_is_named") {
  journal_world w;
  fill(w, 10);
  auto all = w.lines(w.file("2026-11-25"));
  all.insert(all.begin() + 6, all[5]);
  w.put_lines(w.file("2026-11-25"), all);
  CHECK(w.verify() == findings{"2026-11-25.jsonl:7: a line that was before (seq 6): repeated, or "
                               "moved here"});
}

TEST_CASE("missing_files_are_named") {
  journal_world w;
  fill(w, 10);
  const std::string second = w.text(w.file("2026-11-26"));
  std::filesystem::remove(w.file("2026-11-26"));
  CHECK(w.verify() == findings{"2026-11-27.jsonl:1: it does not begin where the file before it "
                               "ended: missing is seq 14 to 25"});
  w.put_text(w.file("2026-11-26"), second);
  std::filesystem::remove(w.file("2026-11-25"));
  begins(w.verify(), "2026-11-27.jsonl:0: the days before the oldest file are missing");
}

TEST_CASE("a_file_without_its_seal_and_lines_behind_a_seal_are_named") {
  journal_world w;
  fill(w, 10);
  auto all = w.lines(w.file("2026-11-26"));
  const std::string seal = all.back();
  all.pop_back();
  w.put_lines(w.file("2026-11-26"), all);
  begins(w.verify(), "2026-11-26.jsonl:11: the file ends without a seal");
  all.push_back(seal);
  all.push_back(seal);
  w.put_lines(w.file("2026-11-26"), all);
  begins(w.verify(), "2026-11-26.jsonl:13: a line behind the seal");
}

TEST_CASE("a_chain_made_anew_without_the_key_is_named") {
  journal_world w;
  w.open();
  w.add_many(3000);
  w.close();
  const auto file = w.file("2026-11-25");
  auto all = w.lines(file);
  all[100].replace(all[100].find("report"), 6, "Report");
  w.put_text(file, made_anew(all, nullptr));
  // With MACs left out, and with those of another key.
  begins(w.verify(), "2026-11-25.jsonl:1025: more than 1,024 lines without a MAC");
  const storage::crypto::secret_key other("another key another key another ");
  w.put_text(file, made_anew(all, &other));
  begins(w.verify(), "2026-11-25.jsonl:1: its MAC is not one of this installation");
  w.put_text(file, made_anew(all, &w.key));
  CHECK(w.verify() == findings{});
}

TEST_CASE("a_seal_made_anew_is_named") {
  journal_world w;
  fill(w, 10);
  auto all = w.lines(w.file("2026-11-25"));
  const std::size_t at = all.back().find("\"lines\":12");
  REQUIRE(at != std::string::npos);
  all.back().replace(at, 10, "\"lines\":11");
  w.put_text(w.file("2026-11-25"), made_anew(all, &w.key));
  begins(w.verify(), "2026-11-25.jsonl:13: the seal counts 11 lines, not 12");
}

TEST_CASE("a_cut_end_is_named_when_it_is_known_how_far_the_journal_came") {
  journal_world w;
  w.open();
  w.add_many(10);
  const auto head = w.writing->head();
  w.close();
  CHECK(w.verify(1 << 30, head) == findings{});
  auto all = w.lines(w.file("2026-11-25"));
  all.resize(8);
  w.put_lines(w.file("2026-11-25"), all);
  CHECK(w.verify() == findings{});
  CHECK(w.verify(1 << 30, head) ==
        findings{"2026-11-25.jsonl:8: lines at the end are missing: seq 9 to 12"});
}

TEST_CASE("verifying_in_small_steps_finds_the_same") {
  journal_world w;
  fill(w, 100);
  auto all = w.lines(w.file("2026-11-26"));
  all.erase(all.begin() + 50);
  std::swap(all[20], all[21]);
  all[70].replace(all[70].find("report"), 6, "Report");
  w.put_lines(w.file("2026-11-26"), all);
  const auto found = w.verify();
  CHECK(found.size() == 3);
  CHECK(w.verify(1) == found);
  CHECK(w.verify(1000) == found);
}

TEST_CASE("a_position_that_is_none_is_refused") {
  journal_world w;
  fill(w, 3);
  for (const char* text : {"x", "2026-11-25.jsonl:1", "2026-11-25.jsonl:0:0:1:00:1:0:0:-",
                           "../x:0:0:1:00:1:0:0:-", ":::::::::::::::"}) {
    journal::verifier v({.directory = w.directory()});
    CHECK(v.go_on_at(text).error().code() == errc::invalid_argument);
    journal::reader r({.directory = w.directory()});
    if (std::string(text) != "2026-11-25.jsonl:1") CHECK_FALSE(r.go_on_at(text).has_value());
  }
}

TEST_CASE("lines_are_read_forward_and_backward_in_any_steps") {
  journal_world w;
  fill(w, 700);
  std::vector<std::string> expected;
  for (const char* day : {"2026-11-25", "2026-11-26", "2026-11-27"}) {
    for (const auto& line : w.lines(w.file(day))) expected.push_back(line);
  }
  for (const auto order : {journal::reading::oldest_first, journal::reading::newest_first}) {
    for (const std::size_t page : {std::size_t{1}, std::size_t{97}, std::size_t{100'000}}) {
      std::vector<std::string> got;
      std::string position;
      for (bool more = true; more;) {
        journal::reader r({.directory = w.directory(), .order = order});
        REQUIRE(r.go_on_at(position));
        std::size_t left = page;
        more = r.read(std::uint64_t{1} << 30, [&](std::string_view line) {
          got.emplace_back(line);
          return --left > 0;
        });
        position = r.position();
        if (page == 1 && got.size() > 300) break;
      }
      if (order == journal::reading::newest_first) std::ranges::reverse(got);
      if (page > 1) CHECK(got == expected);
      if (page == 1 && order == journal::reading::oldest_first) {
        CHECK(std::equal(got.begin(), got.end(), expected.begin()));
      }
    }
  }
}

TEST_CASE("days_bound_what_is_read") {
  journal_world w;
  fill(w, 5);
  const auto day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);
  journal::reader r({.directory = w.directory(), .first = day, .last = day});
  std::size_t count = 0;
  CHECK_FALSE(r.read(1 << 30, [&](std::string_view) { return ++count > 0; }));
  CHECK(count == w.lines(w.file("2026-11-26")).size());
}

}  // namespace torhaus::test
