// Percent-encoding by AWS's rules, and its reverse.
// AWS: "Signature calculations for the Authorization header", UriEncode().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace torhaus::auth::sigv4 {

enum class slash : std::uint8_t { kept, encoded };
enum class plus : std::uint8_t { literal, space };

// Every byte but A-Z a-z 0-9 - . _ ~ becomes %XX in upper case; '/' as told.
void append_encoded(std::string& out, std::string_view bytes, slash);
std::string encode(std::string_view bytes, slash);

// The same as append_encoded of decode(text), without the copy between.
void append_reencoded(std::string& out, std::string_view text, plus, slash);

// %XX becomes its byte; what is no valid %XX stays as it is. In queries '+' is a space.
std::string decode(std::string_view text, plus);

// The same for handlers, which must not guess: nullopt when something is no valid %XX.
std::optional<std::string> decode_strict(std::string_view text, plus);

}  // namespace torhaus::auth::sigv4
