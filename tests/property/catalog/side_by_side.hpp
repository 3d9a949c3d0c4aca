// A catalog and the model side by side: each operation is done to both, and what they answer is
// compared.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/property/catalog/model.hpp"
#include "tests/property/catalog/operations.hpp"
#include "tests/support/catalog_world.hpp"

namespace torhaus::test {

// Both worlds set it: parts but the last have at least so many bytes.
inline constexpr std::size_t least_part = 5;

class difference : public std::runtime_error {
  using runtime_error::runtime_error;
};

inline void expect(bool same, const std::string& what) {
  if (!same) throw difference(what);
}

// The error's S3 code; empty for success.
template <class T>
std::string outcome(const result<T>& r) {
  return r ? "" : std::string(code_of(r.error().code()));
}

class side_by_side {
 public:
  explicit side_by_side(catalog_client&);

  // Throws `difference`.
  void step(const operation&);
  // Everything once more, at the end: all contents, plain listings, the counts of references.
  void check_all();

 private:
  using picks = std::array<std::uint32_t, 6>;
  using write_condition = storage::catalog::write_condition;
  using delete_outcome = storage::catalog::delete_outcome;
  using versioning_state = storage::catalog::versioning_state;

  // What a reader that was opened earlier must go on to see.
  struct held {
    std::unique_ptr<storage::catalog::object_reader> content;
    std::string bytes;
  };

  static std::string name(std::size_t bucket) { return bucket == 0 ? "alpha" : "beta"; }
  // Every content is different, so that a mix-up shows.
  std::string content(std::uint32_t pick);
  static write_condition condition(const model::bucket&, const std::string& key, std::uint32_t pick,
                                   std::string& wanted);
  // A version of the key, sometimes "null", sometimes none that exists.
  static std::string version_id(const model::bucket&, const std::string& key, std::uint32_t pick);
  void expect_id(const model::bucket&, const std::string& id);
  void expect_erased(model::bucket&, const std::string& key, const result<delete_outcome>&);

  // Objects: objects.cpp.
  void put(std::size_t b, const std::string& key, std::uint32_t size, std::uint32_t conditional);
  void get(std::size_t b, const std::string& key, std::uint32_t pick);
  void copy(std::size_t from, const std::string& source, std::uint32_t pick, std::size_t to,
            const std::string& key, std::uint32_t stale);
  void erase(std::size_t b, const std::string& key, std::uint32_t pick);
  void erase_version(std::size_t b, const std::string& key, std::uint32_t pick);
  void erase_many(std::size_t b, const picks&);
  void hold(std::size_t b, const std::string& key);
  void read_held();
  void tag(std::size_t b, const std::string& key, std::uint32_t pick);
  void lock(std::size_t b, const std::string& key, const picks&);
  void hold_version(std::size_t b, const std::string& key, const std::string& id, bool on);
  void retain_version(std::size_t b, const std::string& key, const std::string& id, const picks&);
  void expect_tagged(std::size_t b, const std::string& key, const model::version&);

  // Multipart uploads: uploads.cpp.
  model::upload* chosen_upload(std::size_t b, std::uint32_t which);
  void start_upload(std::size_t b, const std::string& key);
  void put_part(std::size_t b, std::uint32_t which, std::uint32_t number, std::uint32_t size);
  void complete(std::size_t b, std::uint32_t which, std::uint32_t mask, std::uint32_t conditional);
  void abort(std::size_t b, std::uint32_t which);
  void expect_ended(std::size_t b, const model::upload&);

  // Listings, each to its end page by page: listings.cpp.
  void list(std::size_t b, const picks&);
  void list_versions(std::size_t b, const picks&);
  void list_uploads(std::size_t b, const picks&);
  void list_parts(std::size_t b, std::uint32_t which, std::uint32_t after, std::uint32_t max);
  void list_buckets(const picks&);
  void expect_shown(std::size_t b, const std::vector<model::line>&,
                    const std::vector<storage::catalog::object_version>&) const;

  // Buckets: side_by_side.cpp.
  void set_versioning(std::size_t b, std::uint32_t pick);
  void enable_lock(std::size_t b);
  void toggle_bucket(std::uint32_t which, std::uint32_t owner);
  void recreate(std::size_t b);
  void reopen();

  catalog_client& c_;
  std::array<std::uint64_t, 2> ids_{};
  std::array<model::bucket, 2> models_;
  std::map<std::string, std::string> owners_;  // of all buckets, by name
  std::deque<held> held_;
  std::set<std::string> seen_;  // version ids
  std::uint64_t contents_ = 0;
};

// Empty, or what differed and in which operation.
std::string run_operations(catalog_client&, const std::vector<operation>&);

}  // namespace torhaus::test
