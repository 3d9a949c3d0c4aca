// The framing, as a state machine over lines and payload:
//
//   body    = *chunk last-chunk [trailers] CRLF
//   chunk   = size [";chunk-signature=" signature] CRLF payload CRLF
//
// Only lines are copied, into a buffer with a bound. What real clients do beside the grammar is
// taken too: trailer lines that end in LF alone with an empty line before the trailer's signature
// (minio-go), a body that ends right after the line of the last chunk when no trailer was
// announced, or right after the line of the trailer's signature. Broken framing is told before a
// wrong length, and both before what is wrong with the trailers, as S3 does.
#include "auth/sigv4/chunked.hpp"

#include <algorithm>
#include <stdexcept>

#include "auth/sigv4/checks.hpp"
#include "auth/sigv4/signer.hpp"
#include "storage/crypto/sealing.hpp"
#include "storage/crypto/sha256.hpp"

namespace torhaus::auth::sigv4 {
namespace {

using storage::crypto::md5_stream;
using storage::crypto::sha256_stream;
using storage::crypto::to_hex;

constexpr std::string_view signature_extension = "chunk-signature=";
constexpr std::string_view trailer_signature = "x-amz-trailer-signature";
// 16 digits of size, the extension, 64 digits of signature; nothing longer makes sense.
constexpr std::size_t max_chunk_line = 128;
constexpr std::size_t max_trailer_line = 1024;
constexpr std::size_t max_trailers = 16;
constexpr std::size_t max_size_digits = 16;
// S3 refuses smaller chunks except the last: each costs a signature.
constexpr std::uint64_t min_chunk_bytes = 8192;
// White space that may follow the end.
constexpr std::size_t max_tail_bytes = 4;
// So much more than was announced is read to see whether the framing is broken; none of it is
// handed out.
constexpr std::uint64_t max_excess_bytes = 16 * 1024;
constexpr std::size_t signature_digits = 64;

std::vector<std::string> split_names(std::string_view list) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    std::string name = lower_case(trimmed(list.substr(at, end - at)));
    if (!name.empty()) out.push_back(std::move(name));
    at = end + 1;
  }
  return out;
}

std::optional<std::uint64_t> parse_size(std::string_view digits) {
  if (digits.empty() || digits.size() > max_size_digits) return std::nullopt;
  std::uint64_t out = 0;
  for (const char c : digits) {
    const unsigned value = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                  : 16U;
    if (value > 15) return std::nullopt;
    out = out << 4 | value;
  }
  return out;
}

// Another form is no wrong signature but a broken line.
bool is_signature(std::string_view text) {
  return text.size() == signature_digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

error broken_framing() {
  return error(errc::incomplete_body, "The request body terminated unexpectedly");
}

}  // namespace

struct chunk_decoder::state {
  enum class step : std::uint8_t { chunk_line, payload, payload_end, trailer_line, tail };

  payload_mode mode = payload_mode::streaming_unsigned_trailer;
  std::optional<std::uint64_t> announced_bytes;
  std::vector<std::string> announced_trailers;
  std::optional<chunk_signer> signer;  // the signed modes

  step now = step::chunk_line;
  std::string line;               // the part of the current line that is there
  std::uint64_t left = 0;         // payload bytes still to come in this chunk
  std::uint64_t chunk_bytes = 0;  // size of this chunk
  std::uint64_t chunks = 0;       // chunks begun
  std::uint64_t decoded = 0;
  std::string chunk_signature;
  sha256_stream chunk_digest;
  std::string canonical_trailers;
  bool trailer_signed = false;
  bool too_long = false;  // the current chunk goes beyond the announced length
  std::size_t tail_bytes = 0;
  std::vector<std::pair<std::string, std::string>> trailers;
  std::optional<error> failed;

  bool is_signed() const { return signer.has_value(); }
  bool has_trailers() const { return mode != payload_mode::streaming_signed; }

  result<void> take_chunk_line();
  result<void> begin_chunk(std::uint64_t size);
  result<void> end_chunk();
  result<void> take_trailer_line();
  result<void> take_trailer_signature(std::string_view value);
  result<void> end_trailers();
  result<std::size_t> feed_line(std::span<const std::byte> in, std::size_t most);
  result<std::size_t> feed_some(std::span<const std::byte> in,
                                std::vector<std::span<const std::byte>>& out, md5_stream* beside);
  result<std::size_t> feed_payload(std::span<const std::byte> in,
                                   std::vector<std::span<const std::byte>>& out,
                                   md5_stream* beside);
  void take_digests(std::span<const std::byte> payload, md5_stream* beside);
  result<void> finish();
};

