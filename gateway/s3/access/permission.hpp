// May the caller do this? Collects what the authorizer needs: the settings of the bucket, the
// object when the decision hangs on it, the values of condition keys.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/s3/context.hpp"
#include "gateway/s3/object/tag_set.hpp"

namespace torhaus::gateway::s3 {

// One question to the authorizer. The views and pointers must live until the task has ended.
struct permission_question {
  std::string_view action;
  const storage::catalog::bucket_record& bucket;
  const bucket_settings& settings;                        // of that bucket
  const auth::projects::project_view* project = nullptr;  // the bucket's; null: none
  std::string_view key = {};
  std::optional<std::string_view> version_id = std::nullopt;
  // The version that is spoken of, when it is known already.
  const storage::catalog::object_version* object = nullptr;
  // Receives the version that was looked up to decide; 0 where there was none.
  std::optional<storage::catalog::version_sequence>* judged = nullptr;
  // The ETag that an entry of DeleteObjects wants; other requests say it themselves.
  std::optional<std::string_view> if_match = std::nullopt;
};

// access_denied, unless the caller may. Who may not read a key that is not there, but may list it,
// is let through: the answer will be that it is not there (AWS: GetObject, permissions).
task<result<void>> ask_permission(const context&, const permission_question&);

// The same without a look at any object: for actions that the owner of the bucket decides about.
result<void> ask_without_object(const context&, const permission_question&);

// s3:PutObjectTagging on the object that the request is about to make (context::new_object).
// `carried`: tags that a copy has from its source; null: those that the request says.
result<void> ask_about_new_tags(const context&, const tag_list* carried = nullptr);

// s3:PutObjectAcl on the object that the request is about to make (context::new_object): AWS asks
// for it besides s3:PutObject when headers set an ACL.
result<void> ask_about_new_acl(const context&);

// The row's own action on the target. In CreateBucket and on the service there is no bucket.
task<result<void>> permit_operation(context&);

// The version that a handler has read: asks once more when the permission was given for another one
// that was there a moment before.
task<result<void>> permit_version(const context&, const storage::catalog::object_version&);

// Whether the caller may list the question's bucket with its key as the prefix; its action does not
// count.
bool may_list(const context&, const permission_question&);

// After the operation: who may not list the bucket is not told that a key is missing.
bool may_know_what_is_missing(const context&);

}  // namespace torhaus::gateway::s3
