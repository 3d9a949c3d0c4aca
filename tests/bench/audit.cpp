// What a record of the audit journal costs the thread that answers a request, and what the
// journal's own thread writes and verifies a second. Prints one JSON line.
//
//   bench_audit --data DIR [--records N] [--threads N]
#include <time.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gateway/audit/trail.hpp"
#include "storage/journal/verifier.hpp"

namespace {

using namespace torhaus;
using steady = std::chrono::steady_clock;

// Of this thread alone: other programs on the machine do not count.
double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

double seconds_since(steady::time_point begin) {
  return std::chrono::duration<double>(steady::now() - begin).count();
}

gateway::audit::record sample(const gateway::http::origin& from) {
  gateway::audit::record r("request");
  r.request_id = "0123456789ABCDEF";
  r.from = &from;
  r.user = "arn:aws:iam::123456789012:user/eva.mustermann";
  r.agency = "bauamt";
  r.account = "123456789012";
  r.key_id = "AKIABAUAMT0000000001";
  r.operation = "PutObject";
  r.bucket = "bau-plaene";
  r.key = "2026/11/Strassenbau/Abschnitt 7/Plan 0815.pdf";
  r.project = "bau";
  r.status = 200;
  r.bytes_in = 123456;
  r.took = std::chrono::microseconds(1234);
  return r;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("no number: " + std::string(text));
  }
  return n;
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path data;
  std::uint64_t records = 200'000;
  unsigned threads = 2;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--data") data = argv[i + 1];
    if (name == "--records") records = number(argv[i + 1]);
    if (name == "--threads") threads = static_cast<unsigned>(number(argv[i + 1]));
  }
  if (data.empty()) throw std::runtime_error("--data DIR");
  const storage::crypto::secret_key key(std::string(32, 'k'));
  storage::journal::journal::options o(data, key);
  o.queue_bytes = std::size_t{1} << 30;  // nothing is lost, whatever the disk takes
  storage::journal::journal journal(o);
  journal.start();
  gateway::audit::trail trail({.journal = &journal});
  gateway::http::origin from;
  from.client = asio::ip::make_address("192.0.2.7");
  from.zone = "default";
  from.tls_version = "TLSv1.3";
  const auto begin = steady::now();
  std::atomic<std::uint64_t> used_us{0};
  std::vector<std::thread> writers;
  for (unsigned t = 0; t < threads; ++t) {
    writers.emplace_back([&] {
      const auto r = sample(from);
      for (std::uint64_t i = 0; i < records / threads; ++i) trail.add(r);
      used_us += static_cast<std::uint64_t>(cpu_seconds() * 1e6);
    });
  }
  for (std::thread& t : writers) t.join();
  journal.flush(std::chrono::minutes(5));
  const double durable = seconds_since(begin);
  journal.stop();
  const auto verifying = steady::now();
  storage::journal::verifier v({.directory = data, .key = key});
  while (v.step(std::uint64_t{1} << 30)) {
  }
  const double verified = seconds_since(verifying);
  const auto count = static_cast<double>(records);
  std::printf(
      "{\"records\": %.0f, \"cpu_us_a_record\": %.3f, \"durable_a_second\": %.0f, "
      "\"verified_a_second\": %.0f, \"lost\": %llu, \"findings\": %llu}\n",
      count, static_cast<double>(used_us.load()) / count, count / durable,
      static_cast<double>(v.lines()) / verified,
      static_cast<unsigned long long>(journal.stats().lost),
      static_cast<unsigned long long>(v.found()));
  return 0;
}
