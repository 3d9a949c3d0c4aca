// The loops of SHA-256, alone and woven with MD5's, and the stream around them.
#include "storage/crypto/sha256.hpp"

#include <bit>
#include <cstring>
#include <utility>

#include "storage/crypto/evp.hpp"
#include "storage/crypto/md5_steps.hpp"
#include "storage/crypto/sha256_rounds.hpp"

namespace torhaus::storage::crypto {
namespace {

#if defined(__x86_64__)

template <std::size_t... Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void all_rounds(sha256::block& b,
                                                                 std::index_sequence<Four...>) {
  ((sha256::first_rounds<Four>(b), sha256::begin_schedule<Four>(b), sha256::second_rounds<Four>(b),
    sha256::end_schedule<Four>(b)),
   ...);
}

TORHAUS_SHA_TARGET void advance_own(sha256_words& words, const std::byte* from,
                                    std::size_t blocks) noexcept {
  sha256::variables sums = sha256::to_variables(words.data());
  for (; blocks > 0; --blocks, from += begun_block::block_bytes) {
    sha256::block now = sha256::begin_block(sums, from);
    all_rounds(now, std::make_index_sequence<16>());
    sums = sha256::end_block(now, sums);
  }
  sha256::to_words(sums, words.data());
}

// Two chains whose instructions the compiler must not sort by chain: see weave() below.
[[gnu::always_inline]] inline void hold_together(__m128i& first, __m128i& second) {
  asm("" : "+x"(first), "+x"(second));
}

template <std::size_t Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void four_of_two(sha256::block& a,
                                                                  sha256::block& b) {
  sha256::first_rounds<Four>(a);
  sha256::first_rounds<Four>(b);
  hold_together(a.now.cdgh, b.now.cdgh);
  sha256::begin_schedule<Four>(a);
  sha256::begin_schedule<Four>(b);
  sha256::second_rounds<Four>(a);
  sha256::second_rounds<Four>(b);
  hold_together(a.now.abef, b.now.abef);
  sha256::end_schedule<Four>(a);
  sha256::end_schedule<Four>(b);
}

template <std::size_t... Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void all_of_two(sha256::block& a, sha256::block& b,
                                                                 std::index_sequence<Four...>) {
  (four_of_two<Four>(a, b), ...);
}

TORHAUS_SHA_TARGET void advance_two(const sha256_lane& first, const sha256_lane& second,
                                    std::size_t blocks) noexcept {
  sha256::variables a = sha256::to_variables(first.words->data());
  sha256::variables b = sha256::to_variables(second.words->data());
  for (std::size_t at = 0; at < blocks * begun_block::block_bytes; at += begun_block::block_bytes) {
    sha256::block now_a = sha256::begin_block(a, first.from + at);
    sha256::block now_b = sha256::begin_block(b, second.from + at);
    all_of_two(now_a, now_b, std::make_index_sequence<16>());
    a = sha256::end_block(now_a, a);
    b = sha256::end_block(now_b, b);
  }
  sha256::to_words(a, first.words->data());
  sha256::to_words(b, second.words->data());
}

// The block's words for MD5. The compiler must not see that SHA-256 reads the same bytes: it would
// take the words out of vector registers, which costs more than to load them.
struct words_of_block {
  const std::byte* from;
  static constexpr std::uint32_t sine(std::size_t n) { return md5::sines[n]; }
  [[gnu::always_inline]] std::uint32_t operator[](std::size_t n) const noexcept {
    const std::byte* place = from;
    asm("" : "+r"(place));
    std::uint32_t word = 0;
    std::memcpy(&word, place + 4 * n, sizeof word);
    return word;
  }
};

// Keeps the compiler from moving anything of one digest past the other's piece, for it gathers what
// belongs together and the processor then looks too few instructions ahead to weave them itself.
[[gnu::always_inline]] inline void weave(std::uint32_t (&md5)[4], __m128i& sha) {
  asm("" : "+r"(md5[0]), "+r"(md5[1]), "+r"(md5[2]), "+r"(md5[3]), "+x"(sha));
}

// A step of MD5 takes 4 or 5 cycles, as long as a link of SHA-256's chain.
template <std::size_t Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void four_of_both(std::uint32_t (&md5)[4],
                                                                   sha256::block& sha,
                                                                   const words_of_block& bytes) {
  sha256::first_rounds<Four>(sha);
  weave(md5, sha.now.cdgh);
  md5::step<4 * Four>(md5, bytes);
  weave(md5, sha.now.cdgh);
  sha256::begin_schedule<Four>(sha);
  weave(md5, sha.next);
  md5::step<4 * Four + 1>(md5, bytes);
  weave(md5, sha.now.abef);
  sha256::second_rounds<Four>(sha);
  weave(md5, sha.now.abef);
  md5::step<4 * Four + 2>(md5, bytes);
  weave(md5, sha.now.abef);
  sha256::end_schedule<Four>(sha);
  weave(md5, sha.schedule[Four % 4]);
  md5::step<4 * Four + 3>(md5, bytes);
  weave(md5, sha.now.cdgh);
}

template <std::size_t... Four>
[[gnu::always_inline]] TORHAUS_SHA_TARGET inline void all_of_both(std::uint32_t (&md5)[4],
                                                                  sha256::block& sha,
                                                                  const words_of_block& bytes,
                                                                  std::index_sequence<Four...>) {
  (four_of_both<Four>(md5, sha, bytes), ...);
}

TORHAUS_SHA_TARGET void advance_both(md5_words& md5, const std::byte* md5_from, sha256_words& sha,
                                     const std::byte* sha_from, std::size_t blocks) noexcept {
  std::uint32_t words[4] = {md5[0], md5[1], md5[2], md5[3]};
  sha256::variables sums = sha256::to_variables(sha.data());
  for (; blocks > 0; --blocks) {
    std::uint32_t now[4] = {words[0], words[1], words[2], words[3]};
    sha256::block block = sha256::begin_block(sums, sha_from);
    all_of_both(now, block, words_of_block{md5_from}, std::make_index_sequence<16>());
    for (int n = 0; n < 4; ++n) {
      words[n] += now[n];
      md5::settle(words[n]);
    }
    sums = sha256::end_block(block, sums);
    md5_from += md5_block_bytes;
    sha_from += begun_block::block_bytes;
  }
  std::ranges::copy(words, md5.begin());
  sha256::to_words(sums, sha.data());
}

bool has_own() noexcept {
  static const bool all = __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1") &&
                          __builtin_cpu_supports("ssse3");
  return all;
}

#else

bool has_own() noexcept { return false; }
void advance_own(sha256_words&, const std::byte*, std::size_t) noexcept {}
void advance_two(const sha256_lane&, const sha256_lane&, std::size_t) noexcept {}
void advance_both(md5_words&, const std::byte*, sha256_words&, const std::byte*,
                  std::size_t) noexcept {}

#endif

}  // namespace

bool has(sha256_code code) noexcept { return code == sha256_code::openssl || has_own(); }

sha256_code best_sha256_code() noexcept {
  return has_own() ? sha256_code::own : sha256_code::openssl;
}

void advance_sha256(std::span<const sha256_lane> lanes, std::size_t blocks) noexcept {
  if (lanes.size() == 2) return advance_two(lanes[0], lanes[1], blocks);
  for (const sha256_lane& one : lanes) advance_own(*one.words, one.from, blocks);
}

struct sha256_stream::openssl_state {
  md_context context = take_context(algorithm::sha256);

