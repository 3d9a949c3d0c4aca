// Lines of the audit journal as a stranger may have left them: parsing them, their members and the
// values in them must never read beyond what is there, and what parses must be what was written.
#include <cstdlib>
#include <string>

#include "gateway/audit/escape.hpp"
#include "gateway/audit/search.hpp"
#include "storage/journal/line.hpp"

using namespace torhaus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto line = storage::journal::parse_line(text)) {
    storage::journal::text_member(line->members, "head");
    storage::journal::number_member(line->members, "lines");
    storage::journal::type_of(line->members);
  }
  gateway::audit::raw_member(text, "key");
  const std::string value = gateway::audit::escaped_value(text);
  if (gateway::audit::original_bytes(value) != text) std::abort();
  std::string members = "\"time\":\"2026-11-25T08:15:00.123456Z\",\"type\":\"request\",\"key\":\"";
  gateway::audit::append_escaped(members, text, 1024);
  members += '"';
  std::string line;
  storage::journal::chain at;
  storage::journal::append_line(line, at, members, nullptr);
  if (line.find('\n') != line.size() - 1) std::abort();
  const auto back = storage::journal::parse_line(std::string_view(line).substr(0, line.size() - 1));
  if (!back || back->members != members || back->hash != at.head) std::abort();
  return 0;
}
