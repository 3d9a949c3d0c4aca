// Lifecycle documents: reading with AWS's validation, writing.
#include "gateway/s3/settings/lifecycle.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/tag_set.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

constexpr std::size_t max_lifecycle_rules = 1000;
constexpr std::size_t max_lifecycle_id_bytes = 255;
constexpr std::uint64_t max_lifecycle_days = 2'147'483'647;
constexpr std::uint32_t max_newer = 100;
constexpr const char* minimum_element = "TransitionDefaultMinimumObjectSize";

constexpr std::array target_classes = std::to_array<std::string_view>(
    {"STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"});

result<std::uint32_t> parse_days(const xml::element& from, const char* name, std::string_view of,
                                 std::uint64_t least) {
  const auto text = from.text_of(name);
  if (!text) return errc::malformed_xml;
  const auto n = parse_number(text->starts_with('-') ? std::string_view(*text).substr(1) : *text);
  if (!n) return errc::malformed_xml;
  if (text->starts_with('-') || *n < least || *n > max_lifecycle_days) {
    return error(errc::invalid_argument, "'" + std::string(name) + "' for " + std::string(of) +
                                             " action must be a " +
                                             (least > 0 ? "positive" : "nonnegative") + " integer")
        .with("ArgumentName", name)
        .with("ArgumentValue", *text);
  }
  return static_cast<std::uint32_t>(*n);
}

result<lifecycle_time> parse_when(const xml::element& from, std::string_view of,
                                  std::uint64_t least_days) {
  lifecycle_time when;
  const auto date = from.text_of("Date");
  if (date && from.child("Days")) return errc::malformed_xml;
  if (from.child("Days")) {
    const auto days = parse_days(from, "Days", of, least_days);
    if (!days) return days.error();
    when.days = *days;
  }
  if (date) {
    const auto time = parse_instant(*date);
    if (!time) return errc::malformed_xml;
    when.date = std::chrono::floor<std::chrono::days>(*time);
    if (*when.date != *time) {
      return invalid_argument("'Date' must be at midnight GMT", "Date", *date);
    }
  }
  return when;
}

result<void> take_tag(const xml::element& tag, catalog::lifecycle_filter& filter) {
  auto key = tag.text_of("Key");
  auto value = tag.text_of("Value");
  if (!key || !value) return errc::malformed_xml;
  if (std::ranges::find(filter.tags, *key, &catalog::name_value::first) != filter.tags.end()) {
    return error(errc::invalid_request, "Duplicate Tag Keys are not allowed.");
  }
  return append_tag(filter.tags, std::move(*key), std::move(*value));
}

result<void> take_prefix(std::string prefix, lifecycle_rule& rule) {
  if (prefix.size() > catalog::object_key::max_bytes) {
    return error(errc::invalid_request, "The maximum size of a prefix is 1024.");
  }
  rule.prefix_given = true;
  rule.filter.prefix = std::move(prefix);
  return {};
}

// One element of a Filter, or of its And.
result<void> take_condition(const xml::element& e, lifecycle_rule& rule) {
  const bool larger = e.name() == "ObjectSizeGreaterThan";
  if (e.name() == "Prefix") {
    return rule.prefix_given ? result<void>(errc::malformed_xml) : take_prefix(e.text(), rule);
  }
  if (e.name() == "Tag") return take_tag(e, rule.filter);
  if (!larger && e.name() != "ObjectSizeLessThan") return errc::malformed_xml;
  auto& bound = larger ? rule.filter.larger_than : rule.filter.smaller_than;
  const auto n = parse_number(e.text());
  if (!n || bound) return errc::malformed_xml;
  if (!larger && *n == 0) {
    return invalid_argument("'ObjectSizeLessThan' must be a positive integer", e.name(), "0");
  }
  bound = *n;
  return {};
}

