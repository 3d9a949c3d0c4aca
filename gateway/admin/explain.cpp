// Whether a user may do something with a bucket or an object, and what decides.
#include "auth/given_values.hpp"
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {
namespace {

namespace catalog = storage::catalog;
namespace json = boost::json;

// What the one who asks may see of what decided. Of a foreign agency's user it is not told which of
// his policies, and of a foreign bucket not what its policy or project says.
struct insight {
  bool user = false;
  bool bucket = false;
};

std::string because(auth::reason why, const insight& sees) {
  using source = auth::reason::source;
  const bool of_user =
      why.from == source::identity || why.from == source::boundary || why.from == source::session;
  const bool hidden = of_user ? !sees.user : why.from == source::resource && !sees.bucket;
  if (hidden) why = {.from = why.from};
  return auth::describe(why);
}

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

admin_answer answer_of(const auth::access_request& asked, const auth::decision& decided,
                       const auth::given_values& values, const insight& sees) {
  const bool allowed = decided.is == auth::access::allowed;
  json::object out{{"allowed", allowed}, {"because", because(decided.why, sees)}};
  // What the own agency has nothing against still needs somebody who gives it.
  if (!allowed && decided.why.from == auth::reason::source::defaults) {
    out["because"] = "no role, policy or access control list gives it";
  }
  out["message"] = nullptr;
  if (!allowed) out["message"] = std::string(auth::denied(asked, decided).message());
  out["project"] = out["state"] = out["role"] = nullptr;
  json::array missing;
  // Which keys the policies of others ask for is theirs to tell.
  if (sees.user && sees.bucket) {
    for (const std::string& key : values.missing()) missing.emplace_back(key);
  }
  out["not_given"] = std::move(missing);
  // A member sees the project; who is none is not told whether there is one.
  if (asked.project != nullptr && (sees.bucket || asked.project->as != nullptr)) {
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
  const auto given = call.input.table("conditions").value_or(auth::given_context());
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
  const insight sees{over_user, over_project};
  // With conditions of one's own choice a policy could be felt out.
  if (!given.empty() && !over_project) {
    co_return not_allowed(call.caller, "give conditions of requests on " + resource->bucket);
  }
  const auto who = co_await call.identities().find_principal(agency, user);
  if (!who) co_return who.error();
  auth::projects::standing there;
  if (project) there = auth::projects::standing_of(*project, *who, call.now());
  const auth::given_values values(
      {.caller = &*who,
       .given = &given,
       .project = project ? &there : nullptr,
       .resource_account = bucket ? std::string_view(bucket->owner_account) : std::string_view(),
       .now = call.now()});
  auth::access_request asked{.caller = *who,
                             .action = action,
                             .bucket_name = resource->bucket,
                             .key = resource->key,
                             .values = &values,
                             .project = project ? &there : nullptr};
  if (!bucket) {
    // Only that a bucket of this name comes into being can be explained.
    if (action != "s3:CreateBucket") co_return std::move(bucket).error();
    co_return answer_of(asked, call.services.authorizer->decide(asked), values, sees);
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
  co_return answer_of(asked, decided, values, sees);
}

}  // namespace torhaus::gateway::admin
