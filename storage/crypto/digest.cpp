// Several digests over one stream: SHA-1 and SHA-512 by OpenSSL, the XXHs by libxxhash, MD5,
// SHA-256 and the CRCs by this part's own functions.
#include "storage/crypto/digest.hpp"

#include <algorithm>
#include <stdexcept>

#include "storage/crypto/crc.hpp"
#include "storage/crypto/evp.hpp"
#include "storage/crypto/md5.hpp"
#include "storage/crypto/sha256.hpp"
#include "storage/crypto/xxhash.hpp"

namespace torhaus::storage::crypto {
namespace {

constexpr std::size_t kinds = algorithm_count;
// A buffer goes through all digests in pieces of this size, which stay in the first-level cache.
constexpr std::size_t piece_bytes = 16 * 1024;

constexpr std::size_t slot_of(algorithm kind) { return static_cast<std::size_t>(kind); }
constexpr bool is_openssl(algorithm kind) {
  return kind == algorithm::sha1 || kind == algorithm::sha512;
}

template <class Word>
digest_value value_of_crc(algorithm kind, Word crc) {
  digest_value out;
  out.kind = kind;
  for (std::size_t n = 0; n < sizeof(Word); ++n) {
    out.data[n] = static_cast<std::uint8_t>(crc >> (8 * (sizeof(Word) - 1 - n)));
  }
  return out;
}

std::uint64_t crc_in(const digest_value& value) {
  std::uint64_t out = 0;
  for (std::size_t n = 0; n < digest_bytes(value.kind); ++n) out = out << 8 | value.data[n];
  return out;
}

std::uint64_t update_crc(algorithm kind, std::uint64_t crc, std::span<const std::byte> bytes) {
  switch (kind) {
    case algorithm::crc32:
      return crc32(static_cast<std::uint32_t>(crc), bytes);
    case algorithm::crc32c:
      return crc32c(static_cast<std::uint32_t>(crc), bytes);
    default:
      return crc64nvme(crc, bytes);
  }
}

digest_value finished_crc(algorithm kind, std::uint64_t crc) {
  if (kind == algorithm::crc64nvme) return value_of_crc(kind, crc);
  return value_of_crc(kind, static_cast<std::uint32_t>(crc));
}

template <class Stream>
digest_value digest_by(Stream stream, std::span<const std::byte> bytes) {
  stream.update(bytes);
  return stream.finish();
}

}  // namespace

struct digest_set::state {
  struct entry {
    bool wanted = false;
    md_context hash;                      // OpenSSL's
    std::optional<xxhash_stream> xxhash;  // the XXHs
    std::uint64_t crc = 0;                // the CRCs
    digest_value value;

    void update(algorithm kind, std::span<const std::byte> piece) {
      if (hash) {
        update_openssl(hash.get(), piece);
      } else if (xxhash) {
        xxhash->update(piece);
      } else if (wanted && is_crc(kind)) {
        crc = update_crc(kind, crc, piece);
      }
    }
  };
  std::array<entry, kinds> entries;
  md5_stream md5;
  std::optional<sha256_stream> sha256;
  bool started = false;
  bool finished = false;

