// An OIDC issuer in memory: real keys, real signatures, and documents that can be changed.
#pragma once

#include <cjose/cjose.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "auth/sts/web_identity.hpp"

namespace torhaus::test {

class issuer_key {
 public:
  enum class kind { rsa, ec };
  explicit issuer_key(const std::string& id, kind type = kind::rsa) : id_(id) {
    cjose_err failed{};
    key_ = type == kind::rsa ? cjose_jwk_create_RSA_random(2048, nullptr, 0, &failed)
                             : cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &failed);
    if (key_ == nullptr || !cjose_jwk_set_kid(key_, id.data(), id.size(), &failed)) {
      throw std::runtime_error("key");
    }
    algorithm_ = type == kind::rsa ? "RS256" : "ES256";
  }
  ~issuer_key() { cjose_jwk_release(key_); }
  issuer_key(const issuer_key&) = delete;
  issuer_key& operator=(const issuer_key&) = delete;

  std::string public_json() const {
    cjose_err failed{};
    char* text = cjose_jwk_to_json(key_, false, &failed);
    std::string out(text);
    cjose_get_dealloc()(text);
    return out;
  }

  std::string sign(const std::string& claims) const {
    cjose_err failed{};
    cjose_header_t* head = cjose_header_new(&failed);
    cjose_header_set(head, CJOSE_HDR_ALG, algorithm_, &failed);
    cjose_header_set(head, CJOSE_HDR_KID, id_.c_str(), &failed);
    cjose_jws_t* jws = cjose_jws_sign(
        key_, head, reinterpret_cast<const std::uint8_t*>(claims.data()), claims.size(), &failed);
    const char* text = nullptr;
    if (jws == nullptr || !cjose_jws_export(jws, &text, &failed)) throw std::runtime_error("sign");
    std::string out(text);
    cjose_jws_release(jws);
    cjose_header_release(head);
    return out;
  }

 private:
  std::string id_;
  const char* algorithm_ = "";
  cjose_jwk_t* key_ = nullptr;
};

// What an issuer serves, by URL.
class issuer_pages final : public auth::sts::document_source {
 public:
  task<result<std::string>> get(std::string url) override {
    ++fetched;
    const auto at = pages.find(url);
    if (at == pages.end()) co_return errc::idp_communication_error;
    co_return at->second;
  }
  void publish(const std::string& issuer, const std::vector<const issuer_key*>& keys) {
    pages[issuer + "/.well-known/openid-configuration"] =
        R"({"issuer":")" + issuer + R"(","jwks_uri":")" + issuer + "/keys\"}";
    std::string list;
    for (const issuer_key* key : keys) list += (list.empty() ? "" : ",") + key->public_json();
    pages[issuer + "/keys"] = "{\"keys\":[" + list + "]}";
  }

  std::map<std::string, std::string> pages;
  int fetched = 0;
};

}  // namespace torhaus::test
