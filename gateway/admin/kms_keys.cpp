#include "gateway/admin/kms_keys.hpp"

#include "gateway/admin/answers.hpp"

namespace torhaus::gateway::admin {
namespace {

namespace json = boost::json;
using auth::keys::key_description;

result<admin_answer> answer(unsigned status, const result<key_description>& outcome) {
  if (!outcome) return outcome.error();
  return admin_answer{status, to_json(*outcome)};
}

}  // namespace

task<result<admin_answer>> list_kms_keys(admin_call& call) {
  const auto found = co_await call.services.keys->list(call.after, page_size);
  if (!found) co_return found.error();
  json::array items;
  for (const key_description& k : *found) items.push_back(to_json(k));
  json::object body;
  body["kms_keys"] = std::move(items);
  body["next"] = found->size() < page_size ? json::value(nullptr) : json::value(found->back().id);
  co_return admin_answer{200, std::move(body)};
}

task<result<admin_answer>> create_kms_key(admin_call& call) {
  auth::keys::new_key wanted;
  wanted.id = call.input.text("id").value_or("");
  wanted.alias = call.input.text("alias").value_or("");
  wanted.description = call.input.text("description").value_or("");
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  co_return answer(201, co_await call.services.keys->create(std::move(wanted)));
}

task<result<admin_answer>> show_kms_key(admin_call& call) {
  co_return answer(200, co_await call.services.keys->describe(call.names[0]));
}

task<result<admin_answer>> update_kms_key(admin_call& call) {
  const auto enabled = call.input.flag("enabled");
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (!enabled) co_return answer(200, co_await call.services.keys->describe(call.names[0]));
  co_return answer(200, co_await call.services.keys->set_enabled(call.names[0], *enabled));
}

task<result<admin_answer>> rotate_kms_key(admin_call& call) {
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  co_return answer(200, co_await call.services.keys->rotate(call.names[0]));
}

}  // namespace torhaus::gateway::admin