  openssl_state() = default;
  ~openssl_state() { give_back(algorithm::sha256, std::move(context)); }
  openssl_state(const openssl_state&) = delete;
  openssl_state& operator=(const openssl_state&) = delete;
};

sha256_stream::sha256_stream(sha256_code code) {
  if (code == sha256_code::openssl) openssl_ = std::make_unique<openssl_state>();
}

sha256_stream::~sha256_stream() = default;
sha256_stream::sha256_stream(sha256_stream&&) noexcept = default;
sha256_stream& sha256_stream::operator=(sha256_stream&&) noexcept = default;

std::span<const std::byte> sha256_stream::take_ragged(std::span<const std::byte> bytes) noexcept {
  return begun_.take_ragged(bytes,
                            [this](const std::byte* block) { advance_own(words_, block, 1); });
}

void sha256_stream::update(std::span<const std::byte> bytes) {
  if (openssl_) return update_openssl(openssl_->context.get(), bytes);
  bytes = take_ragged(bytes);
  const std::size_t blocks = bytes.size() / begun_block::block_bytes;
  advance_own(words_, bytes.data(), blocks);
  begun_.note_blocks(blocks);
  take_ragged(bytes.subspan(blocks * begun_block::block_bytes));
}

digest_value sha256_stream::finish() {
  if (openssl_) return finished_openssl(algorithm::sha256, openssl_->context.get());
  const begun_block::ending end = begun_.end(std::endian::big);
  update(end.bytes());
  digest_value out;
  out.kind = algorithm::sha256;
  for (std::size_t n = 0; n < digest_bytes(algorithm::sha256); ++n) {
    out.data[n] = static_cast<std::uint8_t>(words_[n / 4] >> (24 - 8 * (n % 4)));
  }
  return out;
}

void update_both(md5_stream& md5, sha256_stream& sha, std::span<const std::byte> bytes) {
  if (sha.openssl_) {
    sha.update(bytes);
    md5.update(bytes);
    return;
  }
  // Each from its own next block on: they are the same bytes, or a few bytes apart.
  const auto for_md5 = md5.take_ragged(bytes);
  const auto for_sha = sha.take_ragged(bytes);
  const std::size_t blocks = std::min(for_md5.size(), for_sha.size()) / begun_block::block_bytes;
  advance_both(md5.words(), for_md5.data(), sha.words_, for_sha.data(), blocks);
  md5.note_blocks(blocks);
  sha.begun_.note_blocks(blocks);
  md5.update(for_md5.subspan(blocks * begun_block::block_bytes));
  sha.update(for_sha.subspan(blocks * begun_block::block_bytes));
}

}  // namespace torhaus::storage::crypto
