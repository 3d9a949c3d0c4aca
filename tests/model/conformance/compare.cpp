#include "tests/model/conformance/compare.hpp"

#include <algorithm>

#include "tests/model/conformance/wire.hpp"

namespace torhaus::model {

namespace {

std::string texts_shown(const document::texts& texts) {
  std::string out;
  for (const auto& [name, value] : texts) out += " " + name + "=" + shown(value);
  return out;
}

bool same(const document::texts& wanted, const document::texts& seen) {
  return std::ranges::equal(wanted, seen, [](const auto& w, const auto& s) {
    return w.first == s.first && (w.second == anything || w.second == s.second);
  });
}

}  // namespace

std::string shown(const std::string& text) {
  constexpr std::size_t most = 60;
  std::string out;
  for (const char c : text.substr(0, most)) {
    out += c >= ' ' && c <= '~' ? std::string(1, c) : encoded(std::string(1, c));
  }
  return text.size() > most ? out + "…(" + std::to_string(text.size()) + ")" : out;
}

std::string shown(const answer& a) {
  std::string out = std::to_string(a.status) + " " + a.code + " |" + texts_shown(a.headers);
  if (!a.bytes.empty()) out += " | bytes " + shown(a.bytes);
  if (!a.body.name.empty()) out += " | " + a.body.name + texts_shown(a.body.fields);
  for (const document::entry& e : a.body.entries)
    out += "\n      " + e.name + texts_shown(e.fields);
  return out;
}

bool same(const answer& wanted, const answer& seen) {
  const bool documents =
      wanted.body.name == seen.body.name && same(wanted.body.fields, seen.body.fields) &&
      std::ranges::equal(wanted.body.entries, seen.body.entries, [](const auto& w, const auto& s) {
        return w.name == s.name && same(w.fields, s.fields);
      });
  return wanted.status == seen.status && wanted.code == seen.code &&
         same(wanted.headers, seen.headers) && wanted.bytes == seen.bytes && documents;
}

}  // namespace torhaus::model
