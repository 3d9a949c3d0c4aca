#include "gateway/s3/form/policy.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>

#include "auth/sigv4/timestamp.hpp"
#include "gateway/http/characters.hpp"
#include "gateway/http/message.hpp"
#include "gateway/s3/form/fields.hpp"
#include "gateway/s3/parameters.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3::form {
namespace {

namespace json = boost::json;

error invalid(std::string_view what) {
  return error(errc::invalid_policy_document, "Invalid Policy: " + std::string(what));
}

error denied(std::string_view what) {
  return error(errc::access_denied, "Invalid according to Policy: " + std::string(what));
}

// AWS has one escape that JSON has not: "\$" is a dollar sign.
std::string without_dollar_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] != '$') out += text[i];
      ++i;
    }
    out += text[i];
  }
  return out;
}

// "2007-12-01T12:00:00.000Z", with or without the fraction, and nothing else.
std::optional<std::chrono::sys_seconds> parse_expiration(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < shape.size() + 1 || text.back() != 'Z') return std::nullopt;
  std::string basic;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return std::nullopt;
    if (digit || text[i] == 'T') basic += text[i];
  }
  std::string_view fraction = text.substr(shape.size(), text.size() - shape.size() - 1);
  if (!fraction.empty()) {
    if (fraction.front() != '.' || fraction.size() < 2) return std::nullopt;
    fraction.remove_prefix(1);
    if (!std::ranges::all_of(fraction, [](char c) { return c >= '0' && c <= '9'; })) {
      return std::nullopt;
    }
  }
  return auth::sigv4::parse_basic(basic + "Z");
}

// A size: a whole number, as JSON number or in a string.
std::optional<std::uint64_t> parse_size(const json::value& v) {
  if (const auto* text = v.if_string()) return parse_number(std::string_view(*text));
  if (const auto* number = v.if_uint64()) return *number;
  if (const auto* number = v.if_int64(); number != nullptr && *number >= 0) {
    return static_cast<std::uint64_t>(*number);
  }
  return std::nullopt;
}

// AWS: values with commas in a Content-Type are a list, and each must meet a starts-with.
bool each_has_prefix(std::string_view list, std::string_view prefix) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (!http::trim(list.substr(0, comma)).starts_with(prefix)) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

// Fills a policy from its JSON.
struct policy_reader {
  policy p;

  result<void> read(const json::object& document) {
    const json::value* expiration = nullptr;
    const json::value* conditions = nullptr;
    for (const auto& [name, value] : document) {
      if (name == "expiration") {
        expiration = &value;
      } else if (name == "conditions") {
        conditions = &value;
      } else {
        return invalid("Unexpected: '" + std::string(name) + "'");
      }
    }
    if (expiration == nullptr) return invalid("Policy missing expiration.");
    if (conditions == nullptr) return invalid("Policy missing conditions.");
    const auto* text = expiration->if_string();
    const auto when = text != nullptr ? parse_expiration(*text) : std::nullopt;
    if (!when) {
      const std::string shown = text != nullptr ? std::string(*text) : json::serialize(*expiration);
      return invalid("Invalid 'expiration' value: '" + shown + "'");
    }
    p.expires_ = *when;
    const auto* list = conditions->if_array();
    if (list == nullptr) return invalid("Invalid 'conditions' value: must be a List.");
    for (const json::value& one : *list) {
      if (auto ok = read_condition(one); !ok) return ok;
    }
    return {};
  }

  result<void> read_condition(const json::value& v) {
    if (const auto* simple = v.if_object()) return read_simple(*simple);
    const auto* list = v.if_array();
    if (list == nullptr) return invalid("Invalid condition test: must be a List or Object.");
    const auto* verb = list->empty() ? nullptr : list->front().if_string();
    if (verb == nullptr) return invalid("Invalid Condition: missing operation identifier.");
    const std::string how = http::lower_case(*verb);
    if (how == "content-length-range") return read_range(*list);
    if (how != "eq" && how != "starts-with") {
      return invalid("Invalid Condition: unknown operation '" + std::string(*verb) + "'.");
    }
    if (list->size() != 3) return invalid("Invalid " + how + ": wrong number of arguments.");
    const auto* name = (*list)[1].if_string();
    const auto* value = (*list)[2].if_string();
    if (name == nullptr || value == nullptr) {
      return invalid("Invalid " + how + ": expecting the name of a field after '$' and a value.");
    }
    if (!name->starts_with("$")) return add_failing(how, *name, *value);
    add(how == "eq" ? policy::matching::equal : policy::matching::prefix, how,
        std::string_view(*name).substr(1), *value);
    return {};
  }

