#include "gateway/audit/call.hpp"

namespace torhaus::gateway::audit {

void caller_facts::remember(const auth::principal& who) {
  arn = who.arn;
  agency = who.agency;
  account = who.account;
  key_id = who.access_key_id;
  if (who.temporary) session_of = who.source_arn;
}

record record_of(std::string_view type, const http::request& call, const caller_facts& who,
                 const outcome& how) {
  record r(type);
  r.request_id = call.id;
  r.from = &call.from;
  r.user = who.arn;
  r.agency = who.agency;
  r.account = who.account;
  r.session_of = who.session_of;
  r.key_id = who.key_id;
  if (who.arn.empty()) r.claimed_key_id = claimed_key_id(call);
  r.status = how.status;
  r.error = how.error;
  r.bytes_in = how.bytes_in;
  r.bytes_out = how.bytes_out;
  r.took = how.took;
  return r;
}

void add_refused(trail* to, const error& why, const http::origin& from,
                 std::string_view request_id) {
  if (to == nullptr) return;
  record r("refused");
  r.request_id = request_id;
  r.from = &from;
  r.status = status_of(why.code());
  r.error = code_of(why.code());
  to->add(r);
}

result<void> check_recorded(const trail* to) {
  if (to == nullptr || !to->refuses()) return {};
  return error(errc::service_unavailable,
               "Requests are refused while the audit journal cannot be written");
}

}  // namespace torhaus::gateway::audit
