// What policies would say: SimulatePrincipalPolicy and SimulateCustomPolicy, by the engine that
// decides requests. Nothing is looked up of the resources.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
#include <array>
#include <charconv>
#include <optional>

#include "auth/evaluation.hpp"
#include "auth/given_values.hpp"
#include "auth/identity_rules.hpp"
#include "auth/policy/place.hpp"
#include "gateway/iam/subject.hpp"

namespace torhaus::gateway::iam {
namespace {

namespace policy = auth::policy;

// Actions by resources that one call may ask about.
constexpr std::size_t most_questions = 1000;
constexpr std::size_t longest_document = policy::max_identity_bytes;

// A document of the request, by the name under which its statements are told.
struct given_document {
  std::string name;
  std::string text;
  std::shared_ptr<const policy::document> rules;
};

struct simulation {
  auth::principal caller;
  std::string entity_word = "none";  // whose the inline policies are: user, group, role
  std::vector<given_document> given;
  std::optional<policy::document> on_resource;
  std::string resource_text;
  std::string owner_account;
  auth::given_context context;
  std::vector<std::string> actions;
  std::vector<std::string> resources;
  std::size_t most = 100;
  std::size_t first = 0;
};

struct finding {
  std::string_view decision;
  auth::reason why;
  std::vector<std::string> missing;
  std::optional<bool> within_boundary;
};

error invalid(std::string text) { return error(errc::invalid_input, std::move(text)); }

result<std::vector<given_document>> documents_of(const form& input, const std::string& parameter) {
  std::vector<given_document> all;
  for (std::string& text : list_of(input, parameter)) {
    if (text.size() > longest_document) return invalid(parameter + " has a document too long.");
    auto parsed = policy::parse(text, policy::holder::identity);
    if (!parsed) return invalid(parameter + ": " + std::string(parsed.error().message()));
    given_document one;
    one.name = parameter + "." + std::to_string(all.size() + 1);
    one.text = std::move(text);
    one.rules = std::make_shared<const policy::document>(std::move(*parsed));
    all.push_back(std::move(one));
  }
  return all;
}

result<void> read_context(const form& input, simulation& s) {
  for (std::size_t i = 1;; ++i) {
    const std::string entry = "ContextEntries.member." + std::to_string(i);
    const auto name = input.find(entry + ".ContextKeyName");
    if (!name) return {};
    s.context.emplace_back(std::string(*name), list_of(input, entry + ".ContextKeyValues"));
    if (s.context.back().second.empty()) return invalid("ContextKeyValues are missing.");
  }
}

result<void> read_page(const form& input, simulation& s) {
  const auto most = number_of(input, "MaxItems", 1, 1000, 100);
  if (!most) return most.error();
  s.most = *most;
  const std::string_view marker = input.value("Marker");
  if (marker.empty()) return {};
  const auto [end, failed] = std::from_chars(marker.data(), marker.data() + marker.size(), s.first);
  const bool good = failed == std::errc() && end == marker.data() + marker.size();
  if (!good || s.first > s.actions.size()) return invalid("Invalid Marker.");
  return {};
}

result<void> read_resource_side(const form& input, simulation& s) {
  const std::string owner(input.value("ResourceOwner"));
  s.owner_account = s.caller.account;
  if (!owner.empty()) {
    constexpr std::string_view arn = "arn:aws:iam::";
    s.owner_account = owner.starts_with(arn) ? owner.substr(arn.size(), 12) : owner;
  }
  s.resource_text = input.value("ResourcePolicy");
  if (s.resource_text.empty()) return {};
  if (s.resource_text.size() > longest_document) return invalid("ResourcePolicy is too long.");
  auto parsed = policy::parse(s.resource_text, policy::holder::resource);
  if (!parsed) return invalid("ResourcePolicy: " + std::string(parsed.error().message()));
  if (s.caller.arn.empty()) return invalid("A ResourcePolicy needs a CallerArn.");
  s.on_resource = std::move(*parsed);
  return {};
}

// AWS: the caller is a user, group or role; here of any account, since nothing is looked up.
result<void> read_caller(const form& input, simulation& s) {
  const std::string arn(input.value("CallerArn"));
  if (arn.empty()) return {};
  constexpr std::string_view begin = "arn:aws:iam::";
  if (!arn.starts_with(begin) || arn.size() < begin.size() + 18 ||
      arn.find(":user/", begin.size()) != begin.size() + 12) {
    return invalid("Invalid CallerArn: the ARN of a user is expected.");
  }
  s.caller.type = auth::principal::kind::user;
  s.caller.arn = arn;
  s.caller.account = arn.substr(begin.size(), 12);
  s.caller.user_name = auth::identity::name_in_arn(arn);
  return {};
}

// The policies of the request beside those of the entity, and its boundary instead.
result<void> add_given(const form& input, simulation& s) {
  auto more = documents_of(input, "PolicyInputList");
  if (!more) return std::move(more).error();
  auto limits = documents_of(input, "PermissionsBoundaryPolicyInputList");
  if (!limits) return std::move(limits).error();
  if (limits->size() > 1) return invalid("There is one permissions boundary at most.");
  auto rules = std::make_shared<auth::identity_rules>();
  if (s.caller.rules) *rules = *s.caller.rules;
  rules->governed = true;
  for (const given_document& one : *more) rules->policies.push_back({one.name, one.rules});
  for (const given_document& one : *limits) rules->boundary = {one.name, one.rules};
  s.caller.rules = std::move(rules);
  s.given = std::move(*more);
  for (given_document& one : *limits) s.given.push_back(std::move(one));
  return {};
}

result<void> read_questions(const form& input, simulation& s) {
  s.actions = list_of(input, "ActionNames");
  s.resources = list_of(input, "ResourceArns");
  if (s.actions.empty()) return error(errc::validation_error, "ActionNames is missing.");
  if (s.resources.empty()) s.resources = {"*"};
  if (s.actions.size() * s.resources.size() > most_questions) {
    return invalid("At most " + std::to_string(most_questions) + " actions by resources.");
  }
  for (const std::string& action : s.actions) {
    if (action.size() < 3 || action.find(':') == std::string::npos) {
      return invalid("Invalid ActionName: " + action);
    }
  }
  return read_page(input, s);
}

result<void> read_all(const form& input, simulation& s) {
  if (auto good = read_questions(input, s); !good) return good;
  if (auto good = read_caller(input, s); !good) return good;
  if (auto good = read_context(input, s); !good) return good;
  if (auto good = add_given(input, s); !good) return good;
  return read_resource_side(input, s);
}

finding ask(const simulation& s, const std::string& action, const std::string& resource,
            sys_micros now) {
  const bool somebody = !s.caller.arn.empty();
  const auth::given_values values(
      {.caller = somebody ? &s.caller : nullptr, .given = &s.context, .now = now});
  const policy::request asked{s.caller, action, resource, values};
  const auth::identity_side mine = auth::ask_identity(asked, false);
  const auth::resource_side theirs =
      auth::ask_resource(s.on_resource ? &*s.on_resource : nullptr, asked);
  const bool own = s.owner_account == s.caller.account;
  const bool given = own ? mine.allows() || auth::grants_by_itself(theirs, asked, mine)
                         : mine.allows() && theirs.allows();
  finding f;
  f.decision = "implicitDeny";
  if (mine.denied || theirs.denies()) {
    f.decision = "explicitDeny";
    f.why = mine.denied ? mine.why : theirs.why();
  } else if (given) {
    f.decision = "allowed";
    f.why = mine.allows() ? mine.why : theirs.why();
  }
  f.missing = values.missing();
  if (s.caller.rules->boundary) f.within_boundary = mine.within_boundary;
  return f;
}

// The type of a policy as AWS tells it, by its name in explanations.
std::string source_type(const simulation& s, const auth::reason& why) {
  if (why.from == auth::reason::source::resource) return "resource";
  if (std::ranges::find(s.given, why.policy, &given_document::name) != s.given.end()) return "none";
  if (why.policy.starts_with("arn:aws:iam::aws:")) return "aws-managed";
  if (why.policy.starts_with("arn:")) return "user-managed";
  return why.policy.find('/') != why.policy.npos ? "group" : s.entity_word;
}

void write_position(s3::xml::writer& out, std::string_view element, const policy::position& at) {
  out.open(element).number("Line", at.line).number("Column", at.column).close(element);
}

void write_statement(s3::xml::writer& out, const simulation& s, const auth::reason& why) {
  if (why.statement == nullptr) return;
  const bool on_resource = why.from == auth::reason::source::resource;
  out.open("member");
  out.text("SourcePolicyId", on_resource ? "ResourcePolicy" : why.policy);
  out.text("SourcePolicyType", source_type(s, why));
  // Of the documents in the request; texts that are stored are not told here.
  const auto given = std::ranges::find(s.given, why.policy, &given_document::name);
  const std::string* text = on_resource ? &s.resource_text : nullptr;
  if (!on_resource && given != s.given.end()) text = &given->text;
  if (text != nullptr) {
    const auto span = policy::span_of(*text, why.statement->number);
    write_position(out, "StartPosition", span.begin);
    write_position(out, "EndPosition", span.end);
  }
  out.close("member");
}

void write_finding(s3::xml::writer& out, const simulation& s, const finding& f) {
  out.open("MatchedStatements");
  write_statement(out, s, f.why);
  out.close("MatchedStatements").open("MissingContextValues");
  for (const std::string& key : f.missing) out.text("member", key);
  out.close("MissingContextValues");
  if (!f.within_boundary) return;
  out.open("PermissionsBoundaryDecisionDetail")
      .flag("AllowedByPermissionsBoundary", *f.within_boundary)
      .close("PermissionsBoundaryDecisionDetail");
}

// AWS: the whole is as strict as the strictest of its parts.
const finding& strictest(const std::vector<finding>& all) {
  const auto rank = [](const finding& f) {
    return f.decision == "explicitDeny" ? 0 : f.decision == "implicitDeny" ? 1 : 2;
  };
  return *std::ranges::min_element(all, {}, rank);
}

void write_action(action_call& call, const simulation& s, const std::string& action) {
  std::vector<finding> all;
  all.reserve(s.resources.size());
  for (const std::string& resource : s.resources) {
    all.push_back(ask(s, action, resource, call.clock.now()));
  }
  const finding& whole = strictest(all);
  call.out.open("member").text("EvalActionName", action);
  call.out.text("EvalResourceName", s.resources.size() == 1 ? s.resources.front() : "*");
  call.out.text("EvalDecision", whole.decision);
  write_finding(call.out, s, whole);
  const bool specific = s.resources.size() > 1 || s.resources.front() != "*";
  if (specific) call.out.open("ResourceSpecificResults");
  for (std::size_t i = 0; specific && i < all.size(); ++i) {
    call.out.open("member").text("EvalResourceName", s.resources[i]);
    call.out.text("EvalResourceDecision", all[i].decision);
    write_finding(call.out, s, all[i]);
    call.out.close("member");
  }
  if (specific) call.out.close("ResourceSpecificResults");
  call.out.close("member");
}

void write_results(action_call& call, const simulation& s) {
  const std::size_t end = std::min(s.first + s.most, s.actions.size());
  call.out.open("EvaluationResults");
  for (std::size_t i = s.first; i < end; ++i) write_action(call, s, s.actions[i]);
  call.out.close("EvaluationResults").flag("IsTruncated", end < s.actions.size());
  if (end < s.actions.size()) call.out.number("Marker", end);
}

task<result<void>> simulate_custom(action_call& call) {
  if (auto may = permit(call, "*"); !may) co_return std::move(may).error();
  simulation s;
  s.caller.type = auth::principal::kind::user;
  s.caller.account = call.caller.account;
  if (auto good = read_all(call.input, s); !good) co_return std::move(good).error();
  if (s.given.empty()) co_return error(errc::validation_error, "PolicyInputList is missing.");
  write_results(call, s);
  co_return result<void>();
}

// "arn:aws:iam::ACCOUNT:user/PATH/NAME" in the caller's account.
std::optional<entity_kind> kind_in(const action_call& call, const std::string& arn) {
  for (const auto kind : {entity_kind::user, entity_kind::group, entity_kind::role}) {
    if (arn.starts_with(arn_in_account(call, std::string(words_of(kind).in_arn) + "/"))) {
      return kind;
    }
  }
  return std::nullopt;
}

task<result<void>> simulate_principal(action_call& call) {
  const auto arn = required(call.input, "PolicySourceArn");
  if (!arn) co_return arn.error();
  const auto kind = kind_in(call, *arn);
  std::string name(auth::identity::name_in_arn(*arn));
  result<entity> found = error(errc::no_such_entity, "The entity " + *arn + " cannot be found.");
  if (kind) found = co_await call.entities.find(*kind, call.caller.agency, name);
  if (found && arn_of(call.caller.account, *found) != *arn) {
    found = error(errc::no_such_entity, "The entity " + *arn + " cannot be found.");
  }
  if (auto may = permit(call, *arn, found ? &*found : nullptr); !may) {
    co_return std::move(may).error();
  }
  if (!found) co_return std::move(found).error();
  auto rules = co_await call.entities.rules_of(*kind, call.caller.agency, found->name);
  if (!rules) co_return std::move(rules).error();
  simulation s;
  s.entity_word = words_of(*kind).in_arn;
  s.caller.type = auth::principal::kind::user;
  s.caller.account = call.caller.account;
  s.caller.agency = call.caller.agency;
  if (*kind == entity_kind::user) {
    s.caller.arn = *arn;
    s.caller.user_name = found->name;
    s.caller.user_id = found->id;
  }
  s.caller.rules = std::move(*rules);
  if (auto good = read_all(call.input, s); !good) co_return std::move(good).error();
  write_results(call, s);
  co_return result<void>();
}

constexpr std::array simulation_rows = std::to_array<action>({
    {"SimulateCustomPolicy", iam_interface, simulate_custom},
    {"SimulatePrincipalPolicy", iam_interface, simulate_principal},
});

}  // namespace

std::span<const action> simulation_actions() { return simulation_rows; }

}  // namespace torhaus::gateway::iam
