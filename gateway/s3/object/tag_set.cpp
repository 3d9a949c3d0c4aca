#include "gateway/s3/object/tag_set.hpp"

#include <algorithm>

#include "gateway/s3/parameters.hpp"
#include "gateway/s3/target.hpp"
#include "gateway/s3/xml/reader.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::size_t max_object_tags = 10;
constexpr std::size_t max_bucket_tags = 50;
constexpr std::size_t max_key_characters = 128;
constexpr std::size_t max_value_characters = 256;

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// AWS: letters, numbers and spaces representable in UTF-8, and + - = . _ : / @. Beyond ASCII
// everything that is no control character counts as a letter.
bool allowed(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) {
      const bool control =
          byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
      if (control) return false;
      continue;
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && std::string_view(" +-=._:/@").find(c) == std::string_view::npos) return false;
  }
  return true;
}

error too_many(tagged what) {
  return what == tagged::object
             ? error(errc::bad_request, "Object tags cannot be greater than 10")
             : error(errc::bad_request, "Bucket tag count cannot be greater than 50");
}

error repeated_key(const std::string& key, tagged what) {
  if (what == tagged::resource) {
    return error(errc::invalid_tag,
                 "There are duplicate tag keys in your request. Remove the duplicate tag keys and "
                 "try again.");
  }
  return error(errc::invalid_tag, "Cannot provide multiple Tags with the same key")
      .with("TagKey", key);
}

// Of a resource: key or value, it is told in the same words.
error invalid_resource_tag() {
  return error(errc::invalid_tag,
               "This request contains a tag key or value that isn't valid. Valid characters "
               "include the following: [a-zA-Z+-=._:/]. Tag keys can contain up to 128 "
               "characters. Tag values can contain up to 256 characters.");
}

// AWS words it in three ways, and names no key to who creates a bucket or tags a resource.
error system_tag(const std::string& key, tagged what) {
  if (what == tagged::new_bucket || what == tagged::resource) {
    return error(errc::invalid_tag,
                 "User-defined tag keys can't start with \"aws:\". This prefix is reserved for "
                 "system tags. Remove \"aws:\" from your tag keys and try again.");
  }
  return error(errc::invalid_tag, what == tagged::object
                                      ? "Your TagKey cannot be prefixed with aws:"
                                      : "System tags cannot be added/updated by requester")
      .with("TagKey", key);
}

bool has_key(const tag_list& tags, std::string_view key) {
  return std::ranges::any_of(tags, [key](const auto& tag) { return tag.first == key; });
}

error bad_header(std::string_view header) {
  return invalid_argument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters "
      "without tag name duplicates.",
      "x-amz-tagging", header);
}

}  // namespace

result<void> append_tag(tag_list& tags, std::string key, std::string value, tagged what) {
  if (has_key(tags, key)) return repeated_key(key, what);
  if (key.starts_with("aws:")) return system_tag(key, what);
  const bool bad_key = key.empty() || characters(key) > max_key_characters || !allowed(key);
  const bool bad_value = characters(value) > max_value_characters || !allowed(value);
  if (what == tagged::resource && (bad_key || bad_value)) return invalid_resource_tag();
  if (bad_key) {
    return error(errc::invalid_tag, "The TagKey you have provided is invalid").with("TagKey", key);
  }
  if (bad_value) {
    return error(errc::invalid_tag, "The TagValue you have provided is invalid")
        .with("TagKey", key)
        .with("TagValue", value);
  }
  if (tags.size() == (what == tagged::object ? max_object_tags : max_bucket_tags)) {
    return too_many(what);
  }
  tags.emplace_back(std::move(key), std::move(value));
  return {};
}

result<tag_list> parse_tagging(std::string_view header) {
  tag_list tags;
  std::string_view rest = header;
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    // Commas come from those who separate pairs by them.
    if (pair.find(',') != std::string_view::npos) return bad_header(header);
    auto key = percent_decode(pair.substr(0, equals), plus_sign::space);
    auto value = percent_decode(
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1),
        plus_sign::space);
    if (!key || key->empty() || !value || has_key(tags, *key)) {
      return bad_header(header);
    }
    if (auto ok = append_tag(tags, std::move(*key), std::move(*value)); !ok) {
      return std::move(ok).error();
    }
  }
  return tags;
}

result<tag_list> parse_tag_set(std::string_view document, tagged what) {
  const bool resource = what == tagged::resource;
  auto doc = xml::document::parse(document, resource ? "TagResourceRequest" : "Tagging");
  if (!doc) return std::move(doc).error();
  if (doc->root().children().empty()) return tag_list();  // AWS: no TagSet is an empty one
  const auto set = doc->root().child(resource ? "Tags" : "TagSet");
  if (!set || doc->root().children().size() != 1) return errc::malformed_xml;
  return parse_tags(*set, what);
}

result<tag_list> parse_tags(const xml::element& set, tagged what) {
  tag_list tags;
  for (const xml::element& e : set.children()) {
    auto key = e.text_of("Key");
    auto value = e.text_of("Value");
    if (e.name() != "Tag" || !key || !value || e.children().size() != 2) return errc::malformed_xml;
    if (auto ok = append_tag(tags, std::move(*key), std::move(*value), what); !ok) {
      return std::move(ok).error();
    }
  }
  return tags;
}

void append_tags(xml::writer& doc, const tag_list& tags) {
  for (const auto& [name, value] : tags) {
    doc.open("Tag").text("Key", name).text("Value", value).close("Tag");
  }
}

std::string write_tag_set(tag_list tags) {
  std::ranges::sort(tags);
  xml::writer doc("Tagging");
  doc.open("TagSet");
  append_tags(doc, tags);
  doc.close("TagSet");
  return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
