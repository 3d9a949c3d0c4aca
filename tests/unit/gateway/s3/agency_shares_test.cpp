// What an agency may have at once and in a second, with a clock that stands still.
#include "gateway/s3/agency_shares.hpp"

#include <thread>

#include "tests/support/catch.hpp"

namespace agency_shares_test {

using namespace torhaus;
using namespace std::chrono_literals;
using gateway::http::held;
using gateway::s3::agency_shares;
using taker = agency_shares::taker;

namespace {

agency_shares::time_point now_is;
agency_shares::time_point clock_of_test() { return now_is; }

// How many of `asked` were admitted and let go at once.
int admitted(agency_shares& shares, const std::string& account, taker who, int asked) {
  int good = 0;
  for (int i = 0; i < asked; ++i) good += shares.admit(account, who) ? 1 : 0;
  return good;
}

std::uint64_t in_work(const agency_shares& shares) {
  std::uint64_t sum = 0;
  for (const auto& one : shares.usages()) sum += one.in_work;
  return sum;
}

}  // namespace

TEST_CASE("an agency has so many requests in work, and others theirs") {
  agency_shares shares({.requests = 2});
  std::vector<held> places;
  for (int i = 0; i < 2; ++i) places.push_back(std::move(shares.admit("1", taker::user)).value());
  const auto third = shares.admit("1", taker::user);
  REQUIRE_FALSE(third);
  CHECK(third.error().code() == errc::slow_down);
  CHECK(shares.admit("2", taker::user));
  places.pop_back();
  CHECK(shares.admit("1", taker::user));
  places.clear();
  CHECK(in_work(shares) == 0);
}

TEST_CASE("visitors leave half to the agency itself") {
  agency_shares shares({.requests = 5});
  std::vector<held> places;
  for (int i = 0; i < 3; ++i)
    places.push_back(std::move(shares.admit("1", taker::visitor)).value());
  CHECK_FALSE(shares.admit("1", taker::visitor));
  for (int i = 0; i < 2; ++i) places.push_back(std::move(shares.admit("1", taker::user)).value());
  CHECK_FALSE(shares.admit("1", taker::user));
}

TEST_CASE("a limit of one lets visitors in, and no limit everybody") {
  agency_shares one({.requests = 1});
  CHECK(one.admit("1", taker::visitor));
  agency_shares none({});
  std::vector<held> places;
  for (int i = 0; i < 1000; ++i)
    places.push_back(std::move(none.admit("1", taker::visitor)).value());
  CHECK(in_work(none) == 1000);
}

TEST_CASE("who belongs to no agency has no limit and is not counted") {
  agency_shares shares({.requests = 1, .requests_per_second = 1});
  const auto first = shares.admit("", taker::visitor);
  CHECK(shares.admit("", taker::visitor));
  CHECK(shares.usages().empty());
}

TEST_CASE("the requests of a second may come together, then each has to wait for its time") {
  now_is = {};
  agency_shares shares({.requests_per_second = 10}, &clock_of_test);
  CHECK(admitted(shares, "1", taker::user, 100) == 10);
  now_is += 99ms;
  CHECK(admitted(shares, "1", taker::user, 100) == 0);
  now_is += 1ms;
  CHECK(admitted(shares, "1", taker::user, 100) == 1);
  CHECK(admitted(shares, "2", taker::user, 100) == 10);
  now_is += 1h;
  CHECK(admitted(shares, "1", taker::user, 100) == 10);
}

TEST_CASE("visitors leave half of the rate's reserve to the agency itself") {
  now_is = agency_shares::time_point(1h);
  agency_shares shares({.requests_per_second = 10}, &clock_of_test);
  CHECK(admitted(shares, "1", taker::visitor, 100) == 5);
  CHECK(admitted(shares, "1", taker::user, 100) == 5);
  now_is += 500ms;
  CHECK(admitted(shares, "1", taker::visitor, 100) == 0);
}

TEST_CASE("one request a second is possible, also for visitors") {
  now_is = agency_shares::time_point(1h);
  agency_shares shares({.requests_per_second = 1}, &clock_of_test);
  CHECK(admitted(shares, "1", taker::visitor, 100) == 1);
  now_is += 1s;
  CHECK(admitted(shares, "1", taker::user, 100) == 1);
}

TEST_CASE("the refused are counted, and hold nothing") {
  agency_shares shares({.requests = 1});
  const auto place = shares.admit("1", taker::user);
  CHECK(admitted(shares, "1", taker::user, 7) == 0);
  const auto usages = shares.usages();
  REQUIRE(usages.size() == 1);
  CHECK(usages[0].account == "1");
  CHECK(usages[0].in_work == 1);
  CHECK(usages[0].refused == 7);
}

TEST_CASE("threads that meet at many agencies never have more than the limit, and give all back") {
  agency_shares shares({.requests = 3});
  std::atomic<int> most = 0;
  std::array<std::atomic<int>, 50> inside{};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (unsigned i = 0; i < 20'000; ++i) {
          const unsigned agency = i % 50;
          const auto place = shares.admit(std::to_string(agency), taker::user);
          if (!place) continue;
          const int now = ++inside[agency];
          if (now > most) most = now;
          --inside[agency];
        }
      });
    }
  }
  CHECK(most <= 3);
  CHECK(shares.usages().size() == 50);
  CHECK(in_work(shares) == 0);
}

}  // namespace agency_shares_test
