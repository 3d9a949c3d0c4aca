// What a request was told to do, without what must never be written down.
#pragma once

#include <string>
#include <string_view>

namespace torhaus::gateway::audit {

// A form as it came, its values percent-encoded; those of passwords, tokens, assertions, codes and
// secrets are "-".
std::string form_without_secrets(std::string_view text);

// A JSON object, compact; text members whose names speak of secrets are "-", at any depth. What is
// no JSON is "(not JSON)".
std::string json_without_secrets(std::string_view text);

}  // namespace torhaus::gateway::audit
