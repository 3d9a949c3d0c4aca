#include "gateway/bench/report.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>

namespace torhaus::gateway::bench {
namespace {

namespace json = boost::json;

constexpr int format_version = 1;

struct quantile {
  std::string_view name;
  double share;
};
constexpr std::array<quantile, 5> quantiles = {
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}}};

std::string print(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

// Microseconds as people read them.
std::string shown_time(double micros) {
  if (micros < 1000) return print("%.0f us", micros);
  if (micros < 1'000'000) return print("%.2f ms", micros / 1000);
  return print("%.2f s", micros / 1'000'000);
}

json::object latencies(const latency_histogram& of) {
  json::object out;
  out["mean"] = of.mean();
  for (const quantile& q : quantiles) out[q.name] = of.quantile(q.share);
  out["max"] = of.largest();
  return out;
}

json::object row_of(const tally& t, double seconds) {
  json::object row;
  row["count"] = t.done;
  row["errors"] = t.errors;
  row["wrong_bytes"] = t.wrong;
  row["bytes"] = t.bytes;
  row["per_second"] = seconds > 0 ? static_cast<double>(t.done) / seconds : 0;
  row["mb_per_second"] = seconds > 0 ? static_cast<double>(t.bytes) / seconds / 1e6 : 0;
  row["latency_us"] = latencies(t.latency);
  return row;
}

bool is_empty(const tally& t) { return t.done + t.errors + t.wrong == 0; }

double ratio(double of, double to) { return to == 0 ? 0 : of / to; }

// A number below the object's members; 0 when it is not there.
double number(const json::value& row, std::string_view pointer) {
  boost::system::error_code none;
  const json::value* const found = row.find_pointer(pointer, none);
  if (found == nullptr || !found->is_number()) return 0;
  return found->to_number<double>();
}

const json::object* operations_of(const json::value& document) {
  if (number(document, "/format") != format_version) return nullptr;
  boost::system::error_code none;
  const json::value* const found = document.find_pointer("/operations", none);
  return found == nullptr ? nullptr : found->if_object();
}

constexpr std::array<std::string_view, 7> compared = {
    "/per_second",     "/mb_per_second",    "/latency_us/mean", "/latency_us/p50",
    "/latency_us/p99", "/latency_us/p99.9", "/latency_us/max"};

}  // namespace

std::uint64_t report::failures() const {
  std::uint64_t sum = 0;
  for (const tally& t : results.of) sum += t.errors + t.wrong;
  return sum;
}

bool report::nothing_measured() const {
  return std::ranges::all_of(results.of, [](const tally& t) { return t.done == 0; });
}

json::value to_json(const settings& s, const report& r) {
  json::object out;
  out["format"] = format_version;
  out["load"] = name_of(s.load);
  json::object with;
  with["endpoint"] = (s.to.where.tls ? "https://" : "http://") + s.to.where.authority();
  with["size"] = s.sizes.text();
  with["concurrency"] = s.concurrency;
  with["threads"] = s.threads;
  with["objects"] = s.objects;
  with["signed"] = !s.to.who.access_key_id.empty();
  with["new_connections"] = s.new_connections;
  with["verify"] = s.verify;
  with["seed"] = s.seed;
  out["settings"] = std::move(with);
  out["seconds"] = r.seconds;
  out["requests"] = r.requests;
  json::object rows;
  tally total;
  for (std::size_t i = 0; i < kind_names.size(); ++i) {
    if (is_empty(r.results.of[i])) continue;
    rows[kind_names[i]] = row_of(r.results.of[i], r.seconds);
    // An upload is the sum of its steps, which have rows of their own.
    if (static_cast<kind>(i) != kind::upload) total.add(r.results.of[i]);
  }
  out["operations"] = std::move(rows);
  out["total"] = row_of(total, r.seconds);
  out["client_cpu_us"] = ratio(r.client_cpu_seconds * 1e6, static_cast<double>(r.requests));
  if (s.rate > 0) {
    out["open_loop"] = {{"rate", s.rate},
                        {"achieved", ratio(static_cast<double>(total.done), r.seconds)},
                        {"missed", r.missed}};
  }
  json::object messages;
  for (const auto& [message, times] : r.results.messages) messages[message] = times;
  out["messages"] = std::move(messages);
  return out;
}

std::string to_table(const settings& s, const report& r) {
  std::string out =
      "operation          requests       per s       MB/s       p50       p90       p99     p99.9"
      "       max  errors\n";
  for (std::size_t i = 0; i < kind_names.size(); ++i) {
    const tally& t = r.results.of[i];
    if (is_empty(t)) continue;
    std::string name(kind_names[i]);
    name.resize(15, ' ');
    out += name + padded(std::to_string(t.done), 12);
    out += padded(print("%.1f", ratio(static_cast<double>(t.done), r.seconds)), 12);
    out += padded(print("%.1f", ratio(static_cast<double>(t.bytes), r.seconds) / 1e6), 11);
    for (const double share : {0.5, 0.9, 0.99, 0.999}) {
      out += padded(shown_time(t.latency.quantile(share)), 10);
    }
    out += padded(shown_time(t.latency.largest()), 10);
    out += padded(std::to_string(t.errors + t.wrong), 8) + "\n";
  }
  out += print("%.2f s measured, ", r.seconds) + std::to_string(s.concurrency) + " connections, " +
         std::to_string(s.threads) + " threads, " +
         print("%.1f us of this program's CPU a request\n",
               ratio(r.client_cpu_seconds * 1e6, static_cast<double>(r.requests)));
  if (s.rate > 0) {
    out += print("open loop: %.0f arrivals a second, ", s.rate) + std::to_string(r.missed) +
           " came too late to be sent\n";
  }
  for (const auto& [message, times] : r.results.messages) {
    out += std::to_string(times) + " times " + message + "\n";
  }
  return out;
}

result<json::value> compare(const json::value& a, const json::value& b) {
  const json::object* const of_a = operations_of(a);
  const json::object* const of_b = operations_of(b);
  if (of_a == nullptr || of_b == nullptr) {
    return error(errc::bad_request, "not a report of torhaus bench --json");
  }
  json::object out;
  for (const auto& [name, row] : *of_a) {
    const json::value* const other = of_b->if_contains(name);
    if (other == nullptr) continue;
    json::object figures;
    for (const std::string_view pointer : compared) {
      const double left = number(row, pointer);
      const double right = number(*other, pointer);
      const std::string_view figure = pointer.substr(pointer.rfind('/') + 1);
      figures[figure] = {{"a", left}, {"b", right}, {"ratio", ratio(right, left)}};
    }
    out[name] = std::move(figures);
  }
  return json::value(std::move(out));
}

std::string comparison_table(const json::value& comparison) {
  std::string out = "operation       figure                    A               B     B / A\n";
  for (const auto& [operation, figures] : comparison.as_object()) {
    for (const auto& [figure, values] : figures.as_object()) {
      const bool latency = !std::string_view(figure).ends_with("_second");
      std::string name(operation);
      name.resize(16, ' ');
      std::string what(figure);
      what.resize(14, ' ');
      for (const char* const side : {"/a", "/b"}) {
        const double value = number(values, side);
        what += padded(latency ? shown_time(value) : print("%.1f", value), 16);
      }
      out += name + what.substr(0, 14) + what.substr(14) +
             padded(print("%.2f", number(values, "/ratio")), 10) + "\n";
    }
  }
  return out;
}

}  // namespace torhaus::gateway::bench
