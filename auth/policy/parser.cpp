#include "auth/policy/parser.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "auth/policy/condition_names.hpp"
#include "auth/policy/json_members.hpp"
#include "auth/policy/place.hpp"

namespace torhaus::auth::policy {
namespace {

namespace json = boost::json;

constexpr std::string_view current_version = "2012-10-17";
constexpr std::string_view first_version = "2008-10-17";

error malformed(std::string text) { return error(errc::malformed_policy, std::move(text)); }

// With the value that is wrong, as AWS adds it.
error malformed(std::string text, std::string_view detail) {
  return malformed(std::move(text)).with("Detail", std::string(detail));
}

// A string, or an array of strings; nullopt for anything else.
std::optional<std::vector<std::string>> texts_of(const json::value& v) {
  std::vector<std::string> found;
  if (v.is_string()) {
    found.emplace_back(v.get_string());
    return found;
  }
  if (!v.is_array()) return std::nullopt;
  for (const json::value& item : v.get_array()) {
    if (!item.is_string()) return std::nullopt;
    found.emplace_back(item.get_string());
  }
  return found;
}

// Values of conditions may also be numbers and booleans.
std::optional<std::vector<std::string>> values_of(const json::value& v) {
  const auto text = [](const json::value& item) -> std::optional<std::string> {
    if (item.is_string()) return std::string(item.get_string());
    if (item.is_bool() || item.is_number()) return json::serialize(item);
    return std::nullopt;
  };
  std::vector<std::string> found;
  if (!v.is_array()) {
    auto one = text(v);
    if (!one) return std::nullopt;
    found.push_back(std::move(*one));
    return found;
  }
  for (const json::value& item : v.get_array()) {
    auto one = text(item);
    if (!one) return std::nullopt;
    found.push_back(std::move(*one));
  }
  return found;
}

bool digits12(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == text.npos;
}

// 12 digits, or arn:aws:iam::ACCOUNT:root, …:user/NAME, …:role/NAME, arn:aws:sts::ACCOUNT:….
std::optional<principal_name> aws_principal(const std::string& text) {
  using kind = principal_name::kind;
  if (text == "*") return principal_name{kind::everyone, {}};
  if (digits12(text)) return principal_name{kind::account, text};
  constexpr std::string_view iam = "arn:aws:iam::";
  constexpr std::string_view sts = "arn:aws:sts::";
  const bool of_iam = text.starts_with(iam);
  if (!of_iam && !text.starts_with(sts)) return std::nullopt;
  const std::string_view rest = std::string_view(text).substr(iam.size());
  if (rest.size() < 14 || !digits12(rest.substr(0, 12)) || rest[12] != ':') return std::nullopt;
  const std::string_view resource = rest.substr(13);
  // AWS: a principal is named whole; only "*" alone stands for many.
  if (resource.find_first_of("*?") != resource.npos) return std::nullopt;
  if (of_iam && resource == "root") {
    return principal_name{kind::account, std::string(rest.substr(0, 12))};
  }
  const auto below = [&](std::string_view type) {
    return resource.starts_with(type) && resource.size() > type.size();
  };
  const bool good = of_iam ? below("user/") || below("role/")
                           : below("assumed-role/") || below("federated-user/");
  if (!good) return std::nullopt;
  return principal_name{kind::identity, text};
}

class statement_reader {
 public:
  statement_reader(const json::object& from, holder whose, variables names)
      : from_(from), whose_(whose), names_(names) {}

  result<statement> read() {
    for (const auto step : {&statement_reader::elements, &statement_reader::effect_and_sid,
                            &statement_reader::principals, &statement_reader::actions,
                            &statement_reader::resources, &statement_reader::conditions}) {
      if (auto ok = (this->*step)(); !ok) return std::move(ok).error();
    }
    return std::move(made_);
  }

  // The element that was refused; empty: the statement as a whole.
  const std::string& refused() const { return element_; }

 private:
  result<void> elements() {
    constexpr std::array<std::string_view, 9> known = {"Sid",          "Effect",      "Principal",
                                                       "NotPrincipal", "Action",      "NotAction",
                                                       "Resource",     "NotResource", "Condition"};
    for (const auto& member : from_) {
      const std::string_view name = member.key();
      if (std::ranges::find(known, name) == known.end()) {
        element_ = name;
        return malformed("Policy has an unknown element", name);
      }
    }
    return {};
  }

