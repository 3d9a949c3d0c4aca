// A few whole requests, signed rightly or with one thing changed behind the signature, against a
// server in process. What the model knows must be answered as the model says; a broken request must
// be refused with nothing changed; of all others hold: no 5xx, errors are documents with a code,
// every request is in the audit once and as it was answered, no read transaction stays open, and
// references, indexes and bytes agree. The mutator changes requests, not bytes: requests/.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "storage/base/log.hpp"
#include "tests/fuzz/requests/mutator.hpp"
#include "tests/fuzz/requests/stage.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

namespace fuzz = torhaus::fuzz;

std::string bent(const std::string& text, std::size_t most) {
  std::string out(most, '\0');
  const std::size_t n = std::min(text.size(), most);
  std::memcpy(out.data(), text.data(), n);
  out.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(out.data()), n, most));
  return out;
}

std::size_t store(const fuzz::program& p, std::uint8_t* data, std::size_t most) {
  const std::vector<std::uint8_t> bytes = fuzz::encode(p, most);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  fuzz::program p = fuzz::decode({data, size});
  fuzz::dice dice(seed);
  fuzz::mutate(p, dice, bent);
  return store(p, data, most);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* two, std::size_t two_size,
                                                 std::uint8_t* out, std::size_t most,
                                                 unsigned seed) {
  fuzz::dice dice(seed);
  return store(fuzz::crossed(fuzz::decode({one, one_size}), fuzz::decode({two, two_size}), dice),
               out, most);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::stage* const stage = [] {
    torhaus::log::configure(torhaus::log::level::error, "/dev/null");
    return new fuzz::stage;
  }();
  const std::string fault = stage->play(fuzz::decode({data, size}));
  if (fault.empty()) return 0;
  std::fprintf(stderr, "%s\n", fault.c_str());
  std::abort();
}
