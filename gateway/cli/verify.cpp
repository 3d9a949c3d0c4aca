// torhaus verify: compares the catalog of a data directory with itself and with every stored byte.
// Nothing is changed, except that --remove-orphans takes away what no record names. The server must
// not run.
#include <cstdio>
#include <memory>

#include <boost/json.hpp>

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

struct arguments {
  std::string data;
  bool as_json = false;
  bool records_only = false;
  bool remove_orphans = false;
};

json::object document(const catalog::inspector& done, const storage::blob::survey_counts& disk) {
  const catalog::inspection_totals& t = done.totals();
  json::array findings;
  for (const catalog::finding& f : done.findings()) {
    findings.push_back(json::object{{"kind", f.kind}, {"what", f.what}, {"blob", f.blob}});
  }
  return {{"records", t.records}, {"versions", t.versions},
          {"blobs", t.blobs},     {"bytes", t.bytes},
          {"stored", t.stored},   {"open_segments", disk.open_segments},
          {"orphans", t.orphans}, {"removed_orphans", t.removed},
          {"found", t.findings},  {"findings", std::move(findings)}};
}

void print(const catalog::inspector& done, const storage::blob::survey_counts& disk) {
  for (const catalog::finding& f : done.findings()) {
    std::printf("%s: %s%s%s\n", f.kind.c_str(), f.what.c_str(), f.blob.empty() ? "" : ", blob ",
                f.blob.c_str());
  }
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  const catalog::inspection_totals& t = done.totals();
  std::printf("%llu records, %llu versions, %llu blobs with %llu bytes read\n", number(t.records),
              number(t.versions), number(t.blobs), number(t.bytes));
  if (disk.open_segments > 0) {
    std::printf("%llu segments were in flight; the next start looks at them\n",
                number(disk.open_segments));
  }
  std::printf("%llu orphans, %llu of them removed\n", number(t.orphans), number(t.removed));
  std::printf("%llu findings\n", number(t.findings));
}

int verify(const arguments& a) {
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
  inspector.check_records();
  storage::blob::survey_counts disk;
  if (!a.records_only) {
    std::string position;
    while (inspector.check_bytes(position)) {
    }
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

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand(
      "verify",
      "Compare records and stored bytes of a server that does not run; 1 when they differ");
  const auto given = std::make_shared<arguments>();
  command->add_option("--data", given->data, "Data directory")->required();
  command->add_flag("--json", given->as_json, "Print one JSON document");
  command->add_flag("--records-only", given->records_only, "Read no stored bytes");
  command->add_flag("--remove-orphans", given->remove_orphans, "Remove bytes that no record names");
  command->callback([given, &exit_code] { exit_code = verify(*given); });
}

}  // namespace torhaus::gateway::cli
