#include "gateway/s3/context.hpp"

#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/bucket/projects.hpp"
#include "gateway/s3/error_response.hpp"

namespace torhaus::gateway::s3 {

namespace catalog = storage::catalog;

task<result<void>> context::may(std::string_view action, const catalog::bucket_record& other,
                                std::string_view key, std::optional<std::string_view> version_id,
                                const catalog::object_version* object) const {
  auto known = settings;
  auto known_project = project;
  if (!bucket || bucket->id != other.id) {
    auto found = co_await service.settings->of(other);
    if (!found) co_return std::move(found).error();
    known = std::move(*found);
    auto of_other = co_await project_of(service, other);
    if (!of_other) co_return std::move(of_other).error();
    known_project = std::move(*of_other);
  }
  const permission_question asked{action, other,      *known, known_project.get(),
                                  key,    version_id, object};
  co_return co_await ask_permission(*this, asked);
}

result<void> context::may_here(std::string_view action, std::string_view key) const {
  return ask_without_object(*this, {action, *bucket, *settings, project.get(), key});
}

http::response context::refused(const error& why) const {
  error_code = code_of(why.code());
  return error_response(why, call.method, call.id, &where);
}

}  // namespace torhaus::gateway::s3
