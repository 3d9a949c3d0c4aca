// Whether a user may do something with a bucket or an object, and what decides.
#include "auth/caller_values.hpp"
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {
namespace {

namespace catalog = storage::catalog;

// Of a request that nobody has made, only the caller is known.
class caller_only final : public auth::policy::condition_values {
 public:
  explicit caller_only(const auth::principal& who) : who_(who) {}
  bool find(std::string_view key, std::vector<std::string>& values) const override {
    return auth::find_caller_value(who_, key, values);
  }

 private:
  const auth::principal& who_;
};

struct asked_resource {
  std::string bucket;
  std::string key;
};

result<asked_resource> parse_resource(std::string text) {
  constexpr std::string_view arn = "arn:aws:s3:::";
  if (text.starts_with(arn)) text.erase(0, arn.size());
  const std::size_t slash = text.find('/');
  asked_resource r;
  r.bucket = text.substr(0, slash);
  if (slash != std::string::npos) r.key = text.substr(slash + 1);
  if (catalog::bucket_name::parse(r.bucket)) return r;
  return error(errc::invalid_argument, "resource must be arn:aws:s3:::BUCKET or …/KEY");
}

// The object, when the decision hangs on it.
task<auth::object_facts> facts_of(const admin_call& call, std::uint64_t bucket,
                                  const std::string& name,
                                  std::optional<catalog::object_version>& keep) {
  auto key = catalog::object_key::parse(name);
  if (key) {
    auto found = co_await call.services.catalog->find_object(bucket, std::move(*key), std::nullopt);
    if (found && !found->delete_marker) keep = std::move(*found);
  }
  auth::object_facts facts;
  facts.exists = keep.has_value();
  if (keep) {
    facts.owner_canonical_id = keep->owner_canonical_id;
    facts.acl = keep->acl;
  }
  co_return facts;
}

admin_answer answer_of(const auth::access_request& asked, const auth::decision& decided) {
  const bool allowed = decided.is == auth::access::allowed;
  boost::json::object out{{"allowed", allowed}, {"because", auth::describe(decided.why)}};
  // What the own agency has nothing against still needs somebody who gives it.
  if (!allowed && decided.why.from == auth::reason::source::defaults) {
    out["because"] = "no role, policy or access control list gives it";
  }
  out["message"] = nullptr;
  if (!allowed) out["message"] = std::string(auth::denied(asked, decided).message());
  out["project"] = out["state"] = out["role"] = nullptr;
  if (asked.project != nullptr) {
    out["project"] = asked.project->project->about.id;
    out["state"] = std::string(auth::projects::name_of(asked.project->state));
    if (asked.project->as != nullptr) {
      out["role"] = std::string(auth::projects::name_of(asked.project->as->as));
    }
  }
  return {200, std::move(out)};
}

}  // namespace

task<result<admin_answer>> explain(admin_call& call) {
  const std::string agency = call.input.text("agency").value_or(call.caller.agency);
  const std::string user = call.input.text("user").value_or("");
  const std::string action = call.input.text("action").value_or("");
  const auto resource = parse_resource(call.input.text("resource").value_or(""));
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (!resource) co_return resource.error();
  const bool over_user = administers(call.caller, agency);
  auto bucket = co_await call.services.catalog->find_bucket(resource->bucket);
  auto project = co_await call.projects().covering(resource->bucket);
  if (bucket) project = co_await call.projects().view(bucket->project);
  const bool over_project =
      project &&
      gives_roles(call.caller, auth::projects::standing_of(*project, call.caller, call.now()));
  if (!over_user && !over_project) {
    co_return not_allowed(call.caller, "ask what users of the agency " + agency + " may");
  }
  const auto who = co_await call.identities().find_principal(agency, user);
  if (!who) co_return who.error();
  const caller_only values(*who);
  auth::projects::standing there;
  if (project) there = auth::projects::standing_of(*project, *who, call.now());
  auth::access_request asked{.caller = *who,
                             .action = action,
                             .bucket_name = resource->bucket,
                             .key = resource->key,
                             .values = &values,
                             .project = project ? &there : nullptr};
  if (!bucket) {
    // Only that a bucket of this name comes into being can be explained.
    if (action != "s3:CreateBucket") co_return std::move(bucket).error();
    co_return answer_of(asked, call.services.authorizer->decide(asked));
  }
  const auto settings = co_await call.services.settings->of(*bucket);
  if (!settings) co_return settings.error();
  asked.bucket = &*bucket;
  if (bucket->settings_revision > 0) asked.rules = &(*settings)->access;
  auth::decision decided = call.services.authorizer->decide(asked);
  std::optional<catalog::object_version> object;
  auth::object_facts facts;
  if (decided.is == auth::access::needs_object) {
    facts = co_await facts_of(call, bucket->id, resource->key, object);
    asked.object = &facts;
    decided = call.services.authorizer->decide(asked);
  }
  co_return answer_of(asked, decided);
}

}  // namespace torhaus::gateway::admin