  ~state() {
    for (std::size_t n = 0; n < kinds; ++n) {
      if (entries[n].hash) give_back(static_cast<algorithm>(n), std::move(entries[n].hash));
    }
  }
  state() = default;
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  void require(bool holds, const char* what) const {
    if (!holds) throw std::logic_error(what);
  }
};

digest_set::digest_set() : state_(std::make_unique<state>()) {}
digest_set::~digest_set() = default;
digest_set::digest_set(digest_set&&) noexcept = default;
digest_set& digest_set::operator=(digest_set&&) noexcept = default;

void digest_set::want(algorithm kind) {
  state::entry& entry = state_->entries.at(slot_of(kind));
  if (entry.wanted) return;
  state_->require(!state_->started && !state_->finished, "digest_set: want() after update()");
  if (is_openssl(kind)) entry.hash = take_context(kind);
  if (kind == algorithm::sha256) state_->sha256.emplace();
  if (is_xxhash(kind)) entry.xxhash.emplace(kind);
  entry.wanted = true;
}

bool digest_set::wants(algorithm kind) const { return state_->entries.at(slot_of(kind)).wanted; }

md5_stream& digest_set::md5() {
  state_->require(wants(algorithm::md5), "digest_set: md5() without want()");
  return state_->md5;
}

void digest_set::update(std::span<const std::byte> bytes) {
  take(bytes, wants(algorithm::md5) ? taking::all : taking::all_but_md5);
}

void digest_set::update_but_md5(std::span<const std::byte> bytes) {
  state_->require(wants(algorithm::md5), "digest_set: update_but_md5() without want()");
  take(bytes, taking::all_but_md5);
}

void digest_set::update_but_lanes(std::span<const std::byte> bytes) {
  state_->require(wants(algorithm::md5), "digest_set: update_but_lanes() without want()");
  take(bytes, taking::all_but_lanes);
}

sha256_stream* digest_set::sha256() { return state_->sha256 ? &*state_->sha256 : nullptr; }

void digest_set::take(std::span<const std::byte> bytes, taking which) {
  state_->require(!state_->finished, "digest_set: update() after finish()");
  state_->started = true;
  const bool md5_too = which == taking::all;
  const bool sha256_too = state_->sha256.has_value() &&
                          (which != taking::all_but_lanes || !state_->sha256->has_lanes());
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(piece_bytes, bytes.size()));
    if (md5_too && sha256_too) {
      update_both(state_->md5, *state_->sha256, piece);
    } else if (md5_too) {
      state_->md5.update(piece);
    } else if (sha256_too) {
      state_->sha256->update(piece);
    }
    for (std::size_t n = 0; n < kinds; ++n)
      state_->entries[n].update(static_cast<algorithm>(n), piece);
    bytes = bytes.subspan(piece.size());
  }
}

void digest_set::finish() {
  state_->require(!state_->finished, "digest_set: finish() twice");
  state_->finished = true;
  for (std::size_t n = 0; n < kinds; ++n) {
    state::entry& entry = state_->entries[n];
    if (!entry.wanted) continue;
    const auto kind = static_cast<algorithm>(n);
    if (kind == algorithm::md5) {
      entry.value = state_->md5.finish();
      continue;
    }
    if (kind == algorithm::sha256) {
      entry.value = state_->sha256->finish();
      continue;
    }
    if (entry.xxhash) {
      entry.value = entry.xxhash->finish();
      continue;
    }
    entry.value =
        entry.hash ? finished_openssl(kind, entry.hash.get()) : finished_crc(kind, entry.crc);
    if (entry.hash) give_back(kind, std::move(entry.hash));
  }
}

const digest_value& digest_set::value(algorithm kind) const {
  const state::entry& entry = state_->entries.at(slot_of(kind));
  state_->require(state_->finished && entry.wanted, "digest_set: value() of what was not computed");
  return entry.value;
}

digest_value digest_of(algorithm kind, std::string_view bytes) {
  const auto data = std::as_bytes(std::span(bytes.data(), bytes.size()));
  if (is_crc(kind)) return finished_crc(kind, update_crc(kind, 0, data));
  if (kind == algorithm::md5) return digest_by(md5_stream(), data);
  if (kind == algorithm::sha256) return digest_by(sha256_stream(), data);
  if (is_xxhash(kind)) return digest_by(xxhash_stream(kind), data);
  md_context context = take_context(kind);
  update_openssl(context.get(), data);
  const digest_value out = finished_openssl(kind, context.get());
  give_back(kind, std::move(context));
  return out;
}

digest_value combine_crc(const digest_value& a, const digest_value& b, std::uint64_t b_bytes) {
  if (a.kind != b.kind || !is_crc(a.kind))
    throw std::logic_error("combine_crc: not two CRCs of a kind");
  const std::uint64_t left = crc_in(a);
  const std::uint64_t right = crc_in(b);
  if (a.kind == algorithm::crc64nvme) {
    return value_of_crc(a.kind, combine_crc64nvme(left, right, b_bytes));
  }
  const auto left32 = static_cast<std::uint32_t>(left);
  const auto right32 = static_cast<std::uint32_t>(right);
  return value_of_crc(a.kind, a.kind == algorithm::crc32
                                  ? combine_crc32(left32, right32, b_bytes)
                                  : combine_crc32c(left32, right32, b_bytes));
}

}  // namespace torhaus::storage::crypto
