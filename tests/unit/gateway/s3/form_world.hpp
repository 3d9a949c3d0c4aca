// Browser uploads in process: forms as browsers build them, with policies signed in both ways.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "auth/sigv4/timestamp.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace torhaus::test {

using form_fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr const char* boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

struct form_file {
  std::string content = "hello";
  std::string name = "hello.txt";
};

inline std::string part_of(const std::string& name, const std::string& value) {
  return std::string("--") + boundary + "\r\nContent-Disposition: form-data; name=\"" + name +
         "\"\r\n\r\n" + value + "\r\n";
}
inline std::string file_part(const form_file& f) {
  return std::string("--") + boundary +
         "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + f.name +
         "\"\r\nContent-Type: text/plain\r\n\r\n" + f.content + "\r\n";
}
inline std::string form_body(const form_fields& fields, const form_file& file = {},
                             const form_fields& behind = {}) {
  std::string body;
  for (const auto& [name, value] : fields) body += part_of(name, value);
  body += file_part(file);
  for (const auto& [name, value] : behind) body += part_of(name, value);
  return body + "--" + boundary + "--\r\n";
}

struct form_world : gateway_world {
  form_world() { make_bucket("bauamt"); }

  static call form_call(const std::string& body) {
    return {.method = "POST",
            .path = "/bauamt",
            .headers = {{"Content-Type", std::string("multipart/form-data; boundary=") + boundary},
                        {"Content-Length", std::to_string(body.size())}},
            .body = body};
  }

  // The policy that the tests vary: conditions as JSON, without the signature's fields.
  std::string policy_of(const std::string& conditions,
                        std::chrono::seconds lifetime = std::chrono::hours(1)) const {
    return R"({"expiration": ")" + auth::sigv4::format_extended(now() + lifetime) +
           R"(", "conditions": [)" + conditions + "]}";
  }
  std::string credential(const caller& who) const {
    return who.access_key_id + "/" + auth::sigv4::format_basic(now()).substr(0, 8) + "/" + region +
           "/s3/aws4_request";
  }
  // The conditions that the signature's fields need.
  std::string signature_conditions(const caller& who) const {
    return R"({"x-amz-algorithm": "AWS4-HMAC-SHA256"}, {"x-amz-credential": ")" + credential(who) +
           R"("}, {"x-amz-date": ")" + auth::sigv4::format_basic(now()) + R"("})";
  }
  // `fields` with policy and signature before them.
  form_fields signed_form(form_fields fields, const std::string& policy, const caller& who) const {
    const std::string base64 = storage::crypto::to_base64(policy);
    const auto key = auth::sigv4::signing_key::derive(
        who.secret, {auth::sigv4::format_basic(now()).substr(0, 8), region, "s3"});
    form_fields all = {{"x-amz-algorithm", "AWS4-HMAC-SHA256"},
                       {"x-amz-credential", credential(who)},
                       {"x-amz-date", auth::sigv4::format_basic(now())},
                       {"policy", base64},
                       {"x-amz-signature", auth::sigv4::sign_policy(key, base64)}};
    all.insert(all.begin(), fields.begin(), fields.end());
    return all;
  }
  // A form that keeps to a policy about all of its fields, plus `more` conditions.
  form_fields good_form(const form_fields& fields, const std::string& more = {}) const {
    std::string conditions = R"({"bucket": "bauamt"}, )" + signature_conditions(owner);
    for (const auto& [name, value] : fields) {
      conditions += R"(, ["starts-with", "$)" + name + R"(", ""])";
    }
    if (!more.empty()) conditions += ", " + more;
    return signed_form(fields, policy_of(conditions), owner);
  }
  answer post_form(const form_fields& fields, const form_file& file = {},
                   const form_fields& behind = {}) {
    return send(form_call(form_body(fields, file, behind)));
  }
  answer post_policy(const form_fields& fields, const std::string& policy) {
    return post_form(signed_form(fields, policy, owner));
  }
};

}  // namespace torhaus::test
