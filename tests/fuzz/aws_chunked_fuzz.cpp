// aws-chunked bodies from the network. The first byte picks the mode, the second the announced
// length, the third the size of the pieces; the rest is the body. Whatever arrives, the decoder
// must neither crash nor hand out more than it got, and must say the same however the body was cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "auth/sigv4/chunked.hpp"

namespace {

namespace sigv4 = torhaus::auth::sigv4;

struct outcome {
  bool accepted = false;
  std::string payload;
};

outcome decode(const sigv4::verified& signature, const sigv4::chunk_decoder::options& how,
               std::span<const std::byte> body, std::size_t step) {
  sigv4::chunk_decoder decoder(signature, how);
  outcome out;
  bool good = true;
  for (; good && !body.empty(); body = body.subspan(std::min(step, body.size()))) {
    std::vector<std::span<const std::byte>> spans;
    good = decoder.feed(body.first(std::min(step, body.size())), spans).has_value();
    for (const auto& span : spans) {
      out.payload.append(reinterpret_cast<const char*>(span.data()), span.size());
    }
  }
  out.accepted = decoder.finish().has_value();
  if (out.payload.size() != decoder.decoded_bytes()) std::abort();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  constexpr std::array modes = {sigv4::payload_mode::streaming_unsigned_trailer,
                                sigv4::payload_mode::streaming_signed,
                                sigv4::payload_mode::streaming_signed_trailer};
  sigv4::verified signature;
  signature.mode = modes[data[0] % modes.size()];
  signature.scope = {"20130524", "us-east-1", "s3"};
  signature.timestamp = "20130524T000000Z";
  signature.key = sigv4::signing_key::derive("secret", signature.scope);
  sigv4::chunk_decoder::options how;
  if (data[1] != 255) how.decoded_length = data[1];
  how.announced_trailers = "x-amz-checksum-crc32";
  const auto body = std::as_bytes(std::span(data + 3, size - 3));

  const outcome whole = decode(signature, how, body, std::max<std::size_t>(body.size(), 1));
  const outcome pieces = decode(signature, how, body, std::size_t{1} + data[2]);
  if (whole.accepted != pieces.accepted || whole.payload.size() > body.size()) std::abort();
  if (whole.accepted && whole.payload != pieces.payload) std::abort();
  return 0;
}
