#include "gateway/cli/installation.hpp"

#include <atomic>
#include <thread>

#include "auth/authenticator.hpp"
#include "auth/authorizer.hpp"
#include "auth/keys/local_keys.hpp"
#include "auth/projects/quotas.hpp"
#include "auth/sts/web_identity.hpp"
#include "gateway/admin/handler.hpp"
#include "gateway/audit/archive.hpp"
#include "gateway/audit/trail.hpp"
#include "gateway/cli/audit.hpp"
#include "gateway/cli/data_directory.hpp"
#include "gateway/http/server.hpp"
#include "gateway/iam/handler.hpp"
#include "gateway/iam/issuer_documents.hpp"
#include "gateway/s3/agency_shares.hpp"
#include "gateway/s3/body/transfer_memory.hpp"
#include "gateway/s3/object/rename_tokens.hpp"
#include "gateway/s3/service.hpp"
#include "gateway/s3/settings/ownership.hpp"
#include "gateway/s3/turns.hpp"
#include "gateway/workers/access_logs.hpp"
#include "gateway/workers/lifecycle.hpp"
#include "gateway/workers/project_ends.hpp"
#include "gateway/workers/scrub.hpp"
#include "gateway/workers/webhooks.hpp"
#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"
#include "storage/blob/disk.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/crypto/md5_team.hpp"
#include "storage/crypto/sealing.hpp"
#include "storage/journal/journal.hpp"
#include "storage/kv/checked_store.hpp"
#include "storage/kv/lmdb.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace crypto = storage::crypto;

// Hands what the S3 handler observes to the metrics.
class metrics_observer final : public s3::request_observer {
 public:
  explicit metrics_observer(admin::metrics& counters) : counters_(counters) {}
  void observed(std::string_view operation, unsigned status, std::uint64_t bytes_in,
                std::uint64_t bytes_out, std::chrono::microseconds took) override {
    counters_.observed(operation, status, bytes_in, bytes_out, took);
  }

 private:
  admin::metrics& counters_;
};

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const s3::operation& o : s3::operations()) names.emplace_back(o.name);
  for (std::string& name : iam::action_names()) names.push_back(std::move(name));
  return names;
}

std::filesystem::path master_key_file(const config& c) {
  return c.master_key_file.empty() ? default_master_key_file(c.data) : c.master_key_file;
}

std::string master_key(const config& c) {
  // A key that is missing beside existing data must not be replaced by a new one.
  const bool fresh = !std::filesystem::exists(c.data / "meta" / "data.mdb");
  return crypto::load_master_key(master_key_file(c),
                                 fresh ? crypto::when_absent::create : crypto::when_absent::fail);
}

// The audit journal and what stands on it.
struct audit_parts {
  audit_parts(const config& c, worker_pool& pool)
      : journal(options_of(c)),
        trail({.journal = &journal,
               .required = c.audit_required,
               .waits_on = c.audit_wait_for_disk ? &pool : nullptr}),
        archive({audit_directory(c.data), audit_key(master_key_file(c)), &journal, &pool}) {}

  static storage::journal::journal::options options_of(const config& c) {
    storage::journal::journal::options o(audit_directory(c.data), audit_key(master_key_file(c)));
    o.sync_interval = c.audit_sync;
    o.queue_bytes = c.audit_queue;
    o.retention_days = c.audit_retention_days;
    return o;
  }

  std::vector<admin::sample> samples() const {
    const auto s = journal.stats();
    const auto one = [](const char* name, const char* kind, const char* help, std::uint64_t value) {
      return admin::sample{name, kind, help, "", static_cast<double>(value)};
    };
    return {one("torhaus_audit_records_total", "counter", "Audit records written", s.records),
            one("torhaus_audit_lost_total", "counter", "Audit records without room", s.lost),
            one("torhaus_audit_queued_bytes", "gauge", "Audit records that wait", s.queued_bytes),
            one("torhaus_audit_day_bytes", "gauge", "Length of today's audit file", s.bytes_today),
            one("torhaus_audit_failing", "gauge", "1 while the audit journal cannot be written",
                s.failing ? 1 : 0)};
  }

  storage::journal::journal journal;
  audit::trail trail;
  audit::archive archive;
};