// `line` is whole, without its line feed.
result<void> chunk_decoder::state::take_chunk_line() {
  std::string_view text = line;
  if (!text.ends_with('\r')) return broken_framing();
  text.remove_suffix(1);
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  const auto size = parse_size(text.substr(0, semicolon));
  if (!size) return broken_framing();
  const std::string_view extension = text.substr(std::min(semicolon + 1, text.size()));
  if (is_signed()) {
    if (!extension.starts_with(signature_extension)) return broken_framing();
    chunk_signature = extension.substr(signature_extension.size());
    if (!is_signature(chunk_signature)) return broken_framing();
  } else if (semicolon != text.size()) {
    return broken_framing();
  }
  return begin_chunk(*size);
}

result<void> chunk_decoder::state::begin_chunk(std::uint64_t size) {
  ++chunks;
  if (size > 0 && chunks > 1 && chunk_bytes < min_chunk_bytes) {
    return error(errc::invalid_chunk_size)
        .with("Chunk", std::to_string(chunks))
        .with("BadChunkSize", std::to_string(chunk_bytes));
  }
  if (announced_bytes) {
    const std::uint64_t room = *announced_bytes - decoded;
    const bool ends_early = size == 0 && room > 0;
    if (too_long || ends_early || (size > room && size - room > max_excess_bytes)) {
      return errc::incomplete_body;
    }
    too_long = size > room;
  }
  chunk_bytes = size;
  left = size;
  if (is_signed()) {
    chunk_digest = sha256_stream();
  }
  if (size > 0) {
    now = step::payload;
    return {};
  }
  if (auto ended = end_chunk(); !ended) return ended;
  // Trailers follow the last chunk's line at once; without them there is one more line feed.
  now = has_trailers() ? step::trailer_line : step::tail;
  return {};
}

// All payload of the chunk is there: only now its signature can be checked.
result<void> chunk_decoder::state::end_chunk() {
  if (!is_signed()) return {};
  const std::string expected = signer->next(to_hex(chunk_digest.finish().bytes()));
  if (!storage::crypto::equal_constant_time(expected, chunk_signature)) {
    return error(errc::signature_does_not_match);
  }
  return {};
}

result<void> chunk_decoder::state::take_trailer_line() {
  std::string_view text = line;
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) {
    // minio-go puts an empty line between the trailers and their signature.
    if (is_signed() && !trailer_signed && !trailers.empty()) return {};
    if (auto ended = end_trailers(); !ended) return ended;
    now = step::tail;
    return {};
  }
  const std::size_t colon = text.find(':');
  if (is_signed() && (trailer_signed || text.find('\r') != std::string_view::npos)) {
    return broken_framing();
  }
  if (colon == std::string_view::npos) return errc::malformed_trailer;
  std::string name = lower_case(trimmed(text.substr(0, colon)));
  const std::string_view value = trimmed(text.substr(colon + 1));
  if (is_signed() && name == trailer_signature) return take_trailer_signature(value);
  // After the last trailer there is its signature and nothing else.
  const bool all_there = !trailers.empty() && trailers.size() == announced_trailers.size();
  if (is_signed() && all_there) return broken_framing();

  const bool announced = std::find(announced_trailers.begin(), announced_trailers.end(), name) !=
                         announced_trailers.end();
  const bool repeated = std::any_of(trailers.begin(), trailers.end(),
                                    [&](const auto& known) { return known.first == name; });
  if (!announced || repeated || trailers.size() == max_trailers) return errc::malformed_trailer;
  canonical_trailers += name;
  canonical_trailers += ':';
  canonical_trailers += value;
  canonical_trailers += '\n';
  trailers.emplace_back(std::move(name), value);
  return {};
}

result<void> chunk_decoder::state::take_trailer_signature(std::string_view value) {
  if (!is_signature(value)) return broken_framing();
  trailer_signed = true;
  if (!storage::crypto::equal_constant_time(signer->trailer(canonical_trailers), value)) {
    return error(errc::signature_does_not_match);
  }
  return {};
}

result<void> chunk_decoder::state::end_trailers() {
  if (trailers.size() != announced_trailers.size()) return errc::malformed_trailer;
  if (is_signed() && !trailer_signed) return errc::malformed_trailer;
  return {};
}

