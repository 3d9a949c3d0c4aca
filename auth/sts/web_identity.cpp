#include "auth/sts/web_identity.hpp"

#include <boost/json.hpp>
#include <mutex>
#include <unordered_map>

#include "auth/sts/claims.hpp"
#include "auth/sts/jose.hpp"
#include "storage/base/log.hpp"

namespace torhaus::auth::sts {
namespace {

namespace json = boost::json;

using key_list = std::shared_ptr<const std::vector<public_key>>;

// What is known of an issuer. Changed under the lock only.
struct issuer_state {
  key_list keys;
  sys_micros fetched{};
  sys_micros tried{};
  unsigned fetching = 0;
};

constexpr unsigned fetches_at_once = 4;
constexpr std::chrono::seconds after_failure{3};

error unreachable(std::string text) {
  return error(errc::idp_communication_error, std::move(text));
}

std::string_view without_slashes(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

result<std::string> keys_url(std::string_view discovery, std::string_view issuer) {
  boost::system::error_code failed;
  const json::value v = json::parse({discovery.data(), discovery.size()}, failed);
  const auto text = [&](const char* name) {
    const json::value* one = v.is_object() ? v.get_object().if_contains(name) : nullptr;
    return one != nullptr && one->is_string() ? std::string(one->get_string()) : std::string();
  };
  if (failed || text("jwks_uri").empty()) {
    return unreachable("The identity provider's discovery document cannot be read.");
  }
  if (without_slashes(text("issuer")) != without_slashes(issuer)) {
    return unreachable("The identity provider's discovery document is that of another issuer.");
  }
  return text("jwks_uri");
}

bool has(const std::vector<public_key>& keys, const std::string& key_id) {
  if (key_id.empty()) return !keys.empty();
  return std::ranges::find(keys, key_id, &public_key::key_id) != keys.end();
}

}  // namespace

struct web_identities::impl {
  options o;
  std::mutex mutex;
  std::unordered_map<std::string, issuer_state> issuers;

  enum class step { use, fetch, give_up };
  struct plan {
    step next = step::give_up;
    key_list keys;
  };

  // Whether the keys at hand are to be used, or others fetched.
  plan look(const std::string& url, const std::string& key_id) {
    const std::lock_guard lock(mutex);
    if (issuers.size() >= max_issuers && !issuers.contains(url)) issuers.clear();
    issuer_state& s = issuers[url];
    const sys_micros now = o.clock->now();
    const bool fresh = s.keys && now - s.fetched < keys_live;
    if (fresh && has(*s.keys, key_id)) return {step::use, s.keys};
    if (fresh && now - s.tried < between_fetches) return {step::give_up, s.keys};
    if (!fresh && s.fetching == 0 && s.tried != sys_micros{} && now - s.tried < after_failure) {
      return {step::give_up, nullptr};
    }
    if (s.fetching >= fetches_at_once) return {step::give_up, nullptr};
    ++s.fetching;
    s.tried = now;
    return {step::fetch, nullptr};
  }

  void done(const std::string& url, const key_list& keys) {
    const std::lock_guard lock(mutex);
    issuer_state& s = issuers[url];
    if (s.fetching > 0) --s.fetching;
    if (!keys) return;
    s.keys = keys;
    s.fetched = o.clock->now();
  }

  task<result<key_list>> fetch(std::string url) {
    const std::string base(without_slashes(url));
    const auto discovery = co_await o.documents->get(base + "/.well-known/openid-configuration");
    if (!discovery) co_return discovery.error();
    auto where = keys_url(*discovery, url);
    if (!where) co_return std::move(where).error();
    if (!o.issuers.may_serve_keys(url, *where)) {
      co_return unreachable(
          "The identity provider's keys are at another place than itself, which is not listed.");
    }
    const auto set = co_await o.documents->get(*where);
    if (!set) co_return set.error();
    auto keys = read_key_set(*set);
    if (!keys) co_return std::move(keys).error();
    co_return std::make_shared<const std::vector<public_key>>(std::move(*keys));
  }

  task<result<key_list>> keys_for(std::string url, std::string key_id) {
    const plan p = look(url, key_id);
    if (p.next == step::use) co_return p.keys;
    if (p.next == step::give_up) {
      if (p.keys) co_return error(errc::invalid_identity_token, "The token's key is not known.");
      co_return unreachable("The identity provider could not be reached a moment ago; try again.");
    }
    auto fetched = co_await fetch(url);
    done(url, fetched ? *fetched : nullptr);
    if (fetched) co_return std::move(*fetched);
    log::warning("oidc_keys_not_fetched",
                 {{"issuer", url}, {"cause", std::string(fetched.error().message())}});
    co_return std::move(fetched).error();
  }
};

web_identities::web_identities(const options& o) : impl_(std::make_unique<impl>()) { impl_->o = o; }
web_identities::~web_identities() = default;

result<std::string> claimed_issuer(std::string_view token) {
  if (const auto head = read_head(token); !head) return head.error();
  const auto claims = read_unchecked_claims(token);
  if (!claims) return claims.error();
  return issuer_in(*claims);
}

task<result<web_identity>> web_identities::verify(std::string token, identity::entity provider) {
  const auto head = read_head(token);
  if (!head) co_return head.error();
  if (!impl_->o.issuers.has(provider.url)) {
    co_return error(
        errc::invalid_identity_token,
        "The operator of this installation has not listed the issuer " + provider.url + ".");
  }
  const auto keys = co_await impl_->keys_for(provider.url, head->key_id);
  if (!keys) co_return keys.error();
  for (const public_key& key : **keys) {
    if (!head->key_id.empty() && key.key_id != head->key_id) continue;
    const auto claims = verified_claims(token, *head, key);
    if (claims) co_return check_claims(*claims, provider, impl_->o.clock->now(), clock_skew);
  }
  co_return error(errc::invalid_identity_token, "The token's signature is not that of its issuer.");
}

}  // namespace torhaus::auth::sts
