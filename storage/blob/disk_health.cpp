// Free room and the latch that a failed sync throws.
#include "storage/blob/disk_health.hpp"

#include <cerrno>
#include <cstdlib>

#include "storage/base/log.hpp"

namespace torhaus::storage::blob {

std::string cause_text(std::string_view what, std::string_view name, int code) {
  std::string out(what);
  out.append(" ").append(name).append(": ").append(error_text(code));
  return out;
}

void disk_health::fail(std::string_view what, std::string_view name, int code) noexcept {
  if (failed_.exchange(true, std::memory_order_acq_rel)) return;
  try {
    log::error("blob_store_failed", {{"call", what},
                                     {"name", name},
                                     {"cause", error_text(code)},
                                     {"effect", "no new bytes until the server is started again"}});
  } catch (...) {
    // Out of memory while logging: the latch is what matters.
  }
}

std::optional<error> disk_health::refusal(std::uint64_t bytes) {
  if (failed()) return failure();
  constexpr auto fresh = std::chrono::milliseconds(100);
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (now - asked_ > fresh || budget_ < bytes || budget_ == 0) {
    const off_t left = files_.free_bytes(directory_);
    // A file system that does not say gets the benefit of the doubt: ENOSPC will tell.
    const std::uint64_t room = left < 0 ? UINT64_MAX : static_cast<std::uint64_t>(left);
    budget_ = room > reserve_ ? room - reserve_ : 0;
    asked_ = now;
  }
  if (budget_ < bytes || budget_ == 0) {
    return error(errc::insufficient_storage).because("free bytes would fall below the reserve");
  }
  budget_ -= bytes;
  return std::nullopt;
}

error disk_health::write_failed(std::string_view what, std::string_view name, int code) {
  if (means_full(code)) {
    return error(errc::insufficient_storage).because(cause_text(what, name, code));
  }
  fail(what, name, code);
  return error(errc::service_unavailable).because(cause_text(what, name, code));
}

error disk_health::create_failed(std::string_view what, std::string_view name, int code) {
  if (means_full(code) || std::abs(code) == EIO) return write_failed(what, name, code);
  log::warning("blob_store_call_failed",
               {{"call", what}, {"name", name}, {"cause", error_text(code)}});
  return error(errc::service_unavailable).because(cause_text(what, name, code));
}

error disk_health::failure() const {
  return error(errc::service_unavailable).because("the blob store failed earlier");
}

std::uint64_t disk_health::free_bytes() const {
  const off_t left = files_.free_bytes(directory_);
  return left < 0 ? 0 : static_cast<std::uint64_t>(left);
}

}  // namespace torhaus::storage::blob
