// aws-chunked bodies: what is accepted however it arrives, and what is refused.
#include "auth/sigv4/chunked.hpp"

#include <random>

#include "auth/sigv4/signer.hpp"
#include "storage/crypto/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/auth/sigv4/request_builder.hpp"

namespace chunked_test {

using namespace torhaus::auth::sigv4;
using namespace torhaus::auth::sigv4::test;
using torhaus::errc;

namespace {

using trailer_list = std::vector<std::pair<std::string, std::string>>;

std::string hex_sha256(std::string_view text) {
  return torhaus::storage::crypto::to_hex(
      torhaus::storage::crypto::digest_of(torhaus::storage::crypto::algorithm::sha256, text)
          .bytes());
}

torhaus::storage::crypto::digest_value md5_of(std::string_view text) {
  return torhaus::storage::crypto::digest_of(torhaus::storage::crypto::algorithm::md5, text);
}

std::string hex_size(std::size_t size) {
  char text[32];
  std::snprintf(text, sizeof text, "%zx", size);
  return text;
}

verified signature_for(payload_mode mode) {
  verified out;
  out.mode = mode;
  out.scope = {"20130524", "us-east-1", "s3"};
  out.timestamp = example_time;
  out.key = signing_key::derive(example_secret, out.scope);
  out.seed_signature = std::string(64, '5');
  return out;
}

struct body_shape {
  payload_mode mode = payload_mode::streaming_signed_trailer;
  std::vector<std::string> chunks;  // without the last, empty one
  trailer_list trailers;
  std::string trailer_end = "\r\n";  // after each trailer
  std::string before_signature;      // minio-go: "\r\n"
  std::string end = "\r\n";
};

std::string encode_body(const body_shape& shape) {
  const verified signature = signature_for(shape.mode);
  const bool is_signed = shape.mode != payload_mode::streaming_unsigned_trailer;
  chunk_signer signer(signature.key, signature.scope, signature.timestamp,
                      signature.seed_signature);
  std::string out;
  std::vector<std::string> chunks = shape.chunks;
  chunks.emplace_back();
  for (const std::string& chunk : chunks) {
    out += hex_size(chunk.size());
    if (is_signed) out += ";chunk-signature=" + signer.next(hex_sha256(chunk));
    out += "\r\n";
    if (!chunk.empty()) out += chunk + "\r\n";
  }
  if (shape.mode != payload_mode::streaming_signed) {
    std::string canonical;
    for (const auto& [name, value] : shape.trailers) {
      out += name + ":" + value + shape.trailer_end;
      canonical += name + ":" + value + "\n";
    }
    if (is_signed) {
      out +=
          shape.before_signature + "x-amz-trailer-signature:" + signer.trailer(canonical) + "\r\n";
    }
  }
  return out + shape.end;
}

struct outcome {
  torhaus::result<void> last;
  std::string payload;
  trailer_list trailers;
  std::uint64_t decoded = 0;

