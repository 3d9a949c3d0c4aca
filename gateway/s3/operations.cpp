#include "gateway/s3/operations.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/object/handlers.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr operation rows[] = {
#include "gateway/s3/operations.inc"
};

}  // namespace

std::span<const operation> operations() { return rows; }

}  // namespace torhaus::gateway::s3
