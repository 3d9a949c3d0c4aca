// Where the audit journal of a data directory is, and the key of its MACs.
#pragma once

#include <filesystem>

#include "storage/crypto/secret_key.hpp"

namespace torhaus::gateway::cli {

std::filesystem::path audit_directory(const std::filesystem::path& data);
// Throws std::runtime_error when the master key file cannot be used.
storage::crypto::secret_key audit_key(const std::filesystem::path& master_key_file);

}  // namespace torhaus::gateway::cli
