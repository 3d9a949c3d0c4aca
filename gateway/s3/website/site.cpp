#include "gateway/s3/website/site.hpp"

#include <algorithm>

#include "gateway/http/response_head.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::string_view redirect_header = "x-amz-website-redirect-location";

std::optional<std::string> header_of(const http::response& r, std::string_view name) {
  for (const auto& [n, value] : r.headers) {
    if (http::equal_ignoring_case(n, name)) return value;
  }
  return std::nullopt;
}

http::response redirect(unsigned code, std::string location) {
  http::response r;
  r.status = code;
  r.set("Location", std::move(location));
  r.body = std::string();
  return r;
}

std::string scheme_of(const http::request& call, const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  return call.from.secure ? "https" : "http";
}

http::response follow(const http::request& call, const website_rule& rule, std::string_view key) {
  const std::string host = rule.host.empty() ? call.host : rule.host;
  return redirect(rule.code, scheme_of(call, rule.protocol) + "://" + host + "/" +
                                 url_encode(rule.target_key(key)));
}

// The request without what speaks of the page that was not there.
http::request plain_call(const http::request& call) {
  http::request plain = call;
  std::erase_if(plain.headers, [](const http::header& h) {
    return http::equal_ignoring_case(h.name, "Range") ||
           http::equal_ignoring_case(h.name.substr(0, 3), "If-");
  });
  return plain;
}

void append_item(std::string& page, std::string_view name, std::string_view value) {
  page.append("<li>").append(name).append(": ");
  xml::append_escaped(page, xml::readable(value));
  page.append("</li>\n");
}

// Why a page could not be had, from an error or from an answer that is one.
struct failure {
  unsigned status = 0;
  error why{errc::internal_error};
};
std::optional<failure> failure_of(const result<http::response>& got) {
  if (!got) return failure{status_of(got.error().code()), got.error()};
  if (got->status < 400) return std::nullopt;
  const errc code = got->status == 404   ? errc::no_such_key
                    : got->status == 403 ? errc::access_denied
                    : got->status == 416 ? errc::invalid_range
                    : got->status == 412 ? errc::precondition_failed
                    : got->status < 500  ? errc::invalid_request
                                         : errc::internal_error;
  return failure{got->status, error(code)};
}

// As headers, which S3 adds to the site's own pages for errors too. A value that is no header's is
// left out.
void name_error(http::response& r, const error& why) {
  r.set("x-amz-error-code", std::string(code_of(why.code())));
  r.set("x-amz-error-message", std::string(why.message()));
  for (const auto& [name, value] : why.fields()) {
    const bool plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; });
    if (plain) r.set("x-amz-error-detail-" + name, value);
  }
}

void append_list(std::string& page, const error& why) {
  append_item(page, "Code", code_of(why.code()));
  append_item(page, "Message", why.message());
  for (const auto& [name, value] : why.fields()) append_item(page, name, value);
}

task<http::response> answer_failure(http::request& call, const website& site, std::string key,
                                    failure f, site_objects& objects) {
  if (const website_rule* rule = site.find(key, f.status)) co_return follow(call, *rule, key);
  if (site.error_key.empty()) co_return error_page(f.why, call);
  http::request plain = plain_call(call);
  site_page page = co_await objects.get(plain, site.error_key);
  const auto no_document = failure_of(page.answer);
  if (no_document) co_return error_page(f.why, call, &no_document->why);
  auto elsewhere = header_of(*page.answer, redirect_header);
  if (elsewhere) co_return redirect(301, std::move(*elsewhere));
  page.answer->status = f.status;
  name_error(*page.answer, f.why);
  co_return std::move(*page.answer);
}

}  // namespace

task<http::response> answer_site(http::request& call, const website& site, std::string key,
                                 site_objects& objects) {
  if (site.redirect_all) {
    co_return redirect(301, scheme_of(call, site.redirect_all->protocol) + "://" +
                                site.redirect_all->host + call.target);
  }
  if (const website_rule* rule = site.find(key, std::nullopt)) co_return follow(call, *rule, key);
  const bool folder = key.empty() || key.ends_with('/');
  site_page page = co_await objects.get(call, folder ? key + site.index_suffix : key);
  const auto failed = failure_of(page.answer);
  if (!failed) {
    auto elsewhere = header_of(*page.answer, redirect_header);
    if (elsewhere) co_return redirect(301, std::move(*elsewhere));
    co_return std::move(*page.answer);
  }
  if (page.absent && !folder) {
    // "dir" is meant when only "dir/" has an index.
    http::request probe = plain_call(call);
    probe.method = "HEAD";
    const site_page index = co_await objects.get(probe, key + "/" + site.index_suffix);
    if (index.answer && index.answer->status == 200) {
      // Within the site, as with AWS; but two slashes in front would name another host.
      std::string there = "/" + url_encode(key) + "/";
      if (key.starts_with('/')) there = scheme_of(call, "") + "://" + call.host + there;
      co_return redirect(302, std::move(there));
    }
  }
  co_return co_await answer_failure(call, site, std::move(key), *failed, objects);
}

error site_method_refused(const http::request& call) {
  return error(errc::method_not_allowed).with("Method", call.method).with("ResourceType", "OBJECT");
}

http::response error_page(const error& why, const http::request& call, const error* of_document) {
  const unsigned status = status_of(why.code());
  const std::string title = std::to_string(status) + " " + std::string(http::reason(status));
  std::string page =
      "<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n<ul>\n";
  append_list(page, why);
  append_item(page, "RequestId", call.id);
  append_item(page, "HostId", http::extended_id_of(call.id));
  page += "</ul>\n";
  if (of_document != nullptr) {
    page +=
        "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n";
    append_list(page, *of_document);
    page += "</ul>\n";
  }
  page += "<hr/>\n</body>\n</html>\n";
  http::response r;
  r.status = status;
  r.set("Content-Type", "text/html; charset=utf-8");
  name_error(r, why);
  r.body = std::move(page);
  return r;
}

}  // namespace torhaus::gateway::s3
