// Documents of OIDC issuers over HTTP: the discovery document and the keys. Certificates are
// checked, redirects are not followed, and an issuer has five seconds.
#pragma once

#include <string>

#include "auth/sts/web_identity.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::iam {

class issuer_documents final : public auth::sts::document_source {
 public:
  static constexpr std::chrono::seconds time_limit{5};
  static constexpr std::size_t max_bytes = std::size_t{512} << 10;

  issuer_documents(worker_pool& pool, std::string ca_file)
      : pool_(pool), ca_file_(std::move(ca_file)) {}
  // idp_communication_error.
  task<result<std::string>> get(std::string url) override;

 private:
  worker_pool& pool_;
  std::string ca_file_;
};

}  // namespace torhaus::gateway::iam
