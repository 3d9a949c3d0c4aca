#include "gateway/s3/access_log.hpp"

#include <array>

#include "gateway/s3/operations.hpp"
#include "gateway/s3/parameters.hpp"
#include "storage/base/utc.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::size_t max_quoted_bytes = 4096;

// Names that do not follow from method and sub-resource. AWS: LogFormat, and what its logs hold.
struct named_operation {
  std::string_view operation;
  std::string_view logged;
};
constexpr std::array named_operations = std::to_array<named_operation>({
    {"AbortMultipartUpload", "REST.DELETE.UPLOAD"},
    {"CompleteMultipartUpload", "REST.POST.UPLOAD"},
    {"CopyObject", "REST.COPY.OBJECT"},
    {"CreateMultipartUpload", "REST.POST.UPLOADS"},
    {"DeleteObjectTagging", "REST.DELETE.OBJECT_TAGGING"},
    {"DeleteObjects", "REST.POST.MULTI_OBJECT_DELETE"},
    {"GetBucketLogging", "REST.GET.LOGGING_STATUS"},
    {"GetBucketPolicy", "REST.GET.BUCKETPOLICY"},
    {"GetBucketRequestPayment", "REST.GET.REQUEST_PAYMENT"},
    {"GetObjectTagging", "REST.GET.OBJECT_TAGGING"},
    {"ListMultipartUploads", "REST.GET.UPLOADS"},
    {"ListObjectVersions", "REST.GET.BUCKETVERSIONS"},
    {"ListParts", "REST.GET.UPLOAD"},
    {"DeleteBucketPolicy", "REST.DELETE.BUCKETPOLICY"},
    {"PutBucketLogging", "REST.PUT.LOGGING_STATUS"},
    {"PutBucketPolicy", "REST.PUT.BUCKETPOLICY"},
    {"PutBucketRequestPayment", "REST.PUT.REQUEST_PAYMENT"},
    {"PutObjectTagging", "REST.PUT.OBJECT_TAGGING"},
    {"UploadPart", "REST.PUT.PART"},
    {"UploadPartCopy", "REST.COPY.PART"},
});

// "publicAccessBlock" → "PUBLIC_ACCESS_BLOCK", "object-lock" → "OBJECT_LOCK".
std::string in_capitals(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') out += '_';
    if (c == '-') {
      out += '_';
    } else {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return out;
}

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

// One field has no blanks and no line breaks; the head of a request has been checked, so these are
// its own bytes otherwise.
std::string one_field(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, max_quoted_bytes)) {
    out += static_cast<unsigned char>(c) <= ' ' || c == 0x7f ? '+' : c;
  }
  return out.empty() ? "-" : out;
}

// In quotation marks; marks, backslashes and control characters inside are written as \xHH, so
// that a client cannot make fields of its own.
void append_quoted(std::string& line, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  line += '"';
  for (const char c : text.substr(0, max_quoted_bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || byte < ' ' || byte == 0x7f) {
      line += "\\x";
      line += digits[byte >> 4];
      line += digits[byte & 15];
    } else {
      line += c;
    }
  }
  line += '"';
}

bool is_secret(std::string_view name) {
  for (const char* secret : {"X-Amz-Signature", "X-Amz-Security-Token", "Signature"}) {
    if (http::equal_ignoring_case(name, secret)) return true;
  }
  return false;
}

std::string without_secrets(std::string_view target) {
  const std::size_t question = target.find('?');
  std::string out(target.substr(0, question));
  if (question == std::string_view::npos) return out;
  char separator = '?';
  std::string_view rest = target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    const std::string_view name = part.substr(0, part.find('='));
    out += separator;
    if (is_secret(name)) {
      out.append(name).append("=-");
    } else {
      out += part;
    }
    separator = '&';
  }
  return out;
}

