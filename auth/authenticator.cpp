#include "auth/authenticator.hpp"

namespace torhaus::auth {

struct authenticator::impl {
  options o;
  sigv4::acceptance accepted;
  sigv4::verifier verifier;
};

authenticator::authenticator(const options& o) : impl_(std::make_unique<impl>()) {
  impl_->o = o;
  impl_->accepted = {o.regions, o.services};
}

authenticator::~authenticator() = default;

task<result<authenticated>> authenticator::authenticate(const sigv4::request_view& call) {
  auto parsed = sigv4::parse_credentials(call, impl_->accepted, impl_->o.clock->now());
  if (!parsed) co_return std::move(parsed).error();
  if (!parsed->has_value()) {
    auto nobody = sigv4::verify_anonymous(call);
    if (!nobody) co_return std::move(nobody).error();
    co_return authenticated(principal{}, std::move(*nobody), false);
  }
  const sigv4::credentials& claim = **parsed;
  auto key = co_await impl_->o.identities->resolve(claim.access_key_id);
  if (!key) co_return std::move(key).error();
  // Session tokens come with temporary keys, and this key is a permanent one.
  if (!claim.session_token.empty()) {
    co_return error(errc::invalid_token).with("Token-0", claim.session_token.substr(0, 64));
  }
  auto verified = impl_->verifier.verify(call, claim, key->secret);
  if (!verified) co_return std::move(verified).error();
  const bool presigned = claim.where == sigv4::credentials::form::query;
  co_return authenticated(std::move(key->who), std::move(*verified), presigned);
}

}  // namespace torhaus::auth
