// IAM's and STS's query interfaces on the S3 listeners: POST / with a form, or GET / with an Action
// in the query. Every other request goes to the handler behind.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.hpp"
#include "auth/authorizer.hpp"
#include "gateway/http/message.hpp"
#include "gateway/s3/service.hpp"

namespace torhaus::auth::sts {
class web_identities;
}

namespace torhaus::gateway::audit {
class trail;
}

namespace torhaus::gateway::iam {

struct iam_services {
  auth::authenticator* authenticator = nullptr;  // for services iam and sts, of any region
  auth::identity::store* identities = nullptr;
  auth::authorizer* authorizer = nullptr;
  auth::sts::web_identities* web_identities = nullptr;  // null: tokens of no issuer are taken
  clock_source* clock = &system_clock_source();
  s3::request_observer* observer = nullptr;  // may be null
  // Names below which hosts are buckets, or the websites of buckets: nothing there is for IAM.
  std::vector<std::string> bucket_domains;
  http::request_handler* next = nullptr;
  audit::trail* trail = nullptr;  // may be null
};

// What the observer is told of: "iam:ListRoles", "sts:GetCallerIdentity", …
std::vector<std::string> action_names();

// `services` must outlive the handler.
std::unique_ptr<http::request_handler> make_iam_handler(const iam_services& services);

}  // namespace torhaus::gateway::iam
