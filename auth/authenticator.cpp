#include "auth/authenticator.hpp"

#include "storage/crypto/digest.hpp"

namespace torhaus::auth {

struct authenticator::impl {
  options o;
  sigv4::acceptance accepted;
  sigv4::verifier verifier;
};

namespace {

// Part of what the key is known by; nothing is copied.
std::shared_ptr<const principal> caller_of(const identity::resolved_key& key) {
  return {key.known, &key.known->who};
}

const std::shared_ptr<const principal>& stranger() {
  static const auto nobody = std::make_shared<const principal>();
  return nobody;
}

}  // namespace

authenticator::authenticator(const options& o) : impl_(std::make_unique<impl>()) {
  impl_->o = o;
  impl_->accepted = {o.regions, o.services, o.any_region};
}

authenticator::~authenticator() = default;

task<result<authenticated>> authenticator::authenticate(const sigv4::request_view& call) {
  auto parsed = sigv4::parse_credentials(call, impl_->accepted, impl_->o.clock->now());
  if (!parsed) co_return std::move(parsed).error();
  if (!parsed->has_value()) {
    auto nobody = sigv4::verify_anonymous(call);
    if (!nobody) co_return std::move(nobody).error();
    co_return authenticated(stranger(), std::move(*nobody), false);
  }
  const sigv4::credentials& claim = **parsed;
  std::optional<result<identity::resolved_key>> known;
  if (claim.session_token.empty()) {
    known = impl_->o.identities->resolve_known(claim.access_key_id);
  }
  if (!known) {
    known = co_await impl_->o.identities->resolve(claim.access_key_id, claim.session_token);
  }
  auto& key = *known;
  if (!key) co_return std::move(key).error();
  auto verified = impl_->verifier.verify(call, claim, key->secret());
  if (!verified) co_return std::move(verified).error();
  if (key->use_to_note) co_await impl_->o.identities->note_use(claim.access_key_id);
  const bool presigned = claim.where == sigv4::credentials::form::query;
  co_return authenticated(caller_of(*key), std::move(*verified), presigned);
}

authenticated authenticator::nobody() {
  return authenticated(stranger(), sigv4::verified{}, false);
}

task<result<authenticated>> authenticator::authenticate(const sigv4::request_view& call,
                                                        std::string_view body, errc uncovered) {
  const std::string hash = storage::crypto::to_hex(
      storage::crypto::digest_of(storage::crypto::algorithm::sha256, body).bytes());
  sigv4::request_view hashed = call;
  hashed.body_hash = hash;
  auto caller = co_await authenticate(hashed);
  if (!caller || caller->anonymous()) co_return std::move(caller);
  const sigv4::verified& signature = caller->signature();
  if (signature.mode != sigv4::payload_mode::hashed || signature.body_hash != hash) {
    co_return uncovered;
  }
  co_return std::move(caller);
}

task<result<authenticated>> authenticator::authenticate_form(const upload_claim& claim) {
  const sigv4::form_fields& v4 = claim.version_4;
  const bool new_way = !v4.algorithm.empty() || !v4.credential.empty() || !v4.signature.empty();
  const bool old_way = !claim.version_2.access_key_id.empty() || !claim.version_2.signature.empty();
  if (new_way && old_way) {
    co_return error(errc::invalid_argument, "Only one auth mechanism allowed in a form");
  }
  if (!new_way && !old_way) {
    if (claim.policy.empty()) co_return nobody();
    co_return errc::access_denied;  // a policy that nobody vouches for
  }
  if (claim.policy.empty()) co_return sigv4::missing_form_field("policy");
  if (old_way) co_return co_await authenticate_version_2(claim);
  auto parsed = sigv4::parse_form_credentials(v4, impl_->accepted);
  if (!parsed) co_return std::move(parsed).error();
  auto key = co_await impl_->o.identities->resolve(parsed->access_key_id, parsed->session_token);
  if (!key) co_return std::move(key).error();
  auto verified = impl_->verifier.verify_policy(*parsed, claim.policy, key->secret());
  if (!verified) co_return std::move(verified).error();
  if (key->use_to_note) co_await impl_->o.identities->note_use(parsed->access_key_id);
  co_return authenticated(caller_of(*key), std::move(*verified), false);
}

task<result<authenticated>> authenticator::authenticate_version_2(const upload_claim& claim) {
  if (!impl_->o.form_signature_version_2) co_return sigv4::version_2();
  const auto& [access_key_id, signature] = claim.version_2;
  if (access_key_id.empty()) co_return sigv4::missing_form_field("AWSAccessKeyId");
  if (signature.empty()) co_return sigv4::missing_form_field("Signature");
  auto key = co_await impl_->o.identities->resolve(std::string(access_key_id),
                                                   std::string(claim.version_4.security_token));
  if (!key) co_return std::move(key).error();
  auto verified = sigv4::verify_policy_version_2(claim.version_2, claim.policy, key->secret());
  if (!verified) co_return std::move(verified).error();
  if (key->use_to_note) co_await impl_->o.identities->note_use(std::string(access_key_id));
  co_return authenticated(caller_of(*key), std::move(*verified), false);
}

}  // namespace torhaus::auth
