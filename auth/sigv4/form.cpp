// Credentials in the fields of a browser upload.
// AWS: "Authenticating requests in browser-based uploads using POST (AWS Signature Version 4)".
#include <array>
#include <utility>

#include "auth/sigv4/checks.hpp"
#include "auth/sigv4/timestamp.hpp"

namespace torhaus::auth::sigv4 {

error missing_form_field(std::string_view name) {
  return error(errc::invalid_argument,
               joined({"Bucket POST must contain a field named '", name,
                       "'.  If it is specified, please check the order of the fields."}))
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", "");
}

// S3 names the field, and says of its credential what it says of a header's without the words in
// front (CulturalMe/meteor-slingshot#150, versitygw's tests; "formated" is S3's).
result<credentials> parse_form_credentials(const form_fields& form, const acceptance& accepts) {
  require_any(accepts);
  const std::array<std::pair<std::string_view, std::string_view>, 4> required = {
      {{"X-Amz-Algorithm", form.algorithm},
       {"X-Amz-Credential", form.credential},
       {"X-Amz-Date", form.date},
       {"X-Amz-Signature", form.signature}}};
  for (const auto& [name, value] : required) {
    if (value.empty()) return missing_form_field(name);
  }
  if (form.algorithm == ecdsa_name) {
    return version_4a();
  }
  if (form.algorithm != algorithm_name) {
    return field_error("X-Amz-Algorithm", form.algorithm, "Only AWS4-HMAC-SHA256 is supported");
  }
  if (!parse_basic(form.date)) {
    return field_error("X-Amz-Date", form.date,
                       "X-Amz-Date must be formated via ISO8601 Long format");
  }
  credentials out;
  out.where = credentials::form::post;
  if (auto parsed = take_credential(form.credential, accepts, out); !parsed) {
    return std::move(parsed).error();
  }
  if (auto same = check_scope_date(out, form.date.substr(0, 8)); !same) {
    return std::move(same).error();
  }
  out.timestamp = form.date;
  out.signature = form.signature;
  out.session_token = form.security_token;
  out.payload_hash = unsigned_payload;
  return out;
}

}  // namespace torhaus::auth::sigv4
