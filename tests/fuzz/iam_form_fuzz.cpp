// The form of an IAM or STS request, and the credentials in a browser upload's fields.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/sigv4/credentials.hpp"
#include "gateway/audit/secrets.hpp"
#include "gateway/iam/form.hpp"

namespace {

namespace sigv4 = torhaus::auth::sigv4;

void check_form(std::string_view text) {
  const auto form = torhaus::gateway::iam::form::parse(text);
  if (form) static_cast<void>(form->value("Action"));
  // What is written down of it is never longer than three times what came.
  if (torhaus::gateway::audit::form_without_secrets(text).size() > 3 * text.size() + 64) {
    std::abort();
  }
}

// Fields by lines.
void check_credentials(std::string_view text) {
  const auto next = [&text] {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
  };
  sigv4::form_fields fields;
  fields.algorithm = next();
  fields.credential = next();
  fields.date = next();
  fields.signature = next();
  fields.security_token = next();
  const sigv4::acceptance accepts{{"eu-central-1"}, {"s3"}, false};
  const auto found = sigv4::parse_form_credentials(fields, accepts);
  if (found && (found->access_key_id.empty() || found->scope.service != "s3")) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_form(text);
  check_credentials(text);
  return 0;
}
