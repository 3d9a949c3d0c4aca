#include "tests/faults/replay/disk_model.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

namespace torhaus::faults {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t at = path.rfind('/');
  return at == std::string::npos ? "" : path.substr(0, at);
}

bool flip(std::mt19937_64& dice) { return (dice() & 1) != 0; }

}  // namespace

void disk_model::apply(const log_record& r) {
  const auto at = std::pair(r.head.process, r.head.fd);
  switch (r.head.kind) {
    case call::start:
      open_.clear();
      break;
    case call::open: {
      const std::string path(r.path);
      const auto found = live_.find(path);
      open_[at] = found != live_.end() ? open_thing{found->second, ""} : open_thing{0, path};
      break;
    }
    case call::create: {
      const inode made = ++last_inode_;
      files_[made];
      live_[std::string(r.path)] = made;
      add_name({std::string(r.path), made, false, "", false});
      open_[at] = {made, ""};
      break;
    }
    case call::write:
    case call::truncate:
    case call::zero:
      apply_file(r);
      break;
    case call::sync_begin:
      begin_sync(r);
      break;
    case call::sync_end:
      end_sync(r);
      break;
    case call::link:
    case call::rename:
    case call::unlink:
    case call::make_directory:
      apply_name(r);
      break;
    case call::mark:
      break;
  }
}

void disk_model::apply_file(const log_record& r) {
  const auto found = open_.find({r.head.process, r.head.fd});
  if (found == open_.end() || found->second.of == 0) throw std::runtime_error("no open file");
  change c;
  c.kind = r.head.kind == call::write      ? change::what::write
           : r.head.kind == call::truncate ? change::what::truncate
                                           : change::what::zero;
  c.offset = r.head.offset;
  c.count = r.head.count;
  c.data = r.data;
  files_[found->second.of].changes.push_back(c);
}

void disk_model::apply_name(const log_record& r) {
  const std::string path(r.path);
  const std::string other(r.other);
  if (r.head.kind == call::make_directory) {
    add_name({path, 0, true, "", false});
  } else if (r.head.kind == call::unlink) {
    live_.erase(path);
    add_name({path, 0, false, "", false});
  } else {
    const inode of = live_.at(path);
    live_[other] = of;
    const bool moved = r.head.kind == call::rename;
    if (moved) live_.erase(path);
    add_name({other, of, false, moved ? path : "", false});
  }
}

void disk_model::add_name(name_change c) { names_.push_back(std::move(c)); }

void disk_model::begin_sync(const log_record& r) {
  const auto found = open_.find({r.head.process, r.head.fd});
  if (found == open_.end()) throw std::runtime_error("no open file to sync");
  sync_point point;
  point.of = found->second;
  point.last_only = r.head.count == 1;
  if (point.of.of != 0) {
    point.changes = folded_[point.of.of] + files_[point.of.of].changes.size();
  } else {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!names_[i].durable && parent_of(names_[i].path) == point.of.directory) {
        point.names.push_back(i);
      }
    }
  }
  syncs_[{r.head.process, r.head.offset}] = std::move(point);
}

void disk_model::end_sync(const log_record& r) {
  const auto found = syncs_.find({r.head.process, r.head.offset});
  if (found == syncs_.end()) throw std::runtime_error("a sync that never began");
  const sync_point point = std::move(found->second);
  syncs_.erase(found);
  for (const std::size_t i : point.names) names_[i].durable = true;
  if (point.of.of == 0) return;
  file& f = files_[point.of.of];
  const std::size_t gone = folded_[point.of.of];
  if (point.changes <= gone) return;
  const std::size_t end = point.changes - gone;
  for (std::size_t i = point.last_only ? end - 1 : 0; i < end; ++i) f.changes[i].durable = true;
  folded_[point.of.of] += fold(f);
}

std::size_t disk_model::fold(file& f) {
  const auto first = std::ranges::find_if(f.changes, [](const change& c) { return !c.durable; });
  for (auto at = f.changes.begin(); at != first; ++at) put(f.base, *at);
  const auto count = static_cast<std::size_t>(first - f.changes.begin());
  f.changes.erase(f.changes.begin(), first);
  return count;
}

void disk_model::put(std::string& bytes, const change& c) {
  const auto offset = static_cast<std::size_t>(c.offset);
  if (c.kind == change::what::truncate) return bytes.resize(offset);
  if (c.kind == change::what::zero) {
    const std::size_t end = std::min(bytes.size(), offset + static_cast<std::size_t>(c.count));
    if (offset < end)
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    return;
  }
  if (bytes.size() < offset + c.data.size()) bytes.resize(offset + c.data.size());
  std::ranges::copy(c.data, bytes.begin() + static_cast<std::ptrdiff_t>(offset));
}

