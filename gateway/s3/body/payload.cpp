#include "gateway/s3/body/payload.hpp"

#include <exception>
#include <thread>

#include "auth/sigv4/chunked.hpp"
#include "gateway/s3/body/announcement.hpp"
#include "gateway/s3/body/piece.hpp"
#include "gateway/s3/body/piece_line.hpp"
#include "gateway/s3/body/transfer_memory.hpp"
#include "gateway/s3/parameters.hpp"
#include "storage/crypto/digest_round.hpp"
#include "storage/crypto/sealing.hpp"
#include "storage/crypto/sha256.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace crypto = storage::crypto;
using storage::blob::writer;

// Half a MiB, so that what a turn costs in wake-ups is little beside its work.
constexpr std::size_t piece_bytes = 512 * 1024;
// Of a large upload one is filled from the network while the next is hashed and the one after that
// written.
constexpr std::size_t pieces_of_many = 3;
// While few are on their way, more wait between the steps: one that is late for a moment, as the
// processor was somebody else's, then keeps no other from its work.
constexpr std::size_t pieces_of_few = 6;
// Smaller ones have two: the blob store only gathers their bytes, so that hashing and writing are
// one piece of work.
constexpr std::uint64_t written_apart_bytes = 2 * piece_bytes;
// The least, when other transfers hold all there is to hold.
constexpr std::size_t least_piece_bytes = 16 * 1024;
// Bodies up to this size are taken on the connection's thread; a trip to the pool costs more.
constexpr std::uint64_t inline_bytes = 64 * 1024;
// Digests of fewer are over before others could join them, and what rides in its record had better
// be on its way to the commit.
constexpr std::size_t least_round_bytes = storage::blob::max_inline_bytes + 1;

class body_payload final : public payload {
 public:
  body_payload(const http::request& call, const auth::sigv4::verified& signature, announcement said,
               const body_workers& workers)
      : body_(*call.body),
        said_(std::move(said)),
        workers_(workers),
        signed_chunks_(said_.streaming &&
                       signature.mode != auth::sigv4::payload_mode::streaming_unsigned_trailer) {
    if (said_.streaming) {
      decoder_.emplace(signature, auth::sigv4::chunk_decoder::options{
                                      .decoded_length = said_.length,
                                      .announced_trailers = said_.trailer_names});
    }
  }

  std::optional<std::uint64_t> length() const override {
    return said_.exact_length ? std::optional(said_.length) : std::nullopt;
  }

  bool has_arrived() const override { return body_.has_arrived(); }

  std::optional<crypto::algorithm> announced_algorithm() const override {
    return said_.checksum ? std::optional(said_.checksum->kind) : said_.trailer;
  }

  task<result<received>> read_into(writer& out, crypto::algorithm keep) override {
    want_digests(keep);
    const bool small = said_.length <= inline_bytes;
    if (workers_.md5 != nullptr && !small) presence_.emplace(*workers_.md5);
    auto taken = small ? co_await take_inline(out) : co_await take_overlapped(out);
    if (!taken) co_return std::move(taken).error();
    co_return finish(keep);
  }

  task<result<std::string>> read_all(std::size_t most) override {
    if (said_.length > most) co_return errc::max_message_length_exceeded;
    digests_.want(crypto::algorithm::md5);
    want_digests(said_.checksum ? said_.checksum->kind : crypto::algorithm::md5);
    std::string text;
    piece now(4096 + std::min<std::uint64_t>(said_.length, piece_bytes));
    while (true) {
      const auto more = co_await fill(now);
      if (!more) co_return more.error();
      if (auto ok = decode(now, nullptr); !ok) co_return std::move(ok).error();
      for (const auto& span : now.payload) {
        digests_.update(span);
        text.append(reinterpret_cast<const char*>(span.data()), span.size());
      }
      if (!*more) break;
    }
    auto checked = finish(crypto::algorithm::md5);
    if (!checked) co_return std::move(checked).error();
    co_return text;
  }

