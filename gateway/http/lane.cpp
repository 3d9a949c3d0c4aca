#include "gateway/http/lane.hpp"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <span>

#include "storage/base/clock.hpp"

namespace torhaus::gateway::http {
namespace {

// Fewer connections leave less behind than is worth looking for; the next ones want it again.
constexpr std::size_t crowd = 1000;

}  // namespace

connection::connection(lane& home) : home_(home) {
  home.connections.push_front(this);
  place_ = home.connections.begin();
}

connection::~connection() { home_.connections.erase(place_); }

bool connection::begin_wait(steady::time_point until) noexcept {
  expired_ = false;
  if (home_.cutting) return false;
  deadline_ = until;
  return true;
}

lane::lane() {
  std::array<std::uint32_t, 8> seed{};
  system_random_source().fill(std::as_writable_bytes(std::span(seed)));
  std::seed_seq sequence(seed.begin(), seed.end());
  ids_.seed(sequence);
}

std::string lane::make_request_id() {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::uint64_t bits = ids_();
  std::string id(16, '0');
  for (char& c : id) {
    c = digits[bits & 15];
    bits >>= 4;
  }
  return id;
}

const std::string& lane::date() {
  const std::time_t now = std::time(nullptr);
  if (now == date_second_) return date_;
  date_second_ = now;
  // Names are spelled out because strftime's follow the locale.
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  date_ = text.data();
  return date_;
}

task<void> lane::keep_sweeping() {
  timer pause(context.get_executor());
  while (!context.stopped()) {
    pause.expires_after(sweep_interval);
    co_await pause.async_wait(use_task);
    sweep();
  }
}

void lane::sweep() noexcept {
  const auto now = steady::now();
  for (connection* c : connections) {
    const bool late = c->deadline_ <= now;
    if (late) c->expired_ = true;
    if (late || cutting || (stopping && c->idle)) c->cancel();
  }
  follow_crowd();
}

// The allocator keeps what was freed, in pieces between what is in use: some 5 KiB of each of
// 10,000 connections that were cut off in the middle of their heads.
void lane::follow_crowd() noexcept {
  most_connections_ = std::max(most_connections_, connections.size());
  if (most_connections_ < crowd || connections.size() > most_connections_ / 4) return;
  most_connections_ = connections.size();
  ::malloc_trim(0);
}

}  // namespace torhaus::gateway::http
