// What a bucket policy must fulfil beyond the grammar.
#include <algorithm>
#include <array>

#include "auth/policy/parser.hpp"

namespace torhaus::auth::policy {
namespace {

enum class subject : std::uint8_t { bucket, object };

struct action {
  std::string_view name;
  subject on;
};
constexpr action actions[] = {
#define TORHAUS_S3_ACTION(name, on) {"s3:" name, subject::on},
#include "auth/policy/actions.inc"
#undef TORHAUS_S3_ACTION
};

constexpr std::string_view arn_prefix = "arn:aws:s3:::";

error invalid_part(std::string text, std::string_view detail) {
  return error(errc::malformed_policy, std::move(text)).with("Detail", std::string(detail));
}

bool matches_action(const pattern& p, const action& a) {
  return p.matches(a.name, no_values(), letter_case::ignored);
}

// Whether the resource can be something in this bucket, and of which kinds.
struct reach {
  bool bucket = false;
  bool object = false;
  bool any() const { return bucket || object; }
};

reach reach_of(const pattern& resource, std::string_view bucket) {
  const std::string& text = resource.text();
  if (text == "*") return {true, true};
  if (!text.starts_with(arn_prefix)) return {};
  const std::string_view rest = std::string_view(text).substr(arn_prefix.size());
  const std::size_t slash = rest.find('/');
  const pattern name(rest.substr(0, slash), wildcards::taken, variables::none);
  if (!name.matches(bucket, no_values())) return {};
  // "bucket*" without a slash also reaches the objects.
  const bool ends_open = slash == std::string_view::npos && rest.ends_with('*');
  return {slash == std::string_view::npos, ends_open || slash != std::string_view::npos};
}

result<void> check_actions(const statement& s, reach within) {
  for (const pattern& p : s.actions) {
    bool known = false;
    bool fits = false;
    for (const action& a : actions) {
      if (!matches_action(p, a)) continue;
      known = true;
      fits = fits || (a.on == subject::bucket ? within.bucket : within.object);
    }
    if (!known) return invalid_part("Policy has invalid action", p.text());
    if (!s.not_action && !fits) {
      return error(errc::malformed_policy, "Action does not apply to any resource(s) in statement");
    }
  }
  return {};
}

result<void> check_statement(const statement& s, std::string_view bucket) {
  if (s.effect == effect::allow && s.not_principal) {
    return error(errc::malformed_policy, "Allow with NotPrincipal is not allowed.");
  }
  reach within;
  for (const pattern& p : s.resources) {
    const reach here = reach_of(p, bucket);
    if (!here.any()) return invalid_part("Policy has invalid resource", p.text());
    within.bucket = within.bucket || here.bucket;
    within.object = within.object || here.object;
  }
  if (s.not_resource) within = {true, true};
  return check_actions(s, within);
}

}  // namespace

result<void> check_for_bucket(const document& d, std::string_view bucket) {
  for (const statement& s : d.statements) {
    const auto ok = check_statement(s, bucket);
    if (ok) continue;
    const std::string place = " [statement " + std::to_string(s.number) + "]";
    return error(ok.error().code(), std::string(ok.error().message()) + place, ok.error().fields());
  }
  return {};
}

}  // namespace torhaus::auth::policy
