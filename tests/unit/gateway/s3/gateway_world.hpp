// The S3 handler in process: a catalog in memory, real identities, real signatures, no sockets. Two
// agencies, because most mistakes of permission need a second one to be seen.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/keys/local_keys.hpp"
#include "auth/sigv4/signer.hpp"
#include "gateway/s3/service.hpp"
#include "storage/crypto/digest.hpp"
#include "storage/crypto/md5_team.hpp"
#include "tests/support/catalog_world.hpp"
#include "tests/unit/gateway/s3/quiet_log.hpp"
#include "tests/unit/gateway/s3/text_body.hpp"

namespace torhaus::test {

using header_list = auth::sigv4::header_list;

struct call {
  std::string method = "GET";
  std::string path = "/";  // percent-encoded
  std::string query = {};  // without '?'
  header_list headers = {};
  std::string body = {};
  std::string host = "s3.example.org";
  std::string payload = {};  // x-amz-content-sha256; empty: the body's hash
  std::size_t step = 100'000;
  bool chunked = false;
  std::optional<std::size_t> cut_after = std::nullopt;
  gateway::http::origin from = {};  // as the connection has it
};

struct answer {
  unsigned status = 0;
  header_list headers;
  std::string body;
  std::optional<std::uint64_t> length_of_absent_body;
  bool broken = false;  // the body ended in an error

  // The value of a header that is there at most once; "(none)" when it is not there.
  std::string header(std::string_view name) const {
    std::string found = "(none)";
    for (const auto& [n, v] : headers) {
      if (!gateway::http::equal_ignoring_case(n, name)) continue;
      if (found != "(none)") return "(twice)";
      found = v;
    }
    return found;
  }
  // The text of the first element of that name, unescaped; "(none)" when it is not there.
  std::string element(std::string_view name) const {
    const auto all = elements(name);
    return all.empty() ? "(none)" : all.front();
  }
  std::vector<std::string> elements(std::string_view name) const {
    std::vector<std::string> found;
    const std::string open = "<" + std::string(name) + ">";
    const std::string close = "</" + std::string(name) + ">";
    const std::string empty = "<" + std::string(name) + "/>";
    for (std::size_t at = 0; at < body.size();) {
      if (body.compare(at, empty.size(), empty) == 0) {
        found.emplace_back();
      } else if (body.compare(at, open.size(), open) == 0) {
        const std::size_t end = body.find(close, at);
        found.push_back(unescaped(body.substr(at + open.size(), end - at - open.size())));
      }
      ++at;
    }
    return found;
  }
  // "404 NoSuchKey", or "200" when the body is no error document. SDKs refuse a document that says
  // something twice: "404 NoSuchKey (Key twice)".
  std::string outcome() const {
    const bool failed = body.find("<Error>") != std::string::npos && status >= 300;
    if (!failed) return std::to_string(status);
    const std::string twice = element_that_is_there_twice();
    return std::to_string(status) + " " + element("Code") +
           (twice.empty() ? "" : " (" + twice + " twice)");
  }

 private:
  // Of an error document, whose elements stand beside each other.
  std::string element_that_is_there_twice() const {
    std::set<std::string> seen;
    for (std::size_t at = 0; (at = body.find('<', at)) != std::string::npos; ++at) {
      const std::string name = body.substr(at + 1, body.find('>', at) - at - 1);
      if (!name.starts_with('/') && !seen.insert(name).second) return name;
    }
    return {};
  }
  static std::string unescaped(std::string text) {
    const std::pair<std::string_view, std::string_view> known[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}};
    for (const auto& [from, to] : known) {
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
      }
    }
    return text;
  }
};

struct caller {
  std::string access_key_id;
  std::string secret;
  auth::identity::agency agency;
  std::string arn;
  std::string token = {};  // of temporary keys
};

class gateway_world : public gateway::s3::request_observer {
 public:
  quiet_log quiet;
  static constexpr const char* region = "de-test-1";

