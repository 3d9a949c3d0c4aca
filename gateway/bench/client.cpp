#include "gateway/bench/client.hpp"

#include <algorithm>
#include <cstring>

#include "auth/sigv4/uri.hpp"
#include "gateway/bench/xml.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::bench {
namespace {

namespace crypto = storage::crypto;
using auth::sigv4::slash;

constexpr std::size_t scratch_bytes = 256 * 1024;
constexpr std::size_t most_digests = 8192;

payload chosen(const settings& s) {
  if (s.to.who.access_key_id.empty()) return payload::unsigned_bytes;
  if (s.body != payload::automatic) return s.body;
  // As SDKs do: a body is signed unless TLS protects it.
  return s.to.where.tls ? payload::unsigned_bytes : payload::signed_hash;
}

void append_padded(std::string& out, std::uint64_t n, std::size_t digits) {
  const std::string text = std::to_string(n);
  out.append(digits - std::min(digits, text.size()), '0').append(text);
}

// Compares an object with what was stored, as it arrives.
class check_sink final : public answer_sink {
 public:
  check_sink(const plan& all, std::uint64_t item, std::uint64_t bytes)
      : answer_sink(all.s.verify ? use::keep : use::drop),
        bytes_(all.bytes),
        check_(all.s.verify),
        start_(all.bytes.start_of(item, bytes)) {}

  void begin(unsigned status) override {
    answer_sink::begin(status);
    at_ = 0;
  }
  void take(std::string_view bytes) override {
    if (is_error()) return answer_sink::take(bytes);
    if (check_ && same_) same_ = bytes_.same(start_, at_, bytes);
    at_ += bytes.size();
  }
  bool same() const { return same_; }

 private:
  const content& bytes_;
  bool check_;
  std::size_t start_;
  std::uint64_t at_ = 0;
  bool same_ = true;
};

}  // namespace

plan::plan(const settings& given, const clock_source& time)
    : s(given),
      clock(time),
      bytes(given.seed),
      server(given.to),
      key_path(given.to.key_path() + auth::sigv4::encode(given.prefix, slash::kept)),
      body(chosen(given)) {}

std::string plan::name_of(std::uint64_t n) const {
  std::string out;
  if (s.folders > 0) {
    out += "folder-";
    append_padded(out, n % s.folders, 6);
    out += '/';
  }
  append_padded(out, n, 10);
  return out;
}

desk::desk(const plan& p) : all(p), writer(p.s.to, p.clock), scratch(scratch_bytes) {}

const desk::digest& desk::digest_of(std::size_t start, std::uint64_t bytes) {
  const auto key = std::pair(start, bytes);
  const auto found = digests.find(key);
  if (found != digests.end()) return found->second;
  if (digests.size() == most_digests) digests.clear();
  const auto algorithm =
      all.body == payload::crc ? crypto::algorithm::crc64nvme : crypto::algorithm::sha256;
  crypto::digest_set set;
  set.want(algorithm);
  for (std::uint64_t at = 0; at < bytes;) {
    const std::string_view piece = all.bytes.from(start, at).substr(0, bytes - at);
    set.update(std::as_bytes(std::span(piece)));
    at += piece.size();
  }
  set.finish();
  const std::string_view raw = set.value(algorithm).bytes();
  digest made;
  if (all.body == payload::crc) {
    made.crc = crypto::to_base64(raw);
  } else {
    made.sha256 = crypto::to_hex(raw);
  }
  return digests.emplace(key, std::move(made)).first->second;
}

void desk::prepare_digests() {
  if (all.body == payload::unsigned_bytes || !all.s.sizes.single()) return;
  const std::uint64_t bytes = all.s.sizes.largest();
  for (const std::size_t start : content::starts(bytes)) digest_of(start, bytes);
}

void client::set_path(std::uint64_t name) {
  path_.assign(desk_.all.key_path).append(desk_.all.name_of(name));
}

