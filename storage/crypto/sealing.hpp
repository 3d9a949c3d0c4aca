// Sealing of small secrets (secret keys, object keys) under the master key: AES-256-GCM, a fresh
// random nonce each, a key derived per purpose (HKDF-SHA256), and the purpose and context as
// associated data.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/clock.hpp"

namespace torhaus::storage::crypto {

class sealer {
 public:
  // `master` has 32 bytes.
  explicit sealer(std::string_view master, random_source& random = system_random_source());
  ~sealer();
  sealer(const sealer&) = delete;
  sealer& operator=(const sealer&) = delete;

  // purpose: a constant such as "access-key"; context binds the secret to its place (the key id),
  // so that a sealed value moved to another record does not open.
  std::string seal(std::string_view purpose, std::string_view context,
                   std::string_view secret) const;
  // nullopt when the bytes were changed, or belong to another purpose, context or master key.
  std::optional<std::string> open(std::string_view purpose, std::string_view context,
                                  std::string_view sealed) const;

 private:
  std::string_view master() const;

  std::array<unsigned char, 32> master_;
  random_source& random_;
};

// Reads the master key file (64 hex digits), or makes it with mode 0600 when it is absent and
// `create` says so. Throws std::runtime_error with a text for the operator: absent, wrong length,
// readable by others.
enum class when_absent { fail, create };
std::string load_master_key(const std::filesystem::path& file, when_absent);

// Compares without telling by its time where two strings differ. Lengths are not secret.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace torhaus::storage::crypto
