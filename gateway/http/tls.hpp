// TLS of a listener: certificate and key from files, read anew when they change.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <mutex>

#include "gateway/http/server.hpp"

namespace torhaus::gateway::http {

class tls_certificates {
 public:
  // Reads both files. Throws std::runtime_error with a text for the operator.
  explicit tls_certificates(tls_files files);

  // The context for the next connection; existing ones keep theirs.
  std::shared_ptr<asio::ssl::context> current() const;

  // Reads the files again when one of them changed. A pair that does not fit together keeps the old
  // one in use and is logged. Called every few seconds.
  void refresh();

 private:
  using stamp = std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type>;
  stamp stamp_of_files() const;
  std::shared_ptr<asio::ssl::context> load() const;

  tls_files files_;
  stamp seen_;
  mutable std::mutex mutex_;
  std::shared_ptr<asio::ssl::context> context_;
};

}  // namespace torhaus::gateway::http
