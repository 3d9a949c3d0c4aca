// The three CRCs of S3 over buffers, and the arithmetic that joins the CRCs of two neighbours.
// All values are in their usual finished form: 0 begins, and the result of one call continues the
// next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace torhaus::storage::crypto {

// CRC-32 as in gzip: "123456789" gives 0xCBF43926.
std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte>) noexcept;
// CRC-64/NVME: "123456789" gives 0xAE8B14860A799888. Carry-less multiplication where the processor
// has it.
std::uint64_t crc64nvme(std::uint64_t crc, std::span<const std::byte>) noexcept;
// The same without AVX-512; what other processors run that multiply so.
std::uint64_t crc64nvme_by_folding(std::uint64_t crc, std::span<const std::byte>) noexcept;
// The same by tables only; what processors without carry-less multiplication run.
std::uint64_t crc64nvme_by_table(std::uint64_t crc, std::span<const std::byte>) noexcept;

// The CRC of A·B from the CRCs of both and the length of B.
std::uint32_t combine_crc32(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes) noexcept;
std::uint32_t combine_crc32c(std::uint32_t a, std::uint32_t b, std::uint64_t b_bytes) noexcept;
std::uint64_t combine_crc64nvme(std::uint64_t a, std::uint64_t b, std::uint64_t b_bytes) noexcept;

}  // namespace torhaus::storage::crypto
