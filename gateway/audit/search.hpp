// Finds records in the journal: a filter, and pages of bounded work.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"
#include "storage/journal/reader.hpp"

namespace torhaus::gateway::audit {

// What is empty is not asked for.
struct filter {
  std::string user = {};  // an ARN, or the name at its end
  std::string agency = {};
  std::string project = {};
  std::string bucket = {};
  std::string key_prefix = {};
  std::string operation = {};
  std::string result = {};  // "ok", "failed", a status, or an error code
  std::string request_id = {};
  std::string ip = {};
  std::string type = {};
  std::string from = {};  // "2026-11-25" or "2026-11-25T08:00:00Z"; both ends are included
  std::string to = {};
  // What the one who asks may see: records of this agency's users, and of these projects, since
  // they were made; what was before was another one's of the name. Not set: all.
  struct scope {
    std::string agency;
    std::map<std::string, std::string, std::less<>> projects;  // id → time, as records tell it
    std::string agency_since = {};
  };
  std::optional<scope> only = std::nullopt;
};

// invalid_argument naming what is no time, no result or too long.
result<void> check(const filter&);

// Whether a line of the journal passes. Values are made ready once for many lines.
class matcher {
 public:
  explicit matcher(const filter&);
  bool matches(std::string_view line) const;

 private:
  bool in_scope(std::string_view line) const;
  bool has_result(std::string_view line) const;
  bool has_user(std::string_view line) const;
  bool of_project(std::string_view line, std::string_view project) const;

  filter f_;
  std::vector<std::string> parts_;  // each must be in the line
};

struct page {
  std::vector<std::string> lines;
  std::string next;  // where the next page begins; empty: this was the last
};

struct page_limits {
  std::size_t records = 1000;
  // Read for one page: a second's work or so.
  std::uint64_t bytes = std::uint64_t{64} << 20;
};

// Blocks. A page may be short, or empty, and yet have a next one.
result<page> search(const std::filesystem::path& directory, const filter&,
                    storage::journal::reading, const std::string& after, const page_limits&);

// The value of a text member of a line as it stands there, JSON escapes included; empty when there
// is none.
std::string_view raw_member(std::string_view line, std::string_view name);

}  // namespace torhaus::gateway::audit
