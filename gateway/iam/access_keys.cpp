// CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ListAccessKeys, GetAccessKeyLastUsed.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
#include <array>

#include "gateway/iam/subject.hpp"
#include "gateway/s3/dates.hpp"

namespace torhaus::gateway::iam {
namespace {

namespace identity = auth::identity;

// AWS: two, so that one can be replaced. Administration may give a user more.
constexpr std::size_t keys_quota = 2;

struct owner {
  std::string agency;
  std::string name;
  bool root = false;
};

// Whose keys the request is about; the root user has keys too, and names nobody.
task<result<owner>> owner_of(action_call& call) {
  if (call.caller.is_account_root() && !call.input.find("UserName")) {
    co_return owner{call.caller.agency, call.caller.user_name, true};
  }
  auto found = co_await subject_of(call, entity_kind::user);
  if (!found) co_return std::move(found).error();
  co_return owner{std::move(found->agency), std::move(found->name)};
}

task<result<void>> create_access_key(action_call& call) {
  const auto who = co_await owner_of(call);
  if (!who) co_return who.error();
  identity::access_key wanted;
  wanted.agency = who->agency;
  wanted.user = who->name;
  const auto made = co_await call.identities.create_key(std::move(wanted), {}, keys_quota);
  if (!made) co_return made.error();
  call.out.open("AccessKey").text("UserName", who->name).text("AccessKeyId", made->key.id);
  call.out.text("Status", "Active").text("SecretAccessKey", made->secret);
  call.out.text("CreateDate", s3::iso_date(made->key.created)).close("AccessKey");
  co_return result<void>();
}

// The key that AccessKeyId names, of the user that the request is about.
task<result<identity::access_key>> key_of(action_call& call) {
  auto id = required(call.input, "AccessKeyId");
  if (!id) co_return std::move(id).error();
  const auto who = co_await owner_of(call);
  if (!who) co_return who.error();
  const auto keys = co_await call.identities.list_keys(who->agency, who->name);
  if (!keys) co_return keys.error();
  for (const identity::access_key& k : *keys) {
    if (k.id == *id) co_return k;
  }
  co_return error(errc::no_such_entity, "The Access Key with id " + *id + " cannot be found.");
}

task<result<void>> update_access_key(action_call& call) {
  const auto status = required(call.input, "Status");
  if (!status) co_return status.error();
  if (*status != "Active" && *status != "Inactive") {
    co_return error(errc::validation_error, "Status must be Active or Inactive.");
  }
  const auto key = co_await key_of(call);
  if (!key) co_return key.error();
  identity::store::key_edit edit = [&](identity::access_key& k) -> result<void> {
    k.enabled = *status == "Active";
    return {};
  };
  const auto done = co_await call.identities.change_key(key->id, std::move(edit));
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> delete_access_key(action_call& call) {
  const auto key = co_await key_of(call);
  if (!key) co_return key.error();
  co_return co_await call.identities.delete_key(key->id);
}

task<result<void>> list_access_keys(action_call& call) {
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  const auto who = co_await owner_of(call);
  if (!who) co_return who.error();
  auto keys = co_await call.identities.list_keys(who->agency, who->name);
  if (!keys) co_return std::move(keys).error();
  std::ranges::sort(*keys, {}, [](const auto& k) { return auth::policy::lower_case(k.id); });
  write_page(call.out, "AccessKeyMetadata", *wanted, *keys, std::mem_fn(&identity::access_key::id),
             [&](const identity::access_key& k) {
               call.out.open("member");
               if (!who->root) call.out.text("UserName", who->name);
               call.out.text("AccessKeyId", k.id);
               call.out.text("Status", k.enabled ? "Active" : "Inactive");
               call.out.text("CreateDate", s3::iso_date(k.created)).close("member");
             });
  co_return result<void>();
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
// AWS: region and service are N/A for a key that was never used. Uses are kept without them.
task<result<void>> get_access_key_last_used(action_call& call) {
  auto id = required(call.input, "AccessKeyId");
  if (!id) co_return std::move(id).error();
  const auto key = co_await call.identities.find_key(*id);
  if (!key || key->agency != call.caller.agency) {
    if (auto may = permit(call, arn_in_account(call, "user/")); !may) {
      co_return std::move(may).error();
    }
    co_return error(errc::no_such_entity, "The Access Key with id " + *id + " cannot be found.");
  }
  const auto owner = co_await call.entities.find(entity_kind::user, key->agency, key->user);
  const std::string arn =
      owner ? arn_of(call.caller.account, *owner) : "arn:aws:iam::" + call.caller.account + ":root";
  if (auto may = permit(call, arn, owner ? &*owner : nullptr); !may) {
    co_return std::move(may).error();
  }
  if (owner) call.out.text("UserName", key->user);
  call.out.open("AccessKeyLastUsed").text("Region", "N/A").text("ServiceName", "N/A");
  if (key->last_used) call.out.text("LastUsedDate", s3::iso_date(*key->last_used));
  call.out.close("AccessKeyLastUsed");
  co_return result<void>();
}

constexpr std::array access_key_rows = std::to_array<action>({
    {"CreateAccessKey", iam_interface, create_access_key},
    {"UpdateAccessKey", iam_interface, update_access_key},
    {"DeleteAccessKey", iam_interface, delete_access_key},
    {"ListAccessKeys", iam_interface, list_access_keys},
    {"GetAccessKeyLastUsed", iam_interface, get_access_key_last_used},
});

}  // namespace

std::span<const action> access_key_actions() { return access_key_rows; }

}  // namespace torhaus::gateway::iam
