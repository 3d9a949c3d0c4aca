#include "gateway/s3/resource_target.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::string_view api_version = "/v20180820/";
constexpr std::string_view bucket_arn = "arn:aws:s3:::";

}  // namespace

bool names_resource(const http::request& call, const std::vector<std::string>& base_domains) {
  if (!call.path.starts_with(api_version)) return false;
  const auto account = call.find("x-amz-account-id");
  if (!account) return false;
  if (!names_bucket_in_host(call.host, base_domains)) return true;
  return call.host.starts_with(std::string(*account) + ".");
}

result<target> parse_resource_target(std::string_view path, std::string_view query) {
  // The query is read as anywhere else.
  auto out = parse_target("", "/", query, {});
  if (!out) return out;
  out->by_arn = true;
  path.remove_prefix(api_version.size());
  constexpr std::string_view tags = "tags/";
  if (!path.starts_with(tags)) {
    return error(errc::not_implemented,
                 "This operation of S3 Control is not implemented by this server.");
  }
  const auto arn = percent_decode(path.substr(tags.size()), plus_sign::literal);
  if (!arn) return arn.error();
  if (!arn->starts_with(bucket_arn)) return errc::no_such_resource;
  out->bucket = arn->substr(bucket_arn.size());
  return out;
}

}  // namespace torhaus::gateway::s3
