#include "auth/given_values.hpp"

#include <algorithm>

#include "auth/caller_values.hpp"

namespace torhaus::auth {

using policy::same_ignoring_case;

bool given_values::of_project(std::string_view key, std::vector<std::string>& values) const {
  const auto one = [&](std::string value) {
    if (!value.empty()) values.push_back(std::move(value));
    return !values.empty();
  };
  if (same_ignoring_case(key, "torhaus:Agency")) return f_.caller && one(f_.caller->agency);
  if (f_.project == nullptr) return false;
  const projects::project& about = f_.project->project->about;
  if (same_ignoring_case(key, "torhaus:Project")) return one(about.id);
  if (same_ignoring_case(key, "torhaus:Classification")) return one(about.classification);
  if (!same_ignoring_case(key, "torhaus:Role") || f_.project->as == nullptr) return false;
  return one(std::string(projects::name_of(f_.project->as->as)));
}

bool given_values::of_given(std::string_view key, std::vector<std::string>& values) const {
  for (const auto& [name, all] : *f_.given) {
    if (!same_ignoring_case(name, key)) continue;
    values.insert(values.end(), all.begin(), all.end());
    return true;
  }
  return false;
}

bool given_values::find(std::string_view key, std::vector<std::string>& values) const {
  if (f_.caller != nullptr && find_caller_value(*f_.caller, key, values)) return true;
  const bool account = same_ignoring_case(key, "aws:ResourceAccount") ||
                       same_ignoring_case(key, "s3:ResourceAccount");
  if (account && !f_.resource_account.empty()) {
    values.emplace_back(f_.resource_account);
    return true;
  }
  if (of_project(key, values) || of_given(key, values)) return true;
  if (same_ignoring_case(key, "aws:CurrentTime") || same_ignoring_case(key, "aws:EpochTime")) {
    const auto since = std::chrono::floor<std::chrono::seconds>(f_.now).time_since_epoch();
    values.push_back(std::to_string(since.count()));  // dates may be seconds since 1970
    return true;
  }
  const bool known = std::ranges::any_of(
      missing_, [&](const std::string& old) { return same_ignoring_case(old, key); });
  if (!known) missing_.emplace_back(key);
  return false;
}

}  // namespace torhaus::auth
