#include "gateway/s3/form/fields.hpp"

#include <algorithm>
#include <array>

#include "gateway/http/characters.hpp"
#include "gateway/http/message.hpp"
#include "gateway/s3/object/tag_set.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3::form {
namespace {

constexpr std::array plain_headers = std::to_array<std::string_view>(
    {"cache-control", "content-type", "content-disposition", "content-encoding", "content-language",
     "content-md5", "expires"});

// What says who sends the form, and what has no meaning for a body that is part of a form.
constexpr std::array no_headers = std::to_array<std::string_view>(
    {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-security-token",
     "x-amz-content-sha256", "x-amz-copy-source", "x-amz-decoded-content-length", "x-amz-trailer",
     "x-amz-sdk-checksum-algorithm"});

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

// The header of that field; empty when it is none.
std::string header_name(std::string_view field_name) {
  std::string name = http::lower_case(field_name);
  if (name == "acl") return "x-amz-acl";
  if (name == "tagging") return "x-amz-tagging";
  const bool header =
      contains(plain_headers, name) || (name.starts_with("x-amz-") && !contains(no_headers, name));
  return header ? name : std::string();
}

// <Tagging> as x-amz-tagging has it.
result<std::string> tagging_header(const std::string& document) {
  const auto tags = parse_tag_set(document, tagged::object);
  if (!tags) return tags.error();
  std::string out;
  for (const auto& [key, value] : *tags) {
    if (!out.empty()) out += '&';
    out += url_encode(key) + "=" + url_encode(value);
  }
  return out;
}

}  // namespace

std::optional<std::string_view> find_field(std::span<const field> fields, std::string_view name) {
  for (const field& f : fields) {
    if (http::equal_ignoring_case(f.name, name)) return f.value;
  }
  return std::nullopt;
}

void replace_file_name(std::span<field> fields, std::string_view file_name) {
  constexpr std::string_view variable = "${filename}";
  if (file_name.empty()) return;  // the variable stays
  for (field& f : fields) {
    // The policy's text is signed as it is.
    if (http::equal_ignoring_case(f.name, "policy")) continue;
    for (std::size_t at = 0; (at = f.value.find(variable, at)) != std::string::npos;) {
      f.value.replace(at, variable.size(), file_name);
      at += file_name.size();
      // Many variables and a long name make a long value; what is too long anyway is cut short.
      if (f.value.size() > 4 * max_form_bytes) return;
    }
  }
}

result<std::vector<std::pair<std::string, std::string>>> headers_of(std::span<const field> fields) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const field& f : fields) {
    std::string name = header_name(f.name);
    if (name.empty()) continue;
    if (!std::ranges::all_of(name, http::is_token_character)) {
      return invalid_argument("The name of a field is no name of a header.", "Name", f.name);
    }
    std::string value(http::trim(f.value));
    if (name == "x-amz-tagging" && http::equal_ignoring_case(f.name, "tagging")) {
      auto tagging = tagging_header(value);
      if (!tagging) return std::move(tagging).error();
      value = std::move(*tagging);
    }
    // Metadata may have any characters: answers encode them.
    if (!name.starts_with("x-amz-meta-") && http::has_control(value)) {
      return invalid_argument("The value of a field has characters that no header can have.",
                              f.name, "");
    }
    const bool twice =
        std::ranges::any_of(headers, [&](const auto& given) { return given.first == name; });
    if (twice) return invalid_argument("A field of the form is there more than once.", f.name, "");
    headers.emplace_back(std::move(name), std::move(value));
  }
  return headers;
}

}  // namespace torhaus::gateway::s3::form
