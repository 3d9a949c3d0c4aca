#include "gateway/s3/object/copy_bytes.hpp"

#include <vector>

namespace torhaus::gateway::s3 {
namespace {

namespace crypto = storage::crypto;

constexpr std::size_t copy_block_bytes = 1024 * 1024;

}  // namespace

task<result<received>> copy_bytes(storage::catalog::object_reader& from, std::uint64_t offset,
                                  std::uint64_t length, crypto::algorithm checksum,
                                  storage::blob::writer* out, worker_pool& pool) {
  crypto::digest_set digests;
  digests.want(crypto::algorithm::md5);
  digests.want(checksum);
  std::vector<std::byte> block(std::min<std::uint64_t>(copy_block_bytes, length));
  for (std::uint64_t done = 0; done < length;) {
    auto step = [&]() -> result<std::size_t> {
      const auto want = std::min<std::uint64_t>(block.size(), length - done);
      auto n = from.read(offset + done, std::span(block).first(static_cast<std::size_t>(want)));
      if (!n) return std::move(n).error();
      if (*n == 0) return error(errc::internal_error).because("an object ends before its size");
      const std::span<const std::byte> got(block.data(), *n);
      digests.update(got);
      if (out != nullptr) {
        if (auto ok = out->append(got); !ok) return std::move(ok).error();
      }
      return *n;
    };
    auto n = co_await offload(pool, step);
    if (!n) co_return std::move(n).error();
    done += *n;
  }
  digests.finish();
  received r;
  r.size = length;
  r.md5 = digests.value(crypto::algorithm::md5);
  r.kept = digests.value(checksum);
  co_return r;
}

}  // namespace torhaus::gateway::s3
