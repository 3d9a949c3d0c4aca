#include "gateway/audit/search.hpp"
#include "gateway/audit/export.hpp"
#include "gateway/audit/trail.hpp"
#include "storage/base/log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/temp_dir.hpp"

namespace torhaus::test {
namespace {

using namespace gateway;
using storage::journal::reading;

// Six requests in two days.
class archive_world {
 public:
  archive_world() {
    log::configure(log::level::error, "/dev/null");
    storage::journal::journal::options o(dir.path() / "audit",
                                         storage::crypto::secret_key(std::string(32, 'k')));
    o.clock = &clock;
    storage::journal::journal j(o);
    j.start();
    audit::trail trail({.journal = &j, .clock = &clock});
    add(trail, "eva", "bauamt", "bau", "plan/a.pdf", "PutObject", 200, "");
    add(trail, "max", "stadtwerke", "bau-alt", "plan/b.pdf", "GetObject", 200, "");
    add(trail, "eva", "bauamt", "strom", "=cmd|' /C calc'!A0", "GetObject", 403, "AccessDenied");
    j.flush(std::chrono::seconds(10));
    clock.advance(std::chrono::hours(24));
    add(trail, "eva-maria", "bauamt", "bau", "andere", "DeleteObject", 204, "");
    add(trail, "max", "stadtwerke", "baum", "plan\"x", "GetObject", 404, "NoSuchKey");
    add(trail, "", "", "bau", "plan/a.pdf", "GetObject", 500, "InternalError");
    j.stop();
  }
  void add(audit::trail& trail, const std::string& user, const char* agency, const char* bucket,
           const char* key, const char* op, unsigned status, const char* error) {
    audit::record r("request");
    const std::string arn = "arn:aws:iam::1:user/" + user;
    if (!user.empty()) r.user = arn;
    r.agency = agency;
    r.bucket = bucket;
    if (r.bucket == "strom") r.project = bucket;
    r.key = key;
    r.operation = op;
    r.status = status;
    r.error = error;
    trail.add(r);
  }
  // The keys of the records that were found, all pages.
  std::string keys(const audit::filter& f, reading order = reading::oldest_first,
                   std::size_t page = 1000) const {
    std::string all;
    std::string after;
    do {
      const auto found =
          audit::search(dir.path() / "audit", f, order, after, {.records = page, .bytes = 1 << 20});
      if (!found) return std::string(found.error().message());
      for (const auto& line : found->lines) {
        const auto o = boost::json::parse(line).as_object();
        all += o.contains("key") ? std::string(o.at("key").as_string()) + " " : "- ";
      }
      after = found->next;
    } while (!after.empty());
    return all;
  }

