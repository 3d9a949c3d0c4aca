// Tokens, key sets and claims from the network: what is refused says why, and what is no signed
// token of a known key is never a caller.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/sts/claims.hpp"
#include "auth/sts/jose.hpp"

namespace {

namespace sts = torhaus::auth::sts;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  torhaus::auth::identity::entity provider;
  provider.name = "issuer.example.org";
  provider.url = "https://issuer.example.org";
  provider.clients = {"torhaus"};
  const torhaus::sys_micros now{std::chrono::hours(500'000)};
  const auto who = sts::check_claims(text, provider, now, std::chrono::minutes(5));
  if (who && (who->subject.empty() || who->audience != "torhaus" || who->expires <= now)) {
    std::abort();
  }
  const auto head = sts::read_head(text);
  if (head && head->algorithm.starts_with("HS")) std::abort();
  if (!head && head.error().message().empty()) std::abort();
  static_cast<void>(sts::read_unchecked_claims(text));
  const auto keys = sts::read_key_set(text);
  if (!keys || !head) return 0;
  for (const sts::public_key& key : *keys) {
    if (sts::verified_claims(text, *head, key)) std::abort();  // a set of keys is no token
  }
  return 0;
}