void client::set_version(std::string_view version) {
  query_.clear();
  if (version.empty()) return;
  query_ = "versionId=";
  auth::sigv4::append_encoded(query_, version, slash::encoded);
}

task<outcome> client::send(const request& r, const outgoing_body& body,
                           response_parser::body expected, answer_sink& sink, unsigned wanted) {
  outcome out;
  try {
    desk_.writer.write(head_, r);
    out.status = co_await link_.exchange(head_, body, expected, sink);
    out.as_wanted = out.status == wanted;
    if (!out.as_wanted) {
      const std::string code = element_of(sink.text(), "Code");
      out.message = std::to_string(out.status) + (code.empty() ? "" : " " + code);
    }
  } catch (const boost::system::system_error& fault) {
    out.message = fault.code().message();
    link_.close();
  }
  if (desk_.all.s.new_connections) link_.close();
  co_return out;
}

task<outcome> client::send_ring(std::string_view method, std::string_view query, std::uint64_t item,
                                std::uint64_t bytes) {
  const plan& all = desk_.all;
  const std::size_t start = all.bytes.start_of(item, bytes);
  request r{.method = method, .path = path_, .query = query, .body_bytes = bytes};
  r.payload_hash = auth::sigv4::unsigned_payload;
  if (all.body != payload::unsigned_bytes) {
    const desk::digest& known = desk_.digest_of(start, bytes);
    if (all.body == payload::signed_hash) r.payload_hash = known.sha256;
    r.crc64nvme = known.crc;
  }
  const outgoing_body body{.ring = &all.bytes, .start = start, .bytes = bytes};
  answer_sink sink;
  outcome out = co_await send(r, body, response_parser::body::as_announced, sink, 200);
  out.bytes = bytes;
  co_return out;
}

task<outcome> client::put(std::uint64_t name, std::uint64_t item) {
  set_path(name);
  co_return co_await send_ring("PUT", {}, item, desk_.all.size_of(item));
}

task<outcome> client::get(std::uint64_t name, std::uint64_t item, std::string_view version) {
  set_path(name);
  set_version(version);
  const std::uint64_t bytes = desk_.all.size_of(item);
  check_sink sink(desk_.all, item, bytes);
  const request r{.method = "GET", .path = path_, .query = query_};
  const outgoing_body none;
  outcome out = co_await send(r, none, response_parser::body::as_announced, sink, 200);
  out.bytes = link_.answer().body_bytes();
  out.right_bytes = !out.as_wanted || (sink.same() && out.bytes == bytes);
  co_return out;
}

task<outcome> client::stat(std::uint64_t name, std::uint64_t item, std::string_view version) {
  set_path(name);
  set_version(version);
  answer_sink sink;
  const request r{.method = "HEAD", .path = path_, .query = query_};
  const outgoing_body none;
  outcome out = co_await send(r, none, response_parser::body::none, sink, 200);
  out.right_bytes = !out.as_wanted || link_.answer().body_bytes() == desk_.all.size_of(item);
  co_return out;
}

task<outcome> client::remove(std::uint64_t name) {
  set_path(name);
  answer_sink sink;
  const request r{.method = "DELETE", .path = path_};
  const outgoing_body none;
  co_return co_await send(r, none, response_parser::body::as_announced, sink, 204);
}

task<outcome> client::remove_batch(std::uint64_t first, unsigned count) {
  std::vector<std::pair<std::string, std::string>> keys;
  for (unsigned i = 0; i < count; ++i) {
    keys.emplace_back(desk_.all.s.prefix + desk_.all.name_of(first + i), std::string());
  }
  std::string document = delete_document(keys);
  std::string text;
  outcome out =
      co_await call("POST", desk_.all.s.to.bucket_path(), "delete=", std::move(document), text);
  out.right_bytes = count_of(text, "<Error>") == 0;
  co_return out;
}