result<void> parse_filter(const xml::element& filter, lifecycle_rule& rule) {
  auto conditions = filter.children();
  // AWS: a Filter has one condition; several stand in an And.
  if (conditions.size() > 1) return errc::malformed_xml;
  if (conditions.size() == 1 && conditions.front().name() == "And") {
    rule.form = lifecycle_rule::filter_form::all_of;
    conditions = conditions.front().children();
    if (conditions.size() < 2) return errc::malformed_xml;
  }
  for (const xml::element& e : conditions) {
    if (auto ok = take_condition(e, rule); !ok) return ok;
  }
  const auto& f = rule.filter;
  if (f.larger_than && f.smaller_than && *f.smaller_than <= *f.larger_than) {
    return error(errc::invalid_request,
                 "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'");
  }
  return {};
}

result<void> parse_scope(const xml::element& from, lifecycle_rule& rule) {
  const auto filter = from.child("Filter");
  auto prefix = from.text_of("Prefix");
  if (filter.has_value() == prefix.has_value()) return errc::malformed_xml;
  if (filter) return parse_filter(*filter, rule);
  rule.form = lifecycle_rule::filter_form::prefix;
  return take_prefix(std::move(*prefix), rule);
}

result<void> parse_expiration(const xml::element& from, lifecycle_rule& rule) {
  const auto when = parse_when(from, "Expiration", 1);
  if (!when) return when.error();
  lifecycle_expiration e;
  e.when = *when;
  if (const auto marker = from.text_of("ExpiredObjectDeleteMarker")) {
    if (*marker != "true" && *marker != "false") return errc::malformed_xml;
    e.expired_marker = *marker == "true";
  }
  if (int{e.when.days.has_value()} + int{e.when.date.has_value()} +
          int{e.expired_marker.has_value()} !=
      1) {
    return errc::malformed_xml;
  }
  if (e.expired_marker && !rule.filter.tags.empty()) {
    return error(errc::invalid_request, "ExpiredObjectDeleteMarker cannot be specified with Tags.");
  }
  rule.expiration = e;
  return {};
}

result<std::uint32_t> parse_newer(const xml::element& from) {
  const auto text = from.text_of("NewerNoncurrentVersions");
  if (!text) return 0U;
  const auto n = parse_number(*text);
  if (!n || *n < 1 || *n > max_newer) {
    return invalid_argument("'NewerNoncurrentVersions' must be between 1 and 100",
                            "NewerNoncurrentVersions", *text);
  }
  return static_cast<std::uint32_t>(*n);
}

result<lifecycle_transition> parse_transition(const xml::element& from, bool noncurrent) {
  lifecycle_transition t;
  t.storage_class = from.text_of("StorageClass").value_or("");
  if (std::ranges::find(target_classes, t.storage_class) == target_classes.end()) {
    return errc::malformed_xml;
  }
  if (noncurrent) {
    const auto days = parse_days(from, "NoncurrentDays", "NoncurrentVersionTransition", 0);
    if (!days) return days.error();
    t.when.days = *days;
    const auto newer = parse_newer(from);
    if (!newer) return newer.error();
    t.newer_noncurrent = *newer;
    return t;
  }
  const auto when = parse_when(from, "Transition", 0);
  if (!when) return when.error();
  t.when = *when;
  if (!t.when.days && !t.when.date) return errc::malformed_xml;
  return t;
}

result<void> parse_transitions(const xml::element& from, const char* name, bool noncurrent,
                               std::vector<lifecycle_transition>& out) {
  for (const xml::element& e : from.children(name)) {
    auto t = parse_transition(e, noncurrent);
    if (!t) return std::move(t).error();
    if (std::ranges::find(out, t->storage_class, &lifecycle_transition::storage_class) !=
        out.end()) {
      return error(errc::invalid_request, "'StorageClass' must be different for '" +
                                              std::string(name) +
                                              "' actions in same 'Rule' with prefix");
    }
    out.push_back(std::move(*t));
  }
  return {};
}

// Transitions come before the expiration, and both count in days or both by date.
result<void> check_order(const lifecycle_rule& rule) {
  if (!rule.expiration) return {};
  const lifecycle_time& end = rule.expiration->when;
  for (const lifecycle_transition& t : rule.transitions) {
    if ((end.days && t.when.date) || (end.date && t.when.days)) {
      return error(errc::invalid_request,
                   "Found mixed 'Date' and 'Days' based Expiration and Transition actions in "
                   "lifecycle rule");
    }
    const bool late =
        (end.days && *end.days <= *t.when.days) || (end.date && *end.date <= *t.when.date);
    if (!late) continue;
    const char* unit = end.days ? "Days" : "Date";
    return invalid_argument(std::string("'") + unit +
                                "' in the Expiration action must be greater "
                                "than '" +
                                unit + "' in the Transition action",
                            unit, "");
  }
  return {};
}

