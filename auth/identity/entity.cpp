#include "auth/identity/entity.hpp"

#include <algorithm>

#include "storage/base/codec.hpp"

namespace torhaus::auth::identity {
namespace {

constexpr std::uint8_t entity_version = 1;

void put_all(encoder& out, const std::vector<std::string>& all) {
  out.varint(all.size());
  for (const std::string& one : all) out.string(one);
}

std::vector<std::string> take_all(decoder& in) {
  std::vector<std::string> all;
  for (std::uint64_t n = in.varint(); n > 0; --n) all.push_back(in.string());
  return all;
}

std::string_view type_in_arn(entity_kind kind) {
  switch (kind) {
    case entity_kind::user:
      return "user";
    case entity_kind::group:
      return "group";
    case entity_kind::role:
      return "role";
    case entity_kind::policy:
      return "policy";
    case entity_kind::oidc_provider:
      return "oidc-provider";
  }
  return "";
}

}  // namespace

const policy_version* entity::version(std::uint32_t number) const {
  const auto found = std::ranges::find(versions, number, &policy_version::number);
  return found == versions.end() ? nullptr : &*found;
}

std::string arn_of(std::string_view account, const entity& e) {
  std::string arn = "arn:aws:iam::";
  return arn.append(account).append(":").append(type_in_arn(e.kind)).append(e.path).append(e.name);
}

std::string_view name_in_arn(std::string_view arn) { return arn.substr(arn.rfind('/') + 1); }

std::string encode(const entity& e) {
  encoder out(entity_version);
  out.u8(static_cast<std::uint8_t>(e.kind)).string(e.agency).string(e.name).string(e.path);
  out.string(e.id).string(e.description).time(e.created);
  out.varint(e.tags.size());
  for (const auto& [key, value] : e.tags) out.string(key).string(value);
  out.varint(e.policies.size());
  for (const inline_policy& p : e.policies) out.string(p.name).string(p.text);
  put_all(out, e.attached);
  out.string(e.boundary).flag(e.governed);
  put_all(out, e.groups);
  out.string(e.trust).varint(e.max_session_seconds);
  out.varint(e.versions.size());
  for (const policy_version& v : e.versions) out.varint(v.number).string(v.text).time(v.created);
  out.varint(e.default_version).varint(e.last_version).string(e.url);
  put_all(out, e.clients);
  put_all(out, e.thumbprints);
  return std::move(out).take();
}

entity decode_entity(std::string_view bytes) {
  decoder in(bytes, entity_version);
  const auto small = [&] { return static_cast<std::uint32_t>(in.varint()); };
  entity e;
  e.kind = static_cast<entity_kind>(in.u8());
  e.agency = in.string();
  e.name = in.string();
  e.path = in.string();
  e.id = in.string();
  e.description = in.string();
  e.created = in.time();
  for (std::uint64_t n = in.varint(); n > 0; --n) {
    std::string key = in.string();
    e.tags.emplace_back(std::move(key), in.string());
  }
  for (std::uint64_t n = in.varint(); n > 0; --n) {
    std::string name = in.string();
    e.policies.push_back({std::move(name), in.string()});
  }
  e.attached = take_all(in);
  e.boundary = in.string();
  e.governed = in.flag();
  e.groups = take_all(in);
  e.trust = in.string();
  e.max_session_seconds = small();
  for (std::uint64_t n = in.varint(); n > 0; --n) {
    policy_version v;
    v.number = small();
    v.text = in.string();
    v.created = in.time();
    e.versions.push_back(std::move(v));
  }
  e.default_version = small();
  e.last_version = small();
  e.url = in.string();
  e.clients = take_all(in);
  e.thumbprints = take_all(in);
  return e;
}

}  // namespace torhaus::auth::identity
