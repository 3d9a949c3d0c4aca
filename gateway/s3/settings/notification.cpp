#include "gateway/s3/settings/notification.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::size_t max_id_bytes = 255;
constexpr std::size_t max_filter_bytes = 1024;

// AWS: "Supported event types for SQS, SNS, and Lambda". Those of features that are not here can be
// asked for and never happen.
constexpr std::array event_types = std::to_array<std::string_view>({
    "s3:IntelligentTiering",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:ObjectAcl:Put",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Put",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ObjectRestore:Post",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Delete",
    "s3:ObjectTagging:Put",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationReplicatedAfterThreshold",
});

struct shape {
  notification_target kind;
  std::string_view element;
  std::string_view arn_element;
};
constexpr std::array shapes = std::to_array<shape>({
    {notification_target::topic, "TopicConfiguration", "Topic"},
    {notification_target::queue, "QueueConfiguration", "Queue"},
    {notification_target::function, "CloudFunctionConfiguration", "CloudFunction"},
});

error refused(std::string message, std::string_view name, std::string_view value) {
  return error(errc::invalid_argument, std::move(message))
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", std::string(value));
}

// "s3:ObjectCreated:*" stands for all that begin like it.
bool event_covers(std::string_view pattern, std::string_view event) {
  if (pattern == event) return true;
  return pattern.ends_with(":*") && event.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool share_an_event(const notification_rule& a, const notification_rule& b) {
  for (const std::string& one : a.events) {
    for (const std::string& other : b.events) {
      if (event_covers(one, other) || event_covers(other, one)) return true;
    }
  }
  return false;
}

result<void> parse_filter(const xml::element& rule, notification_rule& into) {
  const auto filter = rule.child("Filter");
  if (!filter) return {};
  const auto key = filter->child("S3Key");
  if (!key) return {};
  bool has_prefix = false;
  bool has_suffix = false;
  for (const xml::element& part : key->children("FilterRule")) {
    const auto name = part.text_of("Name");
    const auto value = part.text_of("Value");
    if (!name || !value) return errc::malformed_xml;
    // AWS takes "Prefix" as well, and answers with it so.
    const bool prefix = *name == "prefix" || *name == "Prefix";
    const bool suffix = *name == "suffix" || *name == "Suffix";
    if (!prefix && !suffix) {
      return refused("filter rule name must be either prefix or suffix", "FilterRule.Name", *name);
    }
    if ((prefix && has_prefix) || (suffix && has_suffix)) {
      return refused("Cannot specify more than one " + std::string(prefix ? "prefix" : "suffix") +
                         " rule in a filter.",
                     "FilterRule.Name", *name);
    }
    if (value->size() > max_filter_bytes) {
      return refused("Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation",
                     "FilterRule.Value", value->substr(0, 64));
    }
    (prefix ? has_prefix : has_suffix) = true;
    (prefix ? into.prefix : into.suffix) = *value;
  }
  return {};
}

result<notification_rule> parse_rule(const xml::element& element, const shape& of) {
  notification_rule rule;
  rule.kind = of.kind;
  const auto arn = element.text_of(of.arn_element);
  if (!arn || arn->empty()) return errc::malformed_xml;
  rule.arn = *arn;
  rule.id = element.text_of("Id").value_or("");
  if (rule.id.size() > max_id_bytes) {
    return refused("The ID of a configuration has at most 255 characters.", "Id",
                   rule.id.substr(0, 64));
  }
  for (const xml::element& event : element.children("Event")) {
    const std::string name = event.text();
    if (std::ranges::find(event_types, name) == event_types.end()) {
      return refused("A specified event is not supported for notifications.", "Event", name);
    }
    rule.events.push_back(name);
  }
  if (rule.events.empty()) return errc::malformed_xml;
  if (auto good = parse_filter(element, rule); !good) return std::move(good).error();
  return rule;
}

result<void> check_together(const std::vector<notification_rule>& rules) {
  std::set<std::string_view> ids;
  for (const notification_rule& rule : rules) {
    if (!rule.id.empty() && !ids.insert(rule.id).second) {
      return refused("Same ID used for multiple configurations. IDs must be unique", "Id", rule.id);
    }
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (std::size_t j = i + 1; j < rules.size(); ++j) {
      const notification_rule& a = rules[i];
      const notification_rule& b = rules[j];
      const bool prefixes = a.prefix.starts_with(b.prefix) || b.prefix.starts_with(a.prefix);
      const bool suffixes = a.suffix.ends_with(b.suffix) || b.suffix.ends_with(a.suffix);
      if (prefixes && suffixes && share_an_event(a, b)) {
        return error(errc::invalid_argument,
                     "Configuration is ambiguously defined. Cannot have overlapping suffixes in "
                     "two rules if the prefixes are overlapping for the same event type.");
      }
    }
  }
  return {};
}

}  // namespace

std::string_view notification_rule::destination() const {
  const std::size_t colon = arn.rfind(':');
  return colon == std::string::npos ? std::string_view() : std::string_view(arn).substr(colon + 1);
}

bool notification_rule::covers(std::string_view event, std::string_view key) const {
  if (!key.starts_with(prefix) || !key.ends_with(suffix)) return false;
  return std::ranges::any_of(events, [&](const auto& e) { return event_covers(e, event); });
}

result<notification> parse_notification(std::string_view document) {
  const auto doc = xml::document::parse(document, "NotificationConfiguration");
  if (!doc) return doc.error();
  notification all;
  for (const xml::element& element : doc->root().children()) {
    if (element.name() == "EventBridgeConfiguration") {
      return error(errc::not_implemented, "EventBridge is not implemented by this server.");
    }
    const auto of = std::ranges::find(shapes, element.name(), &shape::element);
    if (of == shapes.end() || all.rules.size() == notification::max_rules) {
      return errc::malformed_xml;
    }
    auto rule = parse_rule(element, *of);
    if (!rule) return std::move(rule).error();
    all.rules.push_back(std::move(*rule));
  }
  if (auto good = check_together(all.rules); !good) return std::move(good).error();
  return all;
}

std::string write_notification(const notification& all) {
  xml::writer doc("NotificationConfiguration");
  for (const notification_rule& rule : all.rules) {
    const auto of = std::ranges::find(shapes, rule.kind, &shape::kind);
    doc.open(of->element).text("Id", rule.id).text(of->arn_element, rule.arn);
    for (const std::string& event : rule.events) doc.text("Event", event);
    if (!rule.prefix.empty() || !rule.suffix.empty()) {
      doc.open("Filter").open("S3Key");
      if (!rule.prefix.empty()) {
        doc.open("FilterRule").text("Name", "Prefix").text("Value", rule.prefix);
        doc.close("FilterRule");
      }
      if (!rule.suffix.empty()) {
        doc.open("FilterRule").text("Name", "Suffix").text("Value", rule.suffix);
        doc.close("FilterRule");
      }
      doc.close("S3Key").close("Filter");
    }
    doc.close(of->element);
  }
  return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
