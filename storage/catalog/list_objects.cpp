// Listing of newest versions: a range scan that seeks past common prefixes and past older versions.
#include <algorithm>

#include "storage/catalog/impl.hpp"
#include "storage/catalog/listing.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {
namespace {

// Entries that one snapshot examines; then others may use the thread.
constexpr std::size_t slice_entries = 2'000;
// Deleted keys that a call examines although none is shown: only a common prefix full of them gets
// this far, because a page cannot end inside a common prefix that may still have to be shown.
constexpr std::size_t give_up_entries = 5'000'000;

enum class walk_state : std::uint8_t { unfinished, finished, page_full, bucket_gone };

// One call's progress; a slice works on a copy, because a kv function may run twice.
struct walk {
  list_page page;
  std::string position;  // stored key to go on from
  std::size_t shown = 0;
  std::size_t examined = 0;
  bool may_end_here = true;  // the last key examined is not inside a common prefix
  walk_state state = walk_state::unfinished;
};

list_entry entry_of(std::string key, const schema::version_head& h) {
  list_entry e;
  e.key = std::move(key);
  e.size = h.size;
  e.modified = h.modified;
  e.etag = h.etag;
  e.storage_class = h.storage_class;
  e.owner_canonical_id = h.owner;
  e.checksum_algorithm = h.checksum_algorithm;
  e.checksum_kind = h.checksum_kind;
  return e;
}

// From the newest version of a key to that of the next.
bool next_key(kv::cursor& cursor) {
  const std::string_view stored = cursor.key();
  std::string same(stored.substr(0, stored.size() - schema::sequence_bytes));
  if (!cursor.next()) return false;
  if (!cursor.key().starts_with(same)) return true;
  return cursor.seek(schema::successor(same));
}

void examine(kv::cursor& cursor, const listing_range& range, std::size_t max, walk& w, bool& more) {
  const std::string_view stored = cursor.key();
  schema::row_name name = schema::split_row(stored, schema::sequence_bytes);
  const schema::version_head head =
      schema::named(stored, [&] { return schema::decode_head(cursor.value()); });
  const std::string_view common = range.common_prefix(name.key);
  ++w.examined;
  if (!head.delete_marker && w.shown == max) {
    w.page.truncated = true;
    w.state = walk_state::page_full;
    return;
  }
  w.may_end_here = common.empty();
  if (!head.delete_marker) {
    ++w.shown;
    w.page.last = common.empty() ? name.key : std::string(common);
    if (!common.empty()) {
      w.may_end_here = true;
      w.page.common_prefixes.emplace_back(common);
      more = cursor.seek(range.behind_common(common));
      return;
    }
    w.page.entries.push_back(entry_of(std::move(name.key), head));
  } else if (w.may_end_here) {
    // A page that ends early here goes on behind this key.
    if (w.shown < max) w.page.last = std::move(name.key);
  }
  more = next_key(cursor);
}

void run_slice(const kv::snapshot& s, const listing_range& range, std::size_t max, walk& w) {
  const auto cursor = s.scan(range.from(), range.behind());
  bool more = cursor->seek(w.position);
  for (std::size_t n = 0; more && n < slice_entries; ++n) {
    examine(*cursor, range, max, w, more);
    if (w.state == walk_state::page_full) return;
  }
  if (!more)
    w.state = walk_state::finished;
  else
    w.position = cursor->key();
}

walk slice_of(const kv::snapshot& s, std::uint64_t bucket, const listing_range& range,
              std::size_t max, walk w) {
  if (!require_bucket(s, bucket))
    w.state = walk_state::bucket_gone;
  else if (max == 0)
    w.state = walk_state::finished;
  else
    run_slice(s, range, max, w);
  return w;
}

}  // namespace

task<result<list_page>> catalog::list_objects(std::uint64_t bucket, list_query query) {
  const listing_range range(schema::table::versions, bucket, query.prefix, query.delimiter);
  const std::size_t max = std::min(query.max_keys, max_page_entries);
  walk progress;
  progress.position =
      std::max({range.from(), range.after_marker(query.after), range.after_key(query.start_after)});
  for (;;) {
    const auto look = [&](const kv::snapshot& s) {
      return slice_of(s, bucket, range, max, progress);
    };
    progress = co_await impl_->db.read(look);
    if (progress.state == walk_state::bucket_gone) co_return errc::no_such_bucket;
    if (progress.state != walk_state::unfinished) break;
    if (progress.examined >= list_scan_limit && progress.may_end_here) {
      progress.page.truncated = true;
      break;
    }
    if (progress.examined >= give_up_entries) co_return errc::slow_down;
    const executor here = co_await asio::this_coro::executor;
    co_await asio::post(here, use_task);
  }
  if (!progress.page.truncated) progress.page.last.clear();
  co_return std::move(progress.page);
}

}  // namespace torhaus::storage::catalog