  errc code() const { return last ? errc::internal_error : last.error().code(); }
};

// Feeds the pieces between the cuts, which are offsets in ascending order.
outcome decode_body(payload_mode mode, const std::string& body, std::string_view announced,
                    std::optional<std::uint64_t> length,
                    const std::vector<std::size_t>& cuts = {}) {
  chunk_decoder decoder(signature_for(mode), {length, announced});
  outcome out;
  torhaus::storage::crypto::md5_stream beside;
  std::size_t from = 0;
  std::vector<std::size_t> ends = cuts;
  ends.push_back(body.size());
  for (const std::size_t end : ends) {
    // A copy of its own for each piece, so that a view kept too long is found.
    const std::string piece = body.substr(from, end - from);
    std::vector<std::span<const std::byte>> spans;
    out.last = decoder.feed(std::as_bytes(std::span(piece.data(), piece.size())), spans, &beside);
    for (const auto& span : spans) {
      out.payload.append(reinterpret_cast<const char*>(span.data()), span.size());
    }
    from = end;
    if (!out.last) break;
  }
  if (out.last) out.last = decoder.finish();
  if (out.last) CHECK(beside.finish() == md5_of(out.payload));
  out.trailers = decoder.trailers();
  out.decoded = decoder.decoded_bytes();
  return out;
}

constexpr std::string_view crc_name = "x-amz-checksum-crc32";

body_shape small_shape(payload_mode mode) {
  body_shape shape;
  shape.mode = mode;
  shape.chunks = {std::string(8192, 'a'), "the rest"};
  if (mode != payload_mode::streaming_signed)
    shape.trailers = {{std::string(crc_name), "AAAAAA=="}};
  return shape;
}

std::string_view announced_by(payload_mode mode) {
  return mode == payload_mode::streaming_signed ? std::string_view() : crc_name;
}

constexpr std::array all_modes = {payload_mode::streaming_signed,
                                  payload_mode::streaming_signed_trailer,
                                  payload_mode::streaming_unsigned_trailer};

}  // namespace

TEST_CASE("a_body_decodes_the_same_however_it_is_cut") {
  for (const payload_mode mode : all_modes) {
    const std::string body = encode_body(small_shape(mode));
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      const outcome out = decode_body(mode, body, announced_by(mode), 8200, {cut});
      REQUIRE(out.last);
      REQUIRE(out.payload == std::string(8192, 'a') + "the rest");
      REQUIRE(out.trailers == small_shape(mode).trailers);
    }
    std::vector<std::size_t> everywhere(body.size());
    for (std::size_t n = 0; n < everywhere.size(); ++n) everywhere[n] = n;
    CHECK(decode_body(mode, body, announced_by(mode), 8200, everywhere).last);
  }
}

TEST_CASE("random_bodies_decode_to_what_was_encoded") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 150; ++round) {
    body_shape shape;
    shape.mode = all_modes[random() % all_modes.size()];
    std::string payload;
    const std::size_t count = random() % 5;
    for (std::size_t n = 0; n < count; ++n) {
      std::string chunk(n + 1 == count ? 1 + random() % 20000 : 8192 + random() % 20000, '\0');
      for (char& c : chunk) c = static_cast<char>(random());
      payload += chunk;
      shape.chunks.push_back(std::move(chunk));
    }
    if (shape.mode != payload_mode::streaming_signed)
      shape.trailers = {{std::string(crc_name), "x"}};
    const std::string body = encode_body(shape);
    std::vector<std::size_t> cuts;
    for (std::size_t n = 0; n < random() % 10; ++n) cuts.push_back(random() % (body.size() + 1));
    std::sort(cuts.begin(), cuts.end());
    const outcome out =
        decode_body(shape.mode, body, announced_by(shape.mode), payload.size(), cuts);
    REQUIRE(out.last);
    REQUIRE(out.payload == payload);
    REQUIRE(out.decoded == payload.size());
  }
}

TEST_CASE("a_body_cut_short_anywhere_is_never_complete") {
  for (const payload_mode mode : all_modes) {
    const std::string body = encode_body(small_shape(mode));
    // What may be missing without harm: the last line feeds, after all that is checked was there.
    const std::size_t needed = body.find_last_not_of("\r\n") + 1;
    for (std::size_t size = 0; size < needed; size += size < 100 || size > 8200 ? 1 : 97) {
      INFO("cut at " << size);
      REQUIRE_FALSE(decode_body(mode, body.substr(0, size), announced_by(mode), 8200).last);
    }
  }
}

TEST_CASE("a_changed_byte_of_a_signed_body_is_noticed") {
  for (const payload_mode mode :
       {payload_mode::streaming_signed, payload_mode::streaming_signed_trailer}) {
    const std::string body = encode_body(small_shape(mode));
    for (std::size_t at = 0; at < body.size(); at += at < 200 || at > 8200 ? 1 : 211) {
      std::string changed = body;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      const outcome out = decode_body(mode, changed, announced_by(mode), 8200);
      INFO("byte " << at);
      REQUIRE_FALSE((out.last && out.payload != std::string(8192, 'a') + "the rest"));
      if (changed[at] != '\r' && body[at] != '\r' && body[at] != '\n') REQUIRE_FALSE(out.last);
    }
  }
}

