// Certificates made for one test, in files of their own.
#pragma once

#include <filesystem>
#include <string>

#include "gateway/http/server.hpp"
#include "tests/support/temp_dir.hpp"

namespace torhaus::test {

enum class key_kind { p256, rsa2048 };

class test_certificate {
 public:
  // Signed by itself, for 127.0.0.1 and the name "localhost".
  explicit test_certificate(const std::string& name = "torhaus test",
                            key_kind kind = key_kind::p256);

  // Puts another pair into the same files.
  void renew(const std::string& name);
  // Puts other text into the certificate's file and leaves the key.
  void spoil(const std::string& text);
  // Makes sure that the files look changed, however coarse the file system's clock.
  void touch();

  gateway::http::tls_files files() const {
    return {directory_.path() / "certificate.pem", directory_.path() / "key.pem"};
  }

 private:
  temp_dir directory_;
  key_kind kind_;
  int touched_ = 0;
};

}  // namespace torhaus::test
