#include "gateway/http/response_head.hpp"

#include "gateway/http/characters.hpp"

namespace torhaus::gateway::http {
namespace {

bool breaks_out(std::string_view text) {
  // Without a branch for each character.
  bool found = false;
  for (const char c : text) found |= (c == '\r') | (c == '\n') | (c == '\0');
  return found;
}

// The connection writes these itself; a second one would be an ambiguous length.
bool belongs_to_connection(std::string_view name) {
  return equal_ignoring_case(name, "Content-Length") || equal_ignoring_case(name, "Connection") ||
         equal_ignoring_case(name, "Transfer-Encoding");
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view reason(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

bool has_body(std::string_view method, unsigned status) {
  return method != "HEAD" && status >= 200 && status != 204 && status != 304;
}

bool append_head(std::string& out, const response& r, std::uint64_t body_bytes,
                 const head_context& with) {
  for (const auto& [name, value] : r.headers) {
    if (!is_token(name)) return false;
    if (breaks_out(value) || belongs_to_connection(name)) return false;
  }
  out.append("HTTP/1.1 ").append(std::to_string(r.status)).append(" ").append(reason(r.status));
  out.append("\r\n");
  append_line(out, "x-amz-id-2", with.extended_id);
  append_line(out, "x-amz-request-id", with.request_id);
  append_line(out, "Date", with.date);
  for (const auto& [name, value] : r.headers) append_line(out, name, value);
  if (has_body(with.method, r.status)) {
    append_line(out, "Content-Length", std::to_string(body_bytes));
  } else if (r.length_of_absent_body && r.status != 204) {
    append_line(out, "Content-Length", std::to_string(*r.length_of_absent_body));
  } else if (with.method == "HEAD" && r.status != 204 && r.status != 304) {
    append_line(out, "Content-Length", std::to_string(body_bytes));
  }
  if (!with.keep_alive) {
    append_line(out, "Connection", "close");
  } else if (with.http10) {
    append_line(out, "Connection", "keep-alive");
  }
  out.append("\r\n");
  return true;
}

}  // namespace torhaus::gateway::http
