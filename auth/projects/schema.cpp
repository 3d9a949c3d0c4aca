#include "auth/projects/schema.hpp"

#include "storage/base/codec.hpp"

namespace torhaus::auth::projects {
namespace {

constexpr std::uint8_t project_version = 1;
constexpr std::uint8_t member_version = 1;

std::string join(std::string_view table, std::initializer_list<std::string_view> parts) {
  std::string key(table);
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

state decode_state(decoder& in) {
  const std::uint8_t value = in.u8();
  if (value < 1 || value > 4) throw damaged_record("a project in an unknown state");
  return static_cast<state>(value);
}

std::uint32_t decode_days(decoder& in) {
  const std::uint64_t days = in.varint();
  if (days > max_days) throw damaged_record("a project with too many days");
  return static_cast<std::uint32_t>(days);
}

}  // namespace

std::string project_key(std::string_view id) { return join("Jp", {id}); }
std::string owned_key(std::string_view agency, std::string_view id) {
  return join("Jo", {agency, id});
}
std::string member_key(std::string_view project, std::string_view agency, std::string_view user) {
  return join("Jm", {project, agency, user});
}
std::string members_of(std::string_view project) { return join("Jm", {project, ""}); }
std::string membership_key(std::string_view agency, std::string_view user,
                           std::string_view project) {
  return join("Ju", {agency, user, project});
}

std::string encode(const project& p) {
  encoder out(project_version);
  out.string(p.id).string(p.title).string(p.purpose);
  out.string(p.owner).string(p.owner_account).string(p.owner_canonical_id);
  out.varint(p.quota_bytes).varint(p.quota_objects).varint(p.retention_days);
  out.string(p.classification);
  optional_time(out, p.ends);
  out.varint(p.read_only_days).varint(p.grace_days);
  out.u8(static_cast<std::uint8_t>(p.held)).u8(static_cast<std::uint8_t>(p.reached));
  out.string(p.waits).time(p.created).flag(p.implicit);
  return std::move(out).take();
}

project decode_project(std::string_view bytes) {
  decoder in(bytes, project_version);
  project p;
  p.id = in.string();
  p.title = in.string();
  p.purpose = in.string();
  p.owner = in.string();
  p.owner_account = in.string();
  p.owner_canonical_id = in.string();
  p.quota_bytes = in.varint();
  p.quota_objects = in.varint();
  p.retention_days = decode_days(in);
  p.classification = in.string();
  p.ends = optional_time(in);
  p.read_only_days = decode_days(in);
  p.grace_days = decode_days(in);
  p.held = decode_state(in);
  p.reached = decode_state(in);
  p.waits = in.string();
  p.created = in.time();
  p.implicit = in.flag();
  return p;
}

std::string encode(const member& m) {
  encoder out(member_version);
  out.string(m.agency).string(m.user).string(m.user_id).u8(static_cast<std::uint8_t>(m.as));
  optional_time(out, m.ends);
  out.string(m.invited_by).time(m.since);
  return std::move(out).take();
}

member decode_member(std::string_view bytes) {
  decoder in(bytes, member_version);
  member m;
  m.agency = in.string();
  m.user = in.string();
  m.user_id = in.string();
  const std::uint8_t as = in.u8();
  if (as < 1 || as > 5) throw damaged_record("a member in an unknown role");
  m.as = static_cast<role>(as);
  m.ends = optional_time(in);
  m.invited_by = in.string();
  m.since = in.time();
  return m;
}

}  // namespace torhaus::auth::projects