  explicit gateway_world(std::uint64_t min_part_bytes = 5) : world(1, min_part_bytes) {
    services.catalog = world.cat.get();
    services.settings = &settings;
    services.blobs = &world.store;
    services.identities = &identities;
    services.projects = &projects;
    services.authenticator = &authenticator;
    services.authorizer = &authorizer;
    services.keys = keys.get();
    services.pool = &pool;
    services.md5 = &md5;
    services.clock = &world.clock;
    services.random = &world.random;
    services.region = region;
    services.base_domains = {"s3.example.org"};
    handler = gateway::s3::make_s3_handler(services, this);
    owner = make_caller("bauamt", "eva", "AKIABAUAMT0000000001");
    stranger = make_caller("stadtwerke", "max", "AKIASTADTW0000000001");
  }
  ~gateway_world() override { pool.join(); }

  caller make_caller(const std::string& agency, const std::string& user, const std::string& key) {
    auth::identity::agency a;
    a.id = agency;
    a.name = "Amt " + agency;
    auto known = run_task(identities.find_agency(agency));
    if (!known) known = run_task(identities.create_agency(a));
    auth::identity::user u;
    u.agency = agency;
    u.name = user;
    if (!run_task(identities.create_user(u))) throw std::runtime_error("create_user");
    auth::identity::access_key k;
    k.id = key;
    k.agency = agency;
    k.user = user;
    const auto made = run_task(identities.create_key(k, "secret-of-" + key));
    caller c{key, made.value().secret, *known, {}};
    c.arn = "arn:aws:iam::" + known->account + ":user/" + user;
    return c;
  }

  // As it stands: anonymous unless the call carries a signature.
  answer send(const call& c) {
    gateway::http::request r;
    r.method = c.method;
    r.target = c.path + (c.query.empty() ? "" : "?" + c.query);
    r.path = std::string_view(r.target).substr(0, c.path.size());
    if (!c.query.empty()) r.query = std::string_view(r.target).substr(c.path.size() + 1);
    for (const auto& [name, value] : c.headers) r.headers.push_back({name, value});
    if (!r.find("Host")) r.headers.push_back({"Host", c.host});
    r.host = c.host;
    r.id = "0123456789ABCDEF";
    r.from = c.from;
    text_body body(c.body, c.step);
    body.chunked = c.chunked;
    body.cut_after = c.cut_after;
    r.body = &body;
    return run_task(perform(r));
  }

  // Signed in its headers, as SDKs do.
  answer send(call c, const caller& who) {
    complete(c);
    sign(c, who);
    return send(c);
  }

  // As a presigned URL. Headers of the call are signed along.
  answer send_presigned(call c, const caller& who,
                        std::chrono::seconds expires = std::chrono::hours(1)) {
    c.headers.insert(c.headers.begin(), {"Host", c.host});
    c.query = auth::sigv4::presign_query(view(c).call, identity(who), now(), expires);
    complete(c);
    return send(c);
  }

  // The calls that most tests need.
  void make_bucket(const std::string& name) {
    const answer a = send({.method = "PUT", .path = "/" + name}, owner);
    if (a.status != 200) throw std::runtime_error("no bucket: " + a.outcome());
  }
  answer put(const std::string& path, std::string body, header_list headers = {}) {
    return send(
        {.method = "PUT", .path = path, .headers = std::move(headers), .body = std::move(body)},
        owner);
  }
  answer get(const std::string& path, const std::string& query = {}, header_list headers = {}) {
    return send({.method = "GET", .path = path, .query = query, .headers = std::move(headers)},
                owner);
  }
  answer head(const std::string& path, const std::string& query = {}, header_list headers = {}) {
    return send({.method = "HEAD", .path = path, .query = query, .headers = std::move(headers)},
                owner);
  }
  answer post(const std::string& path, const std::string& query, std::string body,
              header_list headers = {}) {
    return send({.method = "POST",
                 .path = path,
                 .query = query,
                 .headers = std::move(headers),
                 .body = std::move(body)},
                owner);
  }
  answer remove(const std::string& path, const std::string& query = {}, header_list headers = {}) {
    return send({.method = "DELETE", .path = path, .query = query, .headers = std::move(headers)},
                owner);
  }
  void set_versioning(const std::string& bucket, storage::catalog::versioning_state state) {
    world.set_versioning(run_task(world.cat->find_bucket(bucket)).value().id, state);
  }