TEST_CASE("chunk_signatures_form_a_chain") {
  body_shape shape = small_shape(payload_mode::streaming_signed);
  shape.chunks = {std::string(8192, 'a'), std::string(8192, 'b')};
  const std::string body = encode_body(shape);
  // The same chunks in the other order, each with its own signature.
  const std::size_t first = body.find("\r\n2000;") + 2;
  const std::size_t last = body.find("\r\n0;") + 2;
  const std::string swapped =
      body.substr(first, last - first) + body.substr(0, first) + body.substr(last);
  CHECK(decode_body(shape.mode, body, "", 16384).last);
  CHECK(decode_body(shape.mode, swapped, "", 16384).code() == errc::signature_does_not_match);
  const std::string without = body.substr(0, first) + body.substr(last);
  CHECK(decode_body(shape.mode, without, "", std::nullopt).code() ==
        errc::signature_does_not_match);
}

TEST_CASE("an_empty_object_is_one_last_chunk") {
  for (const payload_mode mode : all_modes) {
    body_shape shape = small_shape(mode);
    shape.chunks.clear();
    const outcome out = decode_body(mode, encode_body(shape), announced_by(mode), 0);
    CHECK(out.last);
    CHECK(out.payload.empty());
  }
}

// minio/minio-go: trailers end in LF alone, an empty line stands before their signature, two at the
// end.
TEST_CASE("the_trailers_of_minio_go_are_read") {
  body_shape shape = small_shape(payload_mode::streaming_signed_trailer);
  shape.trailer_end = "\n";
  shape.before_signature = "\r\n";
  CHECK(decode_body(shape.mode, encode_body(shape), crc_name, 8200).last);
  shape.mode = payload_mode::streaming_unsigned_trailer;
  shape.end = "\r\n\r\n";
  CHECK(decode_body(shape.mode, encode_body(shape), crc_name, 8200).last);
}

TEST_CASE("a_body_may_end_with_the_line_of_the_last_chunk_but_not_of_a_trailer") {
  body_shape shape = small_shape(payload_mode::streaming_signed);
  shape.end = "";
  CHECK(decode_body(shape.mode, encode_body(shape), "", 8200).last);
  shape = small_shape(payload_mode::streaming_unsigned_trailer);
  shape.end = "";
  CHECK(decode_body(shape.mode, encode_body(shape), crc_name, 8200).code() ==
        errc::incomplete_body);
  shape = small_shape(payload_mode::streaming_signed_trailer);
  shape.end = "";
  CHECK(decode_body(shape.mode, encode_body(shape), crc_name, 8200).last);
  shape = small_shape(payload_mode::streaming_unsigned_trailer);
  shape.end = "";
  shape.trailers.clear();
  CHECK(decode_body(shape.mode, encode_body(shape), "", 8200).last);
}

TEST_CASE("trailers_must_be_those_that_were_announced") {
  const payload_mode mode = payload_mode::streaming_unsigned_trailer;
  body_shape shape = small_shape(mode);
  const std::string body = encode_body(shape);
  CHECK(decode_body(mode, body, "", 8200).code() == errc::malformed_trailer);
  CHECK(decode_body(mode, body, "x-amz-checksum-sha1", 8200).code() == errc::malformed_trailer);
  CHECK(decode_body(mode, body, "x-amz-checksum-crc32, x-amz-checksum-sha1", 8200).code() ==
        errc::malformed_trailer);
  CHECK(decode_body(mode, body, " X-Amz-Checksum-CRC32 ", 8200).last);
  shape.trailers.push_back(shape.trailers.front());
  CHECK(decode_body(mode, encode_body(shape), crc_name, 8200).code() == errc::malformed_trailer);
  shape.trailers = {{std::string(crc_name), " AAAA \t"}};
  CHECK(decode_body(mode, encode_body(shape), crc_name, 8200).trailers.front().second == "AAAA");
}