// [23/Nov/2026:08:15:00 +0000]
std::string log_time(sys_micros at) {
  const utc_fields f = utc_of(at);
  std::string text = utc_text("[DD/   /YYYY:hh:mm:ss +0000]", f);
  text.replace(4, 3, month_names.at(f.month - 1));
  return text;
}

std::string_view answered(const http::response& answer, std::string_view name) {
  for (const auto& [n, value] : answer.headers) {
    if (http::equal_ignoring_case(n, name)) return value;
  }
  return {};
}

// The size of the object itself, where the request was about its bytes.
std::string object_size(const access_entry& e) {
  if (e.what == nullptr || e.what->where != scope::object || e.answer.status >= 300) return "-";
  if (e.what->name == "GetObject" || e.what->name == "HeadObject") {
    const std::string_view range = answered(e.answer, "Content-Range");
    const std::size_t slash = range.find('/');
    if (slash != std::string_view::npos) return std::string(range.substr(slash + 1));
    if (e.answer.length_of_absent_body) return std::to_string(*e.answer.length_of_absent_body);
    return std::to_string(e.bytes_out);
  }
  if (e.what->name == "PutObject" || e.what->name == "UploadPart") {
    const auto decoded = e.call.find("x-amz-decoded-content-length");
    return decoded ? one_field(*decoded) : std::to_string(e.bytes_in);
  }
  return "-";
}

std::string number_or_dash(std::uint64_t n) { return n == 0 ? "-" : std::to_string(n); }

}  // namespace

std::string access_log_operation(const operation& what) {
  for (const named_operation& row : named_operations) {
    if (row.operation == what.name) return std::string(row.logged);
  }
  std::string_view sub = what.sub_resource.substr(0, what.sub_resource.find('&'));
  if (sub == "list-type=2") sub = {};
  std::string name = "REST." + std::string(what.method) + ".";
  if (!sub.empty()) return name + in_capitals(sub);
  return name + (what.where == scope::object     ? "OBJECT"
                 : what.where == scope::bucket   ? "BUCKET"
                 : what.where == scope::resource ? "RESOURCE_TAG"
                                                 : "SERVICE");
}

namespace {

std::string logged_operation(const access_entry& e) {
  if (e.of_website) return "WEBSITE." + e.call.method + ".OBJECT";
  if (e.what == nullptr) return "REST." + e.call.method + ".-";
  return access_log_operation(*e.what);
}

}  // namespace

std::string access_log_line(const access_entry& e) {
  std::string line;
  line.reserve(512);
  const auto field = [&line](std::string_view text) { line.append(" ").append(text); };
  line += or_dash(e.bucket.owner_canonical_id);
  field(e.bucket.name);
  field(log_time(e.received));
  field(e.call.from.client.to_string());
  field(or_dash(e.requester));
  field(e.call.id);
  field(logged_operation(e));
  field(or_dash(url_encode(e.key)));
  line += ' ';
  append_quoted(line, e.call.method + " " + without_secrets(e.call.target) + " HTTP/1.1");
  field(std::to_string(e.answer.status));
  field(or_dash(e.error_code));
  field(number_or_dash(e.bytes_out));
  field(object_size(e));
  const auto milliseconds =
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(e.took).count());
  field(milliseconds);  // until the answer began; the bytes follow at the client's pace
  field(milliseconds);
  line += ' ';
  append_quoted(line, e.call.find("Referer").value_or("-"));
  line += ' ';
  append_quoted(line, e.call.find("User-Agent").value_or("-"));
  const std::string_view version = answered(e.answer, "x-amz-version-id");
  field(or_dash(version == "null" ? std::string_view() : version));
  field(http::extended_id_of(e.call.id));
  field(e.signature.empty() ? "-" : "SigV4");
  field("-");  // cipher suite
  field(or_dash(e.signature));
  field(one_field(e.call.host));
  field(or_dash(e.call.from.tls_version));
  field("-");  // access point
  field("-");  // whether an ACL was needed
  return line;
}

}  // namespace torhaus::gateway::s3
