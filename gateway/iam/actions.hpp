// The table of IAM and STS actions that are answered here, and what each of them gets.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/authorizer.hpp"
#include "auth/identity/directory.hpp"
#include "auth/identity/store.hpp"
#include "auth/principal.hpp"
#include "gateway/http/message.hpp"
#include "gateway/iam/form.hpp"
#include "gateway/s3/xml/writer.hpp"
#include "storage/base/task.hpp"

namespace torhaus::auth::sts {
class web_identities;
}

namespace torhaus::gateway::iam {

// One of the two interfaces: its name in signatures, version and XML namespace.
struct interface {
  std::string_view service;
  std::string_view version;
  std::string_view xmlns;
};
inline constexpr interface iam_interface = {"iam", "2010-05-08",
                                            "https://iam.amazonaws.com/doc/2010-05-08/"};
inline constexpr interface sts_interface = {"sts", "2011-06-15",
                                            "https://sts.amazonaws.com/doc/2011-06-15/"};

struct action_call {
  auth::identity::store& identities;
  auth::identity::directory& entities;
  const auth::authorizer& authorizer;
  auth::sts::web_identities* web_identities;  // may be null: no provider is asked
  const clock_source& clock;
  const http::request& request;
  const auth::principal& caller;
  const form& input;
  s3::xml::writer& out;     // inside <ActionResult>
  std::string action = {};  // "iam:GetUser"
  // What conditions may ask for besides caller and connection: "aws:RequestTag/team" and a value.
  std::vector<std::pair<std::string, std::string>> facts = {};
  // For the audit: the statement that decided, and who has shown a token.
  std::string because = {};
  std::optional<auth::principal> shown = {};
};

// A row's function for actions that differ in the kind of entity only: AttachUserPolicy,
// AttachRolePolicy.
template <task<result<void>> (*Run)(action_call&, auth::identity::entity_kind),
          auth::identity::entity_kind Kind>
task<result<void>> on_kind(action_call& call) {
  return Run(call, Kind);
}

struct action {
  std::string_view name;
  const interface& face;
  task<result<void>> (*run)(action_call&);
  bool anonymous = false;  // needs no signature: what it is given proves who is calling
};

// Of both interfaces, a list a file.
std::span<const action> user_actions();
std::span<const action> access_key_actions();
std::span<const action> group_actions();
std::span<const action> role_actions();
std::span<const action> inline_policy_actions();
std::span<const action> attached_policy_actions();
std::span<const action> managed_policy_actions();
std::span<const action> oidc_provider_actions();
std::span<const action> account_actions();
std::span<const action> session_actions();
std::span<const action> simulation_actions();
std::vector<const action*> actions();

}  // namespace torhaus::gateway::iam
