#include "tests/fuzz/requests/book.hpp"

#include <array>
#include <fstream>
#include <set>

namespace torhaus::fuzz {
namespace {

constexpr auto patience = std::chrono::seconds(20);

storage::journal::journal::options options_of(const std::filesystem::path& folder) {
  storage::journal::journal::options o(
      folder / "audit", storage::crypto::secret_key("0123456789abcdef0123456789abcdef"));
  o.sync_interval = std::chrono::milliseconds(0);
  return o;
}

// A member's value as it stands in the line.
std::string member(const std::string& line, const std::string& name) {
  const std::string start = '"' + name + "\":";
  const std::size_t at = line.find(start);
  if (at == std::string::npos) return "";
  const std::size_t from = at + start.size();
  if (line[from] != '"') return line.substr(from, line.find_first_of(",}", from) - from);
  return line.substr(from + 1, line.find('"', from + 1) - from - 1);
}

}  // namespace

book::book() : journal_(options_of(folder_.path())), trail_({.journal = &journal_}) {
  journal_.start();
}
book::~book() { journal_.stop(); }

std::string book::next_id() {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string id(16, '0');
  std::uint64_t rest = ++ids_;
  for (std::size_t i = 16; i > 0; --i, rest /= 16) id[i - 1] = digits[rest % 16];
  return id;
}

void book::answered(const std::string& id, unsigned status, const std::string& code) {
  answered_[id] = {status, code};
}

std::string book::new_lines() {
  std::string out;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "audit")) {
    if (entry.path().extension() != ".jsonl") continue;
    std::size_t& from = read_[entry.path().string()];
    std::ifstream in(entry.path(), std::ios::binary);
    in.seekg(static_cast<std::streamoff>(from));
    const std::string more{std::istreambuf_iterator<char>(in), {}};
    from += more.size();
    out += more;
  }
  return out;
}

std::string book::fault() {
  if (!journal_.flush(patience)) return "the journal is not written";
  const std::string lines = new_lines();
  std::map<std::string, expected> wanted;
  wanted.swap(answered_);
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    const std::string line = lines.substr(at, end - at);
    at = end + 1;
    if (member(line, "type") != "request") continue;
    const auto known = wanted.find(member(line, "id"));
    if (known == wanted.end()) continue;  // of the model's steps, or a second one of the same
    const auto& [status, code] = known->second;
    if (member(line, "status") != std::to_string(status)) return "another status in " + line;
    if (!code.empty() && member(line, "error") != code) return "another error in " + line;
    wanted.erase(known);
  }
  if (wanted.empty()) return "";
  return "no record of " + wanted.begin()->first + ", answered " +
         std::to_string(wanted.begin()->second.status) + " " + wanted.begin()->second.code;
}

}  // namespace torhaus::fuzz
