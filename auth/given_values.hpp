// Condition keys of a request that nobody has made, for explanations and simulations: what is known
// of its caller and of the project, what whoever asks has given, and now.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/policy/values.hpp"
#include "auth/principal.hpp"
#include "auth/projects/roles.hpp"
#include "storage/base/clock.hpp"

namespace torhaus::auth {

using given_context = std::vector<std::pair<std::string, std::vector<std::string>>>;

class given_values final : public policy::condition_values {
 public:
  // Borrowed, and may be null but for `given`.
  struct facts {
    const principal* caller = nullptr;
    const given_context* given = nullptr;
    const projects::standing* project = nullptr;
    std::string_view resource_account = {};  // empty: not known
    sys_micros now{};
  };
  explicit given_values(const facts& f) : f_(f) {}

  // What is known cannot be given otherwise.
  bool find(std::string_view key, std::vector<std::string>& values) const override;
  // The keys that were asked for without an answer, none twice, as they were asked for.
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  bool of_project(std::string_view key, std::vector<std::string>& values) const;
  bool of_given(std::string_view key, std::vector<std::string>& values) const;

  facts f_;
  mutable std::vector<std::string> missing_;
};

}  // namespace torhaus::auth
