// Listings with every parameter, each followed from page to page until its end.
#include "tests/property/catalog/side_by_side.hpp"

namespace torhaus::test {

using namespace storage::catalog;

namespace {

constexpr std::size_t most_shown = 1000;  // whatever is asked for

template <class Entries, class Name>
std::vector<std::string> names_of(const Entries& entries, Name&& name_of) {
  std::vector<std::string> out;
  for (const auto& e : entries) out.push_back(name_of(e));
  return out;
}

void compare(const model::page& wanted, const std::vector<std::string>& entries,
             const std::vector<std::string>& prefixes, bool truncated, const std::string& what) {
  std::vector<std::string> keys;
  std::vector<std::string> commons;
  for (const model::line& l : wanted.lines) (l.common ? commons : keys).push_back(l.name);
  expect(keys == entries, what + ": the entries differ");
  expect(commons == prefixes, what + ": the common prefixes differ");
  expect(wanted.truncated == truncated, what + ": truncated differs");
}

std::string key_of_version(const object_version& v) { return v.key; }

}  // namespace

void side_by_side::list(std::size_t b, const picks& p) {
  list_query q;
  q.prefix = chosen_prefix(p[1]);
  q.delimiter = chosen_delimiter(p[2]);
  q.max_keys = chosen_page_size(p[3]);
  if (p[5] % 4 != 1) q.after = chosen_marker(p[4]);
  if (p[5] % 4 != 0) q.start_after = chosen_marker(p[5] / 4);
  const std::size_t max = std::min(q.max_keys, most_shown);
  std::vector<model::row> rows;
  for (const auto& [key, versions] : models_[b].keys) {
    if (!versions.front().marker && key > q.start_after) rows.emplace_back(key, 0);
  }
  for (;;) {
    const auto page = run_task(c_.cat->list_objects(ids_[b], q));
    expect(page.has_value(), "list answered " + outcome(page));
    const auto wanted = model::list(rows, q.prefix, q.delimiter, q.after, std::nullopt, max);
    compare(wanted, names_of(page->entries, [](const list_entry& e) { return e.key; }),
            page->common_prefixes, page->truncated, "list");
    for (const list_entry& e : page->entries) {
      const model::version* v = models_[b].newest(e.key);
      expect(e.size == v->bytes.size() && e.etag.text() == v->etag,
             "what a listing says of an object");
    }
    if (!page->truncated) return;
    expect(page->last == wanted.lines.back().name, "where the next page begins");
    q.after = page->last;
  }
}

void side_by_side::expect_shown(std::size_t b, const std::vector<model::line>& lines,
                                const std::vector<object_version>& shown) const {
  std::size_t at = 0;
  for (const model::line& l : lines) {
    if (l.common) continue;
    const object_version& got = shown[at++];
    const model::version& v = models_[b].keys.at(l.name)[l.ordinal];
    expect(got.version_id == v.id && got.delete_marker == v.marker &&
               got.latest == (l.ordinal == 0) && got.size == v.bytes.size(),
           "what a listing says of a version");
  }
}

void side_by_side::list_versions(std::size_t b, const picks& p) {
  version_list_query q;
  q.prefix = chosen_prefix(p[1]);
  q.delimiter = chosen_delimiter(p[2]);
  q.max_keys = chosen_page_size(p[3]);
  q.key_marker = chosen_marker(p[4]);
  const std::size_t max = std::min(q.max_keys, most_shown);
  std::vector<model::row> rows;
  for (const auto& [key, versions] : models_[b].keys) {
    for (std::size_t i = 0; i < versions.size(); ++i) rows.emplace_back(key, i);
  }
  std::optional<std::size_t> skipped;
  if (const auto at = models_[b].keys.find(q.key_marker);
      at != models_[b].keys.end() && p[5] % 2 == 0) {
    const std::string id = version_id(models_[b], q.key_marker, p[5] / 2);
    const auto& all = at->second;
    const auto named =
        std::find_if(all.begin(), all.end(), [&](const model::version& v) { return v.id == id; });
    q.version_id_marker = id;
    skipped = static_cast<std::size_t>(named - all.begin()) + 1;
    // A null version that is gone leaves no trace, and the key is shown from its newest version.
    if (named == all.end() && id == "null") skipped = 0;
  }
  for (;;) {
    const auto page = run_task(c_.cat->list_versions(ids_[b], q));
    expect(page.has_value(), "list_versions answered " + outcome(page));
    const auto wanted = model::list(rows, q.prefix, q.delimiter, q.key_marker, skipped, max);
    compare(wanted, names_of(page->versions, key_of_version), page->common_prefixes,
            page->truncated, "list_versions");
    expect_shown(b, wanted.lines, page->versions);
    if (!page->truncated) return;
    const model::line& last = wanted.lines.back();
    expect(page->next_key_marker == last.name, "where the next page of versions begins");
    q.key_marker = page->next_key_marker;
    q.version_id_marker.reset();
    skipped.reset();
    if (last.common) continue;
    q.version_id_marker = page->next_version_id_marker;
    skipped = last.ordinal + 1;
  }
}

void side_by_side::list_uploads(std::size_t b, const picks& p) {
  upload_list_query q;
  q.prefix = chosen_prefix(p[1]);
  q.delimiter = chosen_delimiter(p[2]);
  q.max_uploads = chosen_page_size(p[3]);
  q.key_marker = chosen_marker(p[4]);
  const std::size_t max = std::min(q.max_uploads, most_shown);
  const auto& uploads = models_[b].uploads;
  std::vector<model::row> rows;
  for (std::size_t i = 0; i < uploads.size(); ++i) rows.emplace_back(uploads[i].key, i);
  std::sort(rows.begin(), rows.end());
  std::optional<std::size_t> skipped;
  if (const model::upload* u = chosen_upload(b, p[5] / 2); u != nullptr && p[5] % 2 == 0) {
    q.key_marker = u->key;
    q.upload_id_marker = u->id;
    skipped = static_cast<std::size_t>(u - uploads.data()) + 1;
  }
  for (;;) {
    const auto page = run_task(c_.cat->list_uploads(ids_[b], q));
    expect(page.has_value(), "list_uploads answered " + outcome(page));
    const auto wanted = model::list(rows, q.prefix, q.delimiter, q.key_marker, skipped, max);
    compare(wanted, names_of(page->uploads, [](const upload_record& u) { return u.key; }),
            page->common_prefixes, page->truncated, "list_uploads");
    std::size_t at = 0;
    for (const model::line& l : wanted.lines) {
      if (!l.common)
        expect(page->uploads[at++].id == uploads[l.ordinal].id, "the order of uploads");
    }
    if (!page->truncated) return;
    const model::line& last = wanted.lines.back();
    expect(page->next_key_marker == last.name, "where the next page of uploads begins");
    q.key_marker = page->next_key_marker;
    q.upload_id_marker = page->next_upload_id_marker;
    skipped = last.common ? std::nullopt : std::optional(last.ordinal + 1);
  }
}

void side_by_side::list_parts(std::size_t b, std::uint32_t which, std::uint32_t after,
                              std::uint32_t max_pick) {
  const model::upload* u = chosen_upload(b, which);
  if (u == nullptr) return;
  const std::uint32_t behind = after % 7;
  const std::size_t max = std::min(chosen_page_size(max_pick), most_shown);
  const auto page = run_task(c_.cat->list_parts(ids_[b], key_of(u->key), u->id, behind, max));
  expect(page.has_value(), "list_parts answered " + outcome(page));
  std::vector<std::string> wanted;
  for (const auto& [number, bytes] : u->parts) {
    if (number > behind) wanted.push_back(std::to_string(number) + etag_of(bytes).text());
  }
  expect(page->truncated == (max != 0 && wanted.size() > max), "truncated parts");
  wanted.resize(std::min(wanted.size(), max));
  const auto got = names_of(page->parts, [](const part_record& r) {
    etag tag;
    tag.md5 = r.part.md5;
    return std::to_string(r.part.number) + tag.text();
  });
  expect(got == wanted, "the parts of an upload");
}

void side_by_side::list_buckets(const picks& p) {
  static const std::vector<std::string> owners = {"", "111111111111", "222222222222", "3"};
  static const std::vector<std::string> prefixes = {"", "", "a", "alpha", "alpha-", "b", "x"};
  static const std::vector<std::string> markers = {"", "", "alp", "alpha", "alpha0", "b", "zz"};
  bucket_list_query q;
  q.owner_account = chosen(owners, p[1]);
  q.prefix = chosen(prefixes, p[2]);
  q.after = chosen(markers, p[3]);
  q.max_buckets = chosen_page_size(p[4]);
  std::vector<std::string> wanted;
  for (const auto& [bucket, owner] : owners_) {
    const bool asked = q.owner_account.empty() || owner == q.owner_account;
    if (asked && bucket.starts_with(q.prefix) && bucket > q.after) wanted.push_back(bucket);
  }
  const auto page = run_task(c_.cat->list_buckets(q));
  expect(page.has_value(), "list_buckets answered " + outcome(page));
  expect(page->truncated == (q.max_buckets != 0 && wanted.size() > q.max_buckets),
         "list_buckets: truncated differs");
  wanted.resize(std::min(wanted.size(), q.max_buckets));
  const auto got = names_of(page->buckets, [](const bucket_record& r) { return r.name; });
  expect(got == wanted, "list_buckets: the names differ");
}

}  // namespace torhaus::test
