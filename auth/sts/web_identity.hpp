// Who shows a token of an OIDC issuer. The token's signature is checked against keys that the
// issuer publishes; they are fetched when they are needed, kept, and fetched anew when a token
// names one that is not among them.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity/entity.hpp"
#include "auth/sts/issuer_list.hpp"
#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::auth::sts {

// Gets a document of an issuer. Implementations bound its size and the time that it takes.
class document_source {
 public:
  virtual ~document_source() = default;
  virtual task<result<std::string>> get(std::string url) = 0;
};

struct web_identity {
  std::string issuer;    // the claim iss
  std::string subject;   // sub
  std::string audience;  // aud, the one that is a client of the provider
  // Condition keys: "HOST/PATH:sub", ":aud", ":azp", ":amr", ":email" and their values.
  identity::tag_pairs claims;
  identity::tag_pairs tags;  // of the claim https://aws.amazon.com/tags
  sys_micros expires{};
};

// What a token claims to be before anything of it is checked.
// invalid_identity_token for what is no token.
result<std::string> claimed_issuer(std::string_view token);

class web_identities {
 public:
  struct options {
    document_source* documents = nullptr;
    clock_source* clock = &system_clock_source();
    issuer_list issuers;  // nobody else is asked for anything
  };
  // A document and its keys are taken for that long.
  static constexpr std::chrono::hours keys_live{1};
  // However many tokens name unknown keys, an issuer is asked so often.
  static constexpr std::chrono::seconds between_fetches{30};
  static constexpr std::chrono::minutes clock_skew{5};
  static constexpr std::size_t max_issuers = 1000;

  explicit web_identities(const options&);
  ~web_identities();

  // invalid_identity_token (also for an issuer that may not be asked), expired_identity_token,
  // idp_communication_error.
  task<result<web_identity>> verify(std::string token, identity::entity provider);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace torhaus::auth::sts