result<void> parse_noncurrent(const xml::element& from, lifecycle_rule& rule) {
  const auto days = parse_days(from, "NoncurrentDays", "NoncurrentVersionExpiration", 1);
  if (!days) return days.error();
  rule.noncurrent_days = *days;
  const auto newer = parse_newer(from);
  if (!newer) return newer.error();
  rule.newer_noncurrent = *newer;
  return {};
}

result<void> parse_abort(const xml::element& from, lifecycle_rule& rule) {
  const char* const name = "AbortIncompleteMultipartUpload";
  const auto& f = rule.filter;
  if (!f.tags.empty() || f.larger_than || f.smaller_than) {
    return error(errc::invalid_request, std::string(name) + " cannot be specified with " +
                                            (f.tags.empty() ? "Object Size." : "Tags."));
  }
  const auto days = parse_days(from, "DaysAfterInitiation", name, 1);
  if (!days) return days.error();
  rule.abort_days = *days;
  return {};
}

result<void> parse_actions(const xml::element& from, lifecycle_rule& rule) {
  if (auto ok = parse_transitions(from, "Transition", false, rule.transitions); !ok) return ok;
  if (auto ok =
          parse_transitions(from, "NoncurrentVersionTransition", true, rule.noncurrent_transitions);
      !ok) {
    return ok;
  }
  if (const auto e = from.child("Expiration")) {
    if (auto ok = parse_expiration(*e, rule); !ok) return ok;
  }
  if (const auto e = from.child("NoncurrentVersionExpiration")) {
    if (auto ok = parse_noncurrent(*e, rule); !ok) return ok;
  }
  if (const auto e = from.child("AbortIncompleteMultipartUpload")) {
    if (auto ok = parse_abort(*e, rule); !ok) return ok;
  }
  if (!rule.expiration && rule.transitions.empty() && rule.noncurrent_transitions.empty() &&
      !rule.noncurrent_days && !rule.abort_days) {
    return error(errc::invalid_request, "At least one action needs to be specified in a rule");
  }
  return check_order(rule);
}

// What AWS's schema knows; anything else is no rule.
result<void> check_elements(const xml::element& from) {
  static const std::set<std::string_view> known = {"ID",
                                                   "Prefix",
                                                   "Filter",
                                                   "Status",
                                                   "Transition",
                                                   "Expiration",
                                                   "NoncurrentVersionTransition",
                                                   "NoncurrentVersionExpiration",
                                                   "AbortIncompleteMultipartUpload"};
  for (const xml::element& e : from.children()) {
    if (!known.contains(e.name())) return errc::malformed_xml;
  }
  return {};
}

result<lifecycle_rule> parse_lifecycle_rule(const xml::element& from) {
  if (auto ok = check_elements(from); !ok) return std::move(ok).error();
  lifecycle_rule rule;
  rule.id = from.text_of("ID").value_or("");
  if (rule.id.size() > max_lifecycle_id_bytes) {
    return invalid_argument("ID length should not exceed allowed limit of 255", "ID", rule.id);
  }
  const auto status = from.text_of("Status");
  if (status != "Enabled" && status != "Disabled") return errc::malformed_xml;
  rule.enabled = *status == "Enabled";
  if (auto ok = parse_scope(from, rule); !ok) return std::move(ok).error();
  if (auto ok = parse_actions(from, rule); !ok) return std::move(ok).error();
  return rule;
}

void write_when(xml::writer& doc, const lifecycle_time& when) {
  if (when.days) doc.number("Days", *when.days);
  if (when.date) doc.text("Date", iso_date(*when.date));
}

