// The way of every S3 request, in one order for all: target, caller, operation, bucket, permission,
// body, handler, answer, log. A handler is reached through here and in no other way.
#include <algorithm>
#include <array>
#include <chrono>

#include "auth/identity_rules.hpp"
#include "gateway/audit/call.hpp"
#include "gateway/s3/access/acl_request.hpp"
#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/access_log.hpp"
#include "gateway/s3/agency_shares.hpp"
#include "gateway/s3/body/counted_body.hpp"
#include "gateway/s3/body/payload.hpp"
#include "gateway/s3/bucket/projects.hpp"
#include "gateway/s3/cors.hpp"
#include "gateway/s3/deleted_keys.hpp"
#include "gateway/s3/error_response.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/form/upload.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/resource_target.hpp"
#include "gateway/s3/routing.hpp"
#include "gateway/s3/service.hpp"
#include "gateway/s3/turns.hpp"
#include "gateway/s3/website/site.hpp"
#include "storage/base/log.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

// AWS takes policies of 20 KiB and DeleteObjects of 1,000 keys; 2 MiB holds a completion of 10,000
// parts.
constexpr std::size_t max_xml_bytes = std::size_t{2} << 20;

// What is known of a request as it goes along; the log line and the metrics are made from it.
struct record {
  target where;
  bool has_target = false;
  std::string_view operation = "-";
  audit::caller_facts who;
  std::string project;
  std::string because;  // what decided that the caller may or may not
  std::string error_code;
  std::shared_ptr<const bucket_settings> settings;  // of the bucket when the request came
  // For the bucket's access log; set only where there is one.
  std::optional<catalog::bucket_record> logged_bucket;
  logging log_to;
  const struct operation* what = nullptr;
  bool of_website = false;
  std::string requester;
  std::string_view signature;
  std::vector<deleted_key> deleted;         // by DeleteObjects
  http::held place = http::nothing_held();  // among the requests of an agency
};

std::string_view version_of(const http::response& answer, const target& where) {
  for (const auto& [name, value] : answer.headers) {
    if (http::equal_ignoring_case(name, "x-amz-version-id")) return value;
  }
  return where.parameter("versionId").value_or("");
}

// Whether the row makes an object whose owner and ACL are to be known.
bool makes_object(const operation& what) {
  return what.name == "PutObject" || what.name == "CopyObject" || what.name == "PostObject" ||
         what.name == "CreateMultipartUpload";
}

// Whether the body says what is to be permitted: a list of keys, or what a policy asks for: tags, a
// retention, a legal hold, the place and the tags of a new bucket.
bool decided_by_body(const context& ctx) {
  if (ctx.what.name == "DeleteObjects") return true;
  constexpr std::string_view telling[] = {"PutObjectTagging", "PutObjectRetention",
                                          "PutObjectLegalHold", "CreateBucket", "TagResource"};
  if (std::ranges::find(telling, ctx.what.name) == std::end(telling)) return false;
  const auto& rules = ctx.caller.who().rules;
  const bool of_bucket = ctx.settings && ctx.settings->access.policy_reads_body;
  return of_bucket || (rules && rules->reads_body);
}

class s3_handler final : public http::request_handler {
 public:
  s3_handler(const services& s, request_observer* observer, audit::trail* trail)
      : s_(s), observer_(observer), trail_(trail) {}

