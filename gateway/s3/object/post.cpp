// PostObject: a browser's form becomes an object.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
#include <algorithm>

#include "auth/sigv4/uri.hpp"
#include "gateway/s3/form/fields.hpp"
#include "gateway/s3/form/upload.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

std::string fully_encoded(std::string_view text) {
  return auth::sigv4::encode(text, auth::sigv4::slash::encoded);
}

// AWS: a URL that cannot be interpreted counts as none.
bool is_web_address(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() == scheme) return false;
  const bool printable = std::ranges::all_of(url, [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("<>\"\\^`{|}").find(c) == std::string_view::npos;
  });
  return printable && std::string_view("/?#").find(url[scheme]) == std::string_view::npos;
}

// Where the browser is sent afterwards; empty: nowhere.
std::string redirection(const context& ctx, std::string_view etag) {
  auto url = form::find_field(ctx.form->fields, "success_action_redirect");
  if (!url) url = form::find_field(ctx.form->fields, "redirect");
  if (!url || !is_web_address(*url)) return {};
  const std::size_t fragment = std::min(url->find('#'), url->size());
  std::string out(url->substr(0, fragment));
  out += out.find('?') == std::string::npos ? '?' : '&';
  out += "bucket=" + fully_encoded(ctx.bucket->name) + "&key=" + fully_encoded(ctx.where.key) +
         "&etag=" + fully_encoded(etag);
  out += url->substr(fragment);
  return out;
}

std::string post_response(const context& ctx, const std::string& location, std::string_view etag) {
  xml::writer doc("PostResponse", "");
  doc.text("Location", location).text("Bucket", ctx.bucket->name);
  doc.text("Key", ctx.where.key).text("ETag", etag);
  return std::move(doc).take();
}

}  // namespace

task<result<http::response>> post_object(context& ctx) {
  auto stored = co_await put_object(ctx);
  if (!stored) co_return std::move(stored).error();
  http::response r = std::move(*stored);
  const auto etag =
      std::ranges::find(r.headers, "ETag", &std::pair<std::string, std::string>::first);
  const std::string tag = etag == r.headers.end() ? std::string() : etag->second;
  const std::string redirect = redirection(ctx, tag);
  if (!redirect.empty()) {
    r.status = 303;
    r.set("Location", redirect);
    co_return r;
  }
  // S3 encodes the slashes of the key here.
  const std::string location = object_url(ctx, ctx.bucket->name, "") + fully_encoded(ctx.where.key);
  r.set("Location", location);
  const auto status = form::find_field(ctx.form->fields, "success_action_status").value_or("");
  r.status = status == "200" ? 200 : status == "201" ? 201 : 204;
  if (r.status == 201) {
    r.set("Content-Type", "application/xml");
    r.body = post_response(ctx, location, tag);
  }
  co_return r;
}

}  // namespace torhaus::gateway::s3
