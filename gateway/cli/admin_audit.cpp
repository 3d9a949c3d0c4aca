#include "gateway/cli/admin_audit.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

#include "gateway/audit/export.hpp"
#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/admin_output.hpp"
#include "storage/base/clock.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

constexpr std::array audit_columns = {
    column{"time", "Time"},     column{"user", "User"},     column{"ip", "Address"},
    column{"op", "Operation"},  column{"bucket", "Bucket"}, column{"key", "Key"},
    column{"status", "Status"}, column{"error", "Error"},   column{"id", "Request ID"}};
constexpr std::array finding_columns = {column{"file", "File"}, column{"line", "Line"},
                                        column{"what", "What"}};
constexpr std::size_t random_key_bytes = 32;

struct audit_arguments {
  std::map<std::string, std::string> wanted;  // parameters of the search
  std::uint64_t limit = 100;
  bool oldest_first = false;
  bool as_json = false;
  std::string format = "csv";
  bool pseudonymise = false;
  std::string key_file;
};
using given_arguments = std::shared_ptr<audit_arguments>;

// Calls `each` with the records that were asked for, page by page, until it says false.
int each_record(const audit_arguments& a, const std::function<bool(json::object)>& each) {
  std::string fixed = "audit/records?order=" + std::string(a.oldest_first ? "oldest" : "newest");
  for (const auto& [name, value] : a.wanted) fixed += "&" + name + "=" + path_segment(value);
  admin_client client;
  std::string after;
  while (true) {
    const auto answer =
        client.call("GET", fixed + (after.empty() ? "" : "&after=" + path_segment(after)), nullptr);
    if (!answer) return failed(answer.error());
    for (const json::value& record : answer->at("records").as_array()) {
      if (!each(record.as_object())) return 0;
    }
    const json::value& next = answer->at("next");
    if (next.is_null()) return 0;
    after = std::string(next.as_string());
  }
}

int search(const audit_arguments& a) {
  json::array found;
  const int outcome = each_record(a, [&](json::object record) {
    found.push_back(std::move(record));
    return found.size() < a.limit;
  });
  if (outcome != 0) return outcome;
  const std::string text =
      a.as_json ? json_text(json::object{{"records", found}}) : table_text(found, audit_columns);
  std::fputs(text.c_str(), stdout);
  return 0;
}

// A key in a file gives the same pseudonyms in every export; without one they are of this export
// alone.
std::string pseudonym_key(const std::string& file) {
  if (file.empty()) {
    std::string key(random_key_bytes, '\0');
    system_random_source().fill(std::as_writable_bytes(std::span(key)));
    return key;
  }
  std::ifstream in(file, std::ios::binary);
  std::string key;
  std::getline(in, key);
  if (key.size() < random_key_bytes) {
    throw std::runtime_error(file + ": expected a first line of at least 32 characters");
  }
  return key;
}

int export_records(const audit_arguments& a) {
  std::optional<std::string> key;
  if (a.pseudonymise) key = pseudonym_key(a.key_file);
  const audit::exporter out(
      a.format == "csv" ? audit::export_format::csv : audit::export_format::json_lines, key);
  std::fputs(out.heading().c_str(), stdout);
  return each_record(a, [&](json::object record) {
    const std::string row = out.row(std::move(record));
    return std::fwrite(row.data(), 1, row.size(), stdout) == row.size();
  });
}

int verify_running_audit(const audit_arguments& a) {
  admin_client client;
  json::array findings;
  std::uint64_t lines = 0;
  std::uint64_t found = 0;
  for (std::string after;;) {
    const auto answer = client.call(
        "GET", "audit/verification" + (after.empty() ? "" : "?after=" + path_segment(after)),
        nullptr);
    if (!answer) return failed(answer.error());
    for (const json::value& f : answer->at("findings").as_array()) findings.push_back(f);
    lines += answer->at("lines").to_number<std::uint64_t>();
    found += answer->at("found").to_number<std::uint64_t>();
    const json::value& next = answer->at("next");
    if (next.is_null()) break;
    after = std::string(next.as_string());
  }
  if (a.as_json) {
    const json::object all{{"lines", lines}, {"found", found}, {"findings", findings}};
    std::fputs(json_text(all).c_str(), stdout);
  } else {
    if (!findings.empty()) std::fputs(table_text(findings, finding_columns).c_str(), stdout);
    std::printf("%llu lines, %llu findings\n", static_cast<unsigned long long>(lines),
                static_cast<unsigned long long>(found));
  }
  return found == 0 ? 0 : 1;
}

void add_filter(CLI::App* app, const given_arguments& said) {
  struct option {
    const char* name;
    const char* parameter;
    const char* help;
  };
  constexpr std::array options = {
      option{"--user", "user", "An ARN, or the name at its end"},
      option{"--agency", "agency", "Users of this agency"},
      option{"--project", "project", "Buckets of this project"},
      option{"--bucket", "bucket", "One bucket"},
      option{"--key-prefix", "key_prefix", "Objects whose keys begin so"},
      option{"--operation", "operation", "PutObject, iam:CreateUser, …"},
      option{"--result", "result", "ok, failed, a status (403) or an error code"},
      option{"--request-id", "request_id", "One request"},
      option{"--ip", "ip", "From this address"},
      option{"--type", "type", "request, admin, refused; or of the journal's own lines"},
      option{"--from", "from", "2026-11-25 or 2026-11-25T08:00:00Z (UTC), included"},
      option{"--to", "to", "The same; the whole day or second is included"}};
  for (const option& o : options) {
    const std::string parameter = o.parameter;
    app->add_option_function<std::string>(
        o.name, [said, parameter](const std::string& text) { said->wanted[parameter] = text; },
        o.help);
  }
  app->add_flag("--oldest-first", said->oldest_first, "In the order in which they were written");
}

}  // namespace

void add_admin_audit(CLI::App& admin, int& exit_code) {
  CLI::App* audit = admin.add_subcommand("audit", "The audit journal: search, export, verify");
  audit->require_subcommand(1);
  const auto begin = [audit](const char* verb, const char* help) {
    return std::pair(audit->add_subcommand(verb, help), std::make_shared<audit_arguments>());
  };
  const auto [find, sought] = begin("search", "Show records, the newest first");
  add_filter(find, sought);
  find->add_option("--limit", sought->limit, "At most so many (default 100)")
      ->check(CLI::Range(1, 1'000'000));
  find->add_flag("--json", sought->as_json, "Whole records as JSON");
  find->callback([&exit_code, said = sought] { exit_code = search(*said); });

  const auto [out, exported] = begin("export", "Write all records that were asked for");
  add_filter(out, exported);
  out->add_option("--format", exported->format, "csv or jsonl (default csv)")
      ->check(CLI::IsMember({"csv", "jsonl"}));
  out->add_flag("--pseudonymise", exported->pseudonymise,
                "Keyed hashes instead of users, addresses and keys; no free text");
  out->add_option("--pseudonym-key-file", exported->key_file,
                  "First line: the key of the hashes (default: a new one for each export)")
      ->needs("--pseudonymise");
  out->callback([&exit_code, said = exported] { exit_code = export_records(*said); });

  const auto [check, checked] = begin("verify", "Name every line that is not as it was written");
  check->add_flag("--json", checked->as_json, "As JSON");
  check->callback([&exit_code, said = checked] { exit_code = verify_running_audit(*said); });
}

}  // namespace torhaus::gateway::cli
