// Wrapping of one key under another: data keys under a key of the key store or under the key that
// a customer brings along. Every wrap has a key of its own (HKDF-SHA256 over a random salt), so a
// wrapping key may be used without limit.
//
//   0x01 | salt (32) | the key, AES-256-GCM (32) | tag (16)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/base/clock.hpp"
#include "storage/crypto/secret_key.hpp"

namespace torhaus::storage::crypto {

inline constexpr std::size_t wrapped_key_bytes = 81;

// `context` binds the wrapped key to its place; it is authenticated, not stored.
std::string wrap_key(const secret_key& under, std::string_view context, const secret_key& key,
                     random_source& random = system_random_source());
// nullopt when the bytes were changed, or belong to another context or wrapping key.
std::optional<secret_key> unwrap_key(const secret_key& under, std::string_view context,
                                     std::string_view wrapped);

}  // namespace torhaus::storage::crypto
