// Which events of a bucket are told to whom.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

enum class notification_target : unsigned char { topic, queue, function };

struct notification_rule {
  notification_target kind = notification_target::topic;
  std::string id;                   // unique in the bucket; empty until one is made up
  std::string arn;                  // as the client named it
  std::vector<std::string> events;  // "s3:ObjectCreated:*"
  std::string prefix;
  std::string suffix;

  // The last part of the ARN: the name of the webhook.
  std::string_view destination() const;
  bool covers(std::string_view event, std::string_view key) const;
};

struct notification {
  static constexpr std::size_t max_rules = 100;
  std::vector<notification_rule> rules;
};

// Checks all that the document alone shows: malformed_xml; invalid_argument for unknown events, bad
// filters, ids that are used twice and rules that overlap; not_implemented for EventBridge.
result<notification> parse_notification(std::string_view document);
std::string write_notification(const notification&);

}  // namespace torhaus::gateway::s3
