#include "storage/catalog/usage.hpp"

#include <array>

#include "storage/base/log.hpp"

namespace torhaus::storage::catalog {
namespace {

std::array<std::string, 3> rows_of(const bucket_record& b) {
  return {schema::bucket_usage_key(b.id),
          b.project.empty() ? std::string() : schema::project_usage_key(b.project),
          schema::agency_usage_key(b.owner_account)};
}

// A counter that would fall below nothing is wrong already; it must not keep anybody from deleting.
std::uint64_t moved(std::uint64_t value, std::int64_t by, std::string_view row) {
  if (by >= 0) return value + static_cast<std::uint64_t>(by);
  const auto less = static_cast<std::uint64_t>(-by);
  if (less <= value) return value - less;
  log::error("usage_wrong", {{"row", crypto::to_hex(row)}, {"value", value}, {"less", less}});
  return 0;
}

void apply_to(kv::transaction& t, const std::string& key, const usage_delta& d) {
  usage u = read_usage(t, key);
  u.objects = moved(u.objects, d.objects, key);
  u.bytes = moved(u.bytes, d.bytes, key);
  u.upload_bytes = moved(u.upload_bytes, d.upload_bytes, key);
  if (u == usage{}) {
    t.erase(key);
  } else {
    t.put(key, schema::encode(u));
  }
}

error exceeded(const std::string& whose, const char* unit, std::uint64_t used, std::uint64_t more,
               std::uint64_t allowed) {
  return error(errc::quota_exceeded, "The quota of " + whose + " is " + std::to_string(allowed) +
                                         " " + unit + "; " + std::to_string(used) +
                                         " are used, and " + std::to_string(more) +
                                         " more do not fit.")
      .with("QuotaOf", whose)
      .with("QuotaUnit", unit)
      .with("QuotaUsed", std::to_string(used))
      .with("QuotaAllowed", std::to_string(allowed));
}

result<void> fits(const usage& used, const quota_limit& limit, const usage_delta& growth,
                  const std::string& whose) {
  const auto over = [](std::uint64_t have, std::int64_t more, std::uint64_t allowed) {
    if (allowed == 0 || more <= 0) return false;
    return have > allowed || static_cast<std::uint64_t>(more) > allowed - have;
  };
  const std::int64_t bytes = growth.bytes + growth.upload_bytes;
  if (over(used.objects, growth.objects, limit.objects)) {
    return exceeded(whose, "objects", used.objects, static_cast<std::uint64_t>(growth.objects),
                    limit.objects);
  }
  if (over(used.all_bytes(), bytes, limit.bytes)) {
    return exceeded(whose, "bytes", used.all_bytes(), static_cast<std::uint64_t>(bytes),
                    limit.bytes);
  }
  return {};
}

}  // namespace

usage read_usage(const kv::snapshot& s, const std::string& row_key) {
  const auto value = s.get(row_key);
  if (!value) return {};
  return schema::named(row_key, [&] { return schema::decode_usage(*value); });
}

void apply_usage(kv::transaction& t, const bucket_record& bucket, const usage_delta& d) {
  if (d.empty()) return;
  for (const std::string& key : rows_of(bucket)) {
    if (!key.empty()) apply_to(t, key, d);
  }
}

result<void> check_room(const kv::snapshot& s, const quota_source* quotas,
                        const bucket_record& bucket, const usage_delta& growth) {
  if (quotas == nullptr) return {};
  const quota_limits limits = quotas->limits_of(s, bucket);
  if (!limits.project.none()) {
    const usage used = read_usage(s, schema::project_usage_key(bucket.project));
    if (auto good = fits(used, limits.project, growth, "project " + bucket.project); !good) {
      return good;
    }
  }
  if (limits.agency.none()) return {};
  const usage used = read_usage(s, schema::agency_usage_key(bucket.owner_account));
  return fits(used, limits.agency, growth, "agency " + limits.agency_name);
}

result<void> check_room(const kv::snapshot& s, const quota_source* quotas, const place& at,
                        const bucket_record& bucket, const std::optional<version_summary>& newest,
                        usage_delta growth) {
  if (quotas == nullptr || check_room(s, quotas, bucket, growth)) return {};
  if (const auto replaced = replaced_version(s, at, bucket, newest))
    count_removed(*replaced, growth);
  return check_room(s, quotas, bucket, growth);
}

std::uint64_t upload_usage(const kv::snapshot& s, std::string_view upload_id) {
  const std::string key = schema::upload_usage_key(upload_id);
  const auto value = s.get(key);
  return value ? schema::named(key, [&] { return schema::decode_number(*value); }) : 0;
}

void set_upload_usage(kv::transaction& t, std::string_view upload_id, std::uint64_t bytes) {
  t.put(schema::upload_usage_key(upload_id), schema::encode_number(bytes));
}

void drop_upload_usage(kv::transaction& t, std::string_view upload_id, usage_delta& d) {
  d.upload_bytes -= static_cast<std::int64_t>(upload_usage(t, upload_id));
  t.erase(schema::upload_usage_key(upload_id));
}

void forget_bucket_usage(kv::transaction& t, const bucket_record& bucket) {
  const usage left = read_usage(t, schema::bucket_usage_key(bucket.id));
  usage_delta d;
  d.objects = -static_cast<std::int64_t>(left.objects);
  d.bytes = -static_cast<std::int64_t>(left.bytes);
  d.upload_bytes = -static_cast<std::int64_t>(left.upload_bytes);
  apply_usage(t, bucket, d);
}

}  // namespace torhaus::storage::catalog
