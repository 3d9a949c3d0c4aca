#include "gateway/s3/object/conditions.hpp"

#include <algorithm>
#include <chrono>

#include "gateway/http/characters.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

// A position in a range. However large it is, it is a number: it lies behind the end.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || !digits) return std::nullopt;
  return parse_number(text).value_or(UINT64_MAX);
}

}  // namespace

result<std::optional<byte_range>> parse_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  const std::optional<byte_range> whole;
  if (!http::equal_ignoring_case(header.substr(0, unit.size()), unit)) return whole;
  const std::string_view spec = header.substr(unit.size());
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return whole;
  const std::string_view from = spec.substr(0, dash);
  const std::string_view to = spec.substr(dash + 1);
  const auto unsatisfiable = [&] {
    return error(errc::invalid_range)
        .with("RangeRequested", std::string(header))
        .with("ActualObjectSize", std::to_string(size));
  };
  if (from.empty()) {
    const auto suffix = parse_position(to);
    if (!suffix) return whole;
    if (*suffix == 0) return unsatisfiable();
    if (size == 0) return whole;  // S3 sends the last bytes of nothing: nothing
    const std::uint64_t length = std::min(*suffix, size);
    return std::optional(byte_range{size - length, length});
  }
  const auto first = parse_position(from);
  const auto last = to.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : parse_position(to);
  if (!first || !last || *last < *first) return whole;
  if (*first >= size) return unsatisfiable();
  const std::uint64_t end = std::min(*last, size - 1);
  return std::optional(byte_range{*first, end - *first + 1});
}

bool etag_list_matches(std::string_view list, const catalog::etag& tag, comparison how) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view one = http::trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    if (one == "*") return true;
    if (one.starts_with("W/")) {
      if (how == comparison::strong) continue;
      one.remove_prefix(2);
    }
    const auto parsed = catalog::etag::parse(one);
    if (parsed && *parsed == tag) return true;
  }
  return false;
}

bool range_applies(const context& ctx, const catalog::object_version& v) {
  const auto given = ctx.header("If-Range");
  if (!given) return true;
  const std::string_view value = http::trim(*given);
  if (const auto when = parse_date(value)) {
    return std::chrono::floor<std::chrono::seconds>(v.modified) == *when;
  }
  return value != "*" && etag_list_matches(value, v.etag, comparison::strong);
}

condition_outcome check_conditions(const context& ctx, std::string_view prefix,
                                   const catalog::object_version& v) {
  const auto header = [&](std::string_view name) {
    return prefix.empty() ? ctx.header(name) : ctx.header(std::string(prefix) += name);
  };
  const auto modified = std::chrono::floor<std::chrono::seconds>(v.modified);
  const auto match = header("If-Match");
  const auto none_match = header("If-None-Match");
  if (match) {
    if (!etag_list_matches(*match, v.etag, comparison::strong)) {
      return {verdict::failed, "If-Match"};
    }
  } else if (const auto unmodified = header("If-Unmodified-Since")) {
    const auto when = parse_date(*unmodified);
    if (when && modified > *when) return {verdict::failed, "If-Unmodified-Since"};
  }
  if (none_match) {
    if (etag_list_matches(*none_match, v.etag, comparison::weak)) {
      return {verdict::not_modified, "If-None-Match"};
    }
  } else if (const auto since = header("If-Modified-Since")) {
    const auto when = parse_date(*since);
    // A date in the future is no condition (RFC 9110 section 13.1.3).
    if (when && modified <= *when && *when <= ctx.service.clock->now()) {
      return {verdict::not_modified, "If-Modified-Since"};
    }
  }
  return {};
}

}  // namespace torhaus::gateway::s3
