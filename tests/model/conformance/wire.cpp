#include "tests/model/conformance/wire.hpp"

#include <array>
#include <set>

#include "storage/crypto/digest.hpp"
#include "tests/model/rules/reference.hpp"

namespace torhaus::model {

namespace {

namespace crypto = storage::crypto;

std::string md5_base64(const std::string& bytes) {
  return crypto::to_base64(crypto::digest_of(crypto::algorithm::md5, bytes).bytes());
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '\r') {
      out += "&#13;";
    } else {
      out += c;
    }
  }
  return out;
}

// Encodes slashes too, for values of a query.
std::string encoded_all(const std::string& text) {
  std::string out;
  for (const char c : encoded(text)) {
    if (c == '/') {
      out += "%2F";
    } else {
      out += c;
    }
  }
  return out;
}

class builder {
 public:
  explicit builder(const request& r) : r_(r) {
    w_.path = r.what == verb::list_buckets ? "/" : "/" + r.bucket;
  }

  wire_request build();

 private:
  void method(const char* name) { w_.method = name; }
  void on_key() { w_.path += "/" + encoded(r_.key); }
  void query(const std::string& name) { w_.query += (w_.query.empty() ? "" : "&") + name; }
  void query(const std::string& name, const std::string& value) {
    query(name + "=" + encoded_all(value));
  }
  void header(const std::string& name, const std::string& value) {
    w_.headers.emplace_back(name, value);
  }
  void xml(std::string text) {
    w_.body = std::move(text);
    header("Content-MD5", md5_base64(w_.body));
  }
  void version() {
    if (r_.version) query("versionId", *r_.version);
  }
  static std::string tag_text(const std::string& etag) {
    return etag == "*" ? etag : '"' + etag + '"';
  }
  void conditions(const condition& c, const std::string& prefix) {
    if (c.match) header(prefix + "If-Match", tag_text(*c.match));
    if (c.none_match) header(prefix + "If-None-Match", tag_text(*c.none_match));
    if (c.modified_since) header(prefix + "If-Modified-Since", http_time(*c.modified_since));
    if (c.unmodified_since) header(prefix + "If-Unmodified-Since", http_time(*c.unmodified_since));
  }
  void attributes() {
    if (!r_.content_type.empty()) header("Content-Type", r_.content_type);
    for (const auto& [name, value] : r_.metadata) header("x-amz-meta-" + name, value);
    std::string tags;
    for (const auto& [name, value] : r_.tags) {
      tags += (tags.empty() ? "" : "&") + encoded_all(name) + "=" + encoded_all(value);
    }
    if (!tags.empty()) header("x-amz-tagging", tags);
  }
  void lock() {
    if (r_.lock.mode != lock_mode::none) {
      header("x-amz-object-lock-mode", mode_name(r_.lock.mode));
      header("x-amz-object-lock-retain-until-date", exact(r_.lock.until));
    }
    if (r_.lock.hold) header("x-amz-object-lock-legal-hold", *r_.lock.hold ? "ON" : "OFF");
  }
  static const char* mode_name(lock_mode m) {
    return m == lock_mode::governance ? "GOVERNANCE" : "COMPLIANCE";
  }
  void range(const char* name) {
    if (!r_.range) return;
    std::string text = "bytes=";
    if (r_.range->first) text += std::to_string(*r_.range->first);
    text += "-";
    if (r_.range->last) text += std::to_string(*r_.range->last);
    header(name, text);
  }
  void source() {
    std::string text = "/" + r_.from.bucket + "/" + encoded(r_.from.key);
    if (r_.from.version) text += "?versionId=" + *r_.from.version;
    header("x-amz-copy-source", text);
    conditions(r_.from.when, "x-amz-copy-source-");
  }
  void bypass() {
    if (r_.bypass) header("x-amz-bypass-governance-retention", "true");
  }
  // Content-MD5 of a body, right or wrong.
  void digest() { header("Content-MD5", md5_base64(r_.wrong_digest ? r_.body + "x" : r_.body)); }

