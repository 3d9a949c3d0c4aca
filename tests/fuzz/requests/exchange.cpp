#include "tests/fuzz/requests/exchange.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "gateway/s3/operations.hpp"
#include "storage/crypto/digest.hpp"
#include "tests/model/conformance/wire.hpp"

namespace torhaus::fuzz {
namespace {

namespace crypto = storage::crypto;
namespace sigv4 = auth::sigv4;
using model::wire_request;

constexpr std::size_t chunk_bytes = 8192;        // the least that S3 takes for all but the last
constexpr std::size_t long_body_bytes = 20'000;  // in a segment
constexpr auto presigned_for = std::chrono::seconds(600);
constexpr auto skew = std::chrono::minutes(30);  // S3 takes 15

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// What comes through the HTTP parser: nothing else reaches the server.
std::string header_value(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte != 0x7f) || c == '\t') out += c;
  }
  const std::size_t first = out.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return out.substr(first, out.find_last_not_of(" \t") - first + 1);
}

std::string encoded_all(const std::string& text) {
  std::string out;
  for (const char c : model::encoded(text))
    out += c == '/' ? std::string("%2F") : std::string(1, c);
  return out;
}

// Replaces $NAME; what is not known stays.
std::string filled(std::string text, const names& known) {
  for (const auto& [name, value] : known) {
    for (std::size_t at = text.find(name); at != std::string::npos;
         at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

std::string base64_md5(const std::string& body) {
  return crypto::to_base64(crypto::digest_of(crypto::algorithm::md5, body).bytes());
}
std::string hex_sha256(std::string_view body) {
  return crypto::to_hex(crypto::digest_of(crypto::algorithm::sha256, body).bytes());
}

bool has(const wire_request& w, const std::string& name) {
  return std::ranges::any_of(w.headers, [&](const auto& h) { return lower(h.first) == name; });
}

sigv4::header_list added_headers(const wire_request& w, const std::string& payload,
                                 const sigv4::signer_identity& who, std::chrono::sys_seconds now) {
  std::vector<sigv4::header_view> views;
  for (const auto& [name, value] : w.headers) views.push_back({name, value});
  return sigv4::sign_headers(
      {.method = w.method, .raw_path = w.path, .raw_query = w.query, .headers = views}, payload,
      who, now);
}

std::string value_of(const sigv4::header_list& all, const std::string& name) {
  for (const auto& [n, value] : all) {
    if (lower(n) == name) return value;
  }
  return "";
}

// The body as signed chunks. AWS: "Signature calculations: transferring payload in multiple
// chunks".
void sign_chunked(wire_request& w, const sigv4::signer_identity& who,
                  std::chrono::sys_seconds now) {
  const std::string bytes = std::move(w.body);
  std::size_t wire_bytes = 0;
  const auto head_of = [](std::size_t size) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (std::size_t rest = size; rest > 0 || hex.empty(); rest /= 16) {
      hex.insert(hex.begin(), digits[rest % 16]);
    }
    return hex + ";chunk-signature=";
  };
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < bytes.size(); at += chunk_bytes) {
    pieces.push_back(bytes.substr(at, chunk_bytes));
  }
  pieces.emplace_back();
  for (const std::string& piece : pieces) {
    wire_bytes += head_of(piece.size()).size() + 64 + 2 + piece.size() + 2;
  }
  w.headers.emplace_back("Content-Encoding", "aws-chunked");
  w.headers.emplace_back("x-amz-decoded-content-length", std::to_string(bytes.size()));
  w.headers.emplace_back("Content-Length", std::to_string(wire_bytes));
  const auto added = added_headers(w, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", who, now);
  const std::string stamp = value_of(added, "x-amz-date");
  const std::string signature = value_of(added, "authorization");
  const sigv4::scope where{stamp.substr(0, 8), who.region, who.service};
  sigv4::chunk_signer chunks(sigv4::signing_key::derive(who.secret, where), where, stamp,
                             signature.substr(signature.size() - 64));
  w.body.clear();
  for (const std::string& piece : pieces) {
    w.body += head_of(piece.size()) + chunks.next(hex_sha256(piece)) + "\r\n" + piece + "\r\n";
  }
  w.headers.insert(w.headers.end(), added.begin(), added.end());
}

bool set_by_the_form(const std::string& name) {
  static const std::set<std::string> all = {
      "host",       "content-length", "transfer-encoding",    "authorization",
      "x-amz-date", "expect",         "x-amz-content-sha256", "x-amz-security-token"};
  return all.contains(name) || name.empty() ||
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos;
}

// The signature's own digits: where they are does not matter to who looks for them.
void turn_digit(std::string& text, std::size_t at) { text[at] = text[at] == '0' ? '1' : '0'; }

void break_signature(wire_request& w, std::uint32_t where) {
  const std::size_t digit = where % 64;
  const std::size_t in_query = w.query.find("X-Amz-Signature=");
  if (in_query != std::string::npos) {
    return turn_digit(w.query, in_query + std::string_view("X-Amz-Signature=").size() + digit);
  }
  for (auto& [name, value] : w.headers) {
    if (lower(name) == "authorization") turn_digit(value, value.size() - 64 + digit);
  }
}

// Signed headers that anybody might change on the way. What frames the message is not among them.
std::vector<std::size_t> changeable(const wire_request& w) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < w.headers.size(); ++i) {
    const std::string name = lower(w.headers[i].first);
    if (name != "host" && name != "content-length" && name != "authorization") all.push_back(i);
  }
  return all;
}

}  // namespace

