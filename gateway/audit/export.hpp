// Records as CSV or JSON lines for other programs, on request with pseudonyms for what names
// people.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace torhaus::gateway::audit {

enum class export_format { csv, json_lines };

class exporter {
 public:
  // `pseudonym_key`: users, addresses, keys of objects and of access become keyed hashes, the same
  // one for the same value under one key; free text is left out.
  exporter(export_format, std::optional<std::string> pseudonym_key);

  std::string heading() const;  // empty for JSON lines
  std::string row(boost::json::object record) const;

 private:
  void hide(boost::json::object& record) const;

  export_format format_;
  std::optional<std::string> key_;
};

}  // namespace torhaus::gateway::audit