// No agency ever has all the connections busy.
s3::agency_limits limits_of_agencies(const config& c) {
  const std::uint64_t half = std::max<std::uint64_t>(1, c.limit.connections / 2);
  return {c.agency_requests.value_or(half), c.agency_request_rate};
}

unsigned cores() { return std::max(1U, std::thread::hardware_concurrency()); }

std::vector<std::string> signing_regions(const config& c) {
  std::vector<std::string> regions{c.region};
  for (const std::string& other : c.other_regions) {
    if (other != c.region) regions.push_back(other);
  }
  return regions;
}

unsigned pool_threads(const config& c) {
  return c.workers > 0 ? c.workers : std::max(4U, 2 * cores());
}

}  // namespace

// Members are in the order of dependence; destruction runs the other way.
struct installation::impl {
  explicit impl(const config& given)
      : c(given),
        sealer(master_key(given)),
        pool(pool_threads(given)),
        md5(pool, cores()),
        bodies(given.transfer_memory, pool),
        shares(limits_of_agencies(given)),
        db(storage::kv::open_lmdb(
            {.directory = given.data / "meta",
             .disk_is_sound = [this] { return !blobs || !blobs->stats().failed; }})),
        blobs(storage::blob::open_disk(
            {.directory = given.data, .pool = &pool, .reserve_bytes = given.reserve_bytes})),
        catalog({.db = db.get(), .blobs = blobs.get(), .quotas = &quotas}),
        settings(catalog),
        identities({.db = db.get(), .sealer = &sealer}),
        projects({.db = db.get()}),
        hooks({.hooks = given.webhooks,
               .catalog = &catalog,
               .max_age = given.event_max_age,
               .max_queued = given.event_max_queued}),
        logs({.services = &s3_services, .interval = given.logging_interval}),
        scrub({.db = db.get(),
               .blobs = blobs.get(),
               .data = given.data,
               .bytes_per_second = given.scrub_rate,
               .interval = given.scrub_interval}),
        keys(auth::keys::open_local_keys({.db = db.get(), .sealer = &sealer})),
        s3_authenticator({.identities = &identities,
                          .regions = signing_regions(given),
                          .form_signature_version_2 = given.post_form_sigv2,
                          .any_region = given.any_region}),
        iam_authenticator({.identities = &identities,
                           .regions = {given.region},
                           .services = {"iam", "sts"},
                           .any_region = true}),
        admin_authenticator({.identities = &identities,
                             .regions = {std::string(admin::signing_region)},
                             .services = {std::string(admin::signing_service)}}),
        issuer_documents(given.issuer_ca_file),
        web_identities(
            {.documents = &issuer_documents, .issuers = auth::sts::issuer_list(given.issuers)}),
        counters(operation_names()),
        observer(counters) {
    name_threads(pool, pool_threads(given), "pool");
    if (given.audit_enabled) recording = std::make_unique<audit_parts>(given, pool);
  }