 private:
  void want_digests(crypto::algorithm keep) {
    digests_.want(crypto::algorithm::md5);
    if (!said_.body_hash.empty()) digests_.want(crypto::algorithm::sha256);
    digests_.want(keep);
    if (const auto also = announced_algorithm()) digests_.want(*also);
  }

  // Reads until the piece is full. False: the body has ended.
  task<result<bool>> fill(piece& into) {
    const std::span room(into.room.data(), into.room.size());
    into.have = 0;
    while (into.have < room.size()) {
      auto n = co_await body_.read(room.subspan(into.have));
      if (!n) co_return std::move(n).error();
      if (*n == 0) co_return false;
      into.have += *n;
    }
    co_return true;
  }

  // Finds the payload among the bytes that came in; `beside` is the decoder's.
  result<void> decode(piece& now, crypto::md5_stream* beside) {
    const std::span<const std::byte> in(now.room.data(), now.have);
    now.payload.clear();
    if (decoder_) return decoder_->feed(in, now.payload, beside);
    if (!in.empty()) now.payload.push_back(in);
    return {};
  }

  // MD5 may still be at work on it afterwards: settle(). `out`: null when it is written apart.
  result<void> consume(piece& now, writer* out, const executor& home) noexcept {
    try {
      if (auto ok = digest(now, home); !ok) return ok;
      return out != nullptr ? write(now, *out) : result<void>();
    } catch (...) {
      now.fault = std::current_exception();
      return {};
    }
  }

  result<void> digest(piece& now, const executor& home) {
    const bool teamed = wants_team();
    crypto::md5_stream* const beside = !teamed && signed_chunks_ ? &digests_.md5() : nullptr;
    if (auto ok = decode(now, beside); !ok) return ok;
    if (teamed && !now.payload.empty()) {
      now.md5.emplace(*workers_.md5, home, digests_.md5(), now.payload);
    }
    take_payload(now, teamed || beside != nullptr);
    return {};
  }

  void take_payload(const piece& now, bool but_md5) {
    for (const auto& span : now.payload) {
      if (but_md5) {
        digests_.update_but_md5(span);
      } else {
        digests_.update(span);
      }
      size_ += span.size();
    }
  }

  static result<void> write(const piece& from, writer& out) {
    for (const auto& span : from.payload) {
      if (auto ok = out.append(span); !ok) return ok;
    }
    return {};
  }

  // In company MD5 is the team's, whose lanes cost less. Alone only where it runs beside another
  // long digest: with SHA-256 in one pass it costs next to nothing, and a CRC is not worth a
  // wake-up.
  bool wants_team() const {
    if (!presence_) return false;
    if (!presence_->alone()) return true;
    const bool sha256 = signed_chunks_ || digests_.wants(crypto::algorithm::sha256);
    return (sha256 && !crypto::has(crypto::sha256_code::own)) ||
           digests_.wants(crypto::algorithm::sha1) || digests_.wants(crypto::algorithm::sha512);
  }

  // Until then the piece must stay as it is.
  static task<void> settle(piece& now) {
    if (now.md5) co_await now.md5->wait();
    now.md5.reset();
    if (now.fault) std::rethrow_exception(now.fault);
  }

  task<result<void>> take_inline(writer& out) {
    // Room for the framing as well; one byte more than plain bodies have shows their end.
    piece now(decoder_ ? said_.length + 4096 : said_.length + 1);
    while (true) {
      const auto more = co_await fill(now);
      if (!more) co_return more.error();
      // The decoder of signed chunks hashes them on its way.
      crypto::md5_stream* const beside = signed_chunks_ ? &digests_.md5() : nullptr;
      auto ok = decode(now, beside);
      if (!ok) co_return ok;
      if (beside == nullptr && now.have >= least_round_bytes) {
        co_await crypto::update_in_round(digests_, now.payload);
        for (const auto& span : now.payload) size_ += span.size();
      } else {
        take_payload(now, beside != nullptr);
      }
      ok = write(now, out);
      if (!ok || !*more) co_return ok;
    }
  }

