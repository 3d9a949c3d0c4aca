// GetCallerIdentity, AssumeRole, GetSessionToken, GetFederationToken, GetAccessKeyInfo.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
#include "gateway/iam/sessions.hpp"

#include <array>

#include "auth/caller_values.hpp"
#include "auth/identity_rules.hpp"
#include "gateway/s3/dates.hpp"

namespace torhaus::gateway::iam {

namespace policy = auth::policy;
using auth::identity::session;

namespace {

constexpr std::size_t session_policies_size = 2048;  // characters of all of them
constexpr std::size_t session_policy_arns = 10;

// The request's values, with those of the caller whom a token names instead of nobody's.
class values_for final : public policy::condition_values {
 public:
  values_for(const auth::principal& who, const policy::condition_values& others)
      : who_(who), others_(others) {}
  bool find(std::string_view key, std::vector<std::string>& values) const override {
    return auth::find_caller_value(who_, key, values) || others_.find(key, values);
  }

 private:
  const auth::principal& who_;
  const policy::condition_values& others_;
};

}  // namespace

result<void> read_session_policies(const form& input, session& s) {
  std::size_t size = 0;
  if (const auto text = input.find("Policy"); text && !text->empty()) {
    const auto parsed = policy::parse(*text, policy::holder::identity);
    if (!parsed) return in_iam_words(parsed.error());
    s.policies.emplace_back(*text);
    size += counted_size(*text);
  }
  s.policy_arns = list_of(input, "PolicyArns", ".arn");
  if (s.policy_arns.size() > session_policy_arns) {
    return error(errc::validation_error, "A session has at most 10 managed policies.");
  }
  if (size <= session_policies_size) return {};
  return error(errc::packed_policy_too_large, "The session policy has more than 2048 characters.");
}

result<void> read_duration(const action_call& call, session& s, std::uint64_t most,
                           std::uint64_t usual) {
  const auto seconds = number_of(call.input, "DurationSeconds", 900, most, usual);
  if (!seconds) return seconds.error();
  s.issued = call.clock.now();
  s.expires = s.issued + std::chrono::seconds(static_cast<std::int64_t>(*seconds));
  return {};
}

void write_credentials(const action_call& call, const session& s) {
  const auth::identity::session_keys keys = call.identities.make_session(s);
  call.out.open("Credentials").text("AccessKeyId", keys.access_key_id);
  call.out.text("SecretAccessKey", keys.secret).text("SessionToken", keys.token);
  call.out.text("Expiration", s3::iso_date(s.expires)).close("Credentials");
}

void write_packed_size(const action_call& call, const session& s) {
  std::size_t used = 0;
  for (const std::string& text : s.policies) used += counted_size(text);
  if (used > 0) call.out.number("PackedPolicySize", used * 100 / session_policies_size);
}

void write_assumed_role(const action_call& call, const named_role& named, const session& s) {
  call.out.open("AssumedRoleUser").text("AssumedRoleId", named.role.id + ":" + s.session_name);
  call.out.text("Arn", "arn:aws:sts::" + named.account + ":assumed-role/" + named.role.name + "/" +
                           s.session_name);
  call.out.close("AssumedRoleUser");
}

task<result<named_role>> role_of_arn(action_call& call, std::string arn) {
  constexpr std::string_view begin = "arn:aws:iam::";
  const error unknown(errc::no_such_entity, "There is no role " + arn);
  if (!arn.starts_with(begin) || arn.size() < begin.size() + 18) co_return unknown;
  std::string account = arn.substr(begin.size(), 12);
  const auto home = co_await call.identities.find_agency_by_account(account);
  if (!home) co_return unknown;
  std::string name(auth::identity::name_in_arn(arn));
  auto role = co_await call.entities.find(entity_kind::role, home->id, std::move(name));
  if (!role || arn_of(account, *role) != arn) co_return unknown;
  co_return named_role{std::move(*role), std::move(arn), std::move(account)};
}

result<void> check_trust(action_call& call, const auth::principal& who, const named_role& named) {
  const auto trust = policy::parse(named.role.trust, policy::holder::trust);
  if (!trust) return error(errc::access_denied).because("the trust policy cannot be read");
  const call_values of_request(call, &named.role, named.account);
  const values_for values(who, of_request);
  std::vector<std::string> actions = {call.action};
  // AWS: session tags are a permission of their own.
  const bool tagged = std::ranges::any_of(
      call.facts, [](const auto& f) { return f.first.starts_with("aws:RequestTag/"); });
  if (tagged) actions.emplace_back("sts:TagSession");
  for (const std::string& action : actions) {
    const auth::identity_request asked{.caller = who,
                                       .action = action,
                                       .resource = named.arn,
                                       .owner_account = named.account,
                                       .resource_policy = &*trust,
                                       .values = &values};
    const auth::decision decided = decide(call, asked);
    if (decided.is != auth::access::allowed) {
      return auth::denied(who, action, named.arn, decided);
    }
  }
  return {};
}

namespace {

// AWS: no permissions are needed, and none can be taken away.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
task<result<void>> get_caller_identity(action_call& call) {
  const auth::principal& who = call.caller;
  call.out.text("Arn", who.arn).text("UserId", who.user_id).text("Account", who.account);
  co_return result<void>();
}

bool is_role_session(const auth::principal& who) {
  return who.type == auth::principal::kind::assumed_role;
}

result<void> check_may_assume(const action_call& call) {
  if (call.caller.is_account_root()) {
    return error(errc::access_denied, "Roles may not be assumed by root accounts.");
  }
  if (call.caller.type == auth::principal::kind::federated) {
    return error(errc::access_denied, "Cannot call AssumeRole with federation credentials.");
  }
  for (const std::string_view refused : {"SerialNumber", "TokenCode", "SourceIdentity"}) {
    if (!call.input.find(refused)) continue;
    return error(errc::validation_error, std::string(refused) + " is not supported.");
  }
  return {};
}

auth::identity::tag_pairs::const_iterator find_tag(const auth::identity::tag_pairs& tags,
                                                   std::string_view key) {
  return std::ranges::find_if(
      tags, [&](const auto& t) { return policy::same_ignoring_case(t.first, key); });
}

// AWS: "Chaining roles with session tags". Tags that are transitive come along from the session
// that calls; nobody on the way can set them otherwise.
result<void> read_transitive_tags(action_call& call, session& s) {
  static const auth::identity::tag_pairs none;
  const auto& inherited = call.caller.rules ? call.caller.rules->transitive_tags : none;
  for (const auto& tag : s.tags) {
    if (find_tag(inherited, tag.first) == inherited.end()) continue;
    return error(
        errc::invalid_parameter_value,
        "One of the specified transitive tag keys can't be set because it conflicts with a "
        "transitive tag key from the calling session.");
  }
  auth::identity::tag_pairs handed_on;
  for (const std::string& key : list_of(call.input, "TransitiveTagKeys")) {
    const auto tag = find_tag(s.tags, key);
    if (tag == s.tags.end()) {
      return error(errc::invalid_parameter_value,
                   "The specified transitive tag key must be included in the requested tags.");
    }
    if (find_tag(handed_on, key) != handed_on.end()) continue;
    handed_on.push_back(*tag);
    call.facts.emplace_back("sts:TransitiveTagKeys", tag->first);
  }
  for (const auto& tag : inherited) {
    s.tags.push_back(tag);
    handed_on.push_back(tag);
  }
  for (auto& tag : handed_on) {
    s.claims.emplace_back(auth::transitive_tag_claim, std::move(tag.first));
  }
  return {};
}

// Parameters of AssumeRole that make the session.
result<session> new_role_session(action_call& call) {
  session s;
  s.type = session::kind::role;
  auto name = required(call.input, "RoleSessionName");
  if (!name) return std::move(name).error();
  if (auto good = check_name("roleSessionName", *name, 2, 64); !good)
    return std::move(good).error();
  auto tags = tags_of(call.input);
  if (!tags) return std::move(tags).error();
  s.session_name = std::move(*name);
  s.tags = std::move(*tags);
  if (auto good = read_session_policies(call.input, s); !good) return std::move(good).error();
  note_tags(call, s.tags);
  if (auto good = read_transitive_tags(call, s); !good) return std::move(good).error();
  call.facts.emplace_back("sts:RoleSessionName", s.session_name);
  if (const auto id = call.input.find("ExternalId")) {
    if (id->size() < 2 || id->size() > 1224) {
      return error(errc::validation_error, "ExternalId has 2 to 1224 characters.");
    }
    call.facts.emplace_back("sts:ExternalId", *id);
  }
  return s;
}

task<result<void>> assume_role(action_call& call) {
  if (auto may = check_may_assume(call); !may) co_return std::move(may).error();
  auto arn = required(call.input, "RoleArn");
  if (!arn) co_return std::move(arn).error();
  auto s = new_role_session(call);
  if (!s) co_return std::move(s).error();
  const auto named = co_await role_of_arn(call, *arn);
  // AWS: who may not assume a role is not told whether there is one.
  if (!named) co_return auth::denied(call.caller, call.action, *arn, {});
  if (auto trusted = check_trust(call, call.caller, *named); !trusted) {
    co_return std::move(trusted).error();
  }
  // AWS: a role that a session of a role assumes is taken for an hour at most.
  const std::uint64_t most = is_role_session(call.caller) ? 3600 : named->role.max_session_seconds;
  if (auto good = read_duration(call, *s, most, 3600); !good) co_return std::move(good).error();
  s->agency = named->role.agency;
  s->name = named->role.name;
  s->id = named->role.id;
  write_credentials(call, *s);
  write_assumed_role(call, *named, *s);
  write_packed_size(call, *s);
  co_return result<void>();
}

// The user who calls, as the session that it gives away names it.
task<result<session>> session_of_user(action_call& call, session::kind type) {
  const auto self = co_await call.identities.find_user(call.caller.agency, call.caller.user_name);
  if (!self) co_return self.error();
  session s;
  s.type = type;
  s.agency = self->agency;
  s.name = self->name;
  s.id = self->id;
  co_return s;
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
// AWS: needs no permission, but can be denied.
task<result<void>> get_session_token(action_call& call) {
  if (call.caller.temporary) {
    co_return error(errc::access_denied, "Cannot call GetSessionToken with session credentials");
  }
  const call_values values(call, nullptr, call.caller.account);
  const auth::identity_request asked{.caller = call.caller,
                                     .action = call.action,
                                     .resource = "*",
                                     .owner_account = call.caller.account,
                                     .by_default = true,
                                     .values = &values};
  const auth::decision decided = decide(call, asked);
  if (decided.is == auth::access::explicitly_denied) {
    co_return auth::denied(call.caller, call.action, "*", decided);
  }
  auto s = co_await session_of_user(call, session::kind::user);
  if (!s) co_return std::move(s).error();
  const bool root = call.caller.is_account_root();
  const std::uint64_t most = root ? 3600 : 129'600;
  if (auto good = read_duration(call, *s, most, root ? 3600 : 43'200); !good) {
    co_return std::move(good).error();
  }
  write_credentials(call, *s);
  co_return result<void>();
}

// AWS: session tags are a permission of their own, sts:TagSession. Nobody has it without a policy
// but the root user: policies would be open to whoever chooses his tags.
result<void> permit_tags(action_call& call, const auth::identity::tag_pairs& tags,
                         const std::string& arn) {
  if (tags.empty()) return {};
  constexpr std::string_view action = "sts:TagSession";
  const call_values values(call, nullptr, call.caller.account);
  const auth::identity_request asked{.caller = call.caller,
                                     .action = action,
                                     .resource = arn,
                                     .owner_account = call.caller.account,
                                     .values = &values};
  const auth::decision decided = decide(call, asked);
  if (decided.is == auth::access::allowed) return {};
  return auth::denied(call.caller, action, arn, decided);
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
task<result<void>> get_federation_token(action_call& call) {
  if (call.caller.temporary) {
    co_return error(errc::access_denied, "Cannot call GetFederationToken with session credentials");
  }
  auto name = required(call.input, "Name");
  if (!name) co_return std::move(name).error();
  if (auto good = check_name("name", *name, 2, 32); !good) co_return std::move(good).error();
  auto tags = tags_of(call.input);
  if (!tags) co_return std::move(tags).error();
  note_tags(call, *tags);
  const std::string arn = "arn:aws:sts::" + call.caller.account + ":federated-user/" + *name;
  const bool governed = call.caller.rules && call.caller.rules->governed;
  const call_values values(call, nullptr, call.caller.account);
  const auth::identity_request asked{.caller = call.caller,
                                     .action = call.action,
                                     .resource = arn,
                                     .owner_account = call.caller.account,
                                     .by_default = !governed,
                                     .values = &values};
  const auth::decision decided = decide(call, asked);
  if (decided.is != auth::access::allowed) {
    co_return auth::denied(call.caller, call.action, arn, decided);
  }
  if (auto may = permit_tags(call, *tags, arn); !may) co_return std::move(may).error();
  auto s = co_await session_of_user(call, session::kind::federated);
  if (!s) co_return std::move(s).error();
  s->session_name = *name;
  s->tags = std::move(*tags);
  if (auto good = read_session_policies(call.input, *s); !good) co_return std::move(good).error();
  const bool root = call.caller.is_account_root();
  if (auto good = read_duration(call, *s, root ? 3600 : 129'600, root ? 3600 : 43'200); !good) {
    co_return std::move(good).error();
  }
  write_credentials(call, *s);
  call.out.open("FederatedUser").text("FederatedUserId", call.caller.account + ":" + *name);
  call.out.text("Arn", arn).close("FederatedUser");
  write_packed_size(call, *s);
  co_return result<void>();
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
task<result<void>> get_access_key_info(action_call& call) {
  auto id = required(call.input, "AccessKeyId");
  if (!id) co_return std::move(id).error();
  const auto key = co_await call.identities.find_key(*id);
  if (!key) co_return error(errc::validation_error, "The access key id is not known.");
  const auto home = co_await call.identities.find_agency(key->agency);
  if (!home) co_return home.error();
  call.out.text("Account", home->account);
  co_return result<void>();
}

constexpr std::array session_rows = std::to_array<action>({
    {"GetCallerIdentity", sts_interface, get_caller_identity},
    {"AssumeRole", sts_interface, assume_role},
    {"AssumeRoleWithWebIdentity", sts_interface, assume_role_with_web_identity, true},
    {"GetSessionToken", sts_interface, get_session_token},
    {"GetFederationToken", sts_interface, get_federation_token},
    {"GetAccessKeyInfo", sts_interface, get_access_key_info},
});

}  // namespace

std::span<const action> session_actions() { return session_rows; }

}  // namespace torhaus::gateway::iam
