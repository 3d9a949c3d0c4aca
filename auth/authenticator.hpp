// The one verifier before routing. It alone makes `authenticated` values, and no S3 handler can be
// called without one; a form of authentication that it does not know is refused.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity/store.hpp"
#include "auth/principal.hpp"
#include "auth/sigv4/request_view.hpp"
#include "auth/sigv4/verifier.hpp"
#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::auth {

// The fields of a browser upload that say who sends it, as they are in the form. Empty: it has
// none.
struct upload_claim {
  sigv4::form_fields version_4;
  sigv4::version_2_fields version_2;
  std::string_view policy;  // base64
};

class authenticated {
 public:
  const principal& who() const { return *who_; }
  // How the body is signed; for anonymous and presigned requests it is unsigned unless they say
  // otherwise.
  const sigv4::verified& signature() const { return signature_; }
  bool anonymous() const { return who_->type == principal::kind::anonymous; }
  bool presigned() const { return presigned_; }

 private:
  friend class authenticator;
  authenticated(std::shared_ptr<const principal> who, sigv4::verified signature, bool presigned)
      : who_(std::move(who)), signature_(std::move(signature)), presigned_(presigned) {}

  std::shared_ptr<const principal> who_;  // never null
  sigv4::verified signature_;
  bool presigned_;
};

class authenticator {
 public:
  struct options {
    identity::store* identities = nullptr;
    clock_source* clock = &system_clock_source();
    // Regions that signatures may be made for: the installation's own first. Another one is refused
    // with the first as the hint that lets SDKs correct themselves.
    std::vector<std::string> regions;
    std::vector<std::string> services = {"s3"};
    // Browser uploads may be signed with Signature Version 2 (HMAC-SHA1).
    bool form_signature_version_2 = false;
    bool any_region = false;  // whatever region a signature names is taken, none included
  };
  explicit authenticator(const options&);
  ~authenticator();

  // Names the caller of a request. The request's views must live until the task has ended.
  task<result<authenticated>> authenticate(const sigv4::request_view& call);
  // For requests that need no caller: preflights of browsers, pages of websites.
  static authenticated nobody();
  // The same for a request whose body is in memory: the signature must cover these very bytes, or
  // the answer is `uncovered`. Anonymous callers have no signature.
  task<result<authenticated>> authenticate(const sigv4::request_view& call, std::string_view body,
                                           errc uncovered);
  // The same for a browser upload, whose signature is that of its policy; without a policy and a
  // signature the sender is anonymous. Whether the form keeps to its policy is the caller's to
  // check. The claim's views must live until the task has ended.
  task<result<authenticated>> authenticate_form(const upload_claim& claim);

 private:
  task<result<authenticated>> authenticate_version_2(const upload_claim& claim);

  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace torhaus::auth
