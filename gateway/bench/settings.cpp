#include "gateway/bench/settings.hpp"

#include <algorithm>

#include "gateway/bench/units.hpp"

namespace torhaus::gateway::bench {
namespace {

// A mixed load and one of versions remember each object.
constexpr std::uint64_t most_remembered = 10'000'000;
constexpr unsigned most_share = 1'000'000;

error wrong(std::string what) { return error(errc::bad_request, std::move(what)); }

}  // namespace

std::string_view name_of(workload w) {
  switch (w) {
    case workload::put:
      return "put";
    case workload::get:
      return "get";
    case workload::stat:
      return "stat";
    case workload::list:
      return "list";
    case workload::remove:
      return "delete";
    case workload::multipart:
      return "multipart";
    case workload::mixed:
      return "mixed";
    case workload::versioned:
      return "versioned";
  }
  return "";
}

result<mixture> mixture::parse(std::string_view text) {
  mixture out{0, 0, 0, 0};
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view one = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::size_t equals = std::min(one.find('='), one.size());
    const auto share = parse_count(one.substr(std::min(equals + 1, one.size())));
    if (!share) return share.error();
    if (*share > most_share) return wrong("a share is at most 1000000");
    const std::string_view name = one.substr(0, equals);
    unsigned* const to = name == "get"      ? &out.get
                         : name == "put"    ? &out.put
                         : name == "stat"   ? &out.stat
                         : name == "delete" ? &out.remove
                                            : nullptr;
    if (to == nullptr) return wrong("\"" + std::string(one) + "\": expected get=45 and the like");
    *to = static_cast<unsigned>(*share);
  }
  if (out.sum() == 0) return wrong("the shares of a mixed load add up to nothing");
  return out;
}

result<void> settings::check() const {
  if (to.bucket.empty()) return wrong("a bucket is needed");
  if (concurrency == 0 || concurrency > 100'000) return wrong("concurrency is 1 to 100000");
  if (threads == 0 || threads > concurrency || threads > 256) {
    return wrong("threads is 1 to 256 and not more than the concurrency");
  }
  if (objects == 0) return wrong("objects is at least 1");
  if (rate < 0 || rate > 1e8) return wrong("the rate is from 0 to 100000000 a second");
  if (count == 0 && duration.count() == 0) return wrong("a duration or a count is needed");
  if (page == 0 || page > 1000) return wrong("a page has 1 to 1000 keys");
  if (batch == 0 || batch > 1000) return wrong("a batch has 1 to 1000 keys");
  if (parts == 0 || parts > 10'000) return wrong("an upload has 1 to 10000 parts");
  if (part_bytes == 0 || part_bytes > (std::uint64_t{5} << 30)) {
    return wrong("a part has 1 byte to 5GiB");
  }
  if (versions == 0) return wrong("versions is at least 1");
  const bool remembers = load == workload::mixed || load == workload::versioned;
  if (remembers && (objects > most_remembered / versions || versions > most_remembered)) {
    return wrong("a mixed or versioned load remembers at most 10000000 objects");
  }
  if (remembers && existing) return wrong("a mixed or versioned load makes its own objects");
  if (to.style == addressing::virtual_host && to.where.host.find(':') != std::string::npos) {
    return wrong("no bucket goes in front of an address");
  }
  return {};
}

}  // namespace torhaus::gateway::bench