void disk_model::put_torn(std::string& bytes, const change& c, std::size_t sector,
                          std::mt19937_64& dice) {
  const std::uint64_t end = c.offset + c.data.size();
  std::uint64_t at = c.offset;
  while (at < end) {
    const std::uint64_t next = std::min<std::uint64_t>((at / sector + 1) * sector, end);
    if (flip(dice)) {
      change part = c;
      part.offset = at;
      part.data = c.data.substr(static_cast<std::size_t>(at - c.offset),
                                static_cast<std::size_t>(next - at));
      put(bytes, part);
    }
    at = next;
  }
}

std::string disk_model::content(const file& f, const mood& m, std::mt19937_64& dice) const {
  std::string bytes = f.base;
  std::size_t open = 0;
  for (const change& c : f.changes) open += c.durable ? 0 : 1;
  std::size_t keep = m.writes == mood::choice::prefix ? dice() % (open + 1) : 0;
  for (const change& c : f.changes) {
    bool kept = c.durable || m.writes == mood::choice::all;
    if (!c.durable && m.writes == mood::choice::prefix) kept = keep > 0 && keep-- > 0;
    if (!c.durable && m.writes == mood::choice::any) kept = flip(dice);
    const bool torn = !c.durable && m.tear != 0 && c.kind == change::what::write && flip(dice);
    if (torn) {
      put_torn(bytes, c, m.tear, dice);
    } else if (kept) {
      put(bytes, c);
    }
  }
  return bytes;
}

disk_model::mood disk_model::mood_of(std::mt19937_64& dice, std::uint64_t variant) {
  using choice = mood::choice;
  constexpr std::array<mood, 5> plain = {
      mood{choice::none, choice::none, 0}, mood{choice::all, choice::all, 0},
      mood{choice::any, choice::any, 512}, mood{choice::prefix, choice::prefix, 4096},
      mood{choice::all, choice::none, 0}};
  if (variant < plain.size()) return plain[static_cast<std::size_t>(variant)];
  constexpr std::array<choice, 4> choices = {choice::none, choice::all, choice::prefix,
                                             choice::any};
  constexpr std::array<std::size_t, 3> tears = {0, 512, 4096};
  mood m;
  m.writes = choices[dice() % choices.size()];
  m.names = choices[dice() % choices.size()];
  m.tear = tears[dice() % tears.size()];
  return m;
}

void disk_model::write_state(const std::filesystem::path& directory, const mood& m,
                             std::mt19937_64& dice) const {
  std::map<std::string, inode> names;
  std::set<std::string> directories{""};
  std::size_t open = 0;
  for (const name_change& c : names_) open += c.durable ? 0 : 1;
  std::size_t keep = m.names == mood::choice::prefix ? dice() % (open + 1) : 0;
  for (const name_change& c : names_) {
    bool kept = c.durable || m.names == mood::choice::all;
    if (!c.durable && m.names == mood::choice::prefix) kept = keep > 0 && keep-- > 0;
    if (!c.durable && m.names == mood::choice::any) kept = flip(dice);
    if (!kept) continue;
    if (c.directory) {
      directories.insert(c.path);
    } else if (c.to == 0) {
      names.erase(c.path);
    } else {
      names[c.path] = c.to;
    }
    if (!c.from.empty()) names.erase(c.from);
  }
  for (const std::string& path : directories) {  // sorted: a parent comes first
    if (directories.contains(parent_of(path)) || path.empty()) {
      std::error_code ignored;
      std::filesystem::create_directory(directory / path, ignored);
    }
  }
  std::map<inode, std::string> written;
  for (const auto& [path, of] : names) {
    if (!std::filesystem::is_directory(directory / parent_of(path))) continue;
    const auto twin = written.find(of);
    if (twin != written.end()) {
      std::filesystem::create_hard_link(directory / twin->second, directory / path);
      continue;
    }
    const std::string bytes = content(files_.at(of), m, dice);
    std::ofstream out(directory / path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out) throw std::runtime_error("cannot write " + path);
    written[of] = path;
  }
}

std::size_t disk_model::unsynced_writes() const {
  std::size_t count = 0;
  for (const auto& [of, f] : files_) count += f.changes.size();
  return count;
}

}  // namespace torhaus::faults