// Adds to `line` up to and without its line feed; the caller acts when the last byte taken was one.
result<std::size_t> chunk_decoder::state::feed_line(std::span<const std::byte> in,
                                                    std::size_t most) {
  const std::string_view all(reinterpret_cast<const char*>(in.data()), in.size());
  const std::string_view text = all.substr(0, most - line.size() + 1);
  const std::size_t end = text.find('\n');
  const std::size_t taken = end == std::string_view::npos ? text.size() : end;
  if (line.size() + taken > most) {
    if (now == step::trailer_line) return errc::malformed_trailer;
    return broken_framing();
  }
  line += text.substr(0, taken);
  if (end == std::string_view::npos) return taken;

  result<void> outcome;
  if (now == step::chunk_line) {
    outcome = take_chunk_line();
  } else if (now == step::trailer_line) {
    outcome = take_trailer_line();
  } else {  // payload_end
    if (line != "\r") return broken_framing();
    now = step::chunk_line;
  }
  line.clear();
  if (!outcome) return std::move(outcome).error();
  return taken + 1;
}

void chunk_decoder::state::take_digests(std::span<const std::byte> payload, md5_stream* beside) {
  if (beside != nullptr && is_signed()) {
    update_both(*beside, chunk_digest, payload);
  } else if (beside != nullptr) {
    beside->update(payload);
  } else if (is_signed()) {
    chunk_digest.update(payload);
  }
}

result<std::size_t> chunk_decoder::state::feed_payload(std::span<const std::byte> in,
                                                       std::vector<std::span<const std::byte>>& out,
                                                       md5_stream* beside) {
  const auto piece = in.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, in.size())));
  take_digests(piece, beside);
  left -= piece.size();
  if (!too_long) {
    out.push_back(piece);
    decoded += piece.size();
  }
  if (left == 0) {
    if (auto ended = end_chunk(); !ended) return std::move(ended).error();
    now = step::payload_end;
  }
  return piece.size();
}

// Takes at least one byte of `in`, which is not empty.
result<std::size_t> chunk_decoder::state::feed_some(std::span<const std::byte> in,
                                                    std::vector<std::span<const std::byte>>& out,
                                                    md5_stream* beside) {
  switch (now) {
    case step::chunk_line:
      return feed_line(in, max_chunk_line);
    case step::payload:
      return feed_payload(in, out, beside);
    case step::payload_end:
      return feed_line(in, 1);
    case step::trailer_line:
      return feed_line(in, max_trailer_line);
    case step::tail:
      break;
  }
  const auto c = std::to_integer<char>(in.front());
  if ((c != '\r' && c != '\n') || ++tail_bytes > max_tail_bytes) {
    if (has_trailers()) return errc::malformed_trailer;
    return broken_framing();
  }
  return std::size_t{1};
}

result<void> chunk_decoder::state::finish() {
  const bool only_end_missing = line.empty() || line == "\r";
  if (now == step::trailer_line && only_end_missing &&
      (announced_trailers.empty() || trailer_signed)) {
    if (auto ended = end_trailers(); !ended) return ended;
    now = step::tail;
  }
  if (now != step::tail) return broken_framing();
  if (announced_bytes && decoded != *announced_bytes) return errc::incomplete_body;
  return {};
}

chunk_decoder::chunk_decoder(const verified& signature, const options& how)
    : state_(std::make_unique<state>()) {
  if (!is_streaming(signature.mode)) throw std::logic_error("chunk_decoder: not a streaming mode");
  state_->mode = signature.mode;
  state_->announced_bytes = how.decoded_length;
  state_->announced_trailers = split_names(how.announced_trailers);
  if (signature.mode != payload_mode::streaming_unsigned_trailer) {
    state_->signer.emplace(signature.key, signature.scope, signature.timestamp,
                           signature.seed_signature);
  }
}

chunk_decoder::~chunk_decoder() = default;
chunk_decoder::chunk_decoder(chunk_decoder&&) noexcept = default;
chunk_decoder& chunk_decoder::operator=(chunk_decoder&&) noexcept = default;

result<void> chunk_decoder::feed(std::span<const std::byte> in,
                                 std::vector<std::span<const std::byte>>& out, md5_stream* beside) {
  while (!in.empty() && !state_->failed) {
    auto taken = state_->feed_some(in, out, beside);
    if (taken) {
      in = in.subspan(*taken);
    } else {
      state_->failed = std::move(taken).error();
    }
  }
  if (state_->failed) return *state_->failed;
  return {};
}

result<void> chunk_decoder::finish() {
  if (!state_->failed) {
    if (auto ended = state_->finish(); !ended) state_->failed = std::move(ended).error();
  }
  if (state_->failed) return *state_->failed;
  return {};
}

std::uint64_t chunk_decoder::decoded_bytes() const noexcept { return state_->decoded; }

const std::vector<std::pair<std::string, std::string>>& chunk_decoder::trailers() const noexcept {
  return state_->trailers;
}

}  // namespace torhaus::auth::sigv4