  std::chrono::sys_seconds now() const {
    return std::chrono::floor<std::chrono::seconds>(world.clock.now());
  }
  auth::sigv4::signer_identity identity(const caller& who) const {
    return {who.access_key_id, who.secret, who.token, region, "s3"};
  }
  void sign(call& c, const caller& who) const {
    const std::string hash = c.payload.empty() ? sha256_hex(c.body) : c.payload;
    const auto added = auth::sigv4::sign_headers(view(c).call, hash, identity(who), now());
    c.headers.insert(c.headers.end(), added.begin(), added.end());
  }
  static std::string sha256_hex(const std::string& bytes) {
    return storage::crypto::to_hex(digest(storage::crypto::algorithm::sha256, bytes).bytes());
  }
  static std::string base64(storage::crypto::algorithm a, const std::string& bytes) {
    return storage::crypto::to_base64(digest(a, bytes).bytes());
  }

  // What the metrics would have seen last.
  void observed(std::string_view operation, unsigned status, std::uint64_t bytes_in,
                std::uint64_t bytes_out, std::chrono::microseconds) override {
    seen = {std::string(operation), status, bytes_in, bytes_out};
  }
  struct observation {
    std::string operation;
    unsigned status = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
  };
  observation seen;
  // Called when an answer is there and none of it has been sent.
  std::function<void()> answered;

  catalog_world world;
  memory_database identity_db;
  storage::crypto::sealer sealer{"0123456789abcdef0123456789abcdef"};
  auth::identity::store identities{
      {.db = &identity_db, .sealer = &sealer, .clock = &world.clock, .random = &world.random}};
  auth::projects::store projects{{.db = &identity_db, .clock = &world.clock}};
  auth::authenticator authenticator{
      {.identities = &identities, .clock = &world.clock, .regions = {region}}};
  auth::authorizer authorizer;
  std::unique_ptr<auth::keys::key_provider> keys = auth::keys::open_local_keys(
      {.db = &identity_db, .sealer = &sealer, .clock = &world.clock, .random = &world.random});
  worker_pool pool{2};
  storage::crypto::md5_team md5{pool, 1};
  gateway::s3::settings_cache settings{*world.cat};
  gateway::s3::services services;
  std::unique_ptr<gateway::http::request_handler> handler;
  caller owner;
  caller stranger;

 private:
  struct owned_view {
    std::vector<auth::sigv4::header_view> headers;
    auth::sigv4::request_view call;
  };
  static owned_view view(const call& c) {
    owned_view v;
    for (const auto& [name, value] : c.headers) v.headers.push_back({name, value});
    v.call = {.method = c.method, .raw_path = c.path, .raw_query = c.query, .headers = v.headers};
    return v;
  }
  // What every HTTP client adds.
  static void complete(call& c) {
    const auto has = [&c](std::string_view name) {
      return std::ranges::any_of(c.headers, [name](const auto& h) {
        return gateway::http::equal_ignoring_case(h.first, name);
      });
    };
    if (!has("Host")) c.headers.emplace_back("Host", c.host);
    if (c.chunked) {
      c.headers.emplace_back("Transfer-Encoding", "chunked");
    } else if (!has("Content-Length") && (c.method == "PUT" || c.method == "POST")) {
      c.headers.emplace_back("Content-Length", std::to_string(c.body.size()));
    }
  }
  task<answer> perform(gateway::http::request& r) {
    gateway::http::response got = co_await handler->handle(r);
    if (answered) answered();
    answer a;
    a.status = got.status;
    a.headers = std::move(got.headers);
    a.length_of_absent_body = got.length_of_absent_body;
    if (auto* text = std::get_if<std::string>(&got.body)) a.body = std::move(*text);
    auto* source = std::get_if<std::unique_ptr<gateway::http::body_source>>(&got.body);
    while (source != nullptr) {
      const auto piece = co_await (*source)->next();
      a.broken = !piece;
      if (!piece || piece->empty()) break;
      a.body.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    }
    co_return a;
  }
};

}  // namespace torhaus::test