  void build_handlers() {
    s3_services.catalog = &catalog;
    s3_services.settings = &settings;
    s3_services.blobs = blobs.get();
    s3_services.identities = &identities;
    s3_services.projects = &projects;
    s3_services.authenticator = &s3_authenticator;
    s3_services.authorizer = &authorizer;
    s3_services.keys = keys.get();
    s3_services.pool = &pool;
    s3_services.md5 = &md5;
    s3_services.memory = &bodies;
    s3_services.shares = &shares;
    s3_services.large_work = turns.get();
    s3_services.region = c.region;
    s3_services.base_domains = c.base_domains;
    s3_services.website_domains = c.website_domains;
    s3_services.new_buckets = {s3::parse_ownership_name(c.new_bucket_ownership).value(),
                               c.new_bucket_public_access_block};
    s3_services.public_endpoint = c.public_endpoint;
    s3_services.encrypt_by_default = c.encrypt_by_default;
    s3_services.allow_sse_c_over_http = c.allow_sse_c_over_http;
    s3_services.access_logs = &logs;
    s3_services.events = &hooks;
    s3_services.renames = &renames;
    s3_services.ready = [this] { return ready(); };
    audit::trail* const trail = recording ? &recording->trail : nullptr;
    s3_handler = s3::make_s3_handler(s3_services, &observer, trail);

    iam_services.authenticator = &iam_authenticator;
    iam_services.identities = &identities;
    iam_services.authorizer = &authorizer;
    iam_services.web_identities = &web_identities;
    iam_services.observer = &observer;
    iam_services.bucket_domains = c.base_domains;
    iam_services.bucket_domains.insert(iam_services.bucket_domains.end(), c.website_domains.begin(),
                                       c.website_domains.end());
    iam_services.next = s3_handler.get();
    iam_services.trail = trail;
    iam_handler = iam::make_iam_handler(iam_services);

    admin_services.authenticator = &admin_authenticator;
    admin_services.identities = &identities;
    admin_services.projects = &projects;
    admin_services.keys = keys.get();
    admin_services.catalog = &catalog;
    admin_services.settings = &settings;
    admin_services.authorizer = &authorizer;
    admin_services.counters = &counters;
    admin_services.trail = trail;
    if (recording) admin_services.archive = &recording->archive;
    admin_services.scrub_state = [this] { return scrub.state(); };
    admin_services.begin_scrub = [this] { scrub.begin_pass(); };
    admin_services.ready = [this] { return ready(); };
    admin_handler = admin::make_admin_handler(admin_services);
    lifecycle = std::make_unique<workers::lifecycle_worker>(
        workers::lifecycle_worker::options{.catalog = &catalog,
                                           .projects = &projects,
                                           .trail = trail,
                                           .events = &hooks,
                                           .day = c.lifecycle_day,
                                           .interval = c.lifecycle_interval});
    ends = std::make_unique<workers::project_ends>(
        workers::project_ends::options{.catalog = &catalog, .projects = &projects, .trail = trail});
  }

  void build_server() {
    http::server_options options;
    for (const endpoint& e : c.listen) {
      options.listeners.push_back({.address = e.address,
                                   .port = e.port,
                                   .zone = c.zone,
                                   .tls = c.tls,
                                   .handler = iam_handler.get()});
    }
    const bool local = asio::ip::make_address(c.admin_listen.address).is_loopback();
    options.listeners.push_back({.address = c.admin_listen.address,
                                 .port = c.admin_listen.port,
                                 .zone = "admin",
                                 .tls = local ? std::nullopt : c.tls,
                                 .handler = admin_handler.get()});
    options.limit = c.limit;
    options.threads = c.threads;
    options.trusted_proxies = c.trusted_proxies;
    server = http::make_server(std::move(options));
    admin_services.sources = {server.get(), db.get(), blobs.get(), &catalog};
    admin_services.sources.more = [this] { return worker_samples(); };
  }

  std::vector<admin::sample> worker_samples() const {
    const auto number = [](std::uint64_t n) { return static_cast<double>(n); };
    std::vector<admin::sample> all;
    if (const auto* checked = dynamic_cast<const storage::kv::checked_store*>(db.get())) {
      all.push_back({"torhaus_kv_damaged_total", "counter",
                     "Reads and writes that met metadata that are not what was stored", "",
                     number(checked->damaged())});
    }
    const auto log = logs.stats();
    all.push_back({"torhaus_access_log_lines_total", "counter", "Delivered access-log lines", "",
                   number(log.lines)});
    all.push_back({"torhaus_access_log_dropped_total", "counter",
                   "Access-log lines without room or target", "", number(log.dropped)});
    const auto each = hooks.stats();
    const auto add = [&](const char* name, const char* kind, const char* help, auto member) {
      for (const auto& hook : each) {
        all.push_back({name, kind, help, "webhook=\"" + hook.name + "\"", number(hook.*member)});
      }
    };
    using hook_stats = workers::webhooks::statistics;
    add("torhaus_events_queued", "gauge", "Events waiting for a webhook", &hook_stats::queued);
    add("torhaus_events_delivered_total", "counter", "Delivered events", &hook_stats::delivered);
    add("torhaus_events_failed_total", "counter", "Failed deliveries", &hook_stats::failed);
    add("torhaus_events_dropped_total", "counter", "Events that were given up",
        &hook_stats::dropped);
    add("torhaus_events_damaged", "gauge", "Events that cannot be read and are set aside",
        &hook_stats::damaged);
    const auto ended = ends->stats();
    all.push_back({"torhaus_projects_ended_total", "counter",
                   "Projects that were emptied and removed", "", number(ended.projects)});
    all.push_back({"torhaus_project_failures_total", "counter",
                   "Projects that a pass could not finish", "", number(ended.failures)});
    const auto rules = lifecycle->stats();
    const auto lifecycle_sample = [&](const char* name, const char* kind, const char* help,
                                      double value) {
      all.push_back({name, kind, help, "", value});
    };
    lifecycle_sample("torhaus_lifecycle_passes_total", "counter", "Lifecycle passes",
                     number(rules.passes));
    lifecycle_sample("torhaus_lifecycle_examined_total", "counter",
                     "Index entries that passes looked at", number(rules.examined));
    lifecycle_sample("torhaus_lifecycle_applied_total", "counter",
                     "Versions, markers and uploads that rules expired or moved",
                     number(rules.applied));
    lifecycle_sample("torhaus_lifecycle_failures_total", "counter",
                     "Buckets that a pass could not finish", number(rules.failures));
    lifecycle_sample("torhaus_lifecycle_last_pass_seconds", "gauge", "Time that the last pass took",
                     std::chrono::duration<double>(rules.last_pass).count());
    for (admin::sample& one : usage_samples()) all.push_back(std::move(one));
    if (recording) {
      for (admin::sample& one : recording->samples()) all.push_back(std::move(one));
    }
    return all;
  }

