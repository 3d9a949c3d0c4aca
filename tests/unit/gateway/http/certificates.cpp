#include "tests/unit/gateway/http/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace torhaus::test {
namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;

void add_extension(X509* to, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, to, to, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  if (made == nullptr) throw std::runtime_error("extension");
  X509_add_ext(to, made, -1);
  X509_EXTENSION_free(made);
}

certificate_ptr make_certificate(EVP_PKEY* key, const std::string& name) {
  certificate_ptr made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 24L * 3600);
  X509_set_pubkey(made.get(), key);
  X509_NAME* subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made.get(), subject);
  add_extension(made.get(), NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  if (X509_sign(made.get(), key, EVP_sha256()) == 0) throw std::runtime_error("signature");
  return made;
}

}  // namespace

test_certificate::test_certificate(const std::string& name, key_kind kind) : kind_(kind) {
  renew(name);
}

void test_certificate::renew(const std::string& name) {
  const key_ptr key(kind_ == key_kind::p256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048),
                    EVP_PKEY_free);
  const certificate_ptr made = make_certificate(key.get(), name);
  const auto to = files();
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> key_file(BIO_new_file(to.key.c_str(), "w"),
                                                               BIO_free_all);
  PEM_write_bio_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> certificate_file(
      BIO_new_file(to.certificate.c_str(), "w"), BIO_free_all);
  PEM_write_bio_X509(certificate_file.get(), made.get());
  BIO_flush(key_file.get());
  BIO_flush(certificate_file.get());
  touch();
}

void test_certificate::spoil(const std::string& text) {
  std::ofstream(files().certificate) << text;
  touch();
}

void test_certificate::touch() {
  const auto time =
      std::filesystem::file_time_type::clock::now() + std::chrono::seconds(++touched_);
  std::filesystem::last_write_time(files().certificate, time);
  std::filesystem::last_write_time(files().key, time);
}

}  // namespace torhaus::test
