#include "tests/faults/damage/injury.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "tests/faults/damage/pages.hpp"

namespace torhaus::faults {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t page = 4096;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() > 0) all.push_back(entry.path());
  }
  std::ranges::sort(all);
  return all;
}

// A page that holds something: damage to a hole is none.
std::uint64_t used_page(const std::string& bytes, std::mt19937_64& dice) {
  const std::uint64_t pages = (bytes.size() + page - 1) / page;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const std::uint64_t at = dice() % pages * page;
    const auto part = std::string_view(bytes).substr(static_cast<std::size_t>(at), page);
    if (std::ranges::any_of(part, [](char c) { return c != '\0'; })) return at;
  }
  return 0;
}

// Somewhere in what is used: behind it is room, whose loss is none.
void cut(std::string& bytes, std::mt19937_64& dice) {
  const std::size_t used = bytes.find_last_not_of('\0') + 1;
  bytes.resize(static_cast<std::size_t>(dice() % std::max<std::size_t>(used, 1)));
}

std::uint64_t change(std::string& bytes, const std::string& how, const std::string& old,
                     std::mt19937_64& dice) {
  const std::uint64_t at = used_page(bytes, dice);
  const auto from = static_cast<std::size_t>(at);
  const std::size_t length = std::min<std::size_t>(page, bytes.size() - from);
  if (how == "bit") {
    const std::size_t byte = from + dice() % length;
    bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << (dice() % 8)));
    return byte;
  }
  if (how == "zeroed") {
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), length, '\0');
  } else if (how == "swapped") {
    const auto other = static_cast<std::size_t>(used_page(bytes, dice));
    const std::size_t both = std::min({length, bytes.size() - other});
    if (other != from && both == length) {
      std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                       bytes.begin() + static_cast<std::ptrdiff_t>(from + both),
                       bytes.begin() + static_cast<std::ptrdiff_t>(other));
    }
  } else if (how == "stale") {
    // What was there at an earlier time; where nothing was, what is elsewhere.
    const std::string& source = old.size() >= from + length ? old : bytes;
    const std::size_t begin =
        &source == &old ? from : static_cast<std::size_t>(used_page(bytes, dice));
    const std::string part = source.substr(begin, length);
    bytes.replace(from, part.size(), part);
  } else if (how == "truncated") {
    cut(bytes, dice);
    return bytes.size();
  } else if (how == "empty") {
    bytes.clear();
  } else if (how == "foreign") {
    for (char& c : bytes) c = static_cast<char>(dice());
  }
  return at;
}

std::uint64_t one_of(const std::vector<std::uint64_t>& all, std::mt19937_64& dice) {
  return all.at(static_cast<std::size_t>(dice() % all.size()));
}

std::uint64_t flip_in(std::string& bytes, std::uint64_t begin, std::uint64_t length,
                      std::mt19937_64& dice) {
  const auto byte = static_cast<std::size_t>(begin + dice() % length);
  bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << (dice() % 8)));
  return byte;
}

std::uint64_t flip_in_one_of(std::string& bytes, const std::vector<used_pages::stretch>& all,
                             std::mt19937_64& dice) {
  used_pages::stretch s = all.at(static_cast<std::size_t>(dice() % all.size()));
  while (s.bytes == 0) s = all.at(static_cast<std::size_t>(dice() % all.size()));
  return flip_in(bytes, s.begin, s.bytes, dice);
}

// Pages that are in use, each kind of damage as often as any other.
injury injure_metadata(std::string& bytes, const std::string& old, std::mt19937_64& dice) {
  constexpr std::array<const char*, 9> kinds = {
      "bit in a value",    "bit in a key",          "bit in a branch",
      "bit in a root",     "zeroed leaf",           "zeroed branch",
      "swapped two pages", "stale page of its own", "truncated"};
  const used_pages used = pages_in_use(bytes);
  std::vector<std::uint64_t> all = used.leaves;
  all.insert(all.end(), used.branches.begin(), used.branches.end());
  injury done{"metadata", kinds[dice() % kinds.size()], 0};
  const auto place = [&](std::uint64_t number) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(number * page);
  };
  if (done.how == "bit in a value") {
    done.at = flip_in_one_of(bytes, used.values, dice);
  } else if (done.how == "bit in a key") {
    done.at = flip_in_one_of(bytes, used.keys, dice);
  } else if (done.how == "bit in a branch") {
    done.at = flip_in(bytes, one_of(used.branches, dice) * page, page, dice);
  } else if (done.how == "bit in a root") {
    constexpr std::uint64_t root_bytes = 152;  // of page 0 or 1; nothing is behind
    done.at = flip_in(bytes, dice() % 2 * page, root_bytes, dice);
  } else if (done.how == "zeroed leaf" || done.how == "zeroed branch") {
    done.at = one_of(done.how == "zeroed leaf" ? used.leaves : used.branches, dice) * page;
    std::fill_n(place(done.at / page), page, '\0');
  } else if (done.how == "swapped two pages") {
    const std::uint64_t one = one_of(all, dice);
    const std::uint64_t other = one_of(all, dice);
    done.at = one * page;
    if (one != other) std::swap_ranges(place(one), place(one) + page, place(other));
  } else if (done.how == "stale page of its own") {
    // What this page was at an earlier time; the file may have been shorter then.
    for (int attempt = 0; attempt < 100; ++attempt) {
      done.at = one_of(all, dice) * page;
      if (done.at + page > old.size()) continue;
      if (bytes.compare(done.at, page, old, done.at, page) != 0) break;
    }
    if (done.at + page <= old.size()) bytes.replace(done.at, page, old, done.at, page);
  } else {
    cut(bytes, dice);
    done.at = bytes.size();
  }
  return done;
}

}  // namespace

injury injure(const fs::path& data, const fs::path& younger, scope which, std::mt19937_64& dice) {
  constexpr std::array<const char*, 5> rot = {"bit", "zeroed", "swapped", "truncated", "stale"};
  constexpr std::array<const char*, 3> loss = {"empty", "foreign", "gone"};
  constexpr std::array<const char*, 3> places = {"segment", "file", "metadata"};
  if (which == scope::metadata) {
    const fs::path name = fs::path("meta") / "data.mdb";
    std::string bytes = read(data / name);
    const injury made = injure_metadata(bytes, read(younger / name), dice);
    write(data / name, bytes);
    return made;
  }
  injury done;
  done.where = places[dice() % places.size()];
  done.how = dice() % 8 == 0 ? loss[dice() % loss.size()] : rot[dice() % rot.size()];
  fs::path file = data / "meta" / "data.mdb";
  if (done.where != "metadata") {
    const auto all = files_below(data / (done.where == "segment" ? "segments" : "blobs"));
    file = all.at(static_cast<std::size_t>(dice() % all.size()));
  }
  if (done.how == "gone") {
    fs::remove(file);
    return done;
  }
  std::string bytes = read(file);
  const fs::path before = younger / fs::relative(file, data);
  done.at = change(bytes, done.how, fs::exists(before) ? read(before) : std::string(), dice);
  write(file, bytes);
  return done;
}

}  // namespace torhaus::faults
