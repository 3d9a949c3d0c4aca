#include "storage/crypto/chunk_cipher.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "storage/crypto/cipher.hpp"

namespace torhaus::storage::crypto {
namespace {

constexpr std::string_view magic{"TOR\x01", 4};
constexpr std::string_view info = "torhaus chunks 1";
constexpr std::size_t salt_bytes = chunk_header_bytes - magic.size();
constexpr std::size_t sealed_chunk_bytes = chunk_bytes + chunk_tag_bytes;
// Chunks that are fetched at once.
constexpr std::size_t run_chunks = 4;

static_assert(chunk_tag_bytes == gcm_tag_bytes);

class chunk_nonce {
 public:
  chunk_nonce(std::uint64_t number, bool last) {
    for (std::size_t i = 0; i < 8; ++i) {
      bytes_[gcm_nonce_bytes - 2 - i] = static_cast<char>(number >> (8 * i));
    }
    bytes_[gcm_nonce_bytes - 1] = last ? 1 : 0;
  }
  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, gcm_nonce_bytes> bytes_{};
};

std::uint64_t chunks_of(std::uint64_t plain_bytes) {
  return std::max<std::uint64_t>(1, (plain_bytes + chunk_bytes - 1) / chunk_bytes);
}

error damaged(std::string what) {
  return error(errc::internal_error).because("encrypted bytes: " + std::move(what));
}

}  // namespace

std::uint64_t sealed_size(std::uint64_t plain_bytes) {
  return chunk_header_bytes + plain_bytes + chunks_of(plain_bytes) * chunk_tag_bytes;
}

std::optional<std::uint64_t> plain_size(std::uint64_t sealed_bytes) {
  if (sealed_bytes < chunk_header_bytes + chunk_tag_bytes) return std::nullopt;
  const std::uint64_t body = sealed_bytes - chunk_header_bytes;
  const std::uint64_t chunks = (body + sealed_chunk_bytes - 1) / sealed_chunk_bytes;
  // A tag alone in a second chunk, or less than a tag, is nothing that was written.
  if (body < chunks * chunk_tag_bytes) return std::nullopt;
  const std::uint64_t plain = body - chunks * chunk_tag_bytes;
  if (sealed_size(plain) != sealed_bytes) return std::nullopt;
  return plain;
}

struct chunk_encryptor::state {
  state(const std::string& header_made, const secret_key& data_key)
      : header(header_made),
        cipher(gcm::direction::encrypt,
               hkdf_sha256(data_key.view(), header_made.substr(magic.size()), info)) {}

  result<void> emit(std::span<const std::byte> plain, bool last, const sink& out) {
    const std::size_t front = number == 0 ? chunk_header_bytes : 0;
    sealed.resize(front + plain.size() + chunk_tag_bytes);
    if (front > 0) std::memcpy(sealed.data(), header.data(), front);
    std::byte* const at = sealed.data() + front;
    cipher.seal(chunk_nonce(number, last).view(), {}, plain, at, at + plain.size());
    ++number;
    return out(sealed);
  }

  std::string header;
  gcm cipher;
  std::uint64_t number = 0;
  std::vector<std::byte> pending;  // plaintext of the chunk that may be the last
  std::vector<std::byte> sealed;
  bool finished = false;
};

namespace {

std::string make_header(random_source& random) {
  std::string header(chunk_header_bytes, '\0');
  std::ranges::copy(magic, header.begin());
  random.fill(std::as_writable_bytes(std::span(header).subspan(magic.size(), salt_bytes)));
  return header;
}

}  // namespace

chunk_encryptor::chunk_encryptor(const secret_key& data_key, random_source& random)
    : state_(std::make_unique<state>(make_header(random), data_key)) {}
chunk_encryptor::~chunk_encryptor() = default;
chunk_encryptor::chunk_encryptor(chunk_encryptor&&) noexcept = default;
chunk_encryptor& chunk_encryptor::operator=(chunk_encryptor&&) noexcept = default;

result<void> chunk_encryptor::update(std::span<const std::byte> plain, const sink& out) {
  state& s = *state_;
  if (s.finished) throw std::logic_error("chunk_encryptor: bytes behind the last chunk");
  // A full chunk waits until more comes: it might be the last one.
  while (s.pending.size() + plain.size() > chunk_bytes) {
    result<void> sent;
    if (s.pending.empty()) {
      sent = s.emit(plain.first(chunk_bytes), false, out);
      plain = plain.subspan(chunk_bytes);
    } else {
      const std::size_t missing = chunk_bytes - s.pending.size();
      s.pending.insert(s.pending.end(), plain.begin(),
                       plain.begin() + static_cast<std::ptrdiff_t>(missing));
      plain = plain.subspan(missing);
      sent = s.emit(s.pending, false, out);
      s.pending.clear();
    }
    if (!sent) return sent;
  }
  s.pending.insert(s.pending.end(), plain.begin(), plain.end());
  return {};
}

result<void> chunk_encryptor::finish(const sink& out) {
  if (std::exchange(state_->finished, true)) {
    throw std::logic_error("chunk_encryptor: finished twice");
  }
  return state_->emit(state_->pending, true, out);
}

struct chunk_decryptor::state {
  state(const secret_key& key, std::uint64_t sealed_length)
      : data_key(key), plain(plain_size(sealed_length)) {}

