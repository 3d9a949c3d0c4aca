// OIDC providers: whose tokens AssumeRoleWithWebIdentity takes.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
#include <array>
#include <functional>

#include "auth/sts/web_identity.hpp"
#include "gateway/iam/subject.hpp"
#include "gateway/iam/tagging.hpp"
#include "gateway/s3/dates.hpp"

namespace torhaus::gateway::iam {
namespace {

using view = auth::identity::directory::view;

constexpr std::size_t providers_quota = 100;
constexpr std::size_t clients_quota = 100;
constexpr std::string_view https = "https://";
constexpr std::string_view http_scheme = "http://";

error no_such_provider(const std::string& arn) {
  return error(errc::no_such_entity, "OpenIDConnect Provider not found for arn " + arn);
}

result<void> check_lists(const entity& e) {
  if (e.clients.size() > clients_quota) {
    return error(errc::limit_exceeded, "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider");
  }
  for (const std::string& client : e.clients) {
    if (client.empty() || client.size() > 255) {
      return error(errc::validation_error, "A client id has 1 to 255 characters.");
    }
  }
  if (e.thumbprints.size() > 5) {
    return error(errc::validation_error, "A provider has at most 5 thumbprints.");
  }
  for (const std::string& print : e.thumbprints) {
    if (print.size() != 40) return error(errc::validation_error, "A thumbprint has 40 characters.");
  }
  return {};
}

// AWS: https alone, no query. http is taken here for issuers of the inner network.
result<std::string> name_in_url(const std::string& url) {
  std::string_view rest = url;
  if (rest.starts_with(https)) {
    rest.remove_prefix(https.size());
  } else if (rest.starts_with(http_scheme)) {
    rest.remove_prefix(http_scheme.size());
  } else {
    return error(errc::validation_error, "Invalid Open ID Connect Provider URL");
  }
  const bool good = !rest.empty() && url.size() <= 255 && rest.front() != '/' &&
                    rest.find_first_of("?#@ \\") == rest.npos &&
                    std::ranges::all_of(rest, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!good) return error(errc::validation_error, "Invalid Open ID Connect Provider URL");
  while (rest.ends_with('/')) rest.remove_suffix(1);
  return std::string(rest);
}

task<result<void>> create_provider(action_call& call) {
  const auto url = required(call.input, "Url");
  if (!url) co_return url.error();
  auto name = name_in_url(*url);
  if (!name) co_return std::move(name).error();
  auto tags = tags_of(call.input);
  if (!tags) co_return std::move(tags).error();
  entity e;
  e.kind = entity_kind::oidc_provider;
  e.agency = call.caller.agency;
  e.name = std::move(*name);
  e.url = *url;
  e.clients = list_of(call.input, "ClientIDList");
  e.thumbprints = list_of(call.input, "ThumbprintList");
  e.tags = std::move(*tags);
  note_tags(call, e.tags);
  std::string arn = arn_of(call.caller.account, e);
  if (auto may = permit(call, arn); !may) co_return std::move(may).error();
  if (auto good = check_lists(e); !good) co_return std::move(good).error();
  auto nothing = [](entity&, const view&) { return result<void>(); };
  const auto made = co_await call.entities.create(std::move(e), providers_quota, nothing);
  if (!made) co_return made.error();
  call.out.text("OpenIDConnectProviderArn", arn);
  if (!made->tags.empty()) write_tags(call.out, made->tags);
  co_return result<void>();
}

task<result<entity>> provider_of(action_call& call) {
  const auto arn = required(call.input, "OpenIDConnectProviderArn");
  if (!arn) co_return arn.error();
  const std::string begin = arn_in_account(call, "oidc-provider/");
  result<entity> found = no_such_provider(*arn);
  if (arn->starts_with(begin)) {
    found = co_await call.entities.find(entity_kind::oidc_provider, call.caller.agency,
                                        arn->substr(begin.size()));
  }
  if (auto may = permit(call, *arn, found ? &*found : nullptr); !may) {
    co_return std::move(may).error();
  }
  if (!found) co_return no_such_provider(*arn);
  co_return std::move(found);
}

// Changes the provider that the request names.
task<result<void>> change_provider(action_call& call, std::function<result<void>(entity&)> fn) {
  const auto found = co_await provider_of(call);
  if (!found) co_return found.error();
  auto change = [&fn](entity& e, const view&) -> result<void> {
    if (auto done = fn(e); !done) return done;
    return check_lists(e);
  };
  const auto done = co_await change_judged(call, *found, change);
  if (!done) co_return done.error();
  co_return result<void>();
}

void write_list(action_call& call, std::string_view element, const std::vector<std::string>& all) {
  call.out.open(element);
  for (const std::string& one : all) call.out.text("member", one);
  call.out.close(element);
}

task<result<void>> get_provider(action_call& call) {
  const auto found = co_await provider_of(call);
  if (!found) co_return found.error();
  // AWS: the URL without its scheme; only an unusual one is shown.
  const bool usual = found->url.starts_with(https);
  call.out.text("Url", usual ? found->url.substr(https.size()) : found->url);
  write_list(call, "ClientIDList", found->clients);
  write_list(call, "ThumbprintList", found->thumbprints);
  call.out.text("CreateDate", s3::iso_date(found->created));
  write_tags(call.out, found->tags);
  co_return result<void>();
}

task<result<void>> delete_provider(action_call& call) {
  const auto found = co_await provider_of(call);
  if (!found) co_return found.error();
  co_return co_await remove_judged(call, *found);
}

task<result<void>> list_providers(action_call& call) {
  if (auto may = permit(call, arn_in_account(call, "oidc-provider/")); !may) {
    co_return std::move(may).error();
  }
  const auto all = co_await call.entities.list(entity_kind::oidc_provider, call.caller.agency);
  if (!all) co_return all.error();
  call.out.open("OpenIDConnectProviderList");
  for (const entity& e : *all) {
    call.out.open("member").text("Arn", arn_of(call.caller.account, e)).close("member");
  }
  call.out.close("OpenIDConnectProviderList");
  co_return result<void>();
}

task<result<void>> add_client(action_call& call) {
  auto client = required(call.input, "ClientID");
  if (!client) co_return std::move(client).error();
  std::function<result<void>(entity&)> add = [client = *client](entity& e) -> result<void> {
    if (std::ranges::find(e.clients, client) == e.clients.end()) e.clients.push_back(client);
    return {};
  };
  co_return co_await change_provider(call, std::move(add));
}

task<result<void>> remove_client(action_call& call) {
  auto client = required(call.input, "ClientID");
  if (!client) co_return std::move(client).error();
  std::function<result<void>(entity&)> take = [client = *client](entity& e) -> result<void> {
    std::erase(e.clients, client);
    return {};
  };
  co_return co_await change_provider(call, std::move(take));
}

task<result<void>> update_thumbprints(action_call& call) {
  std::function<result<void>(entity&)> put =
      [prints = list_of(call.input, "ThumbprintList")](entity& e) -> result<void> {
    e.thumbprints = prints;
    return {};
  };
  co_return co_await change_provider(call, std::move(put));
}

task<result<void>> tag_provider(action_call& call) {
  auto tags = tags_of(call.input);
  if (!tags) co_return std::move(tags).error();
  note_tags(call, *tags);
  std::function<result<void>(entity&)> add = [tags = *tags](entity& e) {
    return merge_tags(e.tags, tags);
  };
  co_return co_await change_provider(call, std::move(add));
}

task<result<void>> untag_provider(action_call& call) {
  auto named = list_of(call.input, "TagKeys");
  note_tag_keys(call, named);
  std::function<result<void>(entity&)> take = [keys = std::move(named)](entity& e) -> result<void> {
    remove_tags(e.tags, keys);
    return {};
  };
  co_return co_await change_provider(call, std::move(take));
}

constexpr std::array oidc_provider_rows = std::to_array<action>({
    {"CreateOpenIDConnectProvider", iam_interface, create_provider},
    {"GetOpenIDConnectProvider", iam_interface, get_provider},
    {"DeleteOpenIDConnectProvider", iam_interface, delete_provider},
    {"ListOpenIDConnectProviders", iam_interface, list_providers},
    {"AddClientIDToOpenIDConnectProvider", iam_interface, add_client},
    {"RemoveClientIDFromOpenIDConnectProvider", iam_interface, remove_client},
    {"UpdateOpenIDConnectProviderThumbprint", iam_interface, update_thumbprints},
    {"TagOpenIDConnectProvider", iam_interface, tag_provider},
    {"UntagOpenIDConnectProvider", iam_interface, untag_provider},
});

}  // namespace

std::span<const action> oidc_provider_actions() { return oidc_provider_rows; }

}  // namespace torhaus::gateway::iam
