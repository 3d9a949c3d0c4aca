// RFC 7515 (JWS), RFC 7517 (JWK), RFC 8725 (JSON Web Token best current practices).
#include "auth/sts/jose.hpp"

#include <cjose/cjose.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <memory>

#include "storage/crypto/digest.hpp"

namespace torhaus::auth::sts {
namespace {

namespace json = boost::json;

constexpr std::size_t max_keys = 100;
constexpr std::size_t min_rsa_bits = 2048;

struct release {
  void operator()(cjose_jws_t* p) const { cjose_jws_release(p); }
  void operator()(cjose_jwk_t* p) const { cjose_jwk_release(p); }
};
using jws_handle = std::unique_ptr<cjose_jws_t, release>;
using jwk_handle = std::unique_ptr<cjose_jwk_t, release>;

error invalid_token(std::string text) {
  return error(errc::invalid_identity_token, std::move(text));
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  if (standard.find_first_of("+/=") != std::string::npos) return std::nullopt;
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  while (standard.size() % 4 != 0) standard += '=';
  return storage::crypto::from_base64(standard);
}

std::optional<json::object> json_object(std::string_view text) {
  boost::system::error_code failed;
  json::value v = json::parse({text.data(), text.size()}, failed);
  if (failed || !v.is_object()) return std::nullopt;
  return std::move(v.as_object());
}

std::string member_text(const json::object& from, std::string_view name) {
  const json::value* v = from.if_contains({name.data(), name.size()});
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string();
}

// A part of "header.claims.signature".
std::optional<std::string> part_of(std::string_view token, std::size_t which) {
  if (std::ranges::count(token, '.') != 2) return std::nullopt;
  for (std::size_t i = 0; i < which; ++i) token.remove_prefix(token.find('.') + 1);
  return from_base64url(token.substr(0, token.find('.')));
}

std::string_view key_type_for(std::string_view algorithm) {
  constexpr std::array<std::string_view, 6> rsa = {"RS256", "RS384", "RS512",
                                                   "PS256", "PS384", "PS512"};
  constexpr std::array<std::string_view, 3> ec = {"ES256", "ES384", "ES512"};
  if (std::ranges::find(rsa, algorithm) != rsa.end()) return "RSA";
  if (std::ranges::find(ec, algorithm) != ec.end()) return "EC";
  return {};
}

jwk_handle import_key(const std::string& text) {
  cjose_err failed{};
  return jwk_handle(cjose_jwk_import(text.data(), text.size(), &failed));
}

bool is_usable(const json::object& key, const std::string& text) {
  const std::string type = member_text(key, "kty");
  const std::string use = member_text(key, "use");
  if ((type != "RSA" && type != "EC") || (!use.empty() && use != "sig")) return false;
  const jwk_handle known = import_key(text);
  if (!known) return false;
  cjose_err failed{};
  return type != "RSA" || cjose_jwk_get_keysize(known.get(), &failed) >= min_rsa_bits;
}

}  // namespace

result<token_head> read_head(std::string_view token) {
  const auto text = part_of(token, 0);
  const auto head = text ? json_object(*text) : std::nullopt;
  if (!head) return invalid_token("The ID Token provided is not a valid JWT");
  if (head->contains("crit"))
    return invalid_token("The token needs an extension that is not supported");
  token_head found{member_text(*head, "alg"), member_text(*head, "kid")};
  if (key_type_for(found.algorithm).empty()) {
    return invalid_token(
        "The token is signed with an algorithm that is not taken; RS256, ES256 and "
        "their like are");
  }
  return found;
}

result<std::string> read_unchecked_claims(std::string_view token) {
  auto text = part_of(token, 1);
  if (!text) return invalid_token("The ID Token provided is not a valid JWT");
  return std::move(*text);
}

result<std::vector<public_key>> read_key_set(std::string_view text) {
  const auto set = json_object(text);
  const json::value* list = set ? set->if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array()) {
    return error(errc::idp_communication_error, "The identity provider's key set cannot be read.");
  }
  std::vector<public_key> keys;
  for (const json::value& one : list->get_array()) {
    if (!one.is_object() || keys.size() == max_keys) continue;
    std::string key = json::serialize(one);
    const json::object& fields = one.get_object();
    if (!is_usable(fields, key)) continue;
    keys.push_back({member_text(fields, "kid"), member_text(fields, "kty"), std::move(key)});
  }
  return keys;
}

std::optional<std::string> verified_claims(std::string_view token, const token_head& head,
                                           const public_key& key) {
  if (key.type != key_type_for(head.algorithm)) return std::nullopt;
  cjose_err failed{};
  const jws_handle jws(cjose_jws_import(token.data(), token.size(), &failed));
  const jwk_handle jwk = import_key(key.json);
  if (!jws || !jwk || !cjose_jws_verify(jws.get(), jwk.get(), &failed)) return std::nullopt;
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &bytes, &size, &failed)) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace torhaus::auth::sts
