// Event notifications: the setting of a bucket. Destinations are ARNs whose last part names a
// webhook of the operator's configuration.
#include "gateway/s3/settings/notification.hpp"

#include <array>
#include <set>

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/writer.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

namespace {

std::string_view service_of(notification_target kind) {
  switch (kind) {
    case notification_target::topic:
      return "sns";
    case notification_target::queue:
      return "sqs";
    case notification_target::function:
      return "lambda";
  }
  return "";
}

// arn:aws:sns:REGION:ACCOUNT:NAME, of the service that the element is about.
bool names_service(const notification_rule& rule) {
  std::string_view rest = rule.arn;
  std::array<std::string_view, 3> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return false;
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  return parts[0] == "arn" && parts[1].starts_with("aws") && parts[2] == service_of(rule.kind);
}

std::string_view element_of(notification_target kind) {
  switch (kind) {
    case notification_target::topic:
      return "Topic";
    case notification_target::queue:
      return "Queue";
    case notification_target::function:
      return "CloudFunction";
  }
  return "";
}

bool is_known(const context& ctx, const notification_rule& rule) {
  return ctx.service.events != nullptr &&
         ctx.service.events->knows(rule.destination(), ctx.bucket->owner_account);
}

// Every ARN for its form first; then all destinations that are not there are named, unless the
// client does not want to know: then nothing is sent there until the operator has configured them.
result<void> check_destinations(const context& ctx, const notification& wanted) {
  for (const notification_rule& rule : wanted.rules) {
    if (names_service(rule)) continue;
    return invalid_argument("The ARN could not be parsed", element_of(rule.kind), rule.arn);
  }
  const auto skip = ctx.header("x-amz-skip-destination-validation");
  if (skip && http::equal_ignoring_case(*skip, "true")) return {};
  std::vector<error::field> unknown;
  for (const notification_rule& rule : wanted.rules) {
    if (is_known(ctx, rule)) continue;
    const std::string number = std::to_string(unknown.size() / 2 + 1);
    const bool queue = rule.kind == notification_target::queue;
    unknown.emplace_back("ArgumentName" + number, rule.arn);
    unknown.emplace_back("ArgumentValue" + number,
                         queue ? "The destination queue does not exist"
                               : "The destination is not configured on this server.");
  }
  if (unknown.empty()) return {};
  return error(errc::invalid_argument,
               "Unable to validate the following destination configurations", std::move(unknown));
}

// AWS makes an id up where the client gives none.
void complete_ids(const context& ctx, notification& all) {
  for (notification_rule& rule : all.rules) {
    if (!rule.id.empty()) continue;
    std::array<std::byte, 16> bytes{};
    ctx.service.random->fill(bytes);
    rule.id = storage::crypto::to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
task<result<http::response>> get_bucket_notification(context& ctx) {
  const auto& documents = ctx.settings->documents;
  const auto stored = documents.find(bucket_setting::notification);
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body =
      stored == documents.end() ? xml::writer("NotificationConfiguration").take() : stored->second;
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
// An empty configuration takes it away. Every destination that is there is sent a test event.
task<result<http::response>> put_bucket_notification(context& ctx) {
  auto wanted = parse_notification(ctx.xml_body);
  if (!wanted) co_return std::move(wanted).error();
  if (wanted->rules.empty()) {
    auto gone = co_await remove_setting(ctx, bucket_setting::notification);
    if (!gone) co_return std::move(gone).error();
    co_return http::response();
  }
  if (auto good = check_destinations(ctx, *wanted); !good) co_return std::move(good).error();
  complete_ids(ctx, *wanted);
  auto stored =
      co_await store_setting(ctx, bucket_setting::notification, write_notification(*wanted));
  if (!stored) co_return std::move(stored).error();
  std::set<std::string_view> destinations;
  std::vector<storage::catalog::outbox_note> notes;
  for (const notification_rule& rule : wanted->rules) {
    const std::string_view destination = rule.destination();
    if (!is_known(ctx, rule) || !destinations.insert(destination).second) continue;
    if (ctx.service.events->take(destination)) notes.push_back(test_event(ctx, destination));
  }
  if (notes.empty()) co_return std::move(stored);
  auto kept = co_await ctx.service.catalog->add_to_outbox(std::move(notes));
  if (!kept) co_return std::move(kept).error();
  ctx.service.events->wake();
  co_return std::move(stored);
}

}  // namespace torhaus::gateway::s3
