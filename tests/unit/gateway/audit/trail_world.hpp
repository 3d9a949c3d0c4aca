// A trail into a journal of its own, and the records that came into it.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gateway/audit/search.hpp"
#include "gateway/audit/trail.hpp"
#include "tests/unit/storage/journal/journal_world.hpp"

namespace torhaus::test {

class trail_world {
 public:
  explicit trail_world(clock_source& clock, bool required = false) {
    journal.open();
    trail.emplace(gateway::audit::trail::options{journal.writing.get(), &clock, required});
  }

  // Without the journal's own lines, the oldest first.
  std::vector<boost::json::object> records(const gateway::audit::filter& wanted = {}) {
    journal.flushed();
    const auto page =
        gateway::audit::search(journal.directory(), wanted, storage::journal::reading::oldest_first,
                               "", {.records = 100'000, .bytes = std::uint64_t{1} << 30});
    std::vector<boost::json::object> all;
    for (const std::string& line : page.value().lines) {
      auto o = boost::json::parse(line).as_object();
      const std::string type = text(o, "type");
      const bool own = type == "begin" || type == "start" || type == "seal" || type == "stop";
      if (!own) all.push_back(std::move(o));
    }
    return all;
  }
  static std::string text(const boost::json::object& o, std::string_view name) {
    const auto* value = o.if_contains({name.data(), name.size()});
    if (value == nullptr) return "(none)";
    return value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
  }
  // A member of the last record.
  std::string last(std::string_view name) { return text(records().back(), name); }

  journal_world journal;
  std::optional<gateway::audit::trail> trail;
};

}  // namespace torhaus::test
