// The catalog's calls about usage.
#include "storage/catalog/impl.hpp"
#include "storage/catalog/uploads.hpp"
#include "storage/catalog/usage.hpp"
#include "storage/kv/walk.hpp"

namespace torhaus::storage::catalog {

task<result<void>> catalog::check_object_room(std::uint64_t bucket, object_key key,
                                              std::uint64_t bytes) {
  if (impl_->quotas == nullptr) co_return result<void>();
  const usage_delta growth{1, static_cast<std::int64_t>(bytes), 0};
  const auto look = [&](const kv::snapshot& s) -> result<void> {
    const auto record = require_bucket(s, bucket);
    if (!record) return record.error();
    if (check_room(s, impl_->quotas, *record, growth)) return {};
    // Unless what it replaces makes room.
    const place at{bucket, key.str()};
    return check_room(s, impl_->quotas, at, *record, newest_version(s, at), growth);
  };
  co_return co_await impl_->db.read(look);
}

task<result<void>> catalog::check_part_room(std::uint64_t bucket, std::string upload_id,
                                            std::uint32_t number, std::uint64_t bytes) {
  const auto id = parse_upload_id(upload_id);
  if (impl_->quotas == nullptr || !id) co_return result<void>();
  const auto look = [&](const kv::snapshot& s) -> result<void> {
    const auto record = require_bucket(s, bucket);
    if (!record) return record.error();
    usage_delta growth;
    growth.upload_bytes = static_cast<std::int64_t>(bytes) - part_bytes(s, *id, number);
    return check_room(s, impl_->quotas, *record, growth);
  };
  co_return co_await impl_->db.read(look);
}

task<usage> catalog::usage_of_bucket(std::uint64_t bucket) {
  const auto look = [&](const kv::snapshot& s) {
    return read_usage(s, schema::bucket_usage_key(bucket));
  };
  co_return co_await impl_->db.read(look);
}

task<usage> catalog::usage_of_project(std::string project) {
  const auto look = [&](const kv::snapshot& s) {
    return read_usage(s, schema::project_usage_key(project));
  };
  co_return co_await impl_->db.read(look);
}

task<usage> catalog::usage_of_agency(std::string account) {
  const auto look = [&](const kv::snapshot& s) {
    return read_usage(s, schema::agency_usage_key(account));
  };
  co_return co_await impl_->db.read(look);
}

std::vector<std::pair<std::string, usage>> catalog::usage_of_agencies(std::size_t most) const {
  std::vector<std::pair<std::string, usage>> all;
  const auto reading = [&](const kv::snapshot& s) {
    all.clear();
    const std::string from = schema::agency_usage_key("");
    const auto cursor = s.scan(from, schema::successor(from));
    const auto take = [&](std::string_view key, std::string_view value) {
      all.emplace_back(key.substr(from.size()),
                       schema::named(key, [&] { return schema::decode_usage(value); }));
      return all.size() < most;
    };
    kv::walk(*cursor, from, take, [](const damaged_record&) {});
  };
  try {
    impl_->db.read_blocking(reading);
  } catch (const damaged_record&) {
    // Figures are needed most when something is damaged: those that can be read.
  }
  return all;
}

}  // namespace torhaus::storage::catalog