  void listing(const char* max);
  void tag_document();
  void delete_document();
  void part_document();
  void retention_document();
  void lock_configuration();
  bool bucket_settings();
  bool objects();
  bool object_attributes();
  bool uploads();
  bool listings();

  const request& r_;
  wire_request w_;
};

void builder::listing(const char* max) {
  query("encoding-type", "url");
  if (!r_.page.prefix.empty()) query("prefix", r_.page.prefix);
  if (!r_.page.delimiter.empty()) query("delimiter", r_.page.delimiter);
  query(max, std::to_string(r_.page.max));
}

void builder::tag_document() {
  std::string text = "<Tagging><TagSet>";
  for (const auto& [name, value] : r_.tags) {
    text += "<Tag><Key>" + escaped(name) + "</Key><Value>" + escaped(value) + "</Value></Tag>";
  }
  xml(text + "</TagSet></Tagging>");
}

void builder::delete_document() {
  std::string text = "<Delete>";
  if (r_.quiet) text += "<Quiet>true</Quiet>";
  for (const named_version& one : r_.objects) {
    text += "<Object><Key>" + escaped(one.key) + "</Key>";
    if (one.version) text += "<VersionId>" + *one.version + "</VersionId>";
    text += "</Object>";
  }
  xml(text + "</Delete>");
}

void builder::part_document() {
  w_.body = "<CompleteMultipartUpload>";
  for (const listed_part& p : r_.parts) {
    w_.body += "<Part><PartNumber>" + std::to_string(p.number) + "</PartNumber><ETag>\"" + p.etag +
               "\"</ETag></Part>";
  }
  w_.body += "</CompleteMultipartUpload>";
}

void builder::retention_document() {
  if (r_.lock.mode == lock_mode::none) return xml("<Retention/>");
  xml("<Retention><Mode>" + std::string(mode_name(r_.lock.mode)) + "</Mode><RetainUntilDate>" +
      exact(r_.lock.until) + "</RetainUntilDate></Retention>");
}

void builder::lock_configuration() {
  std::string text = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>";
  if (r_.retention.mode != lock_mode::none) {
    text += "<Rule><DefaultRetention><Mode>" + std::string(mode_name(r_.retention.mode)) +
            "</Mode><Days>" + std::to_string(r_.retention.days) +
            "</Days></DefaultRetention></Rule>";
  }
  xml(text + "</ObjectLockConfiguration>");
}

bool builder::bucket_settings() {
  switch (r_.what) {
    case verb::head_bucket:
      method("HEAD");
      return true;
    case verb::delete_bucket:
      method("DELETE");
      return true;
    case verb::create_bucket:
      method("PUT");
      if (r_.state == versioning::suspended) header("x-amz-bucket-object-lock-enabled", "true");
      return true;
    case verb::list_buckets:
      query("prefix", r_.page.prefix);
      return true;
    case verb::get_versioning:
      query("versioning");
      return true;
    case verb::put_versioning:
      method("PUT");
      query("versioning");
      xml(std::string("<VersioningConfiguration><Status>") +
          (r_.state == versioning::enabled ? "Enabled" : "Suspended") +
          "</Status></VersioningConfiguration>");
      return true;
    case verb::get_lock_configuration:
      query("object-lock");
      return true;
    case verb::put_lock_configuration:
      method("PUT");
      query("object-lock");
      lock_configuration();
      return true;
    default:
      return false;
  }
}