// aws/aws-sdk-net#4012: S3 refuses a second last chunk.
TEST_CASE("malformed_trailers_are_refused") {
  const payload_mode mode = payload_mode::streaming_unsigned_trailer;
  for (const std::string& bad :
       {std::string("0\r\n\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
        std::string("0\r\nno colon\r\n\r\n"), "0\r\n" + std::string(5000, 'x'),
        std::string("0\r\nx-amz-checksum-crc32:A\r\n\r\nmore"),
        std::string("0\r\nx-amz-checksum-crc32:A\r\n\r\n\r\n\r\n\r\n"),
        std::string("0\r\nx-amz-trailer-signature:00\r\n\r\n")}) {
    CHECK(decode_body(mode, bad, crc_name, 0).code() == errc::malformed_trailer);
  }
  body_shape shape = small_shape(payload_mode::streaming_signed_trailer);
  std::string body = encode_body(shape);
  const std::size_t at = body.find("x-amz-trailer-signature");
  CHECK(decode_body(shape.mode, body.substr(0, at) + "\r\n", crc_name, 8200).code() ==
        errc::incomplete_body);
  body.replace(body.find("AAAAAA=="), 8, "BBBBBB==");
  CHECK(decode_body(shape.mode, body, crc_name, 8200).code() == errc::signature_does_not_match);
}

// versity/versitygw asks S3 so: what is no signature is a broken line, not a wrong signature.
TEST_CASE("a_signature_of_another_form_is_an_incomplete_body") {
  const auto damaged = [](payload_mode mode, std::string_view at, std::size_t skip,
                          std::size_t size, std::string_view by) {
    std::string body = encode_body(small_shape(mode));
    body.replace(body.find(at) + skip, size, by);
    return decode_body(mode, body, announced_by(mode), 8200).code();
  };
  for (const payload_mode mode :
       {payload_mode::streaming_signed, payload_mode::streaming_signed_trailer}) {
    constexpr std::string_view sign = "chunk-signature=";
    CHECK(damaged(mode, sign, sign.size(), 1, "") == errc::incomplete_body);
    CHECK(damaged(mode, sign, sign.size(), 0, "0") == errc::incomplete_body);
    CHECK(damaged(mode, sign, sign.size(), 1, "G") == errc::incomplete_body);
    CHECK(damaged(mode, sign, sign.size() + 64, 2, "") == errc::incomplete_body);
    CHECK(damaged(mode, sign, sign.size(), 64, std::string(64, '0')) ==
          errc::signature_does_not_match);
  }
  constexpr auto trailer = payload_mode::streaming_signed_trailer;
  constexpr std::string_view name = "x-amz-trailer-signature:";
  CHECK(damaged(trailer, name, name.size(), 1, "") == errc::incomplete_body);
  CHECK(damaged(trailer, name, 8, 3, "invalid") == errc::incomplete_body);
  CHECK(damaged(trailer, name, name.size() + 66, 2, "pp") == errc::incomplete_body);
  CHECK(damaged(trailer, "AAAAAA==", 8, 2, "\rbcd") == errc::incomplete_body);
  CHECK(damaged(trailer, name, name.size(), 64, std::string(64, '0')) ==
        errc::signature_does_not_match);
}

TEST_CASE("broken_framing_is_told_before_a_wrong_length_and_that_before_a_wrong_trailer") {
  const payload_mode mode = payload_mode::streaming_unsigned_trailer;
  const auto message = [&](const char* body, std::uint64_t length) {
    const outcome out = decode_body(mode, body, crc_name, length);
    REQUIRE(out.code() == errc::incomplete_body);
    CHECK(out.payload.size() <= length);
    return std::string(out.last.error().message());
  };
  const std::string framing = "The request body terminated unexpectedly";
  const std::string length =
      "You did not provide the number of bytes specified by the Content-Length HTTP header";
  CHECK(message("b\r\n0123456789\r\n0\r\n\r\n", 10) == framing);
  CHECK(message("b\r\n0123456789a\r\n0\r\n\r\n", 10) == length);
  CHECK(message("a\r\n0123456789\r\n0\r\n\r\n", 11) == length);
  CHECK(message("a\r\n0123456789\r\n0\r\nx-amz-checksum-sha1:A\r\n\r\n", 7) == length);
  CHECK(message("ffffff\r\n0123456789", 7) == length);
}

TEST_CASE("broken_framing_is_an_incomplete_body") {
  const payload_mode mode = payload_mode::streaming_unsigned_trailer;
  for (const char* bad :
       {"", "\r\n", "x\r\n", "-1\r\n", "0x5\r\n", " 5\r\n", "5 \r\n", "5\n12345\r\n0\r\n\r\n",
        "5\r\n123456\r\n0\r\n\r\n", "5\r\n1234\r\n0\r\n\r\n", "5\r\n12345\n0\r\n\r\n", "5\r\n12345",
        "5\r\n12345\r\n", "5", "5;a=b\r\n12345\r\n0\r\n\r\n", "5;\r\n", "00000000000000005\r\n",
        ";chunk-signature=1\r\n"}) {
    INFO(bad);
    CHECK(decode_body(mode, bad, "", std::nullopt).code() == errc::incomplete_body);
  }
  CHECK(decode_body(mode, std::string(100000, 'f'), "", std::nullopt).code() ==
        errc::incomplete_body);
  const std::string unsigned_body = encode_body(small_shape(mode));
  CHECK(decode_body(payload_mode::streaming_signed, unsigned_body, "", 8200).code() ==
        errc::incomplete_body);
  const std::string rest = encode_body(small_shape(payload_mode::streaming_signed)) + "more";
  CHECK(decode_body(payload_mode::streaming_signed, rest, "", 8200).code() ==
        errc::incomplete_body);
}

TEST_CASE("the_decoded_length_must_be_the_announced_one") {
  for (const payload_mode mode : all_modes) {
    const std::string body = encode_body(small_shape(mode));
    for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{8191}, std::uint64_t{8199},
                                       std::uint64_t{8201}, ~std::uint64_t{0}}) {
      CHECK(decode_body(mode, body, announced_by(mode), length).code() == errc::incomplete_body);
    }
    CHECK(decode_body(mode, body, announced_by(mode), std::nullopt).last);
  }
  CHECK(
      decode_body(payload_mode::streaming_unsigned_trailer, "ffffffffffffffff\r\n", "", 5).code() ==
      errc::incomplete_body);
  CHECK(decode_body(payload_mode::streaming_unsigned_trailer, "ffffffffffffffff\r\nabc", "",
                    std::nullopt)
            .code() == errc::incomplete_body);
}

