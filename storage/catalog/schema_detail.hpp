// Pieces that the record codecs of the schema share.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/base/codec.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::storage::catalog::schema::detail {

inline constexpr std::uint8_t no_algorithm = 0xFF;

std::uint8_t algorithm_code(const std::optional<crypto::algorithm>&);
std::optional<crypto::algorithm> algorithm_of(std::uint8_t code);
checksum_type checksum_kind_of(std::uint8_t code);
// `bytes` has digest_bytes(kind).
crypto::digest_value digest_from(crypto::algorithm kind, std::string_view bytes);
void put_pairs(encoder&, const std::vector<name_value>&);
std::vector<name_value> take_pairs(decoder&);
// All attributes but the storage class, which stands in the head of its record.
void put_attributes(encoder&, const object_attributes&);
void take_attributes(decoder&, object_attributes&);
// A byte for mode and legal hold; with a mode the time it ends.
void put_lock(encoder&, const version_lock&);
version_lock take_lock(decoder&);
void expect_end(const decoder&);
// A stored number that must fit 32 bits.
std::uint32_t small(std::uint64_t);

}  // namespace torhaus::storage::catalog::schema::detail
