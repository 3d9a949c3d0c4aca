// What the scrub has found, and the wish for a pass now.
#include "gateway/admin/functions.hpp"
#include "storage/catalog/scrub_place.hpp"

namespace torhaus::gateway::admin {
namespace {

namespace json = boost::json;

json::value when(sys_micros t) {
  if (t == sys_micros()) return nullptr;
  return json::value(time_text(t));
}

json::object document(const storage::catalog::scrub_place& place) {
  json::array findings;
  for (const storage::catalog::finding& f : place.findings) {
    findings.push_back(json::object{{"kind", f.kind},
                                    {"what", f.what},
                                    {"blob", f.blob},
                                    {"objects", json::value_from(f.objects)}});
  }
  const storage::catalog::inspection_totals& t = place.totals;
  json::object out;
  out["phase"] = name_of(place.at);
  out["passes"] = place.passes;
  out["started"] = when(place.started);
  out["finished"] = when(place.finished);
  out["metadata_bytes"] = t.metadata_bytes;
  out["records"] = t.records;
  out["versions"] = t.versions;
  out["blobs"] = t.blobs;
  out["bytes"] = t.bytes;
  out["stored"] = t.stored;
  out["orphans"] = t.orphans;
  out["removed_orphans"] = t.removed;
  out["found"] = t.findings;
  out["findings"] = std::move(findings);
  return out;
}

}  // namespace

function_result show_scrub(admin_call& call) {
  if (!call.services.scrub_state) co_return errc::not_implemented;
  co_return admin_answer{200, document(call.services.scrub_state())};
}

function_result begin_scrub(admin_call& call) {
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (!call.services.begin_scrub) co_return errc::not_implemented;
  call.services.begin_scrub();
  co_return admin_answer{202, document(call.services.scrub_state())};
}

}  // namespace torhaus::gateway::admin
