#include "auth/keys/schema.hpp"

#include "storage/base/codec.hpp"

namespace torhaus::auth::keys {
namespace {

constexpr std::uint8_t key_version = 1;
constexpr std::uint64_t max_versions = 10'000;
constexpr std::string_view alias_prefix = "alias/";

}  // namespace

std::string key_row(std::string_view id) { return "Y" + std::string(id); }
std::string alias_row(std::string_view name) { return "Z" + std::string(name); }

std::string encode(const stored_key& k) {
  encoder out(key_version);
  out.string(k.about.id).string(k.about.alias).string(k.about.description).flag(k.about.enabled);
  out.time(k.about.created).time(k.about.rotated).varint(k.sealed_versions.size());
  for (const std::string& sealed : k.sealed_versions) out.string(sealed);
  return std::move(out).take();
}

stored_key decode_key(std::string_view bytes) {
  decoder in(bytes, key_version);
  stored_key k;
  k.about.id = in.string();
  k.about.alias = in.string();
  k.about.description = in.string();
  k.about.enabled = in.flag();
  k.about.created = in.time();
  k.about.rotated = in.time();
  const std::uint64_t versions = in.varint();
  if (versions == 0 || versions > max_versions) throw damaged_record("a key without versions");
  for (std::uint64_t i = 0; i < versions; ++i) k.sealed_versions.push_back(in.string());
  if (!in.rest().empty()) throw damaged_record("a record is longer than its fields");
  k.about.versions = static_cast<std::uint32_t>(versions);
  return k;
}

std::optional<key_name> parse_reference(std::string_view reference) {
  if (reference.starts_with("arn:")) {
    // arn:PARTITION:kms:REGION:ACCOUNT:RESOURCE
    for (int field = 0; field < 5; ++field) {
      const std::size_t colon = reference.find(':');
      if (colon == std::string_view::npos) return std::nullopt;
      if (field == 2 && reference.substr(0, colon) != "kms") return std::nullopt;
      reference.remove_prefix(colon + 1);
    }
    if (!reference.starts_with(alias_prefix) && !reference.starts_with("key/")) return std::nullopt;
    if (reference.starts_with("key/")) reference.remove_prefix(4);
  }
  const bool alias = reference.starts_with(alias_prefix);
  if (alias) reference.remove_prefix(alias_prefix.size());
  if (reference.empty() || reference.size() > 256) return std::nullopt;
  return key_name{alias, std::string(reference)};
}

}  // namespace torhaus::auth::keys
