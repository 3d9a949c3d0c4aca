#include "gateway/iam/subject.hpp"

#include "auth/sigv4/uri.hpp"
#include "gateway/s3/dates.hpp"

namespace torhaus::gateway::iam {

using s3::xml::writer;

const kind_words& words_of(entity_kind kind) {
  static constexpr kind_words users{"User", "UserName", "user", 64, 2048};
  static constexpr kind_words groups{"Group", "GroupName", "group", 128, 5120};
  static constexpr kind_words roles{"Role", "RoleName", "role", 64, 10240};
  return kind == entity_kind::user ? users : kind == entity_kind::group ? groups : roles;
}

task<result<entity>> subject_of(action_call& call, entity_kind kind) {
  const kind_words& words = words_of(kind);
  std::string name;
  const bool self = kind == entity_kind::user && !call.input.find(words.parameter) &&
                    call.caller.type == auth::principal::kind::user;
  if (self) {
    name = call.caller.user_name;
  } else {
    auto given = required_name(call.input, words.parameter, words.longest_name);
    if (!given) co_return std::move(given).error();
    name = std::move(*given);
  }
  auto found = co_await call.entities.find(kind, call.caller.agency, name);
  const std::string arn = found ? arn_of(call.caller.account, *found)
                                : arn_in_account(call, std::string(words.in_arn) + "/" + name);
  // Who may not is not told whether there is one.
  if (auto may = permit(call, arn, found ? &*found : nullptr); !may)
    co_return std::move(may).error();
  co_return std::move(found);
}

task<result<void>> rename_subject(action_call& call, entity_kind kind) {
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  const std::string name_parameter = "New" + std::string(words_of(kind).parameter);
  std::optional<std::string> name;
  std::optional<std::string> path;
  if (call.input.find(name_parameter)) {
    auto given = required_name(call.input, name_parameter, words_of(kind).longest_name);
    if (!given) co_return std::move(given).error();
    name = std::move(*given);
  }
  if (call.input.find("NewPath")) {
    auto given = path_of(call.input, "NewPath");
    if (!given) co_return std::move(given).error();
    path = std::move(*given);
  }
  const auto apply = [&](entity& e) {
    e.name = name.value_or(e.name);
    e.path = path.value_or(e.path);
  };
  entity wanted = *found;
  apply(wanted);
  if (auto may = permit(call, arn_of(call.caller.account, wanted)); !may) {
    co_return std::move(may).error();
  }
  // Only what is asked for: the other of the two may have changed meanwhile.
  auto rename = [&](entity& e, const auth::identity::directory::view&) -> result<void> {
    const bool as_judged = e.path == found->path;
    apply(e);
    return as_judged ? result<void>() : permit(call, arn_of(call.caller.account, e));
  };
  const auto done = co_await change_judged(call, *found, rename);
  if (!done) co_return done.error();
  co_return result<void>();
}

void write_tags(writer& out, const auth::identity::tag_pairs& tags) {
  out.open("Tags");
  for (const auto& [key, value] : tags) {
    out.open("member").text("Key", key).text("Value", value).close("member");
  }
  out.close("Tags");
}

void write_boundary(writer& out, const entity& e) {
  if (e.boundary.empty()) return;
  out.open("PermissionsBoundary").text("PermissionsBoundaryType", "Policy");
  out.text("PermissionsBoundaryArn", e.boundary).close("PermissionsBoundary");
}

void write_user(writer& out, const std::string& account, const entity& e) {
  out.text("Path", e.path).text("UserName", e.name).text("UserId", e.id);
  out.text("Arn", arn_of(account, e)).text("CreateDate", s3::iso_date(e.created));
}

void write_group(writer& out, const std::string& account, const entity& e) {
  out.text("Path", e.path).text("GroupName", e.name).text("GroupId", e.id);
  out.text("Arn", arn_of(account, e)).text("CreateDate", s3::iso_date(e.created));
}

void write_role(writer& out, const std::string& account, const entity& e) {
  out.text("Path", e.path).text("RoleName", e.name).text("RoleId", e.id);
  out.text("Arn", arn_of(account, e)).text("CreateDate", s3::iso_date(e.created));
  out.text("AssumeRolePolicyDocument", encoded_document(e.trust));
  if (!e.description.empty()) out.text("Description", e.description);
  out.number("MaxSessionDuration", e.max_session_seconds);
}

std::string encoded_document(std::string_view text) {
  return auth::sigv4::encode(text, auth::sigv4::slash::encoded);
}

void note_tags(action_call& call, const auth::identity::tag_pairs& tags) {
  for (const auto& [key, value] : tags) {
    call.facts.emplace_back("aws:RequestTag/" + key, value);
    call.facts.emplace_back("aws:TagKeys", key);
  }
}

void note_tag_keys(action_call& call, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) call.facts.emplace_back("aws:TagKeys", key);
}

std::string boundary_of(action_call& call) {
  std::string arn(call.input.value("PermissionsBoundary"));
  if (!arn.empty()) call.facts.emplace_back("iam:PermissionsBoundary", arn);
  return arn;
}

result<void> check_policy_exists(const auth::identity::directory::view& at,
                                 const std::string& arn) {
  if (at.policy_text(arn)) return {};
  return error(errc::no_such_entity, "Policy " + arn + " does not exist or is not attachable.");
}

}  // namespace torhaus::gateway::iam