  // Samples of one name come together.
  std::vector<admin::sample> usage_samples() const {
    constexpr std::size_t max_agencies = 1000;  // more would make the page too long
    const auto used = catalog.usage_of_agencies(max_agencies);
    std::vector<storage::catalog::quota_limit> limits;
    db->read_blocking([&](const storage::kv::snapshot& now) {
      limits.clear();
      for (const auto& [account, u] : used) {
        storage::catalog::bucket_record any;
        any.owner_account = account;
        limits.push_back(quotas.limits_of(now, any).agency);
      }
    });
    std::vector<admin::sample> all;
    const auto add = [&](const char* name, const char* help, auto value_of) {
      for (std::size_t i = 0; i < used.size(); ++i) {
        const std::uint64_t value = value_of(used[i].second, limits[i]);
        all.push_back(
            {name, "gauge", help, "account=\"" + used[i].first + "\"", static_cast<double>(value)});
      }
    };
    using storage::catalog::quota_limit;
    using storage::catalog::usage;
    add("torhaus_used_objects", "Versions that an agency stores",
        [](const usage& u, const quota_limit&) { return u.objects; });
    add("torhaus_used_bytes", "Bytes that an agency stores, uploads included",
        [](const usage& u, const quota_limit&) { return u.all_bytes(); });
    add("torhaus_quota_objects", "Versions that an agency may store; 0: no limit",
        [](const usage&, const quota_limit& q) { return q.objects; });
    add("torhaus_quota_bytes", "Bytes that an agency may store; 0: no limit",
        [](const usage&, const quota_limit& q) { return q.bytes; });
    add_scrub_samples(all);
    add_share_samples(all);
    return all;
  }

  void add_share_samples(std::vector<admin::sample>& all) const {
    const auto each = shares.usages();
    const auto add = [&](const char* name, const char* kind, const char* help, auto member) {
      for (const auto& one : each) {
        all.push_back({name, kind, help, "account=\"" + one.account + "\"",
                       static_cast<double>(one.*member)});
      }
    };
    using usage = s3::agency_shares::usage;
    add("torhaus_agency_requests", "gauge", "Requests of an agency in work", &usage::in_work);
    add("torhaus_agency_refused_total", "counter",
        "Requests beyond what an agency may have at once or in a second", &usage::refused);
  }

  void add_scrub_samples(std::vector<admin::sample>& all) const {
    const auto place = scrub.state();
    const auto add = [&](const char* name, const char* kind, const char* help, double value) {
      all.push_back({name, kind, help, "", value});
    };
    const auto number = [](std::uint64_t n) { return static_cast<double>(n); };
    add("torhaus_scrub_passes_total", "counter", "Whole passes of the scrub", number(place.passes));
    add("torhaus_scrub_findings", "gauge", "Findings of the pass under way or the last one",
        number(place.totals.findings));
    add("torhaus_scrub_bytes", "gauge", "Bytes that it has read", number(place.totals.bytes));
    add("torhaus_scrub_orphans_removed", "gauge", "Bytes without a record that it removed",
        number(place.totals.removed));
    const auto finished = std::chrono::duration<double>(place.finished.time_since_epoch());
    add("torhaus_scrub_finished_seconds", "gauge",
        "When the last pass ended, or the store was made", finished.count());
  }

