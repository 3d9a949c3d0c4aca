#include "gateway/iam/form.hpp"

#include "gateway/s3/target.hpp"

namespace torhaus::gateway::iam {

result<form> form::parse(std::string_view text) {
  form f;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const bool has_value = equals != std::string_view::npos;
    auto name = s3::percent_decode(part.substr(0, equals), s3::plus_sign::space);
    auto value = s3::percent_decode(has_value ? part.substr(equals + 1) : std::string_view(),
                                    s3::plus_sign::space);
    if (!name || !value || f.fields_.size() == max_fields) {
      return error(errc::validation_error, "The request is not a form of names and values.");
    }
    if (!f.fields_.emplace(std::move(*name), std::move(*value)).second) {
      return error(errc::validation_error, "A parameter is given more than once.");
    }
  }
  return f;
}

std::optional<std::string_view> form::find(std::string_view name) const {
  const auto at = fields_.find(name);
  if (at == fields_.end()) return std::nullopt;
  return at->second;
}

}  // namespace torhaus::gateway::iam
