// The buckets of a project. Each says in its record which project it is of; by the rule of names
// they stand together.
#pragma once

#include <string>
#include <vector>

#include "storage/base/result.hpp"
#include "storage/base/task.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::auth::projects {

// Names greater than `after`, in order, at most `max`.
task<result<std::vector<storage::catalog::bucket_record>>> buckets_of(
    storage::catalog::catalog& catalog, std::string project, std::string after, std::size_t max);

}  // namespace torhaus::auth::projects
