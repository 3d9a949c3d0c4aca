#include "gateway/s3/error_response.hpp"

#include <algorithm>

#include "gateway/s3/xml/writer.hpp"
#include "storage/base/log.hpp"

namespace torhaus::gateway::s3 {

http::response error_response(const error& why, std::string_view method,
                              std::string_view request_id, const target* where) {
  const unsigned status = status_of(why.code());
  // What this server does not offer is the client's mistake, and too many requests are the
  // client's affair: none is a fault of ours.
  const bool fault =
      status >= 500 && why.code() != errc::not_implemented && why.code() != errc::slow_down;
  if (fault || !why.cause().empty()) {
    log::write(fault ? log::level::error : log::level::debug, "request_error",
               {{"request_id", request_id}, {"code", code_of(why.code())}, {"cause", why.cause()}});
  }
  http::response r;
  r.status = status;
  if (why.code() == errc::slow_down || why.code() == errc::service_unavailable) {
    r.set("Retry-After", "1");
  }
  if (method == "HEAD" || status == 304) {
    r.length_of_absent_body = 0;
    return r;
  }
  const bool control = where != nullptr && where->by_arn;
  xml::writer doc(control ? "ErrorResponse" : "Error", control ? xml::control_namespace : "");
  if (control) doc.open("Error");
  doc.text("Code", code_of(why.code())).text("Message", xml::readable(why.message()));
  // Catalog and handler may both have named the same thing; SDKs refuse a document that says it
  // twice.
  const auto& fields = why.fields();
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    const auto same = [&](const auto& other) { return other.first == field->first; };
    if (std::any_of(fields.begin(), field, same)) continue;
    doc.text(field->first, xml::readable(field->second));
  }
  // AWS documents a Resource besides, and sends none.
  if (where != nullptr && why.fields().empty()) {
    if (why.code() == errc::no_such_bucket) doc.text("BucketName", xml::readable(where->bucket));
    if (why.code() == errc::no_such_key) doc.text("Key", xml::readable(where->key));
  }
  if (control) doc.close("Error");
  doc.text("RequestId", request_id).text("HostId", http::extended_id_of(request_id));
  r.set("Content-Type", "application/xml");
  r.body = std::move(doc).take();
  return r;
}

}  // namespace torhaus::gateway::s3
