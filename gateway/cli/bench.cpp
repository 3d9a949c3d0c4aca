// torhaus bench: load on any S3 server, and reports side by side.
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>

#include "gateway/bench/run.hpp"
#include "gateway/bench/units.hpp"
#include "gateway/cli/command.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

// The command line as text; what it means is checked in one place.
struct bench_options {
  bench::settings s;
  std::string endpoint;
  std::string size = "4KiB";
  std::string duration = "10s";
  std::string warmup = "1s";
  std::string time_limit = "60s";
  std::string payload = "auto";
  std::string start = "random";
  std::string part_size = "8MiB";
  std::string shares;
  std::string json_file;
  bool virtual_host = false;
  bool anonymous = false;
  bool no_verify = false;
};

std::string variable(std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

// Wrong usage ends the program with 2.
template <class T>
T must(result<T> parsed) {
  if (!parsed) throw CLI::ValidationError(std::string(parsed.error().message()));
  return std::move(parsed).value();
}

bench::payload payload_of(const std::string& name) {
  if (name == "signed") return bench::payload::signed_hash;
  if (name == "unsigned") return bench::payload::unsigned_bytes;
  return name == "crc" ? bench::payload::crc : bench::payload::automatic;
}

bench::list_start start_of(const std::string& name) {
  if (name == "first") return bench::list_start::first;
  return name == "last" ? bench::list_start::last : bench::list_start::random;
}

void fill_target(bench_options& o) {
  bench::target& to = o.s.to;
  if (o.endpoint.empty()) o.endpoint = variable({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  if (o.endpoint.empty()) o.endpoint = "http://127.0.0.1:9000";
  to.where = must(bench::endpoint::parse(o.endpoint));
  if (o.virtual_host) to.style = bench::addressing::virtual_host;
  if (to.region.empty()) to.region = variable({"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (to.region.empty()) to.region = "us-east-1";
  if (to.ca_file.empty()) to.ca_file = variable({"AWS_CA_BUNDLE"});
  if (o.anonymous) return;
  to.who = {variable({"AWS_ACCESS_KEY_ID"}), variable({"AWS_SECRET_ACCESS_KEY"}),
            variable({"AWS_SESSION_TOKEN"})};
  if (to.who.access_key_id.empty() || to.who.secret.empty()) {
    throw CLI::ValidationError(
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --anonymous");
  }
}

bench::settings settings_of(bench_options& o) {
  bench::settings& s = o.s;
  fill_target(o);
  s.sizes = must(bench::size_distribution::parse(o.size));
  s.duration = must(bench::parse_duration(o.duration));
  s.warmup = must(bench::parse_duration(o.warmup));
  s.time_limit = must(bench::parse_duration(o.time_limit));
  s.part_bytes = must(bench::parse_bytes(o.part_size));
  if (!o.shares.empty()) s.shares = must(bench::mixture::parse(o.shares));
  s.body = payload_of(o.payload);
  s.start = start_of(o.start);
  s.verify = !o.no_verify;
  const auto checked = s.check();
  if (!checked) throw CLI::ValidationError(std::string(checked.error().message()));
  return s;
}

json::value read_report(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file + ": cannot be read");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  boost::system::error_code bad;
  json::value document = json::parse(text, bad);
  if (bad) throw std::runtime_error(file + ": is no JSON");
  return document;
}

// "-" is standard output.
void write_report(const std::string& file, const json::value& document) {
  const std::string text = json::serialize(document) + "\n";
  if (file == "-") {
    std::fputs(text.c_str(), stdout);
    return;
  }
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error(file + ": cannot be written");
}

int run_load(bench_options& o) {
  const bench::settings s = settings_of(o);
  const bench::report found = bench::run(s, system_clock_source());
  if (!o.json_file.empty()) write_report(o.json_file, bench::to_json(s, found));
  if (o.json_file != "-") std::fputs(bench::to_table(s, found).c_str(), stdout);
  if (found.nothing_measured()) {
    std::fputs("torhaus: nothing was measured; a longer --duration or more --objects is needed\n",
               stderr);
    return 1;
  }
  return found.failures() == 0 ? 0 : 1;
}

void add_where(CLI::App& command, bench_options& o) {
  command.add_option("--endpoint", o.endpoint,
                     "http(s)://HOST:PORT (default AWS_ENDPOINT_URL, http://127.0.0.1:9000)");
  command.add_option("--bucket", o.s.to.bucket, "Made when it is not there")
      ->default_str("torhaus-bench");
  command.add_option("--prefix", o.s.prefix, "Of all keys; what is below it is removed afterwards")
      ->capture_default_str();
  command.add_option("--region", o.s.to.region, "Default AWS_REGION, us-east-1");
  command.add_option("--ca-file", o.s.to.ca_file, "PEM (default AWS_CA_BUNDLE, the system's)");
  command.add_flag("--insecure", o.s.to.insecure, "Take any certificate");
  command.add_flag("--virtual-host", o.virtual_host, "BUCKET.HOST instead of HOST/BUCKET");
  command.add_flag("--anonymous", o.anonymous, "Sign nothing");
  command.add_flag("--new-connections", o.s.new_connections, "One for each request");
}

void add_how_much(CLI::App& command, bench_options& o) {
  command.add_option("--concurrency", o.s.concurrency, "Connections")->capture_default_str();
  command.add_option("--threads", o.s.threads, "Of this program")->capture_default_str();
  command.add_option("--duration", o.duration, "Of the measured time")->capture_default_str();
  command.add_option("--count", o.s.count, "Requests instead of a duration");
  command.add_option("--warmup", o.warmup, "Before the measured time")->capture_default_str();
  command.add_option("--rate", o.s.rate,
                     "Open loop: arrivals a second; latency counts from when a request was due");
  command.add_option("--timeout", o.time_limit, "Of one request")->capture_default_str();
  command.add_option("--seed", o.s.seed, "Of contents, sizes and order")->capture_default_str();
  command.add_option("--json", o.json_file, "Write a report there; - for standard output");
  command.add_flag("--no-verify", o.no_verify, "Do not look at what is read");
  command.add_flag("--existing", o.s.existing, "The objects are there; nothing is made or removed");
  command.add_flag("--keep", o.s.keep, "Leave what was made");
  command.add_flag("--quiet", o.s.quiet, "Do not show how it goes");
}

void add_sizes(CLI::App& command, bench_options& o) {
  command.add_option("--size", o.size, "4KiB | 4KiB:60,256KiB:40 | lognormal:MEDIAN:SIGMA[:MAX]")
      ->capture_default_str();
  command.add_option("--objects", o.s.objects, "Made beforehand")->capture_default_str();
  command.add_option("--payload", o.payload, "How bodies are protected: signed, unsigned or crc")
      ->check(CLI::IsMember({"auto", "signed", "unsigned", "crc"}))
      ->capture_default_str();
}

void add_own(CLI::App& command, bench_options& o) {
  switch (o.s.load) {
    case bench::workload::put:
      command.add_option("--keys", o.s.keys, "Keys to go round (default: always a new one)");
      break;
    case bench::workload::list:
      command.add_option("--page", o.s.page, "Keys a page")->capture_default_str();
      command.add_option("--start", o.start, "Where a page begins")
          ->check(CLI::IsMember({"first", "last", "random"}))
          ->capture_default_str();
      break;
    case bench::workload::remove:
      command.add_option("--batch", o.s.batch, "Keys a request")->capture_default_str();
      break;
    case bench::workload::multipart:
      command.add_option("--part-size", o.part_size, "")->capture_default_str();
      command.add_option("--parts", o.s.parts, "An upload")->capture_default_str();
      break;
    case bench::workload::mixed:
      command.add_option("--mix", o.shares, "get=45,put=15,stat=30,delete=10");
      break;
    case bench::workload::versioned:
      command.add_option("--versions", o.s.versions, "Of each object")->capture_default_str();
      break;
    default:
      break;
  }
  const bool in_folders = o.s.load == bench::workload::list || o.s.load == bench::workload::put;
  if (in_folders) {
    command.add_option("--folders", o.s.folders, "Spread keys over folders; listings stop at /");
  }
}

void add_load(CLI::App& bench, bench::workload load, const char* help, int& exit_code) {
  auto* command = bench.add_subcommand(std::string(bench::name_of(load)), help);
  auto options = std::make_shared<bench_options>();
  options->s.load = load;
  options->s.to.bucket = "torhaus-bench";
  // What is deleted while warming up is not there to be measured.
  if (load == bench::workload::remove) options->warmup = "0s";
  add_where(*command, *options);
  add_how_much(*command, *options);
  add_sizes(*command, *options);
  add_own(*command, *options);
  command->callback([options, &exit_code] { exit_code = run_load(*options); });
}

struct comparison {
  std::string a;
  std::string b;
  bool as_json = false;
};

int run_compare(const comparison& c) {
  const auto compared = bench::compare(read_report(c.a), read_report(c.b));
  if (!compared) throw std::runtime_error(std::string(compared.error().message()));
  if (c.as_json) {
    write_report("-", *compared);
  } else {
    std::fputs(bench::comparison_table(*compared).c_str(), stdout);
  }
  return 0;
}

void add_compare(CLI::App& bench, int& exit_code) {
  auto* command = bench.add_subcommand("compare", "Two reports side by side, with ratios");
  auto options = std::make_shared<comparison>();
  command->add_option("A", options->a, "A report of --json")->required();
  command->add_option("B", options->b, "Another")->required();
  command->add_flag("--json", options->as_json, "For scripts");
  command->callback([options, &exit_code] { exit_code = run_compare(*options); });
}

}  // namespace

void add_bench(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("bench", "Put load on an S3 server and measure it");
  command->require_subcommand(1);
  add_load(*command, bench::workload::put, "Store objects", exit_code);
  add_load(*command, bench::workload::get, "Read objects", exit_code);
  add_load(*command, bench::workload::stat, "HEAD of objects", exit_code);
  add_load(*command, bench::workload::list, "Pages of listings", exit_code);
  add_load(*command, bench::workload::remove, "Delete objects until none is left", exit_code);
  add_load(*command, bench::workload::multipart, "Uploads in parts", exit_code);
  add_load(*command, bench::workload::mixed, "Reads, writes, HEAD and deletes", exit_code);
  add_load(*command, bench::workload::versioned, "Versions: reads by id, new ones", exit_code);
  add_compare(*command, exit_code);
}

}  // namespace torhaus::gateway::cli
