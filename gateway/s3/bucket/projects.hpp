// Buckets and the projects they belong to: whose a bucket is, how one comes into a project and
// leaves it, and which a caller sees.
#pragma once

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// The project of a bucket. One that is not there (a store of before there were projects) is made.
// Null: nor is there an agency to own it.
task<result<auth::projects::project_pointer>> project_of(
    const services&, const storage::catalog::bucket_record& bucket);

// Stores the bucket: in the project that covers its name, or in one that is opened for it.
task<result<storage::catalog::bucket_record>> create_in_project(
    const context&, storage::catalog::bucket_record wanted,
    storage::catalog::setting_documents settings);

// After a bucket is gone: a project that was opened for it and has no other goes too.
task<void> leave_project(const services&, std::string project);

// What CreateBucket answers whom may not: who could open a project is told that the name is taken.
task<result<void>> why_no_bucket(const context&, error refusal);

// What ListBuckets shows: to the root user of an agency, and to users of IAM whom a policy lets,
// all buckets of the agency; to everybody those of the projects where they are members.
task<result<storage::catalog::bucket_list_page>> visible_buckets(
    const context&, const storage::catalog::bucket_list_query& query);

}  // namespace torhaus::gateway::s3