task<outcome> client::list(std::string after, std::uint64_t wanted) {
  const settings& s = desk_.all.s;
  query_.clear();
  if (s.folders > 0) query_ += "delimiter=%2F&";
  query_ += "list-type=2&max-keys=" + std::to_string(s.page) + "&prefix=";
  auth::sigv4::append_encoded(query_, s.prefix, slash::encoded);
  if (!after.empty()) {
    query_ += "&start-after=";
    auth::sigv4::append_encoded(query_, s.prefix + after, slash::encoded);
  }
  path_ = s.to.bucket_path();
  answer_sink sink(answer_sink::use::keep);
  const request r{.method = "GET", .path = path_, .query = query_};
  const outgoing_body none;
  outcome out = co_await send(r, none, response_parser::body::as_announced, sink, 200);
  const std::string_view one = s.folders > 0 ? "<CommonPrefixes>" : "<Key>";
  out.right_bytes = !out.as_wanted || count_of(sink.text(), one) == wanted;
  co_return out;
}

task<outcome> client::create_upload(std::uint64_t name, std::string& upload) {
  set_path(name);
  std::string path = path_;
  std::string text;
  outcome out = co_await call("POST", std::move(path), "uploads=", {}, text);
  upload = element_of(text, "UploadId");
  if (upload.empty()) out.as_wanted = false;
  co_return out;
}

task<outcome> client::put_part(std::uint64_t name, const std::string& upload, unsigned number,
                               std::uint64_t item, std::string& etag) {
  set_path(name);
  std::string query = "partNumber=" + std::to_string(number) + "&uploadId=";
  auth::sigv4::append_encoded(query, upload, slash::encoded);
  outcome out = co_await send_ring("PUT", query, item, desk_.all.s.part_bytes);
  etag = link_.answer().header("etag");
  co_return out;
}

task<outcome> client::complete_upload(std::uint64_t name, const std::string& upload,
                                      const std::vector<std::string>& etags) {
  set_path(name);
  std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (std::size_t i = 0; i < etags.size(); ++i) {
    body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>";
    append_escaped(body, etags[i]);
    body += "</ETag></Part>";
  }
  body += "</CompleteMultipartUpload>";
  std::string query = "uploadId=";
  auth::sigv4::append_encoded(query, upload, slash::encoded);
  std::string path = path_;
  std::string text;
  outcome out = co_await call("POST", std::move(path), std::move(query), std::move(body), text);
  // AWS: a 200 may carry an error that came up later.
  if (out.as_wanted && element_of(text, "ETag").empty()) {
    out.as_wanted = false;
    out.message = "200 " + element_of(text, "Code");
  }
  out.bytes = etags.size() * desk_.all.s.part_bytes;
  co_return out;
}

task<outcome> client::call(std::string_view method, std::string path, std::string query,
                           std::string body, std::string& text) {
  request r{.method = method, .path = path, .query = query, .body_bytes = body.size()};
  const std::string hash =
      crypto::to_hex(crypto::digest_of(crypto::algorithm::sha256, body).bytes());
  r.payload_hash = hash;
  std::string md5;
  if (query == "delete=") {
    md5 = crypto::to_base64(crypto::digest_of(crypto::algorithm::md5, body).bytes());
  }
  r.content_md5 = md5;
  const outgoing_body out_body{.text = body};
  answer_sink sink(answer_sink::use::keep);
  const unsigned wanted = method == "DELETE" ? 204 : 200;
  outcome out = co_await send(r, out_body, response_parser::body::as_announced, sink, wanted);
  text = sink.text();
  co_return out;
}

std::string client::version_of_answer() const {
  return std::string(link_.answer().header("x-amz-version-id"));
}

std::string delete_document(const std::vector<std::pair<std::string, std::string>>& keys) {
  std::string out = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>";
  for (const auto& [key, version] : keys) {
    out += "<Object><Key>";
    append_escaped(out, key);
    out += "</Key>";
    if (!version.empty()) out.append("<VersionId>").append(version).append("</VersionId>");
    out += "</Object>";
  }
  return out + "</Delete>";
}

}  // namespace torhaus::gateway::bench
