#include "auth/sts/claims.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace torhaus::auth::sts {
namespace {

namespace json = boost::json;

error invalid(std::string text) { return error(errc::invalid_identity_token, std::move(text)); }

std::optional<json::object> object_of(std::string_view text) {
  boost::system::error_code failed;
  json::value v = json::parse({text.data(), text.size()}, failed);
  if (failed || !v.is_object()) return std::nullopt;
  return std::move(v.as_object());
}

std::vector<std::string> texts_of(const json::object& claims, std::string_view name) {
  std::vector<std::string> found;
  const json::value* v = claims.if_contains({name.data(), name.size()});
  if (v == nullptr) return found;
  if (v->is_string()) found.emplace_back(v->get_string());
  if (!v->is_array()) return found;
  for (const json::value& one : v->get_array()) {
    if (one.is_string()) found.emplace_back(one.get_string());
  }
  return found;
}

std::string text_of(const json::object& claims, std::string_view name) {
  auto all = texts_of(claims, name);
  return all.size() == 1 ? std::move(all.front()) : std::string();
}

// A NumericDate; nullopt when it is missing or none. Beyond the year 9999 nothing is a date.
std::optional<sys_micros> time_of(const json::object& claims, std::string_view name) {
  const json::value* v = claims.if_contains({name.data(), name.size()});
  if (v == nullptr || !v->is_number()) return std::nullopt;
  const double seconds = v->is_double()  ? v->get_double()
                         : v->is_int64() ? static_cast<double>(v->get_int64())
                                         : static_cast<double>(v->get_uint64());
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 253'402'300'799.0) return std::nullopt;
  return sys_micros(std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6)));
}

bool is_client(const identity::entity& provider, const std::string& name) {
  return std::ranges::find(provider.clients, name) != provider.clients.end();
}

std::string_view trimmed(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

result<void> check_times(const json::object& claims, web_identity& who, sys_micros now,
                         std::chrono::seconds skew) {
  const auto expires = time_of(claims, "exp");
  if (!expires) return invalid("The token has no time of expiry (exp)");
  if (*expires <= now) {
    return error(errc::expired_identity_token, "Token expired: the claim exp has passed");
  }
  for (const std::string_view name : {"nbf", "iat"}) {
    if (!claims.contains({name.data(), name.size()})) continue;
    const auto when = time_of(claims, name);
    if (!when || *when > now + skew) {
      return invalid("The token is not valid yet (" + std::string(name) + ")");
    }
  }
  who.expires = *expires;
  return {};
}

// AWS: with azp, that is the audience.
result<void> check_audience(const json::object& claims, const identity::entity& provider,
                            web_identity& who) {
  const std::vector<std::string> audiences = texts_of(claims, "aud");
  const std::string party = text_of(claims, "azp");
  const auto known = std::ranges::find_if(
      audiences, [&](const std::string& one) { return is_client(provider, one); });
  const bool good = claims.contains("azp") ? is_client(provider, party) : known != audiences.end();
  if (!good) return invalid("Incorrect token audience");
  who.audience = party.empty() ? *known : party;
  return {};
}

void collect(const json::object& claims, const identity::entity& provider, web_identity& who) {
  const auto add = [&](std::string_view key, std::string value) {
    who.claims.emplace_back(provider.name + ":" + std::string(key), std::move(value));
  };
  add("aud", who.audience);
  add("sub", who.subject);
  for (std::string& one : texts_of(claims, "aud")) add("oaud", std::move(one));
  for (const std::string_view name : {"azp", "email", "amr"}) {
    for (std::string& one : texts_of(claims, name)) add(name, std::move(one));
  }
}

// AWS: "Passing session tags using AssumeRoleWithWebIdentity".
result<void> collect_tags(const json::object& claims, web_identity& who) {
  const json::value* tags = claims.if_contains("https://aws.amazon.com/tags");
  if (tags == nullptr) return {};
  const json::value* pairs =
      tags->is_object() ? tags->get_object().if_contains("principal_tags") : nullptr;
  if (pairs == nullptr || !pairs->is_object() || pairs->get_object().size() > 50) {
    return invalid("The session tags of the token cannot be read");
  }
  for (const auto& pair : pairs->get_object()) {
    const json::value& v = pair.value();
    const bool list = v.is_array() && v.get_array().size() == 1 && v.get_array()[0].is_string();
    if (!list && !v.is_string()) return invalid("A session tag of the token has no single value");
    const json::string& value = list ? v.get_array()[0].get_string() : v.get_string();
    if (pair.key().empty() || pair.key().size() > 128 || value.size() > 256) {
      return invalid("A session tag of the token is too long");
    }
    who.tags.emplace_back(std::string(pair.key()), std::string(value));
  }
  return {};
}

}  // namespace

result<std::string> issuer_in(std::string_view text) {
  const auto claims = object_of(text);
  std::string issuer = claims ? text_of(*claims, "iss") : std::string();
  if (issuer.empty()) return invalid("The token names no issuer (iss)");
  return issuer;
}

result<web_identity> check_claims(std::string_view text, const identity::entity& provider,
                                  sys_micros now, std::chrono::seconds skew) {
  const auto claims = object_of(text);
  if (!claims) return invalid("The claims of the token cannot be read");
  web_identity who;
  who.issuer = text_of(*claims, "iss");
  who.subject = text_of(*claims, "sub");
  if (trimmed(who.issuer) != trimmed(provider.url))
    return invalid("Issuer does not match provider");
  if (who.subject.empty() || who.subject.size() > 255) {
    return invalid("The token names no subject (sub) of at most 255 characters");
  }
  if (auto good = check_times(*claims, who, now, skew); !good) return std::move(good).error();
  if (auto good = check_audience(*claims, provider, who); !good) return std::move(good).error();
  collect(*claims, provider, who);
  if (auto good = collect_tags(*claims, who); !good) return std::move(good).error();
  return who;
}

}  // namespace torhaus::auth::sts
