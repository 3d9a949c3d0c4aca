#include "gateway/s3/object/copy_source.hpp"

#include "gateway/s3/access/request_values.hpp"
#include "gateway/s3/encryption/object_keys.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/conditions.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

result<void> check_source_owner(const context& ctx, const catalog::bucket_record& bucket) {
  const auto expected = instruction(ctx, "x-amz-source-expected-bucket-owner");
  if (expected && *expected != bucket.owner_account) return errc::access_denied;
  return {};
}

// A delete marker that is named is there.
result<void> check_is_there(const result<catalog::opened_object>& opened,
                            const copy_source_name& name) {
  const bool marked = opened && opened->version.delete_marker && !name.version_id;
  if (marked || (!opened && opened.error().code() == errc::no_such_key)) {
    return error(errc::no_such_key).with("Key", name.key);
  }
  if (!opened) return opened.error();
  return {};
}

}  // namespace

result<copy_source_name> parse_copy_source(std::string_view header) {
  const auto refuse = [&](std::string_view why) {
    return invalid_argument(std::string(why), "x-amz-copy-source", header);
  };
  if (header.starts_with("arn:")) {
    return error(errc::not_implemented,
                 "Access point ARNs in x-amz-copy-source are not implemented by this server.");
  }
  copy_source_name s;
  // The '?' is looked for before decoding, so that an encoded one belongs to the key.
  const std::size_t question = header.find('?');
  if (question != std::string_view::npos) {
    constexpr std::string_view version = "versionId=";
    const std::string_view query = header.substr(question + 1);
    if (!query.starts_with(version)) return refuse("Copy source has an unknown parameter");
    s.version_id = std::string(query.substr(version.size()));
  }
  auto decoded = percent_decode(header.substr(0, question), plus_sign::space);
  if (!decoded) return refuse("Invalid copy source encoding.");
  // The slash in front may come encoded like the others (encodeURIComponent).
  std::string_view path = *decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos || slash + 1 == path.size()) {
    // AWS names the header as the value here.
    return invalid_argument("Invalid copy source object key", "x-amz-copy-source",
                            "x-amz-copy-source");
  }
  s.bucket = path.substr(0, slash);
  s.key = path.substr(slash + 1);
  if (!catalog::bucket_name::parse(s.bucket)) return refuse("Invalid copy source bucket name");
  return s;
}

task<result<copy_source>> open_copy_source(context& ctx) {
  auto name = parse_copy_source(ctx.header("x-amz-copy-source").value_or(""));
  if (!name) co_return std::move(name).error();
  const auto bucket_name = catalog::bucket_name::parse(name->bucket);
  if (!bucket_name) co_return error(errc::no_such_bucket).with("BucketName", name->bucket);
  auto bucket = co_await ctx.service.catalog->find_bucket(bucket_name->str());
  if (!bucket) co_return error(errc::no_such_bucket).with("BucketName", name->bucket);
  if (auto ok = check_source_owner(ctx, *bucket); !ok) co_return std::move(ok).error();
  auto key = catalog::object_key::parse(name->key);
  if (!key) co_return std::move(key).error();
  const auto action = name->version_id ? "s3:GetObjectVersion" : "s3:GetObject";
  const std::string asked_key = key->str();
  auto opened =
      co_await ctx.service.catalog->open_object(bucket->id, std::move(*key), name->version_id);
  // The very version that is copied is what the caller must be allowed to read.
  const auto* version = opened && !opened->version.delete_marker ? &opened->version : nullptr;
  if (auto ok = co_await ctx.may(action, *bucket, asked_key, name->version_id, version); !ok) {
    co_return std::move(ok).error();
  }
  if (auto there = check_is_there(opened, *name); !there) {
    const errc why = there.error().code();
    if (why != errc::no_such_key && why != errc::no_such_version) co_return there.error();
    auto told = co_await ctx.may_know_what_is_missing(*bucket, asked_key);
    co_return std::move(told ? there : told).error();
  }
  if (opened->version.delete_marker) {
    co_return error(errc::invalid_request,
                    "The source of a copy request may not specifically refer to a delete marker "
                    "by version id.");
  }
  const auto condition = check_conditions(ctx, "x-amz-copy-source-", opened->version);
  if (condition.is != verdict::go_on) {
    co_return error(errc::precondition_failed)
        .with("Condition", "x-amz-copy-source-" + std::string(condition.condition));
  }
  copy_source s;
  s.bucket = std::move(*bucket);
  s.key = std::move(name->key);
  s.version_id = std::move(name->version_id);
  s.object = std::move(*opened);
  auto data_key = co_await data_key_of(ctx, s.bucket, s.object.version, key_of::copy_source);
  if (!data_key) co_return std::move(data_key).error();
  s.data_key = std::move(*data_key);
  if (s.data_key) s.object.content->unlock(*s.data_key);
  co_return s;
}

void append_source_version(http::response& r, const copy_source& source) {
  if (source.object.version.null_version && !source.version_id) return;
  append_version_id(r, source.bucket, source.object.version, "x-amz-copy-source-version-id");
}

}  // namespace torhaus::gateway::s3
