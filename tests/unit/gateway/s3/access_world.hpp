// What tests of access share: buckets whose ACLs count, and the calls that say who may do what.
#pragma once

#include "gateway/s3/settings/public_access_block.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace torhaus::test {

class access_world : public gateway_world {
 public:
  // As AWS made buckets before 2023: ACLs count, nothing is blocked.
  access_world() {
    services.new_buckets = {auth::object_ownership::object_writer, false};
    make_bucket("akten");
    put("/akten/key", "hello");
  }

  answer request(const std::string& method, const std::string& path, const std::string& query,
                 const caller& who, header_list headers = {}, const std::string& body = {}) {
    return send({.method = method,
                 .path = path,
                 .query = query,
                 .headers = std::move(headers),
                 .body = body},
                who);
  }
  answer anonymous(const std::string& path, const std::string& query = {},
                   header_list headers = {}) {
    return send({.method = "GET", .path = path, .query = query, .headers = std::move(headers)});
  }
  std::string set_policy(const std::string& statements) {
    return request("PUT", "/akten", "policy", owner, {},
                   R"({"Version":"2012-10-17","Statement":[)" + statements + "]}")
        .outcome();
  }
  std::string set_acl(const std::string& path, const std::string& canned) {
    return request("PUT", path, "acl", owner, {{"x-amz-acl", canned}}).outcome();
  }
  std::string set_ownership(const std::string& name) {
    return request("PUT", "/akten", "ownershipControls", owner, {},
                   "<OwnershipControls><Rule><ObjectOwnership>" + name +
                       "</ObjectOwnership></Rule></OwnershipControls>")
        .outcome();
  }
  std::string set_block(const auth::public_access_block& block) {
    return request("PUT", "/akten", "publicAccessBlock", owner, {}, gateway::s3::write(block))
        .outcome();
  }
  // One statement that allows everyone.
  static std::string allow(const std::string& action, const std::string& resource,
                           const std::string& condition = {}) {
    return R"({"Effect":"Allow","Principal":"*","Action":")" + action + R"(","Resource":")" +
           resource + "\"" + (condition.empty() ? "" : R"(,"Condition":)" + condition) + "}";
  }
  std::string account_of(const caller& who) const { return who.agency.account; }
};

}  // namespace torhaus::test
