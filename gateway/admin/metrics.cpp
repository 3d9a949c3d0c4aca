#include "gateway/admin/metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace torhaus::gateway::admin {
namespace {

class metrics_page {
 public:
  void family(std::string_view name, std::string_view kind, std::string_view help) {
    out_.append("# HELP ").append(name).append(" ").append(help);
    out_.append("\n# TYPE ").append(name).append(" ").append(kind).append("\n");
  }
  void value(std::string_view name, std::string_view labels, double number) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), " %.17g\n", number);
    out_.append(name);
    if (!labels.empty()) out_.append("{").append(labels).append("}");
    out_.append(text.data());
  }
  void single(std::string_view name, std::string_view kind, std::string_view help, double number) {
    family(name, kind, help);
    value(name, "", number);
  }
  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

double number(std::uint64_t v) { return static_cast<double>(v); }

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + "\"";
}

// A field of /proc/self/status in bytes; 0 where the kernel does not tell.
double status_bytes(std::string_view field) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(field)) continue;
    unsigned long kib = 0;
    if (std::sscanf(line.c_str() + field.size(), "%lu", &kib) == 1) {
      return static_cast<double>(kib) * 1024;
    }
  }
  return 0;
}

double open_descriptors() {
  std::error_code problem;
  std::uint64_t count = 0;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", problem);
       !problem && at != std::filesystem::directory_iterator(); at.increment(problem)) {
    ++count;
  }
  return number(count);
}

void add_server(metrics_page& p, const http::server::statistics& s) {
  p.single("torhaus_connections_open", "gauge", "Open connections", number(s.open_connections));
  p.single("torhaus_connections_accepted_total", "counter", "Accepted connections",
           number(s.accepted));
  p.single("torhaus_connections_refused_total", "counter", "Connections refused by a limit",
           number(s.refused));
  p.single("torhaus_requests_malformed_total", "counter", "Requests that were no HTTP",
           number(s.malformed));
}

void add_kv(metrics_page& p, const storage::kv::database::statistics& s) {
  p.single("torhaus_kv_entries", "gauge", "Entries in the metadata store", number(s.entries));
  p.single("torhaus_kv_bytes", "gauge", "Bytes in use in the metadata store", number(s.bytes_used));
  p.single("torhaus_kv_commits_total", "counter", "Synced commits", number(s.commits));
  p.single("torhaus_kv_committed_calls_total", "counter", "Writes in those commits",
           number(s.committed_calls));
  p.single("torhaus_kv_oldest_read_seconds", "gauge", "Age of the oldest read transaction",
           static_cast<double>(s.oldest_read.count()) / 1000);
  p.single("torhaus_kv_failed", "gauge", "1 when a commit failed for good", s.failed ? 1 : 0);
}

void add_blobs(metrics_page& p, const storage::blob::store::statistics& s) {
  p.single("torhaus_segments", "gauge", "Segment files", number(s.segments));
  p.single("torhaus_segment_bytes", "gauge", "Length of all segment files",
           number(s.segment_bytes));
  p.single("torhaus_disk_free_bytes", "gauge", "Free bytes of the file system",
           number(s.free_bytes));
  p.single("torhaus_blobs_failed", "gauge", "1 when a sync failed for good", s.failed ? 1 : 0);
}

}  // namespace

metrics::metrics(std::vector<std::string> operations) : names_(std::move(operations)) {
  names_.emplace_back("-");
  std::ranges::sort(names_);
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  rows_ = std::make_unique<counters[]>(names_.size());
}

std::size_t metrics::index_of(std::string_view operation) const {
  const auto at = std::ranges::lower_bound(names_, operation);
  if (at != names_.end() && *at == operation) return static_cast<std::size_t>(at - names_.begin());
  return static_cast<std::size_t>(std::ranges::lower_bound(names_, "-") - names_.begin());
}

