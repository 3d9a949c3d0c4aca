#include "gateway/s3/form/multipart.hpp"

#include <algorithm>
#include <optional>

#include "auth/sigv4/uri.hpp"
#include "gateway/http/characters.hpp"
#include "gateway/http/message.hpp"

namespace torhaus::gateway::s3::form {
namespace {

constexpr std::size_t max_boundary = 70;  // RFC 2046 section 5.1.1
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view blank_line = "\r\n\r\n";

error malformed() { return error(errc::malformed_post_request); }

bool is_boundary_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

// One of the parameters behind a value: `; name=token` or `; name="quoted"`. Advances `rest`;
// nullopt at the end or where it is no parameter.
struct parameter {
  std::string_view name;
  std::string value;
};
std::optional<parameter> next_parameter(std::string_view& rest) {
  rest = http::trim(rest);
  if (!rest.starts_with(';')) return std::nullopt;
  rest = http::trim(rest.substr(1));
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  parameter p{http::trim(rest.substr(0, equals)), {}};
  rest = http::trim(rest.substr(equals + 1));
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    p.value = http::trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return p;
  }
  // Browsers write a quote as %22 and leave a backslash alone; older clients escape the quote.
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    if (rest[at] == '\\' && rest.substr(at + 1).starts_with('"')) ++at;
    p.value += rest[at];
  }
  if (at >= rest.size()) return std::nullopt;
  rest.remove_prefix(at + 1);
  return p;
}

struct disposition {
  std::string name;
  std::string file_name;
};

// `form-data; name="key"; filename="a.txt"`.
std::optional<disposition> parse_disposition(std::string_view value) {
  const std::size_t end = std::min(value.find(';'), value.size());
  if (!http::equal_ignoring_case(http::trim(value.substr(0, end)), "form-data")) {
    return std::nullopt;
  }
  value.remove_prefix(end);
  std::optional<std::string> name;
  disposition d;
  bool encoded = false;
  while (!http::trim(value).empty()) {
    const auto p = next_parameter(value);
    if (!p) return std::nullopt;
    if (http::equal_ignoring_case(p->name, "name")) {
      if (name) return std::nullopt;
      name = p->value;
    } else if (http::equal_ignoring_case(p->name, "filename") && !encoded) {
      d.file_name = p->value;
    } else if (http::equal_ignoring_case(p->name, "filename*")) {
      // RFC 7578 does not want it; Python's clients send it for names that are no ASCII.
      constexpr std::string_view utf8 = "utf-8''";
      if (!http::equal_ignoring_case(std::string_view(p->value).substr(0, utf8.size()), utf8)) {
        continue;
      }
      d.file_name = auth::sigv4::decode(std::string_view(p->value).substr(utf8.size()),
                                        auth::sigv4::plus::literal);
      encoded = true;
    }
  }
  if (!name || name->empty()) return std::nullopt;
  d.name = std::move(*name);
  return d;
}

// The Content-Disposition among a part's header lines; the others say nothing that counts here.
std::optional<disposition> find_disposition(std::string_view headers) {
  std::optional<disposition> found;
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find(line_end), headers.size());
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + line_end.size(), headers.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    if (!http::equal_ignoring_case(line.substr(0, colon), "Content-Disposition")) continue;
    if (found) return std::nullopt;
    found = parse_disposition(line.substr(colon + 1));
    if (!found) return std::nullopt;
  }
  return found;
}

// Old browsers sent the whole path.
std::string without_path(std::string_view file_name) {
  const std::size_t slash = file_name.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? file_name : file_name.substr(slash + 1));
}

}  // namespace

result<std::string> parse_boundary(std::string_view content_type) {
  const std::size_t end = std::min(content_type.find(';'), content_type.size());
  if (!http::equal_ignoring_case(http::trim(content_type.substr(0, end)), "multipart/form-data")) {
    return error(errc::precondition_failed)
        .with("Condition", "Bucket POST must be of the enclosure-type multipart/form-data");
  }
  std::string_view rest = content_type.substr(end);
  std::optional<std::string> boundary;
  while (auto p = next_parameter(rest)) {
    if (!http::equal_ignoring_case(p->name, "boundary")) continue;
    if (boundary) return malformed();
    boundary = std::move(p->value);
  }
  if (!boundary || boundary->empty() || boundary->size() > max_boundary ||
      boundary->back() == ' ' || !std::ranges::all_of(*boundary, is_boundary_character)) {
    return malformed();
  }
  return *std::move(boundary);
}