  bool ready() const {
    if (recording && recording->trail.refuses()) return false;
    return serving.load() && !db->stats().failed && !blobs->stats().failed;
  }

  config c;
  crypto::sealer sealer;
  worker_pool pool;
  storage::crypto::md5_team md5;
  s3::transfer_memory bodies;
  s3::agency_shares shares;
  std::unique_ptr<storage::kv::database> db;
  std::unique_ptr<storage::blob::store> blobs;
  auth::projects::stored_quotas quotas;
  storage::catalog::catalog catalog;
  s3::settings_cache settings;
  auth::identity::store identities;
  auth::projects::store projects;
  s3::rename_tokens renames{system_clock_source()};
  workers::webhooks hooks;
  workers::access_logs logs;
  std::unique_ptr<workers::lifecycle_worker> lifecycle;
  std::unique_ptr<workers::project_ends> ends;
  workers::scrub_worker scrub;
  std::unique_ptr<auth::keys::key_provider> keys;
  auth::authenticator s3_authenticator;
  auth::authenticator iam_authenticator;
  auth::authenticator admin_authenticator;
  auth::authorizer authorizer;
  iam::issuer_documents issuer_documents;
  auth::sts::web_identities web_identities;
  admin::metrics counters;
  metrics_observer observer;
  std::unique_ptr<audit_parts> recording;  // null: audit.enabled = false
  std::unique_ptr<s3::turns> turns = std::make_unique<s3::turns>(cores() - 1);
  s3::services s3_services;
  iam::iam_services iam_services;
  admin::admin_services admin_services;
  std::unique_ptr<http::request_handler> s3_handler;
  std::unique_ptr<http::request_handler> iam_handler;
  std::unique_ptr<http::request_handler> admin_handler;
  std::unique_ptr<http::server> server;
  std::optional<made_root> root;
  std::atomic<bool> serving{false};
};

installation::installation(const config& c, const root_credentials& given) {
  prepare_data_directory(c.data);
  impl_ = std::make_unique<impl>(c);
  auto outcome = impl_->identities.ensure_root(given.access_key_id, given.secret);
  if (!outcome) {
    throw std::runtime_error("root credentials: " + std::string(outcome.error().message()));
  }
  if (outcome->new_secret) impl_->root = {outcome->access_key_id, *outcome->new_secret};
  impl_->build_handlers();
  impl_->build_server();
}

installation::~installation() { stop(); }

void installation::start() {
  if (impl_->recording) impl_->recording->journal.start();
  impl_->hooks.start();
  impl_->logs.start(impl_->recording ? &impl_->recording->trail : nullptr);
  impl_->server->start();
  impl_->lifecycle->start();
  impl_->ends->start();
  impl_->scrub.start();
  impl_->serving = true;
}

void installation::stop() {
  if (!impl_ || !impl_->server) return;
  impl_->serving = false;
  impl_->server->stop();
  impl_->lifecycle->stop();
  impl_->ends->stop();
  impl_->scrub.stop();
  // The last lines are delivered while there is still something to deliver them to.
  impl_->logs.stop();
  impl_->hooks.stop();
  // Requests that were cut off may still have work under way on the pool, in the blob store and in
  // the committer, all of which use their coroutines' frames: those end first, then the frames go.
  impl_->turns->stop();
  impl_->pool.join();
  if (impl_->recording) impl_->recording->journal.stop();
  impl_->catalog.stop();
  impl_->blobs->stop();
  const auto flushed = impl_->db->write_blocking([](storage::kv::transaction&) { return false; });
  if (!flushed) log::warning("metadata_not_flushed", {{"cause", flushed.error().cause()}});
  impl_->turns.reset();
  impl_->server.reset();
}

const std::optional<installation::made_root>& installation::new_root() const { return impl_->root; }

}  // namespace torhaus::gateway::cli
