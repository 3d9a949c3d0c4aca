#include "storage/base/error.hpp"

#include <array>

namespace torhaus {
namespace {

struct row {
  std::string_view code;
  unsigned status;
  std::string_view text;
};

constexpr std::array rows = {
#define TORHAUS_ERROR(id, code, status, text) row{code, status, text},
#include "storage/base/errors.inc"
#undef TORHAUS_ERROR
};

}  // namespace

std::string_view code_of(errc e) noexcept { return rows[static_cast<std::size_t>(e)].code; }
unsigned status_of(errc e) noexcept { return rows[static_cast<std::size_t>(e)].status; }
std::string_view text_of(errc e) noexcept { return rows[static_cast<std::size_t>(e)].text; }

}  // namespace torhaus