void write_filter(xml::writer& doc, const lifecycle_rule& rule) {
  const auto& f = rule.filter;
  if (rule.form == lifecycle_rule::filter_form::prefix) {
    doc.text("Prefix", f.prefix);
    return;
  }
  const bool all_of = rule.form == lifecycle_rule::filter_form::all_of;
  doc.open("Filter");
  if (all_of) doc.open("And");
  if (rule.prefix_given) doc.text("Prefix", f.prefix);
  for (const auto& [name, value] : f.tags) {
    doc.open("Tag").text("Key", name).text("Value", value).close("Tag");
  }
  if (f.larger_than) doc.number("ObjectSizeGreaterThan", *f.larger_than);
  if (f.smaller_than) doc.number("ObjectSizeLessThan", *f.smaller_than);
  if (all_of) doc.close("And");
  doc.close("Filter");
}

void write_transitions(xml::writer& doc, const lifecycle_rule& rule) {
  for (const lifecycle_transition& t : rule.transitions) {
    doc.open("Transition");
    write_when(doc, t.when);
    doc.text("StorageClass", t.storage_class).close("Transition");
  }
  for (const lifecycle_transition& t : rule.noncurrent_transitions) {
    doc.open("NoncurrentVersionTransition").number("NoncurrentDays", t.when.days.value_or(0));
    if (t.newer_noncurrent > 0) doc.number("NewerNoncurrentVersions", t.newer_noncurrent);
    doc.text("StorageClass", t.storage_class).close("NoncurrentVersionTransition");
  }
}

void write_lifecycle_rule(xml::writer& doc, const lifecycle_rule& rule) {
  doc.open("Rule").text("ID", rule.id);
  write_filter(doc, rule);
  doc.text("Status", rule.enabled ? "Enabled" : "Disabled");
  write_transitions(doc, rule);
  if (rule.expiration) {
    doc.open("Expiration");
    write_when(doc, rule.expiration->when);
    if (rule.expiration->expired_marker) {
      doc.flag("ExpiredObjectDeleteMarker", *rule.expiration->expired_marker);
    }
    doc.close("Expiration");
  }
  if (rule.noncurrent_days) {
    doc.open("NoncurrentVersionExpiration").number("NoncurrentDays", *rule.noncurrent_days);
    if (rule.newer_noncurrent > 0) doc.number("NewerNoncurrentVersions", rule.newer_noncurrent);
    doc.close("NoncurrentVersionExpiration");
  }
  if (rule.abort_days) {
    doc.open("AbortIncompleteMultipartUpload").number("DaysAfterInitiation", *rule.abort_days);
    doc.close("AbortIncompleteMultipartUpload");
  }
  doc.close("Rule");
}

}  // namespace

bool lifecycle_configuration::counts_newer() const {
  return std::ranges::any_of(rules, [](const lifecycle_rule& r) {
    return r.newer_noncurrent > 0 ||
           std::ranges::any_of(r.noncurrent_transitions,
                               [](const auto& t) { return t.newer_noncurrent > 0; });
  });
}

result<lifecycle_configuration> parse_lifecycle(const std::string& document) {
  if (document.empty()) return errc::missing_request_body;
  auto doc = xml::document::parse(document, "LifecycleConfiguration");
  if (!doc) return std::move(doc).error();
  lifecycle_configuration c;
  std::set<std::string> ids;
  for (const xml::element& e : doc->root().children()) {
    if (e.name() == minimum_element) {
      c.minimum_size = e.text();
      continue;
    }
    if (e.name() != "Rule" || c.rules.size() == max_lifecycle_rules) return errc::malformed_xml;
    auto rule = parse_lifecycle_rule(e);
    if (!rule) return std::move(rule).error();
    if (!rule->id.empty() && !ids.insert(rule->id).second) {
      return invalid_argument("Rule ID must be unique. Found same ID for more than one rule", "ID",
                              rule->id);
    }
    c.rules.push_back(std::move(*rule));
  }
  if (c.rules.empty()) return errc::malformed_xml;
  return c;
}

std::string write_lifecycle(const lifecycle_configuration& c, document_for reader) {
  xml::writer doc("LifecycleConfiguration");
  for (const lifecycle_rule& rule : c.rules) write_lifecycle_rule(doc, rule);
  if (reader == document_for::storage && !c.minimum_size.empty()) {
    doc.text(minimum_element, c.minimum_size);
  }
  return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
