#include "tests/model/conformance/store_world.hpp"

#include <algorithm>
#include <thread>

#include "gateway/cli/data_directory.hpp"
#include "storage/blob/disk.hpp"
#include "storage/catalog/inspection.hpp"
#include "storage/crypto/digest.hpp"
#include "storage/kv/lmdb.hpp"

namespace torhaus::model {

using test::run_task;

namespace {

constexpr const char* region = "de-test-1";
constexpr const char* host = "s3.example.org";
constexpr std::uint64_t map_bytes = std::uint64_t{4} << 30;

struct role_row {
  caller who;
  const char* user;
  auth::projects::role as;
};
constexpr std::array roles = {
    role_row{caller::reader, "rita", auth::projects::role::reader},
    role_row{caller::contributor, "konrad", auth::projects::role::contributor},
    role_row{caller::editor, "edda", auth::projects::role::editor},
    role_row{caller::depositor, "doro", auth::projects::role::depositor},
    role_row{caller::manager, "mia", auth::projects::role::manager},
};

}  // namespace

// What one run of the server is made of; members in the order of dependence.
struct store_world::parts {
  parts(const std::filesystem::path& data, clock_source& clock, random_source& random,
        gateway::audit::trail* trail)
      : db(storage::kv::open_lmdb({.directory = data / "meta", .map_bytes = map_bytes})),
        blobs(storage::blob::open_disk({.directory = data,
                                        .pool = &pool,
                                        .clock = &clock,
                                        .random = &random,
                                        .reserve_bytes = 0})),
        catalog({.db = db.get(),
                 .blobs = blobs.get(),
                 .clock = &clock,
                 .random = &random,
                 .min_part_bytes = least_part,
                 .quotas = &quotas}),
        settings(catalog),
        identities({.db = db.get(), .sealer = &sealer, .clock = &clock, .random = &random}),
        projects({.db = db.get(), .clock = &clock}),
        keys(auth::keys::open_local_keys(
            {.db = db.get(), .sealer = &sealer, .clock = &clock, .random = &random})),
        authenticator({.identities = &identities, .clock = &clock, .regions = {region}}) {
    services.catalog = &catalog;
    services.settings = &settings;
    services.blobs = blobs.get();
    services.identities = &identities;
    services.projects = &projects;
    services.authenticator = &authenticator;
    services.authorizer = &authorizer;
    services.keys = keys.get();
    services.pool = &pool;
    services.clock = &clock;
    services.random = &random;
    services.region = region;
    services.base_domains = {"s3.example.org"};
    handler = gateway::s3::make_s3_handler(services, nullptr, trail);
  }
  ~parts() {
    pool.join();
    catalog.stop();
    blobs->stop();
  }

