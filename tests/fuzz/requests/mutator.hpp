// Changes programs as somebody would who knows S3: other operations, parameters and headers that
// S3 knows, documents of the right kind, a value bent by a few bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>

#include "tests/fuzz/requests/program.hpp"

namespace torhaus::fuzz {

using dice = std::minstd_rand;
// Bends a few bytes of a text that may become so long; libFuzzer's own.
using bend = std::function<std::string(const std::string&, std::size_t most)>;

// One to four changes. Never leaves it without a call.
void mutate(program&, dice&, const bend&);
// The beginning of one and the end of another.
program crossed(const program&, const program&, dice&);

}  // namespace torhaus::fuzz
