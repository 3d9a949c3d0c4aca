// The admin handler in process: real identities, real signatures, no sockets.
#pragma once

#include <boost/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "auth/keys/local_keys.hpp"
#include "auth/projects/store.hpp"
#include "auth/sigv4/signer.hpp"
#include "gateway/admin/handler.hpp"
#include "storage/crypto/digest.hpp"
#include "tests/support/catalog_world.hpp"
#include "tests/unit/gateway/s3/quiet_log.hpp"
#include "tests/unit/gateway/s3/text_body.hpp"

namespace torhaus::test {

class counted_random final : public random_source {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& b : out) b = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937_64 engine_{1};
};

using header_list = auth::sigv4::header_list;

struct admin_call {
  std::string method = "GET";
  std::string path = "/-/admin/v1/agencies";
  std::string query = {};
  std::string body = {};
  header_list headers = {};
};

struct admin_reply {
  unsigned status = 0;
  header_list headers;
  std::string body;
  bool close = false;

  std::string header(std::string_view name) const {
    for (const auto& [n, v] : headers) {
      if (n == name) return v;
    }
    return "(none)";
  }
  boost::json::object json() const { return boost::json::parse(body).as_object(); }
  // A member as text; "(none)" when there is none.
  std::string member(std::string_view name) const {
    const auto all = json();
    const auto at = all.find({name.data(), name.size()});
    if (at == all.end()) return "(none)";
    if (at->value().is_string()) return std::string(at->value().as_string());
    return boost::json::serialize(at->value());
  }
  // "400 InvalidArgument", or "200".
  std::string outcome() const {
    return std::to_string(status) + (status >= 300 ? " " + member("code") : "");
  }
};

struct admin_key {
  std::string access_key_id;
  std::string secret;
  std::string token = {};  // of temporary keys
};

class admin_world {
 public:
  quiet_log quiet;
  static constexpr const char* region = "de-test-1";
  const admin_key root{"AKIAROOT000000000001", "secret-of-the-root-user"};

  admin_world() {
    services.authenticator = &authenticator;
    services.identities = &identities;
    services.keys = keys.get();
    services.projects = &projects;
    services.catalog = storage.cat.get();
    services.settings = &settings;
    services.authorizer = &authorizer;
    services.clock = &clock;
    services.counters = &counters;
    handler = gateway::admin::make_admin_handler(services);
    if (!identities.ensure_root(root.access_key_id, root.secret)) {
      throw std::runtime_error("ensure_root");
    }
  }

  admin_reply send(const admin_call& c) {
    gateway::http::request r;
    r.method = c.method;
    r.target = c.path + (c.query.empty() ? "" : "?" + c.query);
    r.path = std::string_view(r.target).substr(0, c.path.size());
    if (!c.query.empty()) r.query = std::string_view(r.target).substr(c.path.size() + 1);
    for (const auto& [name, value] : c.headers) r.headers.push_back({name, value});
    r.host = "127.0.0.1:9001";
    if (!r.find("Host")) r.headers.push_back({"Host", r.host});
    r.id = "0123456789ABCDEF";
    text_body body(c.body, 1000);
    r.body = &body;
    gateway::http::response got = run_task(handler->handle(r));
    admin_reply a;
    a.status = got.status;
    a.headers = std::move(got.headers);
    a.close = got.close;
    if (auto* text = std::get_if<std::string>(&got.body)) a.body = std::move(*text);
    return a;
  }
  admin_reply send(admin_call c, const admin_key& who) {
    sign(c, who);
    return send(c);
  }
  // As root.
  admin_reply get(const std::string& path, const std::string& query = {}) {
    return call("GET", path, {}, query);
  }
  admin_reply post(const std::string& path, const std::string& body) {
    return call("POST", path, body);
  }
  admin_reply patch(const std::string& path, const std::string& body) {
    return call("PATCH", path, body);
  }
  admin_reply remove(const std::string& path) { return call("DELETE", path, {}); }
  admin_reply call(const std::string& method, const std::string& path, const std::string& body,
                   const std::string& query = {}) {
    return send({.method = method, .path = "/-/admin/v1/" + path, .query = query, .body = body},
                root);
  }

  // `signed_body`: whose hash is signed; the call's own when not given.
  void sign(admin_call& c, const admin_key& who, std::optional<std::string> signed_body = {},
            const std::string& service = "torhaus-admin") const {
    c.headers.insert(c.headers.begin(), {"Host", "127.0.0.1:9001"});
    const std::string hash = sha256_hex(signed_body.value_or(c.body));
    std::vector<auth::sigv4::header_view> views;
    for (const auto& [name, value] : c.headers) views.push_back({name, value});
    const auto added =
        auth::sigv4::sign_headers({.method = c.method,
                                   .raw_path = c.path,
                                   .raw_query = c.query,
                                   .headers = views,
                                   .host = {},
                                   .body_hash = hash},
                                  hash, {who.access_key_id, who.secret, who.token, region, service},
                                  std::chrono::floor<std::chrono::seconds>(clock.now()));
    c.headers.insert(c.headers.end(), added.begin(), added.end());
  }
  static std::string sha256_hex(const std::string& bytes) {
    using storage::crypto::algorithm;
    return storage::crypto::to_hex(storage::crypto::digest_of(algorithm::sha256, bytes).bytes());
  }

  fake_clock clock{sys_micros(std::chrono::microseconds(1'790'000'000'000'000))};
  counted_random random;
  memory_database db;
  storage::crypto::sealer sealer{"0123456789abcdef0123456789abcdef"};
  auth::identity::store identities{
      {.db = &db, .sealer = &sealer, .clock = &clock, .random = &random}};
  auth::projects::store projects{{.db = &db, .clock = &clock}};
  catalog_world storage{1};
  gateway::s3::settings_cache settings{*storage.cat};
  auth::authorizer authorizer;
  std::unique_ptr<auth::keys::key_provider> keys = auth::keys::open_local_keys(
      {.db = &db, .sealer = &sealer, .clock = &clock, .random = &random});
  auth::authenticator authenticator{{.identities = &identities,
                                     .clock = &clock,
                                     .regions = {region},
                                     .services = {"torhaus-admin"}}};
  gateway::admin::metrics counters{{"GetObject"}};
  gateway::admin::admin_services services;
  std::unique_ptr<gateway::http::request_handler> handler;
};

}  // namespace torhaus::test
