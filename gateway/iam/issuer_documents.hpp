// Documents of OIDC issuers over HTTP: the discovery document and the keys. Certificates are
// checked, redirects are not followed, and an issuer has five seconds. Who waits for issuers waits
// on threads of their own: one that hangs keeps nobody from files.
#pragma once

#include <atomic>
#include <string>

#include "auth/sts/web_identity.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::iam {

class issuer_documents final : public auth::sts::document_source {
 public:
  static constexpr std::chrono::seconds time_limit{5};
  static constexpr std::size_t max_bytes = std::size_t{512} << 10;
  // Twice what a single issuer is asked at once (auth/sts/web_identity.cpp), so that one that hangs
  // leaves others room. What comes beyond is refused and does not wait.
  static constexpr std::size_t at_once = 8;

  explicit issuer_documents(std::string ca_file, std::chrono::seconds limit = time_limit);
  // idp_communication_error.
  task<result<std::string>> get(std::string url) override;

 private:
  std::string ca_file_;
  std::chrono::seconds limit_;
  std::atomic<std::size_t> asking_{0};
  worker_pool pool_{at_once};
};

}  // namespace torhaus::gateway::iam