  result<void> read_simple(const json::object& simple) {
    if (simple.size() != 1) {
      return invalid(
          "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
    }
    const auto* value = simple.begin()->value().if_string();
    if (value == nullptr) return invalid("Invalid Simple-Condition: value must be a string.");
    add(policy::matching::equal, "eq", simple.begin()->key(), *value);
    return {};
  }

  result<void> read_range(const json::array& list) {
    if (list.size() != 3)
      return invalid("Invalid content-length-range: wrong number of arguments.");
    const auto least = parse_size(list[1]);
    const auto most = parse_size(list[2]);
    if (!least || !most) {
      const auto* first = list[1].if_string();
      const auto* last = list[2].if_string();
      if (first != nullptr && last != nullptr) {
        return add_failing("content-length-range", *first, *last);
      }
      return invalid("Invalid content-length-range: not a length.");
    }
    // Each of several ranges must hold.
    p.bounds_.least = std::max(p.bounds_.least, *least);
    p.bounds_.most = std::min(p.bounds_.most, *most);
    return {};
  }

  // A condition of the right shape about nothing that there is: AWS lets it fail.
  result<void> add_failing(std::string_view verb, std::string_view left, std::string_view right) {
    p.conditions_.push_back({policy::matching::never, {}, {}, text_of(verb, left, right)});
    return {};
  }

  static std::string text_of(std::string_view verb, std::string_view left, std::string_view right) {
    return "[\"" + std::string(verb) + "\", " + json::serialize(json::value(left)) + ", " +
           json::serialize(json::value(right)) + "]";
  }

  void add(policy::matching how, std::string_view verb, std::string_view name,
           std::string_view value) {
    std::string text = text_of(verb, "$" + std::string(name), value);
    p.conditions_.push_back({how, http::lower_case(name), std::string(value), std::move(text)});
  }
};

result<policy> policy::parse(std::string_view base64) {
  const auto text = storage::crypto::from_base64(base64);
  if (!text) return invalid("Invalid JSON: not base64.");
  json::parse_options lenient;
  lenient.allow_trailing_commas = true;  // as in AWS's own examples
  lenient.max_depth = 8;
  json::error_code bad;
  const json::value document = json::parse(without_dollar_escapes(*text), bad, {}, lenient);
  if (bad || !document.is_object()) return invalid("Invalid JSON.");
  policy_reader reader;
  if (auto ok = reader.read(document.get_object()); !ok) return std::move(ok).error();
  return std::move(reader.p);
}

result<size_bounds> policy::check(std::span<const field> fields, std::string_view bucket,
                                  sys_micros now) const {
  if (now >= expires_) return denied("Policy expired.");
  const auto value_of = [&](std::string_view name) -> std::optional<std::string_view> {
    if (name == "bucket") return bucket;  // that of the address
    for (const field& f : fields) {
      if (http::equal_ignoring_case(f.name, name)) return f.value;
    }
    return std::nullopt;
  };
  for (const condition& c : conditions_) {
    const auto value = value_of(c.name);
    bool holds = value.has_value() && c.how != matching::never;
    if (holds && c.how == matching::equal) holds = *value == c.value;
    if (holds && c.how == matching::prefix) {
      holds =
          c.name == "content-type" ? each_has_prefix(*value, c.value) : value->starts_with(c.value);
    }
    if (!holds) return denied("Policy Condition failed: " + c.text);
  }
  const auto covered = [this](std::string_view name) {
    return std::ranges::find(conditions_, name, &condition::name) != conditions_.end();
  };
  if (!covered("bucket")) return denied("Extra input fields: bucket");
  constexpr auto free_of_conditions =
      std::to_array<std::string_view>({"policy", "x-amz-signature", "signature", "awsaccesskeyid"});
  for (const field& f : fields) {
    const std::string name = http::lower_case(f.name);
    if (name == "bucket" && f.value != bucket) {
      return denied("The bucket of the form is not that of its address.");
    }
    if (name.starts_with("x-ignore-") || covered(name)) continue;
    if (std::ranges::find(free_of_conditions, name) != free_of_conditions.end()) continue;
    return denied("Extra input fields: " + name);
  }
  return bounds_;
}

}  // namespace torhaus::gateway::s3::form
