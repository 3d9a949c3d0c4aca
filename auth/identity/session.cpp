#include "auth/identity/session.hpp"

#include "storage/base/codec.hpp"

namespace torhaus::auth::identity {
namespace {

constexpr std::uint8_t session_version = 1;

void put_pairs(encoder& out, const tag_pairs& pairs) {
  out.varint(pairs.size());
  for (const auto& [name, value] : pairs) out.string(name).string(value);
}

tag_pairs take_pairs(decoder& in) {
  tag_pairs pairs;
  for (std::uint64_t n = in.varint(); n > 0; --n) {
    std::string name = in.string();
    pairs.emplace_back(std::move(name), in.string());
  }
  return pairs;
}

void put_texts(encoder& out, const std::vector<std::string>& texts) {
  out.varint(texts.size());
  for (const std::string& text : texts) out.string(text);
}

std::vector<std::string> take_texts(decoder& in) {
  std::vector<std::string> texts;
  for (std::uint64_t n = in.varint(); n > 0; --n) texts.push_back(in.string());
  return texts;
}

}  // namespace

bool is_temporary(std::string_view access_key_id) { return access_key_id.starts_with("ASIA"); }

std::string encode(const session& s, std::string_view secret) {
  encoder out(session_version);
  out.u8(static_cast<std::uint8_t>(s.type)).string(s.agency).string(s.name).string(s.id);
  out.string(s.session_name);
  put_texts(out, s.policies);
  put_texts(out, s.policy_arns);
  put_pairs(out, s.tags);
  put_pairs(out, s.claims);
  out.time(s.issued).time(s.expires).string(secret);
  return std::move(out).take();
}

std::optional<std::pair<session, std::string>> decode_session(std::string_view bytes) {
  try {
    decoder in(bytes, session_version);
    session s;
    s.type = static_cast<session::kind>(in.u8());
    s.agency = in.string();
    s.name = in.string();
    s.id = in.string();
    s.session_name = in.string();
    s.policies = take_texts(in);
    s.policy_arns = take_texts(in);
    s.tags = take_pairs(in);
    s.claims = take_pairs(in);
    s.issued = in.time();
    s.expires = in.time();
    std::string secret = in.string();
    return std::pair(std::move(s), std::move(secret));
  } catch (const damaged_record&) {
    return std::nullopt;
  }
}

}  // namespace torhaus::auth::identity
