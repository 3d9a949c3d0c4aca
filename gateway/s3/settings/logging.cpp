#include "gateway/s3/settings/logging.hpp"

#include "gateway/s3/xml/reader.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::size_t max_prefix_bytes = 800;  // leaves room for the partitions and the name

result<log_key_format> parse_format(const xml::element& enabled) {
  const auto format = enabled.child("TargetObjectKeyFormat");
  if (!format) return log_key_format::simple;
  const auto partitioned = format->child("PartitionedPrefix");
  const bool simple = format->child("SimplePrefix").has_value();
  // AWS: one of the two.
  if (simple == partitioned.has_value()) return errc::malformed_xml;
  if (simple) return log_key_format::simple;
  const auto source = partitioned->text_of("PartitionDateSource");
  if (source == "EventTime") return log_key_format::partitioned_by_event;
  if (source == "DeliveryTime") return log_key_format::partitioned_by_delivery;
  return errc::malformed_xml;
}

// Grants are checked for their form. Delivered objects are the target owner's; who else may read
// them is for the target bucket's policy to say.
result<void> check_grants(const xml::element& enabled) {
  const auto grants = enabled.child("TargetGrants");
  if (!grants) return {};
  for (const xml::element& grant : grants->children()) {
    const auto permission = grant.text_of("Permission");
    // AWS documents the first three and takes the others too.
    const bool known = permission == "FULL_CONTROL" || permission == "READ" ||
                       permission == "WRITE" || permission == "READ_ACP" ||
                       permission == "WRITE_ACP";
    if (grant.name() != "Grant" || !grant.child("Grantee") || !known) return errc::malformed_xml;
  }
  return {};
}

}  // namespace

result<logging> parse_logging(std::string_view document) {
  const auto doc = xml::document::parse(document, "BucketLoggingStatus");
  if (!doc) return doc.error();
  logging wanted;
  const auto enabled = doc->root().child("LoggingEnabled");
  if (!enabled) {
    if (!doc->root().children().empty()) return errc::malformed_xml;
    return wanted;
  }
  const auto bucket = enabled->text_of("TargetBucket");
  const auto prefix = enabled->text_of("TargetPrefix");
  if (!bucket || bucket->empty() || !prefix) return errc::malformed_xml;
  if (prefix->size() > max_prefix_bytes) return errc::malformed_xml;
  auto format = parse_format(*enabled);
  if (!format) return std::move(format).error();
  if (auto good = check_grants(*enabled); !good) return std::move(good).error();
  wanted.target_bucket = *bucket;
  wanted.target_prefix = *prefix;
  wanted.format = *format;
  return wanted;
}

}  // namespace torhaus::gateway::s3
