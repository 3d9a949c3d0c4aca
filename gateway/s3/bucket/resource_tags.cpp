// ListTagsForResource, TagResource, UntagResource of S3 Control: the tags of a bucket, one by one.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_TagResource.html
#include <algorithm>

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/object/tag_set.hpp"
#include "gateway/s3/xml/response.hpp"

namespace torhaus::gateway::s3 {
namespace {

using storage::catalog::bucket_setting;
using storage::catalog::setting_documents;

// AWS: x-amz-account-id is the account of who owns the bucket, or the requester's.
result<void> check_account(const context& ctx) {
  const std::string_view account = ctx.header("x-amz-account-id").value_or("");
  if (account == ctx.bucket->owner_account) return {};
  if (!ctx.caller.anonymous() && account == ctx.caller.who().account) return {};
  return errc::access_denied;
}

result<tag_list> tags_in(const setting_documents& documents) {
  const auto found = documents.find(bucket_setting::tagging);
  if (found == documents.end()) return tag_list();
  return parse_tag_set(found->second, tagged::bucket);
}

// Stores what `change` makes of the tags. Of those who change them at once each sees what the
// others have made; who comes too late again and again is told so.
template <class Change>
task<result<http::response>> change_tags(context& ctx, Change change) {
  constexpr int tries = 8;
  for (int i = 0; i < tries; ++i) {
    const auto stored = co_await ctx.service.catalog->find_bucket_settings(ctx.bucket->id);
    if (!stored) co_return stored.error();
    auto tags = tags_in(stored->documents);
    if (!tags) co_return std::move(tags).error();
    if (auto ok = change(*tags); !ok) co_return std::move(ok).error();
    std::optional<std::string> document;
    if (!tags->empty()) document = write_tag_set(std::move(*tags));
    const auto done = co_await ctx.service.catalog->set_bucket_setting(
        ctx.bucket->id, bucket_setting::tagging, std::move(document), stored->revision);
    if (done) {
      http::response r;
      r.status = 204;
      co_return r;
    }
    if (done.error().code() != errc::operation_aborted) co_return done.error();
  }
  co_return errc::operation_aborted;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListTagsForResource.html
// Without tags it is an empty list, where GetBucketTagging has an error.
task<result<http::response>> list_tags_for_resource(context& ctx) {
  if (auto ok = check_account(ctx); !ok) co_return std::move(ok).error();
  const auto tags = tags_in(ctx.settings->documents);
  if (!tags) co_return tags.error();
  xml::writer doc("ListTagsForResourceResult", xml::control_namespace);
  doc.open("Tags");
  append_tags(doc, *tags);
  doc.close("Tags");
  co_return xml_response(std::move(doc).take());
}

task<result<http::response>> tag_resource(context& ctx) {
  if (auto ok = check_account(ctx); !ok) co_return std::move(ok).error();
  auto given = parse_tag_set(ctx.xml_body, tagged::resource);
  if (!given) co_return std::move(given).error();
  const auto put = [&given](tag_list& tags) -> result<void> {
    std::erase_if(tags, [&given](const auto& old) {
      return std::ranges::any_of(*given, [&](const auto& tag) { return tag.first == old.first; });
    });
    for (const auto& [key, value] : *given) {
      if (auto ok = append_tag(tags, key, value, tagged::resource); !ok) return ok;
    }
    return {};
  };
  co_return co_await change_tags(ctx, put);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_UntagResource.html
task<result<http::response>> untag_resource(context& ctx) {
  if (auto ok = check_account(ctx); !ok) co_return std::move(ok).error();
  const auto& query = ctx.where.query;
  const auto remove = [&query](tag_list& tags) -> result<void> {
    std::erase_if(tags, [&query](const auto& tag) {
      return std::ranges::any_of(query, [&tag](const auto& parameter) {
        return parameter.first == "tagKeys" && parameter.second == tag.first;
      });
    });
    return {};
  };
  co_return co_await change_tags(ctx, remove);
}

}  // namespace torhaus::gateway::s3