  std::size_t pieces_wanted() const {
    if (said_.length <= written_apart_bytes) return 2;
    const bool few = workers_.memory == nullptr || !workers_.memory->crowded();
    return few ? pieces_of_few : pieces_of_many;
  }

  task<result<void>> take_overlapped(writer& out) {
    const std::size_t count = pieces_wanted();
    std::size_t room = std::min<std::uint64_t>(piece_bytes, said_.length + 4096);
    transfer_memory::share share;
    if (workers_.memory != nullptr) {
      share = workers_.memory->take(count * room, count * std::min(room, least_piece_bytes));
      room = share.bytes() / count;
    }
    std::vector<piece> pieces;
    pieces.reserve(count);
    while (pieces.size() < count) pieces.emplace_back(room);
    piece_line line(co_await asio::this_coro::executor);
    line.run(hash_pieces(line, pieces, out));
    if (writes_apart()) line.run(write_pieces(line, pieces, out));
    try {
      co_await receive_pieces(line, pieces);
    } catch (...) {
      line.fail(std::current_exception());
    }
    // Whatever went wrong, they work on our pieces.
    co_await line.all_ended();
    co_return line.outcome();
  }

  bool writes_apart() const { return said_.length > written_apart_bytes; }

  // Writing beside hashing takes a second core, and more wake-ups than one after the other.
  bool has_cores_to_spare() const {
    static const std::size_t cores = std::thread::hardware_concurrency();
    return !presence_ || presence_->alone() || 2 * presence_->company() <= cores;
  }

  task<void> receive_pieces(piece_line& line, std::vector<piece>& pieces) {
    for (std::size_t n = 0;; ++n) {
      const bool free =
          n < pieces.size() || co_await line.wait_for(piece_line::step::written, n - pieces.size());
      if (!free) co_return;
      const auto more = co_await fill(pieces[n % pieces.size()]);
      if (!more) co_return line.fail(more.error());
      line.pass(piece_line::step::received);
      if (!*more) co_return line.end_at(n + 1);
    }
  }

  // What one job of the pool has done.
  struct hashed {
    std::size_t pieces;
    result<void> outcome;
  };

  // Goes on to the next piece when that is there already: on the way over the connection's thread,
  // which may be busy receiving, this one would be idle. Tells of all but the last.
  hashed hash_some(piece_line& line, std::vector<piece>& pieces, std::size_t first, writer* out,
                   const executor& home) noexcept {
    for (std::size_t n = first;; ++n) {
      piece& now = pieces[n % pieces.size()];
      now.written = out != nullptr;
      auto done = consume(now, out, home);
      const bool alone = !presence_ || presence_->alone();
      const bool settled = done && !now.fault && !now.md5 && !now.written;
      if (!settled || !alone || n + 1 >= line.received()) return {n + 1 - first, std::move(done)};
      resume_on(home, [&line] { line.pass(piece_line::step::hashed); });
    }
  }

  task<void> hash_pieces(piece_line& line, std::vector<piece>& pieces, writer& out) {
    const executor home = co_await asio::this_coro::executor;
    for (std::size_t n = 0; co_await line.wait_for(piece_line::step::received, n);) {
      if (presence_) presence_->enter();
      const bool apart = writes_apart() && has_cores_to_spare();
      const bool in_order =
          apart || n == 0 || co_await line.wait_for(piece_line::step::written, n - 1);
      if (!in_order) co_return;
      writer* const here = apart ? nullptr : &out;
      auto work = [&, n, here] { return hash_some(line, pieces, n, here, home); };
      started<decltype(work)> job(*workers_.pool, home, work);
      auto done = co_await job.wait();
      n += done.pieces;
      co_await settle(pieces[(n - 1) % pieces.size()]);
      // Who waits for a slow client is no company.
      if (presence_ && n >= line.received()) presence_->leave();
      if (!done.outcome) co_return line.fail(std::move(done.outcome).error());
      line.pass(piece_line::step::hashed);
      if (!writes_apart()) line.pass(piece_line::step::written);
    }
  }