  std::uint64_t last_chunk() const { return chunks_of(*plain) - 1; }
  std::size_t length_of(std::uint64_t chunk) const {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(chunk_bytes, *plain - chunk * chunk_bytes));
  }

  static result<void> fetch(const source& from, std::uint64_t offset, std::span<std::byte> out) {
    while (!out.empty()) {
      auto n = from(offset, out);
      if (!n) return std::move(n).error();
      if (*n == 0) return damaged("they end early");
      offset += *n;
      out = out.subspan(*n);
    }
    return {};
  }

  result<void> prepare(const source& from) {
    if (cipher) return {};
    std::array<std::byte, chunk_header_bytes> header{};
    if (auto got = fetch(from, 0, header); !got) return got;
    const std::string_view text(reinterpret_cast<const char*>(header.data()), header.size());
    if (!text.starts_with(magic)) return damaged("header");
    cipher.emplace(gcm::direction::decrypt,
                   hkdf_sha256(data_key.view(), text.substr(magic.size()), info));
    return {};
  }

  // Chunks [first, first + count), all of them, to `out`.
  result<void> decrypt(std::uint64_t first, std::size_t count, std::span<std::byte> out,
                       const source& from) {
    sealed.resize(out.size() + count * chunk_tag_bytes);
    auto got = fetch(from, chunk_header_bytes + first * sealed_chunk_bytes, sealed);
    if (!got) return got;
    const std::byte* at = sealed.data();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t length = length_of(first + i);
      const chunk_nonce nonce(first + i, first + i == last_chunk());
      if (!cipher->open(nonce.view(), {}, {at, length}, at + length, out.data())) {
        return damaged("chunk " + std::to_string(first + i) + " does not open");
      }
      at += length + chunk_tag_bytes;
      out = out.subspan(length);
    }
    return {};
  }

  // At least one byte: whole chunks straight into `out`, or by way of the kept one.
  result<std::size_t> read_some(std::uint64_t offset, std::span<std::byte> out,
                                const source& from) {
    const std::uint64_t chunk = offset / chunk_bytes;
    const auto within = static_cast<std::size_t>(offset % chunk_bytes);
    if (chunk != kept_number) {
      if (within == 0 && out.size() >= length_of(chunk)) {
        std::size_t count = 0;
        std::size_t bytes = 0;
        while (count < run_chunks && chunk + count <= last_chunk() &&
               bytes + length_of(chunk + count) <= out.size()) {
          bytes += length_of(chunk + count);
          ++count;
        }
        if (auto ok = decrypt(chunk, count, out.first(bytes), from); !ok) {
          return std::move(ok).error();
        }
        return bytes;
      }
      kept_number = none;
      kept.resize(length_of(chunk));
      if (auto ok = decrypt(chunk, 1, kept, from); !ok) return std::move(ok).error();
      kept_number = chunk;
    }
    const std::size_t count = std::min(out.size(), kept.size() - within);
    std::memcpy(out.data(), kept.data() + within, count);
    return count;
  }

  static constexpr std::uint64_t none = UINT64_MAX;

  secret_key data_key;
  std::optional<std::uint64_t> plain;
  std::optional<gcm> cipher;  // from the first read on, which finds the salt
  std::vector<std::byte> sealed;
  std::vector<std::byte> kept;  // plaintext of one chunk
  std::uint64_t kept_number = none;
};

chunk_decryptor::chunk_decryptor(const secret_key& data_key, std::uint64_t sealed_bytes)
    : state_(std::make_unique<state>(data_key, sealed_bytes)) {}
chunk_decryptor::~chunk_decryptor() = default;
chunk_decryptor::chunk_decryptor(chunk_decryptor&&) noexcept = default;
chunk_decryptor& chunk_decryptor::operator=(chunk_decryptor&&) noexcept = default;

std::uint64_t chunk_decryptor::size() const { return state_->plain.value_or(0); }

result<std::size_t> chunk_decryptor::read(std::uint64_t offset, std::span<std::byte> out,
                                          const source& from) {
  if (!state_->plain) return damaged("a length that they cannot have");
  if (auto ready = state_->prepare(from); !ready) return std::move(ready).error();
  if (*state_->plain == 0) {
    // Even of nothing it is to be known that nothing was cut off.
    if (auto ok = state_->decrypt(0, 1, {}, from); !ok) return std::move(ok).error();
    return std::size_t{0};
  }
  if (offset >= *state_->plain) return std::size_t{0};
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), *state_->plain - offset));
  std::size_t done = 0;
  while (done < count) {
    auto part = state_->read_some(offset + done, out.subspan(done, count - done), from);
    if (!part) {
      std::ranges::fill(out.first(count), std::byte{0});  // what did not open is nobody's business
      return part;
    }
    done += *part;
  }
  return count;
}

}  // namespace torhaus::storage::crypto
