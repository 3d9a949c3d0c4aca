// IAM and STS in process: real identities, real signatures, no sockets. An agency with a root user,
// and callers with temporary keys.
#pragma once

#include "auth/sigv4/uri.hpp"
#include "gateway/iam/handler.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace torhaus::test {

// For parameters of forms.
inline std::string escaped(const std::string& text) {
  return auth::sigv4::encode(text, auth::sigv4::slash::encoded);
}

struct iam_world : gateway_world {
  iam_world() {
    services.website_domains = {"web.example.org"};
    front.authenticator = &iam_authenticator;
    front.identities = &identities;
    front.authorizer = &authorizer;
    front.clock = &world.clock;
    front.observer = this;
    front.bucket_domains = services.base_domains;
    front.bucket_domains.insert(front.bucket_domains.end(), services.website_domains.begin(),
                                services.website_domains.end());
    front.next = handler.get();
    s3_alone = std::exchange(handler, gateway::iam::make_iam_handler(front));
    auth::identity::user root;
    root.agency = "bauamt";
    root.name = "leitung";
    root.root = true;
    REQUIRE(run_task(identities.create_user(root)));
    auth::identity::access_key key;
    key.id = "AKIABAUAMTROOT000001";
    key.agency = "bauamt";
    key.user = "leitung";
    const auto made = run_task(identities.create_key(key, "secret-of-the-agency-root"));
    REQUIRE(made);
    agency_root = {key.id, made->secret, owner.agency,
                   "arn:aws:iam::" + owner.agency.account + ":root"};
  }

  // A user of IAM in the agency of agency_root, and a key of it.
  caller make_user(const std::string& name, const std::string& rest = "") {
    REQUIRE(iam("Action=CreateUser&UserName=" + name + rest, agency_root).status == 200);
    const answer key = iam("Action=CreateAccessKey&UserName=" + name, agency_root);
    REQUIRE(key.status == 200);
    return {key.element("AccessKeyId"), key.element("SecretAccessKey"), owner.agency,
            "arn:aws:iam::" + owner.agency.account + ":user/" + name};
  }
  void put_policy(const std::string& kind, const std::string& name, const std::string& text) {
    const answer a = iam("Action=Put" + kind + "Policy&" + kind + "Name=" + name +
                             "&PolicyName=p&PolicyDocument=" + escaped(text),
                         agency_root);
    INFO(a.body);
    REQUIRE(a.status == 200);
  }
  answer sts(const std::string& form, const caller& who) {
    return ask(form + "&Version=2011-06-15", who, "sts");
  }
  // Who has the Credentials of an answer.
  caller holder_of(const answer& a) const {
    INFO(a.body);
    REQUIRE(a.status == 200);
    caller c{a.element("AccessKeyId"), a.element("SecretAccessKey"), owner.agency, {}};
    c.token = a.element("SessionToken");
    return c;
  }

  // A form, signed for the service, with no region at all as SDKs may.
  answer ask(const std::string& form, const caller& who, const std::string& service = "iam",
             const std::string& in_region = "") {
    call c{.method = "POST",
           .headers = {{"Host", "s3.example.org"},
                       {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                       {"Content-Length", std::to_string(form.size())}},
           .body = form};
    std::vector<auth::sigv4::header_view> headers;
    for (const auto& [name, value] : c.headers) headers.push_back({name, value});
    const auto added = auth::sigv4::sign_headers(
        {.method = "POST", .raw_path = "/", .raw_query = {}, .headers = headers}, sha256_hex(form),
        {who.access_key_id, who.secret, who.token, in_region, service}, now());
    c.headers.insert(c.headers.end(), added.begin(), added.end());
    return send(c);
  }
  answer iam(const std::string& form, const caller& who) {
    return ask(form + "&Version=2010-05-08", who);
  }
  static std::string outcome(const answer& a) {
    return std::to_string(a.status) + (a.status == 200 ? "" : " " + a.element("Code"));
  }

  auth::authenticator iam_authenticator{{.identities = &identities,
                                         .clock = &world.clock,
                                         .regions = {region},
                                         .services = {"iam", "sts"},
                                         .any_region = true}};
  gateway::iam::iam_services front;
  std::unique_ptr<gateway::http::request_handler> s3_alone;
  caller agency_root;
};

}  // namespace torhaus::test
