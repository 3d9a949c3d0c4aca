// torhaus verify: compares the catalog with itself and with every stored byte: with --data in a
// data directory whose server does not run, else by a pass of the running server's scrub. Nothing
// is changed, except that --remove-orphans takes away what no record names.
#include <cstdio>
#include <memory>
#include <thread>

#include <boost/json.hpp>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/command.hpp"
#include "gateway/cli/data_directory.hpp"
#include "storage/base/log.hpp"
#include "storage/blob/disk.hpp"
#include "storage/blob/disk_survey.hpp"
#include "storage/catalog/inspection.hpp"
#include "storage/kv/lmdb.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace catalog = storage::catalog;
namespace json = boost::json;

struct verify_arguments {
  std::string data;
  bool as_json = false;
  bool records_only = false;
  bool remove_orphans = false;
};

json::object document(const catalog::inspector& done, const storage::blob::survey_counts& disk) {
  const catalog::inspection_totals& t = done.totals();
  json::array findings;
  for (const catalog::finding& f : done.findings()) {
    findings.push_back(json::object{{"kind", f.kind},
                                    {"what", f.what},
                                    {"blob", f.blob},
                                    {"objects", json::value_from(f.objects)}});
  }
  return {{"metadata_bytes", t.metadata_bytes},
          {"records", t.records},
          {"versions", t.versions},
          {"blobs", t.blobs},
          {"bytes", t.bytes},
          {"stored", t.stored},
          {"open_segments", disk.open_segments},
          {"orphans", t.orphans},
          {"removed_orphans", t.removed},
          {"found", t.findings},
          {"findings", std::move(findings)}};
}

void print(const catalog::inspector& done, const storage::blob::survey_counts& disk) {
  for (const catalog::finding& f : done.findings()) {
    std::printf("%s: %s%s%s\n", f.kind.c_str(), f.what.c_str(), f.blob.empty() ? "" : ", blob ",
                f.blob.c_str());
    for (const std::string& object : f.objects) std::printf("  needed by %s\n", object.c_str());
  }
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  const catalog::inspection_totals& t = done.totals();
  std::printf("%llu bytes of metadata, ", number(t.metadata_bytes));
  std::printf("%llu records, %llu versions, %llu blobs with %llu bytes read\n", number(t.records),
              number(t.versions), number(t.blobs), number(t.bytes));
  if (disk.open_segments > 0) {
    std::printf("%llu segments were in flight; the next start looks at them\n",
                number(disk.open_segments));
  }
  std::printf("%llu orphans, %llu of them removed\n", number(t.orphans), number(t.removed));
  std::printf("%llu findings\n", number(t.findings));
}

int verify_stopped(const verify_arguments& a) {
  const std::filesystem::path data = a.data;
  // Opening makes what is not there; a mistyped path must not.
  if (!std::filesystem::exists(data / "VERSION")) {
    throw std::runtime_error(data.string() + ": it is no data directory (no VERSION file)");
  }
  log::configure(log::level::warning, "/dev/null");  // what is found is printed
  prepare_data_directory(data);
  const auto db = storage::kv::open_lmdb({.directory = data / "meta"});
  const auto blobs = storage::blob::open_disk({.directory = data});
  catalog::inspector inspector({.db = db.get(), .blobs = blobs.get()});
  for (std::string position; inspector.check_store(position);) {
  }
  inspector.check_records();
  storage::blob::survey_counts disk;
  if (!a.records_only) {
    std::string position;
    while (inspector.check_bytes(position)) {
    }
    inspector.name_objects();
    disk = storage::blob::survey_disk(data, [&](const storage::blob::placed_blob& there) {
      inspector.check_stored(there);
      return true;
    });
    if (a.remove_orphans) inspector.remove_orphans(sys_micros::max());
  }
  blobs->stop();
  if (a.as_json) {
    std::printf("%s\n", json::serialize(document(inspector, disk)).c_str());
  } else {
    print(inspector, disk);
  }
  return inspector.totals().findings == 0 ? 0 : 1;
}

// Has the running server do a whole pass of its scrub.
int verify_running(const verify_arguments& a) {
  admin_client client;
  const auto ask = [&](const char* method) {
    auto answer = client.call(method, "scrub", nullptr);
    if (!answer) throw std::runtime_error(std::string(answer.error().message()));
    return std::move(answer->as_object());
  };
  json::object state = ask("GET");
  const auto passes = state.at("passes").to_number<std::uint64_t>();
  // The rest of a pass that is under way is not all; the one after it is.
  const std::uint64_t wanted = passes + (state.at("phase") == "waiting" ? 1 : 2);
  for (;;) {
    if (state.at("phase") == "waiting") ask("POST");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    state = ask("GET");
    if (state.at("passes").to_number<std::uint64_t>() >= wanted) break;
  }
  if (a.as_json) {
    std::printf("%s\n", json::serialize(state).c_str());
  } else {
    for (const json::value& f : state.at("findings").as_array()) {
      std::printf("%s: %s, blob %s\n", f.at("kind").as_string().c_str(),
                  f.at("what").as_string().c_str(), f.at("blob").as_string().c_str());
      for (const json::value& object : f.at("objects").as_array()) {
        std::printf("  needed by %s\n", object.as_string().c_str());
      }
    }
    for (const char* name :
         {"metadata_bytes", "records", "versions", "blobs", "bytes", "orphans", "found"}) {
      std::printf("%-9s %s\n", name, json::serialize(state.at(name)).c_str());
    }
  }
  return state.at("found").to_number<std::uint64_t>() == 0 ? 0 : 1;
}

int verify(const verify_arguments& a) {
  if (!a.data.empty()) return verify_stopped(a);
  if (a.records_only || a.remove_orphans) {
    throw std::runtime_error("--records-only and --remove-orphans need --data");
  }
  return verify_running(a);
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand(
      "verify",
      "Compare records and stored bytes, here or in the running server; 1 when they differ");
  const auto given = std::make_shared<verify_arguments>();
  command->add_option("--data", given->data, "Data directory of a server that does not run");
  command->add_flag("--json", given->as_json, "Print one JSON document");
  command->add_flag("--records-only", given->records_only, "Read no stored bytes");
  command->add_flag("--remove-orphans", given->remove_orphans, "Remove bytes that no record names");
  command->callback([given, &exit_code] { exit_code = verify(*given); });
}

}  // namespace torhaus::gateway::cli
