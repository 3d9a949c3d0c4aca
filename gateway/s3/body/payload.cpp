#include "gateway/s3/body/payload.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <new>
#include <thread>

#include "auth/sigv4/chunked.hpp"
#include "gateway/s3/body/announcement.hpp"
#include "gateway/s3/body/transfer_memory.hpp"
#include "gateway/s3/parameters.hpp"
#include "storage/crypto/sealing.hpp"
#include "storage/crypto/sha256.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace crypto = storage::crypto;
using storage::blob::writer;

// Three of them a large upload: one is filled from the network while the next is hashed and the one
// after that written. Half a MiB, so that what a turn costs in wake-ups is little beside its work.
constexpr std::size_t buffer_bytes = 512 * 1024;
// Smaller ones have two: the blob store only gathers their bytes, so that hashing and writing are
// one piece of work.
constexpr std::uint64_t written_apart_bytes = 2 * buffer_bytes;
// The least, when other transfers hold all there is to hold.
constexpr std::size_t least_buffer_bytes = 16 * 1024;
// Bodies up to this size are taken on the connection's thread; a trip to the pool costs more.
constexpr std::uint64_t inline_bytes = 64 * 1024;
// From here on MD5 is left to the team, where it costs less the more uploads there are.
constexpr std::uint64_t team_bytes = 24 * 1024;

