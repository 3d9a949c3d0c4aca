#include "auth/sigv4/query.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "auth/sigv4/uri.hpp"

namespace torhaus::auth::sigv4 {
namespace {

using member = std::optional<std::string> presigned_parameters::*;

constexpr std::array<std::pair<std::string_view, member>, 8> members = {{
    {"X-Amz-Algorithm", &presigned_parameters::algorithm},
    {"X-Amz-Credential", &presigned_parameters::credential},
    {"X-Amz-Date", &presigned_parameters::date},
    {"X-Amz-Expires", &presigned_parameters::expires},
    {"X-Amz-SignedHeaders", &presigned_parameters::signed_headers},
    {"X-Amz-Signature", &presigned_parameters::signature},
    {"X-Amz-Security-Token", &presigned_parameters::security_token},
    {"X-Amz-Content-Sha256", &presigned_parameters::content_sha256},
}};

}  // namespace

presigned_parameters parse_presigned(std::string_view raw_query) {
  presigned_parameters out;
  for (std::size_t at = 0; at < raw_query.size();) {
    const std::size_t end = std::min(raw_query.find('&', at), raw_query.size());
    const std::string_view parameter = raw_query.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    std::string_view name = parameter.substr(0, equals);
    std::string decoded;
    if (name.find_first_of("%+") != std::string_view::npos) {
      decoded = decode(name, plus::space);
      name = decoded;
    }
    const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
    out.has_v2_signature = out.has_v2_signature || name == "Signature";
    out.has_v2_key = out.has_v2_key || name == "AWSAccessKeyId";
    for (const auto& [known, where] : members) {
      if (name != known) continue;
      if (out.*where) out.repeated = name;
      out.*where = decode(value, plus::space);
    }
  }
  return out;
}

}  // namespace torhaus::auth::sigv4