model::caller caller_of(const call& c) { return static_cast<model::caller>(c.who % 8U); }

wire_request built(const call& c, const std::string& mark, const names& known) {
  const auto rows = gateway::s3::operations();
  const auto& row = rows[c.row % rows.size()];
  names here = known;
  const std::string bucket = mark + (c.bucket % 4 == 1 ? "-b" : c.bucket % 4 == 3 ? "-c" : "-a");
  here["$BUCKET"] = bucket;
  wire_request w;
  w.method = row.method;
  w.path = row.where == gateway::s3::scope::service ? "/" : "/" + bucket;
  if (row.where == gateway::s3::scope::resource) {
    w.path = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3A" + bucket;
  }
  if (row.where == gateway::s3::scope::object) w.path += "/" + model::encoded(c.key);
  const auto add = [&](const std::string& name, const std::string& value) {
    w.query += (w.query.empty() ? "" : "&") + encoded_all(name);
    w.query += "=" + encoded_all(filled(value, here));
  };
  std::string rest(row.sub_resource);
  while (!rest.empty()) {
    const std::string one = rest.substr(0, rest.find('&'));
    rest.erase(0, one.size() + 1);
    const std::string name = one.substr(0, one.find('='));
    const bool given = std::ranges::any_of(c.query, [&](const auto& q) { return q.first == name; });
    if (given) continue;
    add(name, name == "uploadId"         ? "$UPLOAD"
              : name == "partNumber"     ? "1"
              : one.size() > name.size() ? one.substr(name.size() + 1)
                                         : "");
  }
  for (const auto& [name, value] : c.query) add(name, value);
  for (const auto& [name, value] : c.headers) {
    const std::string plain = lower(name);
    if (set_by_the_form(plain) || has(w, plain)) continue;
    w.headers.emplace_back(plain, header_value(filled(value, here)));
  }
  if (!row.header.empty() && !has(w, std::string(row.header))) {
    w.headers.emplace_back(row.header, "/" + bucket + "/a");
  }
  if (w.method == "PUT" || w.method == "POST") w.body = filled(c.body, here);
  const bool stream = row.body == gateway::s3::body_kind::stream;
  if (stream && (c.bucket & long_body) != 0) w.body.resize(long_body_bytes, 'n');
  const bool document = row.body == gateway::s3::body_kind::xml;
  if (document && !has(w, "content-md5")) w.headers.emplace_back("content-md5", base64_md5(w.body));
  return w;
}