  task<http::response> handle(http::request& call) override {
    const bool site = names_bucket_in_host(call.host, s_.website_domains);
    // In virtual-host style the path is a key, and keys may begin with "-/".
    if (!site && call.path.starts_with("/-/") &&
        !names_bucket_in_host(call.host, s_.base_domains)) {
      co_return reserved(call);
    }
    const auto began = std::chrono::steady_clock::now();
    counted_body body(*call.body);
    call.body = &body;
    record seen;
    http::response answer;
    try {
      auto outcome = site ? co_await serve_site(call, seen) : co_await serve(call, seen);
      if (outcome) {
        answer = std::move(*outcome);
      } else {
        answer =
            site ? site_refused(outcome.error(), call, seen) : refused(outcome.error(), call, seen);
      }
      co_await say_cors(s_, answer, call, seen.where, seen.settings.get());
    } catch (const std::exception& fault) {
      answer = refused(error(errc::internal_error).because(fault.what()), call, seen);
    }
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - began);
    report(call, seen, answer, body.bytes(), took);
    answer.until_sent = std::move(seen.place);
    co_return answer;
  }

  http::response refuse(const error& why, const http::origin& from,
                        std::string_view request_id) override {
    const unsigned status = status_of(why.code());
    if (observer_ != nullptr) observer_->observed("-", status, 0, 0, {});
    audit::add_refused(trail_, why, from, request_id);
    return error_response(why, "GET", request_id, nullptr);
  }

 private:
  http::response reserved(const http::request& call) const {
    http::response r;
    if (call.path == "/-/health/live" || call.path == "/-/health/ready") {
      const bool good = call.path == "/-/health/live" || !s_.ready || s_.ready();
      r.status = good ? 200 : 503;
      r.set("Content-Type", "text/plain");
      r.body = std::string(good ? "ok\n" : "not ready\n");
      return r;
    }
    return error_response(error(errc::not_found), call.method, call.id, nullptr);
  }

  static http::response refused(const error& why, const http::request& call, record& seen) {
    if (seen.where.by_arn && why.code() == errc::no_such_bucket) {
      return refused(error(errc::no_such_resource), call, seen);
    }
    seen.error_code = code_of(why.code());
    const target* where = seen.has_target || seen.where.by_arn ? &seen.where : nullptr;
    http::response r = error_response(why, call.method, call.id, where);
    // RFC 9110 section 15.5.6. All that can be done to a delete marker is to delete it.
    if (why.code() == errc::method_not_allowed) {
      r.set("Allow", is_about_marker(why) ? "DELETE" : allowed_methods(seen.where));
    }
    return r;
  }

  result<void> read_target(const http::request& call, record& seen) const {
    seen.where.by_arn = names_resource(call, s_.base_domains);
    auto where = seen.where.by_arn
                     ? parse_resource_target(call.path, call.query)
                     : parse_target(call.host, call.path, call.query, s_.base_domains);
    if (!where) return std::move(where).error();
    seen.where = std::move(*where);
    seen.has_target = true;
    return {};
  }

  task<result<http::response>> serve(http::request& call, record& seen) {
    if (auto ok = audit::check_recorded(trail_); !ok) co_return std::move(ok).error();
    if (auto known = read_target(call, seen); !known) co_return std::move(known).error();
    if (call.method == "OPTIONS" && !seen.where.bucket.empty()) {
      co_return co_await serve_preflight(call, seen);
    }
    const auto headers = signed_view(call.headers);
    const auth::sigv4::request_view view = signed_view(call, headers);
    auto caller = co_await s_.authenticator->authenticate(view);
    if (!caller) co_return std::move(caller).error();
    seen.who.remember(caller->who());
    const auto row = find_operation(call, seen.where);
    if (!row) co_return row.error();
    seen.operation = (*row)->name;
    note_effort(s_, **row);
    if (auto ok = admit_user(*caller, seen); !ok) co_return std::move(ok).error();
    if ((*row)->body == body_kind::form) co_return co_await serve_form(call, seen, **row, *caller);
    context ctx = begin(call, seen.where, **row, *caller, seen);
    auto entered = co_await enter(ctx);
    if (entered) entered = admit_visitor(ctx, seen);
    remember_for_log(ctx, seen);
    if (!entered) co_return std::move(entered).error();
    if ((*row)->run == nullptr) {
      co_return error(errc::not_implemented,
                      std::string((*row)->name) + " is not implemented by this server.");
    }
    auto outcome = (*row)->body == body_kind::none ? run(ctx) : run_with_body(ctx);
    auto answer = without_secrets(ctx, as_depositor(ctx, co_await std::move(outcome)));
    if (answer && trail_ != nullptr && (*row)->name == "DeleteObjects") {
      const auto* text = std::get_if<std::string>(&answer->body);
      if (text != nullptr) seen.deleted = deleted_keys(ctx.xml_body, *text);
    }
    if (answer) after_success(ctx, *answer);
    co_return std::move(answer);
  }

  // All that it refers to must outlive it.
  context begin(http::request& call, const target& where, const operation& row,
                const auth::authenticated& caller, record& seen,
                const form::upload* form = nullptr) const {
    return {s_,      call,    where, row,     caller,          std::nullopt,
            nullptr, nullptr, {},    nullptr, seen.error_code, form};
  }

  // A caller with a name counts for its agency, whatever becomes of the request.
  result<void> admit_user(const auth::authenticated& caller, record& seen) const {
    if (caller.anonymous()) return {};
    return admit(caller.who().account, agency_shares::taker::user, seen);
  }

  // One without counts for the agency whose bucket it comes to, once that lets it in: who is
  // refused there takes nothing of its share. Where the body decides, nobody has been let in.
  result<void> admit_visitor(const context& ctx, record& seen) const {
    if (!ctx.caller.anonymous() || decided_by_body(ctx)) return {};
    return admit(ctx.share_of(), agency_shares::taker::visitor, seen);
  }

  // Once a request: a website looks for several objects in one.
  result<void> admit(std::string_view account, agency_shares::taker who, record& seen) const {
    if (s_.shares == nullptr || seen.place) return {};
    auto place = s_.shares->admit(account, who);
    if (!place) return std::move(place).error();
    seen.place = std::move(*place);
    return {};
  }

  static task<result<http::response>> run(context& ctx) {
    return ctx.what.costs == effort::large ? run_in_turn(ctx) : ctx.what.run(ctx);
  }

  // The log has a line for refused requests too.
  void remember_for_log(const context& ctx, record& seen) const {
    seen.settings = ctx.settings;
    if (ctx.bucket) seen.project = ctx.bucket->project;
    const bool decided = ctx.decided_by.from != auth::reason::source::nothing;
    if (trail_ != nullptr && decided) seen.because = auth::describe(ctx.decided_by);
    if (!ctx.settings || !ctx.settings->access_log.enabled()) return;
    seen.logged_bucket = ctx.bucket;
    seen.log_to = ctx.settings->access_log;
    seen.what = &ctx.what;
    const auth::principal& who = ctx.caller.who();
    // AWS: an IAM user is shown by name, an account by its canonical id.
    seen.requester = who.arn.ends_with(":root") ? who.canonical_id : who.arn;
    if (ctx.caller.anonymous()) return;
    seen.signature = ctx.caller.presigned() ? "QueryString" : "AuthHeader";
    if (ctx.form != nullptr) seen.signature = "-";
  }

  void after_success(const context& ctx, http::response& answer) const {
    if (!ctx.settings) return;
    if (s_.events != nullptr && !ctx.settings->events.rules.empty()) s_.events->wake();
    if (ctx.settings->payment.requester_pays && !is_owner(ctx)) {
      answer.set("x-amz-request-charged", "requester");
    }
  }

  body_workers workers() const { return {s_.pool, s_.md5, s_.memory}; }

  static bool is_owner(const context& ctx) {
    return !ctx.caller.anonymous() && ctx.caller.who().account == ctx.bucket->owner_account;
  }

  // AWS: "Using Requester Pays buckets": others than the owner say that they would pay, and
  // nobody anonymous can.
  static result<void> check_payer(const context& ctx) {
    if (!ctx.settings || !ctx.settings->payment.requester_pays || is_owner(ctx)) return {};
    const auto header = ctx.header("x-amz-request-payer");
    const auto payer = header ? header : ctx.parameter("x-amz-request-payer");
    if (payer == "requester" && !ctx.caller.anonymous()) return {};
    return errc::access_denied;
  }

  // A browser asks before a page may send what it wants, and shows no credentials yet.
  task<result<http::response>> serve_preflight(http::request& call, record& seen) {
    target plain = seen.where;
    plain.query.clear();  // whatever the page's request is about, the preflight is not
    const auto row = find_operation(call, plain);
    if (!row) co_return row.error();
    seen.operation = (*row)->name;
    const auth::authenticated nobody = auth::authenticator::nobody();
    context ctx = begin(call, plain, **row, nobody, seen);
    auto found = co_await find_bucket(ctx);
    if (!found && found.error().code() != errc::no_such_bucket) co_return std::move(found).error();
    co_return co_await (*row)->run(ctx);
  }

  // GetObject for the pages of websites: what everybody may have.
  class public_objects final : public site_objects {
   public:
    public_objects(s3_handler& home, record& seen) : home_(home), seen_(seen) {}
    task<site_page> get(http::request& call, std::string key) override {
      target where;
      where.bucket = seen_.where.bucket;
      where.key = std::move(key);
      where.virtual_host = true;
      const auto row = find_operation(call, where);
      if (!row) co_return site_page{row.error()};
      seen_.operation = (*row)->name;
      note_effort(home_.s_, **row);
      const auth::authenticated nobody = auth::authenticator::nobody();
      context ctx = home_.begin(call, where, **row, nobody, seen_);
      auto entered = co_await home_.enter(ctx);
      if (entered) entered = home_.admit_visitor(ctx, seen_);
      home_.remember_for_log(ctx, seen_);
      if (!entered) co_return site_page{std::move(entered).error()};
      auto got = co_await (*row)->run(ctx);
      const bool absent = is_missing(got);
      co_return site_page{without_secrets(ctx, std::move(got)), absent};
    }

   private:
    s3_handler& home_;
    record& seen_;
  };

  task<result<http::response>> serve_site(http::request& call, record& seen) {
    if (auto ok = audit::check_recorded(trail_); !ok) co_return std::move(ok).error();
    auto where = parse_target(call.host, call.path, "", s_.website_domains);
    if (!where) co_return std::move(where).error();
    seen.where = std::move(*where);
    seen.has_target = true;
    if (call.method == "OPTIONS") co_return co_await serve_preflight(call, seen);
    if (call.method != "GET" && call.method != "HEAD") co_return site_method_refused(call);
    const auto name = catalog::bucket_name::parse(seen.where.bucket);
    if (!name) co_return error(errc::no_such_bucket).with("BucketName", seen.where.bucket);
    const auto bucket = co_await s_.catalog->find_bucket(name->str());
    if (!bucket) co_return bucket.error();
    const auto settings = co_await s_.settings->of(*bucket);
    if (!settings) co_return settings.error();
    if (!(*settings)->site) {
      co_return error(errc::no_such_website_configuration).with("BucketName", bucket->name);
    }
    seen.of_website = true;
    if ((*settings)->access_log.enabled()) {
      seen.logged_bucket = *bucket;
      seen.log_to = (*settings)->access_log;
    }
    public_objects objects(*this, seen);
    http::response answer = co_await answer_site(call, *(*settings)->site, seen.where.key, objects);
    // What a probe of another key has left.
    seen.error_code.clear();
    for (const auto& [header, value] : answer.headers) {
      if (header == "x-amz-error-code") seen.error_code = value;
    }
    co_return answer;
  }

  static http::response site_refused(const error& why, const http::request& call, record& seen) {
    seen.error_code = code_of(why.code());
    http::response r = error_page(why, call);
    if (why.code() == errc::method_not_allowed) r.set("Allow", "GET, HEAD");
    return r;
  }

  // A browser upload says who sends it in its body, which is read so far before anything else.
  task<result<http::response>> serve_form(http::request& call, record& seen, const operation& row,
                                          const auth::authenticated& caller) {
    const auto is_form = form::check_is_form(call);
    if (!is_form || !caller.anonymous()) {
      context ctx = begin(call, seen.where, row, caller, seen);
      // Who shows no credentials is told of the form first: they would be in it.
      auto entered = co_await find_bucket(ctx);
      if (entered && !caller.anonymous()) entered = co_await enter(ctx);
      if (!entered) co_return std::move(entered).error();
      if (!is_form) co_return is_form.error();
      co_return error(errc::invalid_argument,
                      "Only one auth mechanism allowed; a form is signed in its fields");
    }
    const auto upload =
        co_await form::receive(call, seen.where.bucket, *s_.authenticator, s_.clock->now());
    if (!upload) co_return upload.error();
    form::upload& form = **upload;
    seen.where.key = form.key;
    seen.who.remember(form.sender.who());
    if (auto ok = admit_user(form.sender, seen); !ok) co_return std::move(ok).error();
    context ctx = begin(form.call, seen.where, row, form.sender, seen, &form);
    auto entered = co_await enter(ctx);
    if (entered) entered = admit_visitor(ctx, seen);
    remember_for_log(ctx, seen);
    if (!entered) co_return std::move(entered).error();
    auto body = payload::make_of_form(form.call, call.body->content_length(), workers());
    if (!body) co_return std::move(body).error();
    ctx.body = body->get();
    auto answer = as_depositor(ctx, co_await row.run(ctx));
    if (answer) after_success(ctx, *answer);
    co_return std::move(answer);
  }

  // What the signature is about; views into the call and `headers`.
  static std::vector<auth::sigv4::header_view> signed_view(const std::vector<http::header>& sent) {
    std::vector<auth::sigv4::header_view> headers;
    headers.reserve(sent.size());
    for (const http::header& h : sent) headers.push_back({h.name, h.value});
    return headers;
  }
  static auth::sigv4::request_view signed_view(
      const http::request& call, const std::vector<auth::sigv4::header_view>& headers) {
    auth::sigv4::request_view view{
        .method = call.method, .raw_path = call.path, .raw_query = call.query, .headers = headers};
    const auto sent = call.find("Host");
    if (!sent || *sent != call.host) view.host = call.host;
    return view;
  }

  // The target's bucket and its settings.
  task<result<void>> find_bucket(context& ctx) {
    auto name = catalog::bucket_name::parse(ctx.where.bucket);
    // A name that no bucket can have is a bucket that is not there.
    if (!name) co_return errc::no_such_bucket;
    auto found = co_await s_.catalog->find_bucket(name->str());
    if (!found) co_return std::move(found).error();
    ctx.settings = s_.settings->known(*found);
    if (!ctx.settings) {
      auto settings = co_await s_.settings->of(*found);
      if (!settings) co_return std::move(settings).error();
      ctx.settings = std::move(*settings);
    }
    ctx.project = s_.projects->known_view(found->project);
    if (!ctx.project) {
      auto project = co_await project_of(s_, *found);
      if (!project) co_return std::move(project).error();
      ctx.project = std::move(*project);
    }
    ctx.bucket = std::move(*found);
    co_return result<void>();
  }

  static task<result<void>> permit(context& ctx) {
    auto allowed = co_await permit_operation(ctx);
    if (allowed || ctx.what.name != "CreateBucket") co_return allowed;
    co_return co_await why_no_bucket(ctx, std::move(allowed).error());
  }

  // Looks the bucket up and asks the authorizer.
  task<result<void>> enter(context& ctx) {
    const bool makes_bucket = ctx.what.name == "CreateBucket";
    if (ctx.what.where != scope::service && !makes_bucket) {
      if (auto ok = co_await find_bucket(ctx); !ok) co_return std::move(ok).error();
    }
    if (makes_bucket) ctx.project = co_await s_.projects->covering(ctx.where.bucket);
    if (!decided_by_body(ctx)) {
      if (auto allowed = co_await permit(ctx); !allowed) co_return allowed;
    }
    if (auto pays = check_payer(ctx); !pays) co_return std::move(pays).error();
    if (auto owner = check_expected_owner(ctx); !owner) co_return std::move(owner).error();
    if (makes_object(ctx.what)) {
      auto access = co_await read_object_access(ctx);
      if (!access) co_return std::move(access).error();
      ctx.new_object = std::move(*access);
      if (gives_to_others(ctx)) co_return ask_about_new_acl(ctx);
    }
    co_return result<void>();
  }

  // A depositor did not ask for a condition, and is told what it is.
  static result<http::response> as_depositor(const context& ctx, result<http::response> outcome) {
    if (!ctx.new_keys_only || outcome || outcome.error().code() != errc::precondition_failed) {
      return outcome;
    }
    return error(errc::access_denied,
                 "There is an object with this key, and a depositor may only put new ones.");
  }

  static bool is_missing(const result<http::response>& outcome) {
    if (outcome) return outcome->status == 404;
    const errc code = outcome.error().code();
    return code == errc::no_such_key || code == errc::no_such_version;
  }

  // A missing key is only for those who may list the bucket (AWS: GetObject, permissions), and so
  // is one that was deleted, for whom does not name the marker.
  static result<http::response> without_secrets(const context& ctx,
                                                result<http::response> outcome) {
    const bool marked = !outcome && outcome.error().code() == errc::method_not_allowed &&
                        !ctx.where.has("versionId");
    const bool secret = marked || is_missing(outcome);
    if (secret && !may_know_what_is_missing(ctx)) return errc::access_denied;
    return outcome;
  }

  task<result<http::response>> run_with_body(context& ctx) {
    if (ctx.what.body == body_kind::stream && !ctx.header("Content-Length") &&
        !ctx.header("Transfer-Encoding")) {
      co_return errc::missing_content_length;
    }
    // As S3: the documents of settings come without frames.
    if (ctx.what.body != body_kind::stream && ctx.call.method == "PUT" &&
        auth::sigv4::is_streaming(ctx.caller.signature().mode)) {
      co_return error(errc::invalid_request,
                      "The value of x-amz-content-sha256 header is invalid.");
    }
    const auto subject = ctx.what.body == body_kind::manifest ? payload::checksums_of::object
                                                              : payload::checksums_of::body;
    auto body = payload::make(ctx.call, ctx.caller.signature(), workers(), subject);
    if (!body) co_return std::move(body).error();
    if (ctx.what.body == body_kind::stream) {
      ctx.body = body->get();
      co_return co_await ctx.what.run(ctx);
    }
    auto text = co_await (*body)->read_all(max_xml_bytes);
    if (!text) co_return std::move(text).error();
    ctx.xml_body = std::move(*text);
    if (decided_by_body(ctx)) {
      if (auto allowed = co_await permit(ctx); !allowed) co_return std::move(allowed).error();
    }
    co_return co_await run(ctx);
  }

  void report(const http::request& call, const record& seen, const http::response& answer,
              std::uint64_t bytes_in, std::chrono::microseconds took) const {
    const std::uint64_t bytes_out = body_bytes(answer);
    if (observer_ != nullptr) {
      observer_->observed(seen.operation, answer.status, bytes_in, bytes_out, took);
    }
    if (seen.logged_bucket) add_to_access_log(call, seen, answer, bytes_in, took);
    if (trail_ != nullptr) add_to_trail(call, seen, answer, bytes_in, took);
    if (!log::enabled(log::level::info)) return;
    log::info("request", {{"request_id", call.id},
                          {"client", http::text_of(call.from.client)},
                          {"caller", seen.who.arn},
                          {"operation", seen.operation},
                          {"bucket", seen.where.bucket},
                          {"key", seen.where.key},
                          {"status", answer.status},
                          {"error", seen.error_code},
                          {"bytes_in", bytes_in},
                          {"bytes_out", bytes_out},
                          {"took_us", static_cast<std::int64_t>(took.count())}});
  }

  void add_to_trail(const http::request& call, const record& seen, const http::response& answer,
                    std::uint64_t bytes_in, std::chrono::microseconds took) const {
    audit::record r =
        audit::record_of("request", call, seen.who,
                         {answer.status, seen.error_code, bytes_in, body_bytes(answer), took});
    r.operation = seen.operation;
    r.bucket = seen.where.bucket;
    r.key = seen.where.key;
    r.version = version_of(answer, seen.where);
    r.project = seen.project;
    r.because = seen.because;
    r.source = call.find("x-amz-copy-source").value_or("");
    if (!seen.has_target) r.subject = call.path;
    trail_->add(r);
    r.type = "item";
    r.bytes_in = r.bytes_out = 0;
    r.took = {};
    for (const deleted_key& one : seen.deleted) {
      r.key = one.key;
      r.version = one.version;
      r.status = one.status;
      r.error = one.error_code;
      trail_->add(r);
    }
  }

  void add_to_access_log(const http::request& call, const record& seen,
                         const http::response& answer, std::uint64_t bytes_in,
                         std::chrono::microseconds took) const {
    if (s_.access_logs == nullptr) return;
    access_entry entry(*seen.logged_bucket, call, answer);
    entry.what = seen.what;
    entry.of_website = seen.of_website;
    entry.key = seen.where.key;
    entry.requester = seen.requester;
    entry.error_code = seen.error_code;
    entry.signature = seen.signature;
    entry.received = s_.clock->now() - took;
    entry.bytes_in = bytes_in;
    entry.bytes_out = body_bytes(answer);
    entry.took = took;
    s_.access_logs->add(*seen.logged_bucket, seen.log_to, access_log_line(entry), entry.received);
  }

  const services& s_;
  request_observer* observer_;
  audit::trail* trail_;
};

}  // namespace

std::unique_ptr<http::request_handler> make_s3_handler(const services& s,
                                                       request_observer* observer,
                                                       audit::trail* trail) {
  return std::make_unique<s3_handler>(s, observer, trail);
}

}  // namespace torhaus::gateway::s3
