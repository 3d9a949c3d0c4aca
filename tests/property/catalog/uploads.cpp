// Multipart uploads.
#include "tests/property/catalog/side_by_side.hpp"

namespace torhaus::test {

using namespace storage::catalog;

namespace {

constexpr std::size_t most_uploads = 8;

// What the list that a client sends must come to.
struct expected_object {
  completion request;
  std::string bytes;
  std::string md5s;
  bool too_small = false;
};

expected_object expected_of(const model::upload& u, std::uint32_t mask) {
  expected_object out;
  std::size_t last = least_part;
  for (const auto& [number, bytes] : u.parts) {
    if ((mask >> number) % 2 == 0) continue;
    out.too_small = out.too_small || last < least_part;
    last = bytes.size();
    out.request.parts.push_back(catalog_client::listed(number, bytes));
    const auto& md5 = out.request.parts.back().etag.md5;
    out.md5s.append(reinterpret_cast<const char*>(md5.data()), md5.size());
    out.bytes += bytes;
  }
  return out;
}

}  // namespace

model::upload* side_by_side::chosen_upload(std::size_t b, std::uint32_t which) {
  auto& all = models_[b].uploads;
  return all.empty() ? nullptr : &all[which % all.size()];
}

void side_by_side::start_upload(std::size_t b, const std::string& key) {
  if (models_[b].uploads.size() >= most_uploads) return;
  models_[b].uploads.push_back({c_.start_upload(ids_[b], key), key, {}});
}

void side_by_side::put_part(std::size_t b, std::uint32_t which, std::uint32_t number,
                            std::uint32_t size) {
  model::upload* u = chosen_upload(b, which);
  if (u == nullptr) return;
  const std::string bytes = content(size);
  expect(c_.part(ids_[b], u->key, u->id, number, bytes).has_value(), "put_part");
  u->parts[number] = bytes;
}

void side_by_side::complete(std::size_t b, std::uint32_t which, std::uint32_t mask,
                            std::uint32_t conditional) {
  model::bucket& m = models_[b];
  const model::upload* chosen = chosen_upload(b, which);
  if (chosen == nullptr) return;
  const model::upload u = *chosen;
  expected_object wanted = expected_of(u, mask);
  std::string failure;
  wanted.request.condition = condition(m, u.key, conditional, failure);
  if (wanted.too_small) failure = "EntityTooSmall";
  if (wanted.request.parts.empty()) failure = "MalformedXML";
  const auto done = c_.complete(ids_[b], u.key, u.id, wanted.request);
  expect(outcome(done) == failure, "complete answered " + outcome(done) + " instead of " + failure);
  if (!done) return;
  etag tag = etag_of(wanted.md5s);
  tag.parts = static_cast<std::uint32_t>(wanted.request.parts.size());
  expect(done->version.etag == tag, "ETag of a multipart object");
  const auto checksum = digest(storage::crypto::algorithm::crc64nvme, wanted.bytes);
  expect(done->version.checksum->value == checksum, "checksum of a multipart object");
  expect_id(m, done->version.version_id);
  m.add(u.key, {done->version.version_id, false, wanted.bytes, tag.text()});
  m.uploads.erase(m.uploads.begin() + (chosen - m.uploads.data()));
  const auto again = c_.complete(ids_[b], u.key, u.id, wanted.request);
  expect(again && again->version.version_id == done->version.version_id, "a repeated completion");
}

void side_by_side::abort(std::size_t b, std::uint32_t which) {
  const model::upload* chosen = chosen_upload(b, which);
  if (chosen == nullptr) return;
  const model::upload u = *chosen;
  expect(run_task(c_.cat->abort_upload(ids_[b], key_of(u.key), u.id)).has_value(), "abort");
  models_[b].uploads.erase(models_[b].uploads.begin() + (chosen - models_[b].uploads.data()));
  expect_ended(b, u);
}

void side_by_side::expect_ended(std::size_t b, const model::upload& u) {
  const auto found = run_task(c_.cat->find_upload(ids_[b], key_of(u.key), u.id));
  expect(outcome(found) == "NoSuchUpload", "an upload that has ended");
  const auto part = c_.part(ids_[b], u.key, u.id, 1, content(3));
  expect(outcome(part) == "NoSuchUpload", "a part of an upload that has ended");
}

}  // namespace torhaus::test