  temp_dir dir;
  fake_clock clock{sys_micros(std::chrono::sys_days(std::chrono::year(2026) / 11 / 25)) +
                   std::chrono::hours(8)};
};

}  // namespace

TEST_CASE("records_are_found_by_each_of_their_facts") {
  const archive_world w;
  const std::string formula = "=cmd|' /C calc'!A0 ";
  CHECK(w.keys({.user = "eva"}) == "plan/a.pdf " + formula);
  CHECK(w.keys({.user = "arn:aws:iam::1:user/max"}) == "plan/b.pdf plan\"x ");
  CHECK(w.keys({.agency = "stadtwerke"}) == "plan/b.pdf plan\"x ");
  CHECK(w.keys({.agency = "stadt"}).empty());
  CHECK(w.keys({.bucket = "bau"}) == "plan/a.pdf andere plan/a.pdf ");
  CHECK(w.keys({.project = "bau"}) == "plan/a.pdf plan/b.pdf andere plan/a.pdf ");
  CHECK(w.keys({.key_prefix = "plan/"}) == "plan/a.pdf plan/b.pdf plan/a.pdf ");
  CHECK(w.keys({.key_prefix = "plan\""}) == "plan\"x ");
  CHECK(w.keys({.operation = "DeleteObject"}) == "andere ");
  CHECK(w.keys({.result = "ok"}) == "plan/a.pdf plan/b.pdf andere ");
  CHECK(w.keys({.result = "failed"}) == formula + "plan\"x plan/a.pdf ");
  CHECK(w.keys({.result = "403"}) == formula);
  CHECK(w.keys({.result = "NoSuchKey"}) == "plan\"x ");
  CHECK(w.keys({.bucket = "bau", .result = "ok"}) == "plan/a.pdf andere ");
  CHECK(w.keys({.type = "stop"}) == "- ");
}

TEST_CASE("records_are_found_by_time") {
  const archive_world w;
  CHECK(w.keys({.type = "request", .to = "2026-11-25"}) ==
        "plan/a.pdf plan/b.pdf =cmd|' /C calc'!A0 ");
  CHECK(w.keys({.type = "request", .from = "2026-11-26"}) == "andere plan\"x plan/a.pdf ");
  CHECK(w.keys({.type = "request", .from = "2026-11-26T08:00:00Z", .to = "2026-11-26T08:00:00Z"}) ==
        "andere plan\"x plan/a.pdf ");
  CHECK(w.keys({.from = "2026-11-26T08:00:01Z"}).empty());
  CHECK(w.keys({.from = "26.11.2026"}) ==
        "\"26.11.2026\": expected 2026-11-25 or 2026-11-25T08:00:00Z");
  CHECK(w.keys({.from = "2026-13-01"}).starts_with("\"2026-13-01\": expected"));
}

TEST_CASE("pages_of_any_size_hold_the_same_records") {
  const archive_world w;
  const std::string oldest = w.keys({.type = "request"});
  const std::string newest = w.keys({.type = "request"}, reading::newest_first);
  CHECK(newest == "plan/a.pdf plan\"x andere =cmd|' /C calc'!A0 plan/b.pdf plan/a.pdf ");
  for (const std::size_t page : {1U, 2U, 5U}) {
    CHECK(w.keys({.type = "request"}, reading::oldest_first, page) == oldest);
    CHECK(w.keys({.type = "request"}, reading::newest_first, page) == newest);
  }
}

TEST_CASE("who_may_see_one_agency_sees_its_users_and_its_projects") {
  const archive_world w;
  audit::filter f{.type = "request"};
  f.only = audit::filter::scope{"stadtwerke", {}};
  CHECK(w.keys(f) == "plan/b.pdf plan\"x ");
  f.only = audit::filter::scope{"stadtwerke", {{"strom", ""}}};
  CHECK(w.keys(f) == "plan/b.pdf =cmd|' /C calc'!A0 plan\"x ");
  // Of a project's name, what was done since this one was made.
  const auto since = [&](const std::string& made) {
    f.only = audit::filter::scope{"", {{"strom", made}}};
    return w.keys(f);
  };
  CHECK(since("2000-01-01T00:00:00.000000Z") == "=cmd|' /C calc'!A0 ");
  CHECK(since("2999-01-01T00:00:00.000000Z").empty());
  f.only = audit::filter::scope{"stadtwerke", {}, "2999-01-01T00:00:00.000000Z"};
  CHECK(w.keys(f).empty());
  f.only = audit::filter::scope{};
  CHECK(w.keys(f).empty());
}

TEST_CASE("a_member_that_looks_like_another_one_is_not_taken_for_it") {
  const std::string line = R"({"seq":1,"time":"2026-11-25T08:00:00.000000Z","type":"request")"
                           R"(,"key":"x\",\"bucket\":\"bau","status":200})";
  CHECK(audit::raw_member(line, "bucket").empty());
  CHECK_FALSE(audit::matcher({.bucket = "bau"}).matches(line));
  CHECK(audit::raw_member(line, "key") == R"(x\",\"bucket\":\"bau)");
}

TEST_CASE("csv_has_no_formulas_and_keeps_its_columns") {
  const audit::exporter out(audit::export_format::csv, std::nullopt);
  const auto columns = std::ranges::count(out.heading(), ',');
  boost::json::object record{{"seq", 7}, {"user", "@SUM(1)"}, {"key", "=1+1"}, {"bucket", "a\"b"}};
  const std::string row = out.row(record);
  CHECK(row == "7,,,,,,,\"'@SUM(1)\",,,,,,,\"a\"\"b\",\"'=1+1\",,,,,,,,,,,,\r\n");
  CHECK(std::ranges::count(row, ',') == columns);
  for (const char* bad : {"+1", "-1", "\t=1"}) {
    CHECK(out.row({{"key", bad}}).find("\"'" + std::string(bad)) != std::string::npos);
  }
  CHECK(audit::exporter(audit::export_format::json_lines, std::nullopt).row({{"a", 1}}) ==
        "{\"a\":1}\n");
}

TEST_CASE("pseudonyms_are_stable_under_one_key_and_tell_nothing") {
  const boost::json::object record{{"user", "eva"},   {"ip", "192.0.2.7"}, {"key", "eva"},
                                   {"input", "name"}, {"op", "GetObject"}, {"hash", "00"}};
  const auto made = [&](const std::string& key) {
    const audit::exporter out(audit::export_format::json_lines, key);
    return boost::json::parse(out.row(record)).as_object();
  };
  const auto one = made("first");
  CHECK(one == made("first"));
  CHECK(one.at("user") != made("second").at("user"));
  CHECK(one.at("user") != one.at("key"));
  CHECK(one.at("op").as_string() == "GetObject");
  CHECK_FALSE(one.contains("input"));
  CHECK_FALSE(one.contains("hash"));
  CHECK(boost::json::serialize(one).find("eva") == std::string::npos);
  CHECK(boost::json::serialize(one).find("192") == std::string::npos);
}

}  // namespace torhaus::test
