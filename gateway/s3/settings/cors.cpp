#include "gateway/s3/settings/cors.hpp"

#include <algorithm>
#include <array>

#include "gateway/http/characters.hpp"
#include "gateway/http/message.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::size_t max_document_bytes = 64 * 1024;
constexpr std::size_t max_cors_rules = 100;
constexpr std::size_t max_id_characters = 255;

constexpr std::array methods =
    std::to_array<std::string_view>({"GET", "PUT", "POST", "DELETE", "HEAD"});

bool same(std::string_view a, std::string_view b) { return a == b; }

// A pattern with at most one '*'.
template <class Equal>
bool matches(std::string_view pattern, std::string_view text, Equal equal) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return equal(pattern, text);
  const std::string_view head = pattern.substr(0, star);
  const std::string_view tail = pattern.substr(star + 1);
  return text.size() >= head.size() + tail.size() && equal(head, text.substr(0, head.size())) &&
         equal(tail, text.substr(text.size() - tail.size()));
}

result<void> check_wildcards(std::string_view element, std::string_view value) {
  if (std::ranges::count(value, '*') < 2) return {};
  return error(errc::invalid_request, std::string(element) + " \"" + std::string(value) +
                                          "\" can not have more than one wildcard.");
}

// Values come back in headers: no line ends, nothing that a name of a header cannot hold.
bool printable(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
}

// A token (RFC 9110 section 5.6.2), with or without a wildcard.
result<void> check_header_name(std::string_view element, std::string_view value) {
  if (value.empty()) return errc::malformed_xml;
  if (std::ranges::all_of(value, http::is_token_character)) return {};
  return error(errc::invalid_request, std::string(element) + " \"" + std::string(value) +
                                          "\" contains invalid character.");
}

result<void> add_text(const xml::element& e, cors_rule& rule) {
  std::string value = e.text();
  if (e.name() == "ID") {
    if (value.size() > max_id_characters) {
      return error(errc::invalid_request, "The ID of a rule has at most 255 characters.");
    }
    rule.id = std::move(value);
    return {};
  }
  if (e.name() == "MaxAgeSeconds") {
    // S3 takes negative numbers; browsers then keep nothing.
    const bool negative = value.starts_with('-');
    const auto seconds = parse_number(std::string_view(value).substr(negative ? 1 : 0));
    if (!seconds || *seconds > INT32_MAX || rule.max_age_seconds) return errc::malformed_xml;
    const auto size = static_cast<std::int32_t>(*seconds);
    rule.max_age_seconds = negative ? -size : size;
    return {};
  }
  if (e.name() == "AllowedMethod") {
    if (std::ranges::find(methods, value) == methods.end()) {
      return error(errc::invalid_request,
                   "Found unsupported HTTP method in CORS config. Unsupported method is " + value);
    }
    rule.allowed_methods.push_back(std::move(value));
  } else if (e.name() == "AllowedOrigin") {
    if (!value.empty() && !printable(value)) return errc::malformed_xml;
    if (auto ok = check_wildcards("AllowedOrigin", value); !ok) return ok;
    rule.allowed_origins.push_back(std::move(value));
  } else if (e.name() == "AllowedHeader") {
    if (auto ok = check_wildcards("AllowedHeader", value); !ok) return ok;
    if (auto ok = check_header_name("AllowedHeader", value); !ok) return ok;
    rule.allowed_headers.push_back(std::move(value));
  } else if (e.name() == "ExposeHeader") {
    if (value.find('*') != std::string::npos) {
      return error(errc::invalid_request,
                   "ExposeHeader \"" + value +
                       "\" contains wildcard. We currently do not support wildcard for "
                       "ExposeHeader.");
    }
    if (auto ok = check_header_name("ExposeHeader", value); !ok) return ok;
    rule.exposed_headers.push_back(std::move(value));
  } else {
    return errc::malformed_xml;
  }
  return {};
}

result<cors_rule> parse_cors_rule(const xml::element& e) {
  if (e.name() != "CORSRule") return errc::malformed_xml;
  cors_rule rule;
  for (const xml::element& child : e.children()) {
    if (!child.children().empty()) return errc::malformed_xml;
    if (auto ok = add_text(child, rule); !ok) return std::move(ok).error();
  }
  if (rule.allowed_methods.empty() || rule.allowed_origins.empty()) return errc::malformed_xml;
  return rule;
}

}  // namespace

std::optional<cors_rules::permission> cors_rules::find(const question& asked) const {
  for (const cors_rule& rule : rules) {
    const auto origin = std::ranges::find_if(
        rule.allowed_origins, [&](const std::string& o) { return matches(o, asked.origin, same); });
    if (origin == rule.allowed_origins.end()) continue;
    if (std::ranges::find(rule.allowed_methods, asked.method) == rule.allowed_methods.end()) {
      continue;
    }
    const bool headers = std::ranges::all_of(asked.headers, [&](std::string_view name) {
      return std::ranges::any_of(rule.allowed_headers, [&](const std::string& allowed) {
        return matches(allowed, name, http::equal_ignoring_case);
      });
    });
    if (headers) return permission{&rule, *origin == "*"};
  }
  return std::nullopt;
}

result<cors_rules> parse_cors(std::string_view document) {
  if (document.size() > max_document_bytes) return errc::max_message_length_exceeded;
  const auto doc = xml::document::parse(document, "CORSConfiguration");
  if (!doc) return doc.error();
  cors_rules all;
  for (const xml::element& e : doc->root().children()) {
    auto rule = parse_cors_rule(e);
    if (!rule) return std::move(rule).error();
    all.rules.push_back(std::move(*rule));
  }
  if (all.rules.empty()) return errc::malformed_xml;
  if (all.rules.size() > max_cors_rules) {
    return error(errc::invalid_request,
                 "The number of CORS rules should not exceed allowed limit of 100 rules.");
  }
  return all;
}

std::string write_cors(const cors_rules& all) {
  xml::writer doc("CORSConfiguration");
  for (const cors_rule& rule : all.rules) {
    doc.open("CORSRule");
    if (!rule.id.empty()) doc.text("ID", rule.id);
    for (const auto& origin : rule.allowed_origins) doc.text("AllowedOrigin", origin);
    for (const auto& method : rule.allowed_methods) doc.text("AllowedMethod", method);
    for (const auto& header : rule.allowed_headers) doc.text("AllowedHeader", header);
    if (rule.max_age_seconds) doc.text("MaxAgeSeconds", std::to_string(*rule.max_age_seconds));
    for (const auto& header : rule.exposed_headers) doc.text("ExposeHeader", header);
    doc.close("CORSRule");
  }
  return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
