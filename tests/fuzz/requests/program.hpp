// What the target is fed: a few calls, as bytes that any input is some of. The mutator works on the
// calls, so that every input is a sequence of whole requests.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/model/conformance/steps.hpp"

namespace torhaus::fuzz {

enum class kind : std::uint8_t {
  ruled,   // a step of the model: its answer must be the model's
  broken,  // the same, with one thing changed after it was signed: must be refused
  free,    // any operation with any parameters: what holds for every answer must hold
  count
};

// How a request is signed.
enum class form : std::uint8_t { header, hashed, presigned, chunked, anonymous, count };

// What is changed behind the signature.
enum class breaking : std::uint8_t {
  signature,
  key_id,
  path,
  query,
  method,
  signed_value,
  signed_header_gone,
  unsigned_header,
  date,
  region,
  body,
  count
};

using pair_list = std::vector<std::pair<std::string, std::string>>;

struct call {
  kind what = kind::free;
  form signed_as = form::header;
  breaking how = breaking::signature;
  std::uint32_t where = 0;  // which of the things that can be broken so
  model::step step = {};
  // Of free calls:
  std::uint8_t row = 0;  // of the operations table, modulo its length
  std::uint8_t who = 0;
  std::uint8_t bucket = 0;
  std::string key = {};
  pair_list query = {};
  pair_list headers = {};
  std::string body = {};
};

// In call::bucket: the body of an object or part goes on to a length that has a home of its own.
constexpr std::uint8_t long_body = 0x80;

using program = std::vector<call>;

constexpr std::size_t most_calls = 16;
constexpr std::size_t most_pairs = 8;  // parameters, headers of a call

// Takes whatever bytes there are, as many whole calls as they make.
program decode(std::span<const std::uint8_t>);
// At most `most_bytes`: calls that do not fit are left out.
std::vector<std::uint8_t> encode(const program&, std::size_t most_bytes);
std::string text_of(const call&);

}  // namespace torhaus::fuzz