  worker_pool pool{1};
  storage::crypto::sealer sealer{"0123456789abcdef0123456789abcdef"};
  auth::projects::stored_quotas quotas;
  std::unique_ptr<storage::kv::database> db;
  std::unique_ptr<storage::blob::store> blobs;
  storage::catalog::catalog catalog;
  gateway::s3::settings_cache settings;
  auth::identity::store identities;
  auth::projects::store projects;
  std::unique_ptr<auth::keys::key_provider> keys;
  auth::authenticator authenticator;
  auth::authorizer authorizer;
  gateway::s3::services services;
  std::unique_ptr<gateway::http::request_handler> handler;
};

store_world::store_world(std::uint64_t seed, gateway::audit::trail* trail)
    : trail_(trail), random_(seed) {
  gateway::cli::prepare_data_directory(folder_.path() / "data");
  reopen();
  make_people();
}

store_world::~store_world() = default;

void store_world::reopen() {
  parts_.reset();
  parts_ = std::make_unique<parts>(folder_.path() / "data", clock, random_, trail_);
}

void store_world::make_person(caller who, const std::string& agency, const std::string& user) {
  auth::identity::agency a;
  a.id = agency;
  a.name = "Amt " + agency;
  auto known = run_task(parts_->identities.find_agency(agency));
  if (!known) known = run_task(parts_->identities.create_agency(a));
  auth::identity::user u;
  u.agency = agency;
  u.name = user;
  if (!run_task(parts_->identities.create_user(u))) throw std::runtime_error("create_user");
  auth::identity::access_key k;
  k.id = "AKIAMODEL0000000000" + std::to_string(static_cast<int>(who));
  k.agency = agency;
  k.user = user;
  const auto made = run_task(parts_->identities.create_key(k, "secret-of-" + k.id));
  people_[who] = {k.id, made.value().secret, "arn:aws:iam::" + known->account + ":user/" + user};
  if (who == caller::owner) owner_id_ = known->canonical_id;
}

void store_world::make_people() {
  make_person(caller::owner, "bauamt", "eva");
  make_person(caller::stranger, "archiv", "otto");
  if (send({.method = "PUT", .path = std::string("/") + project}, caller::owner).status != 200) {
    throw std::runtime_error("no project");
  }
  for (const role_row& row : roles) {
    make_person(row.who, "stadtwerke", row.user);
    auth::projects::member m;
    m.agency = "stadtwerke";
    m.user = row.user;
    m.as = row.as;
    if (!run_task(parts_->projects.add_member(project, m))) throw std::runtime_error("add_member");
  }
}

void store_world::limit_project(const std::string& id, std::uint64_t objects, std::uint64_t bytes) {
  const auto edit = [&](auth::projects::project& p) -> result<void> {
    p.quota_objects = objects;
    p.quota_bytes = bytes;
    return {};
  };
  if (!run_task(parts_->projects.change(id, edit))) throw std::runtime_error("no project " + id);
}

auth::sigv4::signer_identity store_world::keys_of(caller who) const {
  const person& p = people_.at(who);
  return {p.access_key_id, p.secret, "", region, "s3"};
}

wire_answer store_world::send(wire_request w, caller who) {
  w.headers.emplace_back("Host", host);
  if (w.method == "PUT" || w.method == "POST") {
    w.headers.emplace_back("Content-Length", std::to_string(w.body.size()));
  }
  if (who != caller::anonymous) {
    std::vector<auth::sigv4::header_view> views;
    for (const auto& [name, value] : w.headers) views.push_back({name, value});
    const auth::sigv4::request_view view{
        .method = w.method, .raw_path = w.path, .raw_query = w.query, .headers = views};
    const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
    const auto added = auth::sigv4::sign_headers(view, "UNSIGNED-PAYLOAD", keys_of(who), now);
    w.headers.insert(w.headers.end(), added.begin(), added.end());
  }
  return send_as_it_is(w, "0123456789ABCDEF");
}

wire_answer store_world::send_as_it_is(const wire_request& w, std::string_view id) {
  gateway::http::request r;
  r.method = w.method;
  r.target = w.path + (w.query.empty() ? "" : "?" + w.query);
  r.path = std::string_view(r.target).substr(0, w.path.size());
  if (!w.query.empty()) r.query = std::string_view(r.target).substr(w.path.size() + 1);
  for (const auto& [name, value] : w.headers) r.headers.push_back({name, value});
  r.host = host;
  r.id = id;
  test::text_body body(w.body, 100'000);
  if (w.cut) body.cut_after = w.body.size() / 2;
  r.body = &body;
  const auto perform = [](gateway::http::request_handler& handler,
                          gateway::http::request& call) -> task<wire_answer> {
    gateway::http::response got = co_await handler.handle(call);
    wire_answer a;
    a.status = got.status;
    a.headers = std::move(got.headers);
    a.length_of_absent_body = got.length_of_absent_body;
    if (auto* text = std::get_if<std::string>(&got.body)) a.body = std::move(*text);
    auto* source = std::get_if<std::unique_ptr<gateway::http::body_source>>(&got.body);
    while (source != nullptr) {
      const auto piece = co_await (*source)->next();
      if (!piece) a.body += "(broken)";
      if (!piece || piece->empty()) break;
      a.body.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    }
    co_return a;
  };
  return run_task(perform(*parts_->handler, r));
}

std::string store_world::accounting_fault() {
  if (!parts_->catalog.drain_garbage(std::chrono::seconds(20))) return "garbage does not end";
  test::memory_database::entries all;
  parts_->db->read_blocking([&](const storage::kv::snapshot& s) {
    all.clear();
    const auto cursor = s.scan("", "");
    for (bool more = cursor->seek(""); more; more = cursor->next()) {
      all.emplace(cursor->key(), cursor->value());
    }
  });
  return test::bookkeeper(all).fault();
}

std::vector<std::string> store_world::findings() {
  storage::catalog::inspector look({.db = parts_->db.get(), .blobs = parts_->blobs.get()});
  std::string position;
  while (look.check_store(position)) {
  }
  look.check_records();
  position.clear();
  while (look.check_bytes(position)) {
  }
  std::vector<std::string> all;
  for (const auto& f : look.findings()) all.push_back(f.kind + ": " + f.what + " " + f.blob);
  return all;
}

std::uint64_t store_world::readers_left() {
  constexpr int most_looks = 2000;  // a millisecond each
  std::uint64_t open = 0;
  for (int look = 0; look < most_looks; ++look) {
    open = parts_->db->stats().readers_open;
    if (open == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return open;
}

}  // namespace torhaus::model