  result<void> effect_and_sid() {
    element_ = "Effect";
    const json::value* effect_given = from_.if_contains("Effect");
    if (effect_given == nullptr) return malformed("Missing required field Effect");
    const bool text = effect_given->is_string();
    if (text && effect_given->get_string() == "Allow") {
      made_.effect = effect::allow;
    } else if (text && effect_given->get_string() == "Deny") {
      made_.effect = effect::deny;
    } else {
      return malformed("Invalid effect: " + json::serialize(*effect_given));
    }
    const json::value* sid = from_.if_contains("Sid");
    if (sid == nullptr) return {};
    element_ = "Sid";
    if (!sid->is_string()) return malformed("Policy has an invalid Sid");
    made_.sid = sid->get_string();
    return {};
  }

  // The element, or the one that says the opposite; not both. nullptr: neither.
  result<const json::value*> either(const char* name, const char* opposite, bool& negated) {
    const json::value* plain = from_.if_contains(name);
    const json::value* other = from_.if_contains(opposite);
    if (plain != nullptr && other != nullptr) {
      return malformed("Policy has both " + std::string(name) + " and " + opposite);
    }
    negated = other != nullptr;
    element_ = negated ? opposite : name;
    return plain != nullptr ? plain : other;
  }

  result<void> principals() {
    const auto given = either("Principal", "NotPrincipal", made_.not_principal);
    if (!given) return given.error();
    if (whose_ == holder::identity) {
      if (*given == nullptr) return {};
      return malformed("Policy document should not specify a principal.");
    }
    if (*given == nullptr) return malformed("Missing required field Principal");
    const json::value& v = **given;
    if (v.is_string() && v.get_string() == "*") {
      made_.principals.push_back({principal_name::kind::everyone, {}});
      return {};
    }
    if (!v.is_object()) return malformed("Invalid principal in policy", json::serialize(v));
    for (const auto& member : v.get_object()) {
      if (auto ok = principals_of(member.key(), member.value()); !ok) return ok;
    }
    if (made_.principals.empty()) return malformed("Invalid principal in policy");
    return {};
  }

  result<void> principals_of(std::string_view type, const json::value& given) {
    const auto names = texts_of(given);
    if (!names) return malformed("Invalid principal in policy", json::serialize(given));
    for (const std::string& name : *names) {
      std::optional<principal_name> one;
      if (type == "AWS") {
        one = aws_principal(name);
      } else if (name.empty() || name.find_first_of("*?") != name.npos) {
        one = std::nullopt;
      } else if (type == "CanonicalUser") {
        one = principal_name{principal_name::kind::canonical_user, name};
      } else if (type == "Service") {
        one = principal_name{principal_name::kind::service, name};
      } else if (type == "Federated") {
        one = principal_name{principal_name::kind::federated, name};
      }
      if (!one) {
        return malformed("Invalid principal in policy",
                         "\"" + std::string(type) + "\" : \"" + name + "\"");
      }
      made_.principals.push_back(std::move(*one));
    }
    return {};
  }

  result<void> actions() {
    const auto given = either("Action", "NotAction", made_.not_action);
    if (!given) return given.error();
    if (*given == nullptr) return malformed("Missing required field Action");
    const auto names = texts_of(**given);
    if (!names || names->empty()) return malformed("Policy has invalid action");
    for (const std::string& name : *names) {
      const std::size_t colon = name.find(':');
      const bool good = name == "*" || (colon != name.npos && colon > 0 && colon + 1 < name.size());
      if (!good) return malformed("Policy has invalid action", name);
      made_.actions.emplace_back(name, wildcards::taken, variables::none);
    }
    return {};
  }

  result<void> resources() {
    const auto given = either("Resource", "NotResource", made_.not_resource);
    if (!given) return given.error();
    if (whose_ == holder::trust) {
      if (*given == nullptr) return {};
      return malformed("Has prohibited field Resource");
    }
    if (*given == nullptr) return malformed("Missing required field Resource");
    const auto names = texts_of(**given);
    if (!names || names->empty()) return malformed("Policy has invalid resource");
    for (const std::string& name : *names) {
      if (name != "*" && !name.starts_with("arn:")) {
        return malformed("Policy has invalid resource", name);
      }
      made_.resources.emplace_back(name, wildcards::taken, names_);
    }
    return {};
  }

  result<void> conditions() {
    const json::value* given = from_.if_contains("Condition");
    if (given == nullptr) return {};
    element_ = "Condition";
    if (!given->is_object()) return malformed("Policy has an invalid condition");
    for (const auto& block : given->get_object()) {
      const auto parsed = parse_operator(block.key());
      if (!parsed) return malformed("Invalid Condition type : " + std::string(block.key()));
      if (!block.value().is_object() || block.value().get_object().empty()) {
        return malformed("Policy has an invalid condition", block.key());
      }
      for (const auto& member : block.value().get_object()) {
        condition c = *parsed;
        c.key = member.key();
        if (!key_is_good(c.key)) return malformed("Policy has an invalid condition key", c.key);
        if (auto ok = add_values(c, member.value()); !ok) return ok;
        made_.conditions.push_back(std::move(c));
      }
    }
    return {};
  }

