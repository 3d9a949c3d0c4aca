// The data directory as a whole: its format version and the place of the master key beside it.
#pragma once

#include <filesystem>

namespace torhaus::gateway::cli {

// 1: entries of the metadata without checksums. 2: with them (storage/kv/lmdb_entry.hpp).
inline constexpr int data_format = 2;

// Makes the directory (mode 0700) and its VERSION file, or checks the one that is there. An older
// format becomes this one, from which moment on older programs refuse it by its number; what
// differs is brought up to date by the parts that own it when they open their files. Throws
// std::runtime_error with a text for the operator: another format, not a directory of ours, not
// writable.
void prepare_data_directory(const std::filesystem::path& data);

// DATA.master-key beside the data directory, so that a copy of the one does not carry the other.
std::filesystem::path default_master_key_file(const std::filesystem::path& data);

}  // namespace torhaus::gateway::cli
