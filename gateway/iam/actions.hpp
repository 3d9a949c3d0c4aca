// The table of IAM and STS actions that are answered here.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/identity/store.hpp"
#include "auth/principal.hpp"
#include "gateway/iam/form.hpp"
#include "gateway/s3/xml/writer.hpp"
#include "storage/base/task.hpp"

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
  const auth::principal& caller;
  const form& input;
  s3::xml::writer& out;  // inside <ActionResult>
};

struct action {
  std::string_view name;
  const interface& face;
  task<result<void>> (*run)(action_call&);
};

std::span<const action> actions();

}  // namespace torhaus::gateway::iam
