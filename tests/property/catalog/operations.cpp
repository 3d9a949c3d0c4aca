#include "tests/property/catalog/operations.hpp"

#include <algorithm>
#include <cstdio>
#include <random>
#include <string_view>

namespace torhaus::test {
namespace {

struct verb_row {
  std::string_view name;
  double weight;  // how often it is drawn
};
constexpr std::array<verb_row, static_cast<std::size_t>(verb::count)> verbs = {{
    {"put", 20},
    {"get", 6},
    {"copy", 6},
    {"erase", 8},
    {"erase_version", 8},
    {"erase_many", 2},
    {"hold", 4},
    {"tag", 4},
    {"lock", 4},
    {"start_upload", 4},
    {"put_part", 8},
    {"complete", 5},
    {"abort", 1},
    {"list", 12},
    {"list_versions", 8},
    {"list_uploads", 4},
    {"list_parts", 3},
    {"list_buckets", 1},
    {"read_held", 1},
    {"set_versioning", 3},
    {"enable_lock", 0.5},
    {"toggle_bucket", 1},
    {"recreate_bucket", 0.4},
    {"reopen", 0.4},
}};
static_assert(verbs.back().weight > 0, "a verb without a row");

using names = std::vector<std::string>;

// Short keys of few letters, so that they are prefixes of each other and roll up in many ways.
void add_random_keys(names& keys, std::size_t count) {
  static const names letters = {"a",  "b",  "/", "/",       "-", "0", std::string("\0", 1),
                                "\1", "\"", "~", "\xC3\xA4"};
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < count; ++i) {
    std::string key;
    for (std::size_t n = 1 + random() % 6; n > 0; --n) key += letters[random() % letters.size()];
    keys.push_back(std::move(key));
  }
}

// Around the boundaries of what the database keeps in one piece (480 bytes), and of what S3 allows.
void add_long_keys(names& keys) {
  const std::string deep(599, 'p');
  for (const char* tail : {"/", "/1", "/2", "/3/x", "q", ""}) keys.push_back(deep + tail);
  keys.push_back(deep + "/" + std::string(424, 'k'));
  keys.push_back(deep + "/" + std::string(423, 'k') + "l");
  for (const std::size_t length : {469u, 470u, 471u, 479u, 480u, 481u, 950u, 960u}) {
    keys.push_back(std::string(length, 'q'));
  }
  keys.push_back(std::string(1024, '\0'));
  keys.push_back(std::string(1023, '\0') + "a");
  keys.push_back(std::string(512, '\0'));
  keys.push_back(std::string(1024, '/'));
}

const names& key_pool() {
  static const names pool = [] {
    names keys = {"a", "a/", "a/b", "a/b/", "a/b/c", "a//", "a//b", "aa", "b", "b/1", "b/2", "b-c"};
    for (const char* more : {"b.c", "/", "//", "/a", "..", "\x01", "\x7F", "~", " ", "a b"}) {
      keys.emplace_back(more);
    }
    for (const char* more : {"\xC3\xA4/\xC3\xB6", "\xF4\x8F\xBF\xBF"}) keys.emplace_back(more);
    keys.emplace_back("a\0", 2);
    keys.emplace_back("a\0b", 3);
    keys.emplace_back("a\0/b", 4);
    keys.emplace_back("\0", 1);
    add_long_keys(keys);
    add_random_keys(keys, 60);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::shuffle(keys.begin(), keys.end(), std::mt19937_64(2));
    return keys;
  }();
  return pool;
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 24;
  std::string out = "\"";
  for (const char c : text.substr(0, most)) {
    if (c >= ' ' && c <= '~') {
      out += c;
      continue;
    }
    std::array<char, 5> hex{};
    std::snprintf(hex.data(), hex.size(), "\\x%02X",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += hex.data();
  }
  out += '"';
  if (text.size() > most) out += "…(" + std::to_string(text.size()) + " bytes)";
  return out;
}

bool names_a_key(verb v) { return v <= verb::start_upload && v != verb::erase_many; }
bool is_listing(verb v) {
  return v == verb::list || v == verb::list_versions || v == verb::list_uploads;
}

}  // namespace

const std::string& chosen_key(std::uint32_t pick) { return chosen(key_pool(), pick); }

const std::string& chosen_prefix(std::uint32_t pick) {
  static const names pool = {"",
                             "",
                             "",
                             "a",
                             "a/",
                             "a/b",
                             "b",
                             "/",
                             "//",
                             "a//",
                             "zzz",
                             "\xC3",
                             "\xC3\xA4",
                             std::string("a\0", 2),
                             std::string(300, '\0'),
                             std::string(479, 'q'),
                             std::string(599, 'p'),
                             std::string(599, 'p') + "/",
                             std::string(3000, 'p')};
  return chosen(pool, pick);
}

const std::string& chosen_delimiter(std::uint32_t pick) {
  static const names pool = {
      "", "/", "/", "/", "b", "//", "/b", "\xA4", std::string("\0", 1), std::string(424, 'k')};
  return chosen(pool, pick);
}

std::string chosen_marker(std::uint32_t pick) {
  if (pick % 3 != 0) return "";
  const std::uint32_t which = pick / 18;
  const std::string& key = chosen_key(which);
  switch (pick / 3 % 6) {
    case 0:
      return chosen_prefix(which);
    case 1:
      return key.substr(0, key.size() - 1);
    case 2:
      return key + '\0';
    case 3:
      return key + "\xFF";
    default:
      return key;
  }
}

std::size_t chosen_page_size(std::uint32_t pick) {
  constexpr std::array<std::size_t, 7> sizes = {1000, 1, 2, 3, 7, 0, 5000};
  return sizes[pick % sizes.size()];
}

std::string operation::text() const {
  std::string out(verbs[static_cast<std::size_t>(what)].name);
  out += pick[0] % 2 == 0 ? " alpha" : " beta";
  if (names_a_key(what)) out += " key " + shown(chosen_key(pick[1]));
  if (what == verb::copy) out += " to " + shown(chosen_key(pick[4]));
  if (is_listing(what)) {
    out += " prefix " + shown(chosen_prefix(pick[1])) + " delimiter " +
           shown(chosen_delimiter(pick[2])) + " max " + std::to_string(chosen_page_size(pick[3])) +
           " marker " + shown(chosen_marker(pick[4]));
  }
  out += "  [";
  for (const std::uint32_t p : pick) out += std::to_string(p) + " ";
  out.back() = ']';
  return out;
}

std::vector<operation> random_operations(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::array<double, verbs.size()> weights{};
  std::transform(verbs.begin(), verbs.end(), weights.begin(),
                 [](const verb_row& v) { return v.weight; });
  std::discrete_distribution<unsigned> draw(weights.begin(), weights.end());
  // A run uses part of the keys, so that they meet often.
  const auto first = static_cast<std::uint32_t>(random() % key_pool().size());
  const auto keys = 2 + static_cast<std::uint32_t>(random() % (random() % 2 == 0 ? 12 : 100));
  std::vector<operation> all(count);
  for (operation& op : all) {
    op.what = static_cast<verb>(draw(random));
    for (std::uint32_t& p : op.pick) p = static_cast<std::uint32_t>(random() % 100'000);
    if (names_a_key(op.what)) op.pick[1] = first + op.pick[1] % keys;
    if (op.what == verb::copy) op.pick[4] = first + op.pick[4] % keys;
    if (op.what == verb::erase_many) {
      for (std::size_t i = 1; i < op.pick.size(); ++i) op.pick[i] = first + op.pick[i] % keys;
    }
  }
  return all;
}

}  // namespace torhaus::test