// Large ones are on page boundaries, so that what arrives can go from here to the disk without a
// copy. Of small bodies a copy is made in any case, and boundaries are dear.
class buffer {
 public:
  explicit buffer(std::size_t bytes)
      : memory_(static_cast<std::byte*>(bytes < least_direct_bytes
                                            ? std::malloc(std::max<std::size_t>(bytes, 1))
                                            : std::aligned_alloc(page_bytes, whole_pages(bytes)))),
        size_(bytes) {
    if (!memory_) throw std::bad_alloc();
  }
  std::byte* data() const { return memory_.get(); }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t page_bytes = 4096;
  static constexpr std::size_t least_direct_bytes = 16 * 1024;
  static constexpr std::size_t whole_pages(std::size_t bytes) {
    return (std::max<std::size_t>(bytes, 1) + page_bytes - 1) / page_bytes * page_bytes;
  }
  struct free_memory {
    void operator()(std::byte* p) const noexcept { std::free(p); }
  };
  std::unique_ptr<std::byte, free_memory> memory_;
  std::size_t size_;
};

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

  std::optional<crypto::algorithm> announced_algorithm() const override {
    return said_.checksum ? std::optional(said_.checksum->kind) : said_.trailer;
  }

  task<result<received>> read_into(writer& out, crypto::algorithm keep) override {
    want_digests(keep);
    if (workers_.md5 != nullptr && said_.length >= team_bytes) {
      presence_.emplace(*workers_.md5);
    }
    auto taken =
        said_.length <= inline_bytes ? co_await take_inline(out) : co_await take_overlapped(out);
    if (!taken) co_return std::move(taken).error();
    co_return finish(keep);
  }

  task<result<std::string>> read_all(std::size_t most) override {
    if (said_.length > most) co_return errc::max_message_length_exceeded;
    digests_.want(crypto::algorithm::md5);
    want_digests(said_.checksum ? said_.checksum->kind : crypto::algorithm::md5);
    std::string text;
    piece now(4096 + std::min<std::uint64_t>(said_.length, buffer_bytes));
    while (true) {
      const auto n = co_await fill(now.room);
      if (!n) co_return n.error();
      if (auto ok = decode(now, *n, nullptr); !ok) co_return std::move(ok).error();
      for (const auto& span : now.payload) {
        digests_.update(span);
        text.append(reinterpret_cast<const char*>(span.data()), span.size());
      }
      if (*n < now.room.size()) break;
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

  // Reads until the buffer is full or the body has ended.
  task<result<std::size_t>> fill(const buffer& into) {
    std::size_t have = 0;
    while (have < into.size()) {
      auto n = co_await body_.read(std::span(into.data(), into.size()).subspan(have));
      if (!n) co_return std::move(n).error();
      if (*n == 0) break;
      have += *n;
    }
    co_return have;
  }

  // What one turn works on. MD5 may still be at work on it when consume() has returned.
  struct piece {
    explicit piece(std::size_t bytes) : room(bytes) {}
    buffer room;
    std::vector<std::span<const std::byte>> payload;  // of the bytes that came in
    std::optional<crypto::md5_team::update> md5;
    std::exception_ptr fault;
  };

  // Finds the payload among the `have` bytes that came in; `beside` is the decoder's.
  result<void> decode(piece& now, std::size_t have, crypto::md5_stream* beside) {
    const std::span<const std::byte> in(now.room.data(), have);
    now.payload.clear();
    if (decoder_) return decoder_->feed(in, now.payload, beside);
    if (!in.empty()) now.payload.push_back(in);
    return {};
  }

  // `out`: null when it is written apart.
  result<void> consume(piece& now, std::size_t have, writer* out, const executor& home) noexcept {
    try {
      if (auto ok = digest(now, have, home); !ok) return ok;
      return out != nullptr ? write(now, *out) : result<void>();
    } catch (...) {
      now.fault = std::current_exception();
      return {};
    }
  }

  result<void> digest(piece& now, std::size_t have, const executor& home) {
    const bool teamed = wants_team();
    crypto::md5_stream* const beside = !teamed && signed_chunks_ ? &digests_.md5() : nullptr;
    if (auto ok = decode(now, have, beside); !ok) return ok;
    if (teamed && !now.payload.empty()) {
      now.md5.emplace(*workers_.md5, home, digests_.md5(), now.payload);
    }
    for (const auto& span : now.payload) {
      if (teamed || beside != nullptr) {
        digests_.update_but_md5(span);
      } else {
        digests_.update(span);
      }
      size_ += span.size();
    }
    return {};
  }

  static result<void> write(const piece& from, writer& out) {
    for (const auto& span : from.payload) {
      if (auto ok = out.append(span); !ok) return ok;
    }
    return {};
  }

  // MD5 that nothing can share a pass with is the team's, so that it runs beside the rest. Together
  // with SHA-256 it costs next to nothing when this upload is the only one; lanes cost less for
  // several.
  bool wants_team() const {
    if (!presence_) return false;
    const bool sha256 = signed_chunks_ || digests_.wants(crypto::algorithm::sha256);
    const bool one_pass = sha256 && crypto::has(crypto::sha256_code::own);
    return !one_pass || !presence_->alone();
  }

  // Until then the piece must stay as it is.
  static task<void> settle(piece& now) {
    if (now.md5) co_await now.md5->wait();
    now.md5.reset();
    if (now.fault) std::rethrow_exception(now.fault);
  }

  task<result<void>> take_inline(writer& out) {
    const executor home = co_await asio::this_coro::executor;
    // Room for the framing as well; one byte more than plain bodies have shows their end.
    piece now(decoder_ ? said_.length + 4096 : said_.length + 1);
    while (true) {
      const auto n = co_await fill(now.room);
      if (!n) co_return n.error();
      if (presence_) presence_->enter();
      auto ok = consume(now, *n, &out, home);
      co_await settle(now);
      if (presence_) presence_->leave();
      if (!ok) co_return ok;
      if (*n < now.room.size()) co_return result<void>();
    }
  }

  // The write that is under way beside the next piece's digests, if any.
  class write_beside {
   public:
    void start(worker_pool& pool, const executor& home, const piece& from, writer& out) {
      job_.emplace(pool, home, work{&from, &out});
    }
    task<result<void>> wait() {
      if (!job_) co_return result<void>();
      started<work> job = std::move(*job_);
      job_.reset();
      co_return co_await job.wait();
    }

   private:
    struct work {
      const piece* from;
      writer* out;
      result<void> operator()() const { return write(*from, *out); }
    };
    std::optional<started<work>> job_;
  };

  task<result<void>> take_overlapped(writer& out) {
    const bool apart = said_.length > written_apart_bytes;
    const std::size_t count = apart ? 3 : 2;
    std::size_t room = std::min<std::uint64_t>(buffer_bytes, said_.length + 4096);
    transfer_memory::share share;
    if (workers_.memory != nullptr) {
      share = workers_.memory->take(count * room, count * std::min(room, least_buffer_bytes));
      room = share.bytes() / count;
    }
    std::vector<piece> pieces;
    pieces.reserve(count);
    while (pieces.size() < count) pieces.emplace_back(room);
    write_beside writing;
    result<void> taken;
    std::exception_ptr fault;
    try {
      write_beside* const beside = apart ? &writing : nullptr;
      taken = co_await take_pieces(pieces, out, beside);
    } catch (...) {
      fault = std::current_exception();
    }
    // Whatever went wrong, it works on our buffers.
    auto written = co_await writing.wait();
    if (fault) std::rethrow_exception(fault);
    co_return taken ? written : taken;
  }

  // Writing beside hashing takes a second one, and more wake-ups than one after the other.
  bool has_cores_to_spare() const {
    static const std::size_t cores = std::thread::hardware_concurrency();
    return !presence_ || presence_->alone() || 2 * presence_->company() <= cores;
  }

  task<result<void>> take_pieces(std::vector<piece>& pieces, writer& out, write_beside* writing) {
    const executor home = co_await asio::this_coro::executor;
    auto n = co_await fill(pieces[0].room);
    for (std::size_t turn = 0;; turn = (turn + 1) % pieces.size()) {
      if (!n) co_return n.error();
      piece& now = pieces[turn];
      const std::size_t have = *n;
      const bool last = have < now.room.size();
      next_is_there_ = false;
      if (presence_) presence_->enter();
      const bool apart = writing != nullptr && has_cores_to_spare();
      if (writing != nullptr && !apart) {
        auto before = co_await writing->wait();
        if (!before) co_return before;
      }
      writer* const here = apart ? nullptr : &out;
      auto work = [this, &now, have, here, home] {
        auto done = consume(now, have, here, home);
        // Who waits for a slow client is no company. When the next piece is there it stays.
        if (presence_ && !next_is_there_) presence_->leave();
        return done;
      };
      started<decltype(work)> job(*workers_.pool, home, work);
      // Whatever the network says, the job is waited for: it works on our buffers.
      if (!last) n = co_await fill(pieces[(turn + 1) % pieces.size()].room);
      next_is_there_ = !last;
      auto done = co_await job.wait();
      co_await settle(now);
      if (!done) co_return done;
      if (apart) {
        auto before = co_await writing->wait();
        if (!before) co_return before;
        writing->start(*workers_.pool, home, now, out);
      }
      if (last) co_return done;
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
          .with("ExpectedDigest", crypto::to_base64(said_.md5->bytes()))
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
  std::atomic<bool> next_is_there_{false};
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