void sign(wire_request& w, form as, const sigv4::signer_identity& who, sys_micros at) {
  const auto now = std::chrono::floor<std::chrono::seconds>(at);
  const bool has_body = w.method == "PUT" || w.method == "POST";
  w.headers.emplace_back("Host", "s3.example.org");
  if (as == form::chunked && has_body) return sign_chunked(w, who, now);
  if (has_body) w.headers.emplace_back("Content-Length", std::to_string(w.body.size()));
  if (as == form::anonymous) return;
  if (as == form::presigned) {
    std::vector<sigv4::header_view> views;
    for (const auto& [name, value] : w.headers) views.push_back({name, value});
    w.query = sigv4::presign_query(
        {.method = w.method, .raw_path = w.path, .raw_query = w.query, .headers = views}, who, now,
        presigned_for);
    return;
  }
  const std::string payload = as == form::hashed ? hex_sha256(w.body) : "UNSIGNED-PAYLOAD";
  const auto added = added_headers(w, payload, who, now);
  w.headers.insert(w.headers.end(), added.begin(), added.end());
}

bool can_break(const wire_request& w, form as, breaking how) {
  if (as == form::anonymous) return false;
  const bool in_query = as == form::presigned;
  if (how == breaking::body) return as == form::hashed && !w.body.empty();
  if (how == breaking::signed_value || how == breaking::signed_header_gone) {
    return !in_query || !changeable(w).empty();
  }
  return true;
}

void sign_and_break(wire_request& w, const call& c, sigv4::signer_identity who, sys_micros now) {
  if (c.how == breaking::key_id) who.access_key_id += "X";
  if (c.how == breaking::region) who.region = "elsewhere-1";
  if (c.how == breaking::date) now += c.where % 2 == 0 ? skew : -skew;
  sign(w, c.signed_as, who, now);
  switch (c.how) {
    case breaking::signature:
      return break_signature(w, c.where);
    case breaking::path:
      w.path += "x";
      return;
    case breaking::query:
      w.query += (w.query.empty() ? "" : "&") + std::string("x-id=Anything");
      return;
    case breaking::method:
      w.method = w.method == "PUT" ? "POST" : w.method == "GET" ? "DELETE" : "GET";
      return;
    case breaking::unsigned_header:
      w.headers.emplace_back("x-amz-acl", "public-read");
      return;
    case breaking::signed_value: {
      const auto all = changeable(w);
      w.headers[all[c.where % all.size()]].second += "1";
      return;
    }
    case breaking::signed_header_gone: {
      const auto all = changeable(w);
      w.headers.erase(w.headers.begin() + static_cast<std::ptrdiff_t>(all[c.where % all.size()]));
      return;
    }
    case breaking::body:
      w.body[c.where % w.body.size()] ^= 1;
      return;
    default:
      return;
  }
}

bool fits(breaking how, const std::string& method, unsigned status, const std::string& code) {
  // What stands before the body is judged before it: then the error is of that.
  if (how == breaking::body) return status >= 400 && status < 500;
  if (status != 400 && status != 403) return false;
  // A longer path may be none.
  if (how == breaking::path && code == "KeyTooLongError") return true;
  static const std::set<std::string> codes = {"SignatureDoesNotMatch",
                                              "InvalidAccessKeyId",
                                              "AccessDenied",
                                              "RequestTimeTooSkewed",
                                              "AuthorizationHeaderMalformed",
                                              "AuthorizationQueryParametersError",
                                              "XAmzContentSHA256Mismatch",
                                              "InvalidArgument",
                                              "InvalidRequest",
                                              "MissingSecurityHeader"};
  return method == "HEAD" || codes.contains(code);
}

}  // namespace torhaus::fuzz
