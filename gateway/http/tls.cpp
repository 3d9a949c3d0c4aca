#include "gateway/http/tls.hpp"

#include <openssl/ssl.h>

#include <stdexcept>

#include "storage/base/log.hpp"

namespace torhaus::gateway::http {
namespace {

// BSI TR-02102-2: TLS 1.2 with ECDHE and AES-GCM only, TLS 1.3 with AES-GCM, NIST curves. 1.2's CBC
// and finite-field suites are on the list as well, but no client of ours needs them.
constexpr const char* suites12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr const char* suites13 = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256";
constexpr const char* groups = "P-256:P-384:P-521";
// RSA signs with PSS only; SHA-1 not at all.
constexpr const char* signatures =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512";

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("TLS: ") + what + " was refused by OpenSSL");
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_bytes,
                    const unsigned char* in, unsigned in_bytes, void*) {
  static constexpr unsigned char http11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_bytes, http11, sizeof http11, in, in_bytes) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

tls_certificates::tls_certificates(tls_files files) : files_(std::move(files)) {
  seen_ = stamp_of_files();
  try {
    context_ = load();
  } catch (const std::exception& problem) {
    throw std::runtime_error("TLS certificate " + files_.certificate.string() + ", key " +
                             files_.key.string() + ": " + problem.what());
  }
}

tls_certificates::stamp tls_certificates::stamp_of_files() const {
  std::error_code absent;
  return {std::filesystem::last_write_time(files_.certificate, absent),
          std::filesystem::last_write_time(files_.key, absent)};
}

std::shared_ptr<asio::ssl::context> tls_certificates::load() const {
  auto made = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* raw = made->native_handle();
  require(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1, "the lowest version");
  require(SSL_CTX_set_cipher_list(raw, suites12) == 1, "the list of TLS 1.2 suites");
  require(SSL_CTX_set_ciphersuites(raw, suites13) == 1, "the list of TLS 1.3 suites");
  require(SSL_CTX_set1_groups_list(raw, groups) == 1, "the list of groups");
  require(SSL_CTX_set1_sigalgs_list(raw, signatures) == 1, "the list of signatures");
  SSL_CTX_set_options(
      raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // A read that brings records without bytes for us comes back to tls_stream, which counts them.
  SSL_CTX_clear_mode(raw, SSL_MODE_AUTO_RETRY);
  // Idle connections give their record buffers back.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  // Four records by one call of the kernel.
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_default_read_buffer_len(raw, 4 * SSL3_RT_MAX_PACKET_SIZE);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  made->use_certificate_chain_file(files_.certificate.string());
  made->use_private_key_file(files_.key.string(), asio::ssl::context::pem);
  require(SSL_CTX_check_private_key(raw) == 1, "a key that does not fit the certificate");
  return made;
}

std::shared_ptr<asio::ssl::context> tls_certificates::current() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

void tls_certificates::refresh() {
  const stamp now = stamp_of_files();
  if (now == seen_) return;
  seen_ = now;
  try {
    auto fresh = load();
    const std::lock_guard lock(mutex_);
    context_ = std::move(fresh);
    log::info("tls_certificate_read", {{"certificate", files_.certificate.string()}});
  } catch (const std::exception& problem) {
    log::error("tls_certificate_refused", {{"certificate", files_.certificate.string()},
                                           {"cause", problem.what()},
                                           {"effect", "the old one stays in use"}});
  }
}

}  // namespace torhaus::gateway::http
