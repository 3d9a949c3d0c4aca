#include "auth/projects/buckets.hpp"

namespace torhaus::auth::projects {

namespace catalog = storage::catalog;

task<result<std::vector<catalog::bucket_record>>> buckets_of(catalog::catalog& all,
                                                             std::string project, std::string after,
                                                             std::size_t max) {
  std::vector<catalog::bucket_record> found;
  if (max > 0 && after < project) {
    auto own = co_await all.find_bucket(project);
    if (!own && own.error().code() != errc::no_such_bucket) co_return std::move(own).error();
    if (own && own->project == project) found.push_back(std::move(*own));
  }
  catalog::bucket_list_query query;
  query.prefix = project + "-";
  query.after = std::move(after);
  query.max_buckets = 1000;
  for (bool more = true; more && found.size() < max;) {
    auto page = co_await all.list_buckets(query);
    if (!page) co_return std::move(page).error();
    more = page->truncated && !page->buckets.empty();
    if (more) query.after = page->buckets.back().name;
    for (catalog::bucket_record& b : page->buckets) {
      if (b.project == project && found.size() < max) found.push_back(std::move(b));
    }
  }
  co_return found;
}

}  // namespace torhaus::auth::projects