  // AWS: policies of identities may name keys of any service, and those of OIDC providers.
  bool key_is_good(std::string_view key) const {
    if (whose_ == holder::resource) return known_key(key);
    const std::size_t colon = key.find(':');
    return colon != key.npos && colon > 0 && colon + 1 < key.size();
  }

  result<void> add_values(condition& c, const json::value& given) {
    auto values = values_of(given);
    if (!values || values->empty()) {
      return malformed("Policy has an invalid condition value", c.key);
    }
    const bool like = c.compare == comparison::string_like || c.compare == comparison::arn_like;
    const bool text = like || c.compare == comparison::string_equals ||
                      c.compare == comparison::string_equals_ignore_case;
    for (const std::string& value : *values) {
      pattern one(value, like ? wildcards::taken : wildcards::none,
                  text ? names_ : variables::none);
      if (!comparable(c.compare, one)) {
        return malformed("Policy has an invalid condition value", value);
      }
      c.values.push_back(std::move(one));
    }
    return {};
  }

  const json::object& from_;
  holder whose_;
  variables names_;
  statement made_;
  std::string element_;
};

// Adds where it is. The element is named in any case; a missing one is missed in its statement.
error at_place(const error& refused, std::string_view text, std::size_t statement,
               const std::string& element) {
  std::string message(refused.message());
  message += " [line " + std::to_string(line_of(text, statement, element)) + ", ";
  if (!element.empty()) message += element + " of ";
  message += "statement " + std::to_string(statement) + "]";
  return error(refused.code(), std::move(message), refused.fields());
}

// Where a text stops being JSON.
error no_json(std::string_view text) {
  const std::string refusal = "Policies must be valid JSON and the first byte must be '{'";
  if (!text.starts_with('{')) return malformed(refusal);
  json::parser p;
  boost::system::error_code failure;
  const std::size_t read = p.write_some(text.data(), text.size(), failure);
  return malformed(refusal + " [line " +
                   std::to_string(line_at(text, std::min(read, text.size()))) + "]");
}

// Version and Id; everything but Statement.
result<void> read_head(const json::object& root, document& made) {
  for (const auto& member : root) {
    const std::string_view name = member.key();
    if (name != "Version" && name != "Id" && name != "Statement") {
      return malformed("Policy has an unknown element", name);
    }
  }
  made.version = first_version;
  if (const json::value* version = root.if_contains("Version")) {
    if (!version->is_string() ||
        (version->get_string() != current_version && version->get_string() != first_version)) {
      return malformed("The policy must contain a valid version string");
    }
    made.version = version->get_string();
  }
  if (const json::value* id = root.if_contains("Id")) {
    if (!id->is_string()) return malformed("Policy has an invalid Id");
    made.id = id->get_string();
  }
  return {};
}

}  // namespace

result<document> parse(std::string_view text, holder whose) {
  if (text.size() > (whose == holder::resource ? max_bytes : max_identity_bytes)) {
    return malformed("Policy exceeds the maximum allowed document size.");
  }
  boost::system::error_code failure;
  const json::value root = json::parse(text, failure);
  if (failure || !root.is_object()) {
    return no_json(text);
  }
  // AWS: "Individual elements must not contain multiple instances of the same key."
  if (repeats_member(text)) return malformed("Policy has an element that stands twice");
  document made;
  if (auto ok = read_head(root.get_object(), made); !ok) return std::move(ok).error();
  const json::value* given = root.get_object().if_contains("Statement");
  if (given == nullptr) return malformed("Missing required field Statement");
  json::array list;
  if (given->is_object()) {
    list.push_back(*given);
  } else if (given->is_array()) {
    list = given->get_array();
  }
  if (list.empty()) return malformed("Statement must be an object or a list that is not empty");
  // AWS: before version 2012-10-17, ${…} is text.
  const variables names = made.version == current_version ? variables::taken : variables::none;
  std::set<std::string, std::less<>> sids;
  for (const json::value& item : list) {
    if (!item.is_object()) return malformed("Statement must be an object or a list of objects");
    statement_reader reader(item.get_object(), whose, names);
    auto one = reader.read();
    const std::size_t number = made.statements.size() + 1;
    if (!one) return at_place(one.error(), text, number, reader.refused());
    if (!one->sid.empty() && !sids.insert(one->sid).second) {
      return at_place(malformed("Statement IDs (SID) in a single policy must be unique.", one->sid),
                      text, number, "Sid");
    }
    one->number = number;
    made.statements.push_back(std::move(*one));
  }
  return made;
}

}  // namespace torhaus::auth::policy
