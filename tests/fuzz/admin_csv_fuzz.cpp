// Tables from outside: whatever comes is parsed or refused, and what is parsed is even.
#include "gateway/admin/csv.hpp"

using namespace torhaus::gateway::admin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto table =
      parse_csv({reinterpret_cast<const char*>(data), size}, {"a", "b", "project", "user"});
  if (!table) return 0;
  for (const csv_row& row : table->rows) {
    if (row.fields.size() != table->columns.size()) __builtin_trap();
    if (row.line < 2) __builtin_trap();
  }
  return 0;
}
