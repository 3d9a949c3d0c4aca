#include "auth/identity/schema.hpp"

#include <algorithm>
#include <cctype>

#include "storage/base/codec.hpp"

namespace torhaus::auth::identity {
namespace {

constexpr std::uint8_t agency_version = 2;
constexpr std::uint8_t user_version = 2;
constexpr std::uint8_t key_version = 1;

std::string join(char table, std::initializer_list<std::string_view> parts) {
  std::string key(1, table);
  bool first = true;
  for (const std::string_view part : parts) {
    if (!first) key += '\0';
    key += part;
    first = false;
  }
  return key;
}

void optional_time(encoder& out, const std::optional<sys_micros>& when) {
  out.flag(when.has_value());
  if (when) out.time(*when);
}

std::optional<sys_micros> optional_time(decoder& in) {
  if (!in.flag()) return std::nullopt;
  return in.time();
}

}  // namespace

std::string agency_key(std::string_view id) { return join('A', {id}); }
std::string account_key(std::string_view account) { return join('N', {account}); }
std::string canonical_key(std::string_view canonical_id) { return join('D', {canonical_id}); }
std::string user_key(std::string_view agency, std::string_view name) {
  return join('C', {agency, name});
}
std::string access_key_key(std::string_view id) { return join('K', {id}); }
std::string user_access_key_key(std::string_view agency, std::string_view user,
                                std::string_view id) {
  return join('L', {agency, user, id});
}

std::string entity_key(char kind, std::string_view agency, std::string_view lower_name) {
  return std::string("I") + join(kind, {agency, lower_name});
}
std::string unique_id_key(std::string_view id) { return "I" + join('i', {id}); }
std::string member_of_group_key(std::string_view agency, std::string_view lower_group,
                                std::string_view user) {
  return "I" + join('m', {agency, lower_group, user});
}

std::string email_key(std::string_view email) {
  std::string key(1, 'E');
  for (const char c : email) {
    key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return key;
}

std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

std::string encode(const agency& a) {
  encoder out(agency_version);
  out.string(a.id).string(a.name).string(a.email).string(a.account).string(a.canonical_id);
  out.time(a.created).flag(a.enabled);
  out.string(a.contact).varint(a.domains.size());
  for (const std::string& domain : a.domains) out.string(domain);
  out.varint(a.quota_bytes).varint(a.quota_objects);
  return std::move(out).take();
}

agency decode_agency(std::string_view bytes) {
  decoder in(bytes, agency_version);
  agency a;
  a.id = in.string();
  a.name = in.string();
  a.email = in.string();
  a.account = in.string();
  a.canonical_id = in.string();
  a.created = in.time();
  a.enabled = in.flag();
  if (in.version() < 2) return a;
  a.contact = in.string();
  for (std::uint64_t n = in.varint(); n > 0; --n) a.domains.push_back(in.string());
  a.quota_bytes = in.varint();
  a.quota_objects = in.varint();
  return a;
}

std::string encode(const user& u) {
  encoder out(user_version);
  out.string(u.agency).string(u.name).string(u.display_name).string(u.email).string(u.id);
  out.time(u.created).flag(u.enabled).flag(u.root).flag(u.may_open_projects);
  out.u8(static_cast<std::uint8_t>(u.kind)).flag(u.administrator).flag(u.outsider);
  optional_time(out, u.expires);
  return std::move(out).take();
}

user decode_user(std::string_view bytes) {
  decoder in(bytes, user_version);
  user u;
  u.agency = in.string();
  u.name = in.string();
  u.display_name = in.string();
  u.email = in.string();
  u.id = in.string();
  u.created = in.time();
  u.enabled = in.flag();
  u.root = in.flag();
  u.may_open_projects = in.flag();
  if (in.version() < 2) return u;
  u.kind = in.u8() == 0 ? user_kind::person : user_kind::application;
  u.administrator = in.flag();
  u.outsider = in.flag();
  u.expires = optional_time(in);
  return u;
}

std::string encode(const stored_key& k) {
  encoder out(key_version);
  out.string(k.key.id).string(k.key.agency).string(k.key.user).time(k.key.created);
  optional_time(out, k.key.expires);
  optional_time(out, k.key.last_used);
  out.flag(k.key.enabled).string(k.sealed_secret);
  return std::move(out).take();
}

stored_key decode_key(std::string_view bytes) {
  decoder in(bytes, key_version);
  stored_key k;
  k.key.id = in.string();
  k.key.agency = in.string();
  k.key.user = in.string();
  k.key.created = in.time();
  k.key.expires = optional_time(in);
  k.key.last_used = optional_time(in);
  k.key.enabled = in.flag();
  k.sealed_secret = in.string();
  return k;
}

}  // namespace torhaus::auth::identity