bool builder::objects() {
  switch (r_.what) {
    case verb::put:
      method("PUT");
      on_key();
      w_.body = r_.body;
      w_.cut = r_.cut;
      digest();
      if (!r_.algorithm.empty()) {
        header(checksum_header_of(r_.algorithm),
               checksum_of(r_.algorithm, r_.wrong_checksum ? r_.body + "x" : r_.body));
      }
      attributes();
      lock();
      conditions(r_.when, "");
      return true;
    case verb::get:
    case verb::head:
      method(r_.what == verb::get ? "GET" : "HEAD");
      on_key();
      version();
      conditions(r_.when, "");
      range("Range");
      if (r_.tell_checksum) header("x-amz-checksum-mode", "ENABLED");
      if (r_.part_number) query("partNumber", std::to_string(*r_.part_number));
      return true;
    case verb::copy:
      method("PUT");
      on_key();
      source();
      if (!r_.algorithm.empty()) header("x-amz-checksum-algorithm", r_.algorithm);
      if (r_.replace_metadata) header("x-amz-metadata-directive", "REPLACE");
      if (r_.replace_tags) header("x-amz-tagging-directive", "REPLACE");
      attributes();
      conditions(r_.when, "");
      return true;
    case verb::remove:
      method("DELETE");
      on_key();
      version();
      bypass();
      conditions(r_.when, "");
      return true;
    case verb::remove_many:
      method("POST");
      query("delete");
      bypass();
      delete_document();
      return true;
    default:
      return false;
  }
}

bool builder::object_attributes() {
  const bool hold = r_.what == verb::get_hold || r_.what == verb::put_hold;
  const bool tags =
      r_.what == verb::get_tags || r_.what == verb::put_tags || r_.what == verb::delete_tags;
  const bool retention = r_.what == verb::get_retention || r_.what == verb::put_retention;
  if (!hold && !tags && !retention) return false;
  on_key();
  query(tags ? "tagging" : hold ? "legal-hold" : "retention");
  version();
  if (r_.what == verb::delete_tags) method("DELETE");
  if (r_.what == verb::put_tags || r_.what == verb::put_hold || r_.what == verb::put_retention) {
    method("PUT");
  }
  if (r_.what == verb::put_tags) tag_document();
  if (r_.what == verb::put_hold) {
    xml(std::string("<LegalHold><Status>") + (r_.lock.hold.value_or(false) ? "ON" : "OFF") +
        "</Status></LegalHold>");
  }
  if (r_.what == verb::put_retention) {
    bypass();
    retention_document();
  }
  return true;
}

bool builder::uploads() {
  switch (r_.what) {
    case verb::create_upload:
      method("POST");
      on_key();
      query("uploads");
      attributes();
      return true;
    case verb::upload_part:
    case verb::copy_part:
      method("PUT");
      on_key();
      query("partNumber", std::to_string(*r_.part_number));
      query("uploadId", r_.upload);
      if (r_.what == verb::copy_part) {
        source();
        range("x-amz-copy-source-range");
        return true;
      }
      w_.body = r_.body;
      w_.cut = r_.cut;
      digest();
      return true;
    case verb::complete:
      method("POST");
      on_key();
      query("uploadId", r_.upload);
      conditions(r_.when, "");
      part_document();
      return true;
    case verb::abort:
    case verb::list_parts:
      method(r_.what == verb::abort ? "DELETE" : "GET");
      on_key();
      query("uploadId", r_.upload);
      if (r_.what == verb::abort) return true;
      query("encoding-type", "url");
      query("max-parts", std::to_string(r_.page.max));
      if (r_.part_number) query("part-number-marker", std::to_string(*r_.part_number));
      return true;
    default:
      return false;
  }
}

bool builder::listings() {
  switch (r_.what) {
    case verb::list_uploads:
      query("uploads");
      listing("max-uploads");
      if (!r_.page.marker.empty()) query("key-marker", r_.page.marker);
      if (r_.page.within) query("upload-id-marker", *r_.page.within);
      return true;
    case verb::list_v1:
      listing("max-keys");
      if (!r_.page.marker.empty()) query("marker", r_.page.marker);
      return true;
    case verb::list_v2:
      query("list-type", "2");
      listing("max-keys");
      if (!r_.page.start_after.empty()) query("start-after", r_.page.start_after);
      if (!r_.page.token.empty()) query("continuation-token", r_.page.token);
      return true;
    case verb::list_versions:
      query("versions");
      listing("max-keys");
      if (!r_.page.marker.empty()) query("key-marker", r_.page.marker);
      if (r_.page.within) query("version-id-marker", *r_.page.within);
      return true;
    default:
      return false;
  }
}

