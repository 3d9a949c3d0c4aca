#include "gateway/iam/input.hpp"

#include <algorithm>

#include "auth/policy/values.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::iam {
namespace {

using auth::identity::tag_pairs;

error wrong(std::string_view parameter, std::string_view value, std::string_view rule) {
  std::string text = "1 validation error detected: Value '";
  text.append(value.substr(0, 128)).append("' at '").append(parameter);
  text.append("' failed to satisfy constraint: ").append(rule);
  return error(errc::validation_error, std::move(text));
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_+=,.@-").find(c) != std::string_view::npos;
}

// AWS: what tags may hold is letters, spaces, numbers and _.:/=+-@; other languages' letters count.
bool is_tag_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || is_name_character(c) ||
           std::string_view(" :/").find(c) != std::string_view::npos;
  });
}

}  // namespace

result<std::string> required(const form& input, std::string_view parameter) {
  const auto given = input.find(parameter);
  if (given && !given->empty()) return std::string(*given);
  return error(errc::validation_error,
               "1 validation error detected: Value null at '" + std::string(parameter) +
                   "' failed to satisfy constraint: Member must not be null");
}

result<void> check_name(std::string_view parameter, std::string_view value, std::size_t least,
                        std::size_t most) {
  if (value.size() < least || value.size() > most) {
    return wrong(
        parameter, value,
        "Member must have length from " + std::to_string(least) + " to " + std::to_string(most));
  }
  if (!std::ranges::all_of(value, is_name_character)) {
    return wrong(parameter, value,
                 "Member must consist of letters, digits and the characters _+=,.@-");
  }
  return {};
}

result<std::string> required_name(const form& input, std::string_view parameter, std::size_t most) {
  auto given = required(input, parameter);
  if (!given) return given;
  if (auto good = check_name(parameter, *given, 1, most); !good) return std::move(good).error();
  return given;
}

result<std::string> path_of(const form& input, std::string_view parameter) {
  const std::string path(input.find(parameter).value_or("/"));
  const bool good = !path.empty() && path.size() <= 512 && path.front() == '/' &&
                    path.back() == '/' &&
                    std::ranges::all_of(path, [](char c) { return c > 0x20 && c <= 0x7e; });
  if (good) return path;
  return wrong(parameter, path, "Member must begin and end with / and have at most 512 characters");
}

result<std::string> description_of(const form& input) {
  const std::string_view text = input.value("Description");
  if (text.size() <= 1000) return std::string(text);
  return wrong("description", text, "Member must have length less than or equal to 1000");
}

result<std::uint64_t> number_of(const form& input, std::string_view parameter, std::uint64_t least,
                                std::uint64_t most, std::uint64_t otherwise) {
  const auto given = input.find(parameter);
  if (!given) return otherwise;
  const auto n = s3::parse_number(*given);
  if (n && *n >= least && *n <= most) return *n;
  return wrong(
      parameter, *given,
      "Member must be a number from " + std::to_string(least) + " to " + std::to_string(most));
}

std::vector<std::string> list_of(const form& input, std::string_view parameter,
                                 std::string_view member) {
  std::vector<std::string> all;
  for (std::size_t n = 1; n <= form::max_fields; ++n) {
    std::string name(parameter);
    name.append(".member.").append(std::to_string(n)).append(member);
    const auto value = input.find(name);
    if (!value) break;
    all.emplace_back(*value);
  }
  return all;
}

result<tag_pairs> tags_of(const form& input) {
  tag_pairs tags;
  for (const std::string& key : list_of(input, "Tags", ".Key")) {
    const std::string at = "Tags.member." + std::to_string(tags.size() + 1) + ".Value";
    const std::string_view value = input.value(at);
    if (key.empty() || key.size() > 128 || value.size() > 256 || !is_tag_text(key) ||
        !is_tag_text(value) || auth::policy::starts_ignoring_case(key, "aws:")) {
      return error(errc::invalid_input, "The tag " + key.substr(0, 128) + " is not valid.");
    }
    const bool twice = std::ranges::any_of(
        tags, [&](const auto& t) { return auth::policy::same_ignoring_case(t.first, key); });
    if (twice) {
      return error(errc::invalid_input,
                   "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    tags.emplace_back(key, value);
  }
  if (tags.size() <= 50) return tags;
  return error(errc::limit_exceeded, "The number of tags has reached the maximum limit: 50.");
}

std::size_t counted_size(std::string_view document) {
  return static_cast<std::size_t>(std::ranges::count_if(document, [](char c) {
    return std::string_view(" \t\r\n").find(c) == std::string_view::npos;
  }));
}

error in_iam_words(const error& malformed) {
  std::string text(malformed.message());
  for (const auto& [name, value] : malformed.fields()) {
    if (name == "Detail") text += " (" + value + ")";
  }
  return error(errc::malformed_policy_document, std::move(text));
}

result<std::string> document_of(const form& input, std::string_view parameter,
                                auth::policy::holder holder, std::size_t most) {
  auto text = required(input, parameter);
  if (!text) return text;
  const auto parsed = auth::policy::parse(*text, holder);
  if (!parsed) return in_iam_words(parsed.error());
  if (counted_size(*text) > most) {
    return error(errc::limit_exceeded,
                 "Cannot exceed quota for PolicySize: " + std::to_string(most));
  }
  return text;
}

result<page> page_of(const form& input) {
  const auto most = number_of(input, "MaxItems", 1, 1000, 100);
  if (!most) return most.error();
  return page{static_cast<std::size_t>(*most), std::string(input.value("Marker"))};
}

}  // namespace torhaus::gateway::iam
