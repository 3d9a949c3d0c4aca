// The OIDC issuers that the operator lets the server ask: nothing is fetched from anywhere else,
// whatever an agency registers, a token claims or a document of an issuer says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::auth::sts {

// "https://login.example.org:8443/realms/amt?x" → "https://login.example.org:8443". Host in lower
// case, without the scheme's own port. Nothing for what is no http or https URL, and for one that
// readers could take for different hosts: user info, backslashes, white space, no ASCII.
std::optional<std::string> origin_of(std::string_view url);

class issuer_list {
 public:
  issuer_list() = default;
  // Throws std::invalid_argument for what is no issuer's URL. An http:// issuer is one whose keys
  // whoever stands between can change: listing it says that nobody does.
  explicit issuer_list(const std::vector<std::string>& urls);

  // May be registered and asked. A slash at the end makes no difference.
  bool has(std::string_view issuer) const;
  // The keys of a listed issuer come from its own origin, or from one that is listed too.
  bool may_serve_keys(std::string_view issuer, std::string_view keys_url) const;

 private:
  std::vector<std::string> urls_;  // as canonical() makes them
};

}  // namespace torhaus::auth::sts