wire_request builder::build() {
  const bool known =
      bucket_settings() || objects() || object_attributes() || uploads() || listings();
  if (!known) throw std::logic_error("a verb that cannot be sent");
  return std::move(w_);
}

// Headers that an answer is compared by.
bool counts(const std::string& name) {
  static const std::set<std::string> all = {"etag",
                                            "last-modified",
                                            "content-range",
                                            "location",
                                            "x-amz-version-id",
                                            "x-amz-delete-marker",
                                            "x-amz-copy-source-version-id",
                                            "x-amz-tagging-count",
                                            "x-amz-mp-parts-count",
                                            "x-amz-object-lock-mode",
                                            "x-amz-object-lock-retain-until-date",
                                            "x-amz-object-lock-legal-hold",
                                            "x-amz-checksum-type"};
  return all.contains(name) || name.starts_with("x-amz-checksum-") ||
         name.starts_with("x-amz-meta-");
}

const std::string& usual_spelling(const std::string& name) {
  static const std::map<std::string, std::string> all = {{"etag", "ETag"},
                                                         {"last-modified", "Last-Modified"},
                                                         {"content-range", "Content-Range"},
                                                         {"content-type", "Content-Type"},
                                                         {"location", "Location"}};
  const auto known = all.find(name);
  return known == all.end() ? name : known->second;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// Listings were asked to encode names.
void decode_names(document& d) {
  constexpr std::array names = {"Key",        "Prefix",     "Delimiter", "Marker",
                                "StartAfter", "NextMarker", "KeyMarker", "NextKeyMarker"};
  const auto decode = [&](document::texts& texts) {
    for (const char* name : names) {
      const auto at = texts.find(name);
      if (at != texts.end()) at->second = decoded(at->second);
    }
  };
  decode(d.fields);
  for (document::entry& e : d.entries) decode(e.fields);
}

void read_body(const request& r, const wire_answer& w, answer& a) {
  const bool object = r.what == verb::get && w.status < 300;
  if (object) {
    a.bytes = w.body;
    return;
  }
  if (w.body.empty()) return;
  a.body = read_document(w.body);
  if (a.body.name == "Error") {
    a.code = a.text("Code");
    a.body = {};
    return;
  }
  if (a.body.fields.contains("EncodingType")) decode_names(a.body);
}

}  // namespace

header_list header_list_of(const std::string& head) {
  header_list all;
  for (std::size_t at = head.find("\r\n"); at != std::string::npos && at + 2 < head.size();) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, end - at - 2);
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) all.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    at = end;
  }
  return all;
}

std::string encoded(const std::string& text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  static constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~/";
  std::string out;
  for (const char c : text) {
    if (c != '\0' && plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 2 >= text.size()) {
      out += text[i];
      continue;
    }
    const auto byte = storage::crypto::from_hex(lower(text.substr(i + 1, 2)));
    out += byte ? *byte : "?";
    i += 2;
  }
  return out;
}

wire_request to_wire(const request& r) { return builder(r).build(); }

answer from_wire(const request& r, const wire_answer& w) {
  answer a;
  a.status = w.status;
  const bool object = r.what == verb::get || r.what == verb::head;
  for (const auto& [name, value] : w.headers) {
    const std::string plain = lower(name);
    const bool type = plain == "content-type" && object && w.status < 300;
    if (counts(plain) || type) a.headers[usual_spelling(plain)] = value;
  }
  read_body(r, w, a);
  if (w.status == 304) a.headers = {{"ETag", a.header("ETag")}};
  if (r.what == verb::head && w.length_of_absent_body && w.status < 300) {
    a.headers["Content-Length"] = std::to_string(*w.length_of_absent_body);
  }
  return a;
}

}  // namespace torhaus::model
