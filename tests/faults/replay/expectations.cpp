#include "tests/faults/replay/expectations.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace torhaus::faults {
namespace {

// BUCKET/KEY and what stands behind the question mark.
std::pair<std::string, std::string> split_place(const std::string& place) {
  const std::size_t at = place.find('?');
  if (at == std::string::npos) return {place, ""};
  return {place.substr(0, at), place.substr(at + 1)};
}

}  // namespace

void expectations::take(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::string verb;
  std::string first;
  in >> verb >> first;
  if (verb == "bucket") {
    buckets_.insert(first);
  } else if (verb == "begin") {
    auto& changes = open_[first];
    changes.clear();
    for (std::string word; in >> word;) {
      const std::size_t at = word.rfind('=');
      if (at == std::string::npos) throw std::runtime_error("a change without a state: " + word);
      changes.emplace_back(word.substr(0, at), word.substr(at + 1));
    }
  } else if (verb == "done") {
    std::string version;
    in >> version;
    done(first, version);
  } else if (verb == "refused") {
    open_.erase(first);
  } else if (verb == "upload" || verb == "part" || verb == "ending") {
    std::string id;
    unsigned number = 0;
    std::string etag;
    in >> id >> number >> etag;
    const std::string name = first + " " + id;
    if (verb == "upload") uploads_[name];
    if (verb == "part") uploads_[name].parts[number] = etag;
    if (verb == "ending") uploads_.erase(name);
  } else {
    throw std::runtime_error("no such mark: " + std::string(line));
  }
}

void expectations::done(const std::string& client, const std::string& made) {
  for (const auto& [where, state] : open_[client]) {
    const auto [place, which] = split_place(where);
    if (which.empty()) {
      if (state == absent) objects_.erase(place);
      if (state != absent) objects_[place] = state;
    } else if (which == "+") {
      versions_[place].push_back({made, state});
    } else {
      std::erase_if(versions_[place], [&](const version& v) { return v.id == which; });
    }
  }
  open_.erase(client);
}

std::set<std::string> expectations::possible(const std::string& place) const {
  const auto found = objects_.find(place);
  std::set<std::string> states{found == objects_.end() ? absent : found->second};
  for (const auto& [client, changes] : open_) {
    for (const auto& [where, state] : changes) {
      if (where == place) states.insert(state);
    }
  }
  return states;
}

std::set<std::string> expectations::places() const {
  std::set<std::string> all;
  for (const auto& [place, state] : objects_) all.insert(place);
  for (const auto& [client, changes] : open_) {
    for (const auto& [where, state] : changes) {
      if (where.find('?') == std::string::npos) all.insert(where);
    }
  }
  return all;
}

std::vector<expectations::version> expectations::versions(const std::string& place) const {
  const auto found = versions_.find(place);
  return found == versions_.end() ? std::vector<version>() : found->second;
}

std::vector<std::string> expectations::possible_new_versions(const std::string& place) const {
  std::vector<std::string> states;
  for (const auto& [client, changes] : open_) {
    for (const auto& [where, state] : changes) {
      if (where == place + "?+") states.push_back(state);
    }
  }
  return states;
}

bool expectations::may_be_gone(const std::string& place, const std::string& id) const {
  return std::ranges::any_of(open_, [&](const auto& client) {
    return std::ranges::any_of(client.second,
                               [&](const change& c) { return c.first == place + "?" + id; });
  });
}

std::set<std::string> expectations::versioned_places() const {
  std::set<std::string> all;
  for (const auto& [place, list] : versions_) all.insert(place);
  for (const auto& [client, changes] : open_) {
    for (const auto& [where, state] : changes) {
      const auto [place, which] = split_place(where);
      if (which == "+") all.insert(place);
    }
  }
  return all;
}

}  // namespace torhaus::faults
