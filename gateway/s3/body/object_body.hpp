// A stored object on its way out: the next block is read on the pool while the last one is being
// sent, unless other transfers hold all the memory there is for that.
#pragma once

#include <cstdint>
#include <memory>

#include "gateway/http/message.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::gateway::s3 {

class transfer_memory;

// Sends `length` bytes from `offset`; the range lies within the object.
std::unique_ptr<http::body_source> make_object_body(
    std::unique_ptr<storage::catalog::object_reader> content, std::uint64_t offset,
    std::uint64_t length, worker_pool& pool, transfer_memory* = nullptr);

}  // namespace torhaus::gateway::s3