void metrics::observed(std::string_view operation, unsigned status, std::uint64_t bytes_in,
                       std::uint64_t bytes_out, std::chrono::microseconds took) {
  counters& row = rows_[index_of(operation)];
  constexpr auto relaxed = std::memory_order_relaxed;
  row.by_class[status / 100 < 6 ? status / 100 : 0].fetch_add(1, relaxed);
  const double seconds = static_cast<double>(took.count()) / 1e6;
  const auto bucket =
      static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin());
  row.buckets[bucket].fetch_add(1, relaxed);
  row.micros.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)),
                       relaxed);
  row.bytes_in.fetch_add(bytes_in, relaxed);
  row.bytes_out.fetch_add(bytes_out, relaxed);
}

std::string metrics::text(const sources& from) const {
  metrics_page p;
  p.family("torhaus_requests_total", "counter", "Requests by operation and status class");
  for (std::size_t i = 0; i < names_.size(); ++i) {
    for (std::size_t c = 0; c < rows_[i].by_class.size(); ++c) {
      const std::uint64_t count = rows_[i].by_class[c].load(std::memory_order_relaxed);
      if (count == 0) continue;
      p.value("torhaus_requests_total",
              label("operation", names_[i]) + "," +
                  label("status", c == 0 ? "other" : std::to_string(c) + "xx"),
              number(count));
    }
  }
  p.family("torhaus_request_duration_seconds", "histogram", "Time to answer");
  for (std::size_t i = 0; i < names_.size(); ++i) {
    std::uint64_t sum = 0;
    std::array<std::uint64_t, bounds.size() + 1> cumulative{};
    for (std::size_t b = 0; b <= bounds.size(); ++b) {
      sum += rows_[i].buckets[b].load(std::memory_order_relaxed);
      cumulative[b] = sum;
    }
    if (sum == 0) continue;
    const std::string operation = label("operation", names_[i]);
    for (std::size_t b = 0; b <= bounds.size(); ++b) {
      std::array<char, 32> bound{};
      std::snprintf(bound.data(), bound.size(), "%g", b < bounds.size() ? bounds[b] : 0.0);
      p.value("torhaus_request_duration_seconds_bucket",
              operation + "," + label("le", b < bounds.size() ? bound.data() : "+Inf"),
              number(cumulative[b]));
    }
    p.value("torhaus_request_duration_seconds_sum", operation,
            number(rows_[i].micros.load(std::memory_order_relaxed)) / 1e6);
    p.value("torhaus_request_duration_seconds_count", operation, number(sum));
  }
  p.family("torhaus_received_bytes_total", "counter", "Bytes of request bodies");
  std::uint64_t sent = 0;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::uint64_t in = rows_[i].bytes_in.load(std::memory_order_relaxed);
    sent += rows_[i].bytes_out.load(std::memory_order_relaxed);
    if (in > 0) p.value("torhaus_received_bytes_total", label("operation", names_[i]), number(in));
  }
  p.single("torhaus_sent_bytes_total", "counter", "Bytes of response bodies", number(sent));
  if (from.server != nullptr) add_server(p, from.server->stats());
  if (from.db != nullptr) add_kv(p, from.db->stats());
  if (from.blobs != nullptr) add_blobs(p, from.blobs->stats());
  if (from.catalog != nullptr) {
    const auto s = from.catalog->stats();
    p.single("torhaus_garbage_blobs", "gauge", "Blobs waiting to be removed",
             number(s.garbage_blobs));
    p.single("torhaus_reclaimed_blobs_total", "counter", "Blobs removed since the start",
             number(s.reclaimed_blobs));
  }
  std::string last;
  for (const sample& s : from.more ? from.more() : std::vector<sample>()) {
    if (s.name != last) p.family(s.name, s.kind, s.help);
    last = s.name;
    p.value(s.name, s.labels, s.value);
  }
  p.single("process_resident_memory_bytes", "gauge", "Resident memory", status_bytes("VmRSS:"));
  p.single("torhaus_resident_anonymous_bytes", "gauge",
           "Resident memory without memory-mapped pages", status_bytes("RssAnon:"));
  p.single("process_open_fds", "gauge", "Open file descriptors", open_descriptors());
  return std::move(p).take();
}

}  // namespace torhaus::gateway::admin
