#include "gateway/workers/event_document.hpp"

#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "gateway/http/message.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::workers {
namespace {

namespace json = boost::json;

// Keys are encoded as forms are: a blank is '+'.
std::string form_encoded(std::string_view key) {
  std::string out = s3::url_encode(key);
  std::size_t at = 0;
  while ((at = out.find("%20", at)) != std::string::npos) out.replace(at, 3, "+");
  return out;
}

// Of one key, a later event has a greater one; as hex digits of equal number they compare as text.
std::string sequencer(std::uint64_t position) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%018llX", static_cast<unsigned long long>(position));
  return text.data();
}

json::object object_of(const storage::catalog::outbox_record& r) {
  json::object object;
  object["key"] = form_encoded(r.key);
  // AWS leaves both out where nothing is left to have them.
  if (r.kind == storage::catalog::change_kind::stored ||
      r.kind == storage::catalog::change_kind::altered) {
    object["size"] = r.size;
    object["eTag"] = r.etag;
  }
  if (!r.version_id.empty() && r.version_id != "null") object["versionId"] = r.version_id;
  object["sequencer"] = sequencer(r.position);
  return object;
}

std::string test_document(const s3::event_note& note) {
  json::object test;
  test["Service"] = "Amazon S3";
  test["Event"] = note.event;
  test["Time"] = note.written;
  test["Bucket"] = note.bucket;
  test["RequestId"] = note.request_id;
  test["HostId"] = http::extended_id_of(note.request_id);
  return json::serialize(test);
}

}  // namespace

std::string event_document(const storage::catalog::outbox_record& r) {
  const s3::event_note note = s3::event_note::decode(r.text);
  if (note.event == s3::test_event_name) return test_document(note);
  json::object bucket;
  bucket["name"] = note.bucket;
  bucket["ownerIdentity"] = json::object{{"principalId", note.bucket_owner}};
  bucket["arn"] = "arn:aws:s3:::" + note.bucket;
  json::object s3_part;
  s3_part["s3SchemaVersion"] = "1.0";
  s3_part["configurationId"] = note.configuration_id;
  s3_part["bucket"] = std::move(bucket);
  s3_part["object"] = object_of(r);
  json::object record;
  // 2.3 brought tagging, ACL and lifecycle events.
  const bool late = note.event.starts_with("s3:ObjectTagging:") ||
                    note.event.starts_with("s3:ObjectAcl:") ||
                    note.event.starts_with("s3:Lifecycle");
  record["eventVersion"] = late ? "2.3" : "2.1";
  record["eventSource"] = "aws:s3";
  record["awsRegion"] = note.region;
  record["eventTime"] =
      s3::iso_date(sys_micros(std::chrono::microseconds(static_cast<std::int64_t>(r.position))));
  record["eventName"] = note.event.substr(note.event.find(':') + 1);
  record["userIdentity"] = json::object{{"principalId", note.requester}};
  record["requestParameters"] = json::object{{"sourceIPAddress", note.source_ip}};
  record["responseElements"] = json::object{{"x-amz-request-id", note.request_id},
                                            {"x-amz-id-2", http::extended_id_of(note.request_id)}};
  record["s3"] = std::move(s3_part);
  if (!note.storage_class.empty()) {
    record["lifecycleEventData"] = json::object{
        {"transitionEventData", json::object{{"destinationStorageClass", note.storage_class}}}};
  }
  json::object document;
  document["Records"] = json::array{std::move(record)};
  return json::serialize(document);
}

}  // namespace torhaus::gateway::workers
