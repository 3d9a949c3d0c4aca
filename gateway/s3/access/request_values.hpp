// What condition keys are worth for one request. Looked up only when a policy names them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/policy/values.hpp"
#include "gateway/s3/context.hpp"
#include "gateway/s3/object/tag_set.hpp"

namespace torhaus::gateway::s3 {

// AWS: "AWS global condition context keys" and the condition keys of Amazon S3. Lives no longer
// than what it is made from.
class request_values final : public auth::policy::condition_values {
 public:
  // What is asked about, where it is not what the request itself names.
  struct subject {
    // Its bucket: a copy's source has another one than the target. Null where there is none yet.
    const storage::catalog::bucket_record* bucket = nullptr;
    // The project of that bucket, or the one that a bucket to be would belong to.
    const auth::projects::project_view* project = nullptr;
    const storage::catalog::object_version* object = nullptr;  // for s3:ExistingObjectTag/…
    std::optional<std::string_view> version_id = std::nullopt;
    // s3:prefix of the question whether a caller may know that a key is not there.
    std::optional<std::string_view> prefix = std::nullopt;
    // The tags that a copy carries over from its source: for s3:RequestObjectTag/…
    const tag_list* carried_tags = nullptr;
    // s3:if-match of an entry of DeleteObjects.
    std::optional<std::string_view> if_match = std::nullopt;
  };
  request_values(const context& ctx, const subject& about) : ctx_(ctx), about_(about) {}

  bool find(std::string_view key, std::vector<std::string>& values) const override;

 private:
  std::optional<std::string> of_connection(std::string_view key) const;
  std::optional<std::string> of_signature(std::string_view key) const;
  std::optional<std::string> of_account(std::string_view key) const;
  std::optional<std::string> of_s3(std::string_view key) const;
  std::optional<std::string> of_header(std::string_view name) const;
  std::optional<std::string> of_lock(std::string_view name) const;
  std::optional<std::string> of_project(std::string_view key) const;
  bool of_tags(std::string_view key, std::vector<std::string>& values) const;
  tag_list written_tags() const;

  const context& ctx_;
  subject about_;
};

// Whether x-amz-tagging says the tags of the object. A copy has those of its source unless
// x-amz-tagging-directive is REPLACE, whatever else the request says.
bool takes_tags(const context&);

// The tags that the request itself says: x-amz-tagging, or the body of PutObjectTagging. Empty for
// what cannot be read: the operation refuses it.
tag_list requested_tags(const context&);

// An x-amz-… header, also where a presigned URL carries it in its query.
std::optional<std::string_view> instruction(const context&, std::string_view name);

// If-Match or If-None-Match of a write or delete. What a presigned URL's query says is signed and
// counts; such a header anybody can add who has the URL.
std::optional<std::string_view> condition(const context&, std::string_view name);

}  // namespace torhaus::gateway::s3