parser::parser(const std::string& boundary) : delimiter_("\r\n--" + boundary) {}

result<bool> parser::feed(std::string_view bytes) {
  buffer_.append(bytes);
  while (true) {
    auto next = advance();
    if (!next) return std::move(next).error();
    if (at_ > max_form_bytes) return errc::max_post_pre_data_length_exceeded;
    if (*next == step::file) return true;
    if (*next == step::again) continue;
    if (buffer_.size() > max_form_bytes) return errc::max_post_pre_data_length_exceeded;
    return false;
  }
}

result<parser::step> parser::advance() {
  switch (state_) {
    case state::start:
      return open();
    case state::after_delimiter:
      return pass_delimiter();
    case state::headers:
      return read_headers();
    case state::value:
      return read_value();
    case state::file:
      return step::file;
  }
  return malformed();
}

// The first delimiter stands at the begin of the body, or behind one empty line.
result<parser::step> parser::open() {
  const std::string_view have = buffer_;
  const std::string_view whole = delimiter_;
  const std::string_view bare = whole.substr(line_end.size());
  for (const std::string_view wanted : {bare, whole}) {
    if (have.starts_with(wanted)) {
      at_ = wanted.size();
      state_ = state::after_delimiter;
      return step::again;
    }
  }
  const bool begun = bare.starts_with(have) || whole.starts_with(have);
  return begun ? result<step>(step::more) : result<step>(malformed());
}

result<parser::step> parser::pass_delimiter() {
  const std::string_view have = rest();
  switch (judge_ending(have)) {
    case ending::incomplete:
      return step::more;
    case ending::bad:
      return malformed();
    case ending::good:
      break;
  }
  if (have.starts_with("--")) {
    return error(errc::invalid_argument, "POST requires exactly one file upload per request.")
        .with("ArgumentName", "file")
        .with("ArgumentValue", "0");
  }
  // The line end stays: it may be the one before an empty line, and then there are no headers.
  at_ += have.find(line_end);
  scanned_ = at_;
  state_ = state::headers;
  return step::again;
}

result<parser::step> parser::read_headers() {
  const std::size_t end = buffer_.find(blank_line, scanned_);
  if (end == std::string::npos) {
    scanned_ = std::max(at_, buffer_.size() - std::min(buffer_.size(), blank_line.size() - 1));
    return step::more;
  }
  const std::size_t begin = at_ + line_end.size();
  if (end < begin) return malformed();
  auto d = find_disposition(std::string_view(buffer_).substr(begin, end - begin));
  if (!d) return malformed();
  at_ = end + blank_line.size();
  // An empty value is followed by the delimiter at once.
  scanned_ = at_;
  if (http::equal_ignoring_case(d->name, "file")) {
    file_name_ = without_path(d->file_name);
    state_ = state::file;
    return step::file;
  }
  name_ = std::move(d->name);
  const bool twice = std::ranges::any_of(
      fields_, [this](const field& f) { return http::equal_ignoring_case(f.name, name_); });
  if (twice) {
    return error(errc::invalid_argument, "A field of the form is there more than once.")
        .with("ArgumentName", name_);
  }
  state_ = state::value;
  return step::again;
}

result<parser::step> parser::read_value() {
  const std::size_t end = buffer_.find(delimiter_, scanned_);
  if (end == std::string::npos) {
    scanned_ = std::max(at_, buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1));
    return step::more;
  }
  fields_.push_back({std::move(name_), buffer_.substr(at_, end - at_)});
  at_ = end + delimiter_.size();
  state_ = state::after_delimiter;
  return step::again;
}

ending judge_ending(std::string_view behind) {
  if (behind.starts_with("--")) return ending::good;
  if (behind.empty() || behind == "-") return ending::incomplete;
  // White space between boundary and line end (RFC 2046: transport padding).
  constexpr std::size_t max_padding = 64;
  const std::size_t padding = std::min(behind.find_first_not_of(" \t"), behind.size());
  if (padding > max_padding) return ending::bad;
  behind.remove_prefix(padding);
  if (behind.starts_with(line_end)) return ending::good;
  return behind.empty() || behind == "\r" ? ending::incomplete : ending::bad;
}

}  // namespace torhaus::gateway::s3::form