TEST_CASE("only_the_last_chunk_may_be_small") {
  for (const payload_mode mode : all_modes) {
    body_shape shape = small_shape(mode);
    shape.chunks = {std::string(8191, 'a'), "b"};
    const outcome out = decode_body(mode, encode_body(shape), announced_by(mode), 8192);
    REQUIRE(out.code() == errc::invalid_chunk_size);
    CHECK(out.last.error().fields() ==
          std::vector<torhaus::error::field>{{"Chunk", "2"}, {"BadChunkSize", "8191"}});
  }
}

TEST_CASE("after_an_error_a_decoder_stays_broken") {
  chunk_decoder decoder(signature_for(payload_mode::streaming_unsigned_trailer), {});
  const std::string bad = "zz\r\n";
  const std::string good = "0\r\n\r\n";
  std::vector<std::span<const std::byte>> spans;
  CHECK_FALSE(decoder.feed(std::as_bytes(std::span(bad.data(), bad.size())), spans));
  CHECK_FALSE(decoder.feed(std::as_bytes(std::span(good.data(), good.size())), spans));
  CHECK_FALSE(decoder.finish());
  CHECK(spans.empty());
}

TEST_CASE("bytes_without_sense_never_do_harm") {
  std::mt19937 random(7);
  constexpr std::string_view alphabet =
      "0123456789abcdefABCDEF;=:\r\n\r\nchunk-signature x-amz-trailer";
  for (int round = 0; round < 20000; ++round) {
    std::string body(random() % 200, '\0');
    for (char& c : body) c = alphabet[random() % alphabet.size()];
    const payload_mode mode = all_modes[random() % all_modes.size()];
    const std::vector<std::size_t> cuts = {random() % (body.size() + 1)};
    (void)decode_body(mode, body, crc_name, random() % 100, cuts);
  }
}

TEST_CASE("a_mode_that_is_not_streaming_is_a_broken_invariant") {
  CHECK_THROWS_AS(chunk_decoder(signature_for(payload_mode::hashed), {}), std::logic_error);
}

}  // namespace chunked_test