  task<void> write_pieces(piece_line& line, std::vector<piece>& pieces, writer& out) {
    const executor home = co_await asio::this_coro::executor;
    for (std::size_t n = 0; co_await line.wait_for(piece_line::step::hashed, n); ++n) {
      const piece& now = pieces[n % pieces.size()];
      if (!now.written) {
        auto work = [&now, &out] { return write(now, out); };
        started<decltype(work)> job(*workers_.pool, home, work);
        if (auto done = co_await job.wait(); !done) co_return line.fail(std::move(done).error());
      }
      line.pass(piece_line::step::written);
    }
  }

  result<received> finish(crypto::algorithm keep) {
    if (decoder_) {
      if (auto ok = decoder_->finish(); !ok) return std::move(ok).error();
    }
    digests_.finish();
    if (auto ok = check_hash(); !ok) return std::move(ok).error();
    received r;
    r.size = size_;
    r.md5 = digests_.value(crypto::algorithm::md5);
    if (said_.md5 && !(*said_.md5 == r.md5)) {
      return error(errc::bad_digest,
                   "The Content-MD5 you specified did not match what we received.")
          .with("ExpectedDigest", said_.of_part ? crypto::to_base64(said_.md5->bytes())
                                                : crypto::to_hex(said_.md5->bytes()))
          .with("CalculatedDigest", crypto::to_base64(r.md5.bytes()));
    }
    auto announced = announced_checksum();
    if (!announced) return std::move(announced).error();
    r.announced = *announced;
    r.kept = digests_.value(keep);
    if (r.announced && !(*r.announced == digests_.value(r.announced->kind))) {
      return error(errc::bad_digest, "The " + std::string(checksum_name(r.announced->kind)) +
                                         " you specified did not match the calculated checksum.");
    }
    return r;
  }

  result<void> check_hash() const {
    if (said_.body_hash.empty()) return {};
    const std::string computed = crypto::to_hex(digests_.value(crypto::algorithm::sha256).bytes());
    if (crypto::equal_constant_time(computed, said_.body_hash)) return {};
    return error(errc::x_amz_content_sha256_mismatch)
        .with("ClientComputedContentSHA256", said_.body_hash)
        .with("S3ComputedContentSHA256", computed);
  }

  // From the header, or from the trailer that has arrived meanwhile.
  result<std::optional<crypto::digest_value>> announced_checksum() const {
    if (!said_.trailer) return said_.checksum;
    const std::string wanted = checksum_header(*said_.trailer);
    for (const auto& [name, value] : decoder_->trailers()) {
      if (name != wanted) continue;
      auto parsed = parse_digest(*said_.trailer, value);
      if (!parsed) {
        return error(errc::invalid_request, "Value for " + wanted + " trailing header is invalid.");
      }
      return parsed;
    }
    return errc::malformed_trailer;
  }

  http::body_reader& body_;
  announcement said_;
  body_workers workers_;
  std::optional<auth::sigv4::chunk_decoder> decoder_;
  crypto::digest_set digests_;
  const bool signed_chunks_;
  std::optional<crypto::md5_team::presence> presence_;  // set when the team may be asked
  std::uint64_t size_ = 0;
};

}  // namespace

result<std::unique_ptr<payload>> payload::make(const http::request& call,
                                               const auth::sigv4::verified& signature,
                                               const body_workers& workers, checksums_of subject) {
  auto said = read_announcement(call, signature, subject == checksums_of::body);
  if (!said) return std::move(said).error();
  return std::unique_ptr<payload>(
      std::make_unique<body_payload>(call, signature, std::move(*said), workers));
}

result<std::unique_ptr<payload>> payload::make_of_form(const http::request& call,
                                                       std::optional<std::uint64_t> most_bytes,
                                                       const body_workers& workers) {
  auto said = read_form_announcement(call, most_bytes);
  if (!said) return std::move(said).error();
  return std::unique_ptr<payload>(
      std::make_unique<body_payload>(call, auth::sigv4::verified{}, std::move(*said), workers));
}

}  // namespace torhaus::gateway::s3
