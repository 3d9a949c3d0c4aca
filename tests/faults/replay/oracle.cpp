#include "tests/faults/replay/oracle.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "gateway/cli/data_directory.hpp"
#include "storage/base/log.hpp"
#include "storage/blob/disk.hpp"
#include "storage/kv/lmdb.hpp"
#include "tests/support/catalog_world.hpp"

namespace torhaus::faults {
namespace {

namespace catalog = storage::catalog;
using test::run_task;

// The stored parts of a server, opened in its order.
struct opened {
  explicit opened(const std::filesystem::path& data)
      : db((gateway::cli::prepare_data_directory(data),
            storage::kv::open_lmdb({.directory = data / "meta"}))),
        blobs(storage::blob::open_disk({.directory = data, .reserve_bytes = 0})),
        cat(catalog::catalog::options{.db = db.get(), .blobs = blobs.get()}) {}
  ~opened() {
    cat.stop();
    blobs->stop();
  }
  std::unique_ptr<storage::kv::database> db;
  std::unique_ptr<storage::blob::store> blobs;
  catalog::catalog cat;
};

class comparison {
 public:
  comparison(opened& store, const expectations& wanted) : store_(store), wanted_(wanted) {}

  std::vector<std::string> run() {
    for (const std::string& name : wanted_.buckets()) {
      if (!bucket(name)) fault("bucket " + name + " is gone");
    }
    check_objects();
    check_versions();
    check_uploads();
    check_accounts();
    return std::move(faults_);
  }

 private:
  void fault(std::string what) { faults_.push_back(std::move(what)); }

  std::optional<std::uint64_t> bucket(const std::string& name) {
    const auto found = run_task(store_.cat.find_bucket(name));
    if (!found) return std::nullopt;
    return found->id;
  }

  static std::pair<std::string, std::string> split(const std::string& place) {
    const std::size_t at = place.find('/');
    return {place.substr(0, at), place.substr(at + 1)};
  }

  // The state of what was found, as marks write it.
  static std::string state_of(result<catalog::opened_object> found) {
    if (!found) {
      const errc code = found.error().code();
      if (code == errc::no_such_key || code == errc::no_such_version) return expectations::absent;
      return "error:" + std::string(code_of(code));
    }
    if (!found->content) return "marker";
    const std::string bytes = test::content_of(*found->content, 1 << 20);
    const auto sha = storage::crypto::digest_of(storage::crypto::algorithm::sha256, bytes);
    return std::to_string(bytes.size()) + ":" + found->version.etag.text() + ":" +
           storage::crypto::to_hex(sha.bytes());
  }

  std::string state_at(const std::string& place, std::optional<std::string> version) {
    const auto [name, key] = split(place);
    const auto id = bucket(name);
    if (!id) return expectations::absent;
    return state_of(run_task(store_.cat.open_object(*id, test::key_of(key), std::move(version))));
  }

  void check_objects() {
    std::map<std::string, std::set<std::string>> found;  // bucket, keys
    for (const std::string& place : wanted_.places()) {
      const std::string state = state_at(place, std::nullopt);
      const auto possible = wanted_.possible(place);
      if (!possible.contains(state)) {
        fault(place + " is " + state + ", may be " + joined(possible));
      }
      const auto [name, key] = split(place);
      if (state != expectations::absent) found[name].insert(key);
    }
    for (const std::string& name : wanted_.buckets()) {
      const auto id = bucket(name);
      if (!id || name.starts_with("kept")) continue;
      if (listed(*id) != found[name]) fault("the listing of " + name + " differs from its objects");
    }
  }

  std::set<std::string> listed(std::uint64_t id) {
    std::set<std::string> keys;
    catalog::list_query query;
    for (;;) {
      const auto page = run_task(store_.cat.list_objects(id, query));
      if (!page) throw std::runtime_error("a listing fails");
      for (const auto& entry : page->entries) keys.insert(entry.key);
      if (!page->truncated) return keys;
      query.after = page->last;
    }
  }

  void check_versions() {
    for (const std::string& place : wanted_.versioned_places()) {
      const auto [name, key] = split(place);
      const auto id = bucket(name);
      if (!id) continue;
      catalog::version_list_query query;
      query.prefix = key;
      const auto page = run_task(store_.cat.list_versions(*id, query));
      if (!page) throw std::runtime_error("a listing of versions fails");
      std::vector<expectations::version> there;  // oldest first
      for (const auto& v : page->versions) {
        if (v.key == key) there.insert(there.begin(), {v.version_id, ""});
      }
      for (auto& v : there) v.state = state_at(place, v.id);
      compare_versions(place, there);
    }
  }

  void compare_versions(const std::string& place, const std::vector<expectations::version>& there) {
    std::vector<std::string> may_be_new = wanted_.possible_new_versions(place);
    auto at = there.begin();
    for (const auto& v : wanted_.versions(place)) {
      if (at != there.end() && at->id == v.id) {
        if (at->state != v.state) fault(place + " version " + v.id + " is " + at->state);
        ++at;
      } else if (!wanted_.may_be_gone(place, v.id)) {
        fault(place + " has lost version " + v.id);
      }
    }
    for (; at != there.end(); ++at) {
      const auto match = std::ranges::find(may_be_new, at->state);
      if (match == may_be_new.end()) {
        fault(place + " has a version too many: " + at->state);
      } else {
        may_be_new.erase(match);
      }
    }
  }

  void check_uploads() {
    for (const auto& [name, upload] : wanted_.uploads()) {
      const std::size_t at = name.find(' ');
      const auto [bucket_name, key] = split(name.substr(0, at));
      const auto id = bucket(bucket_name);
      if (!id) continue;
      const auto page =
          run_task(store_.cat.list_parts(*id, test::key_of(key), name.substr(at + 1), 0, 1000));
      if (!page) {
        fault("upload " + name + " is gone");
        continue;
      }
      for (const auto& [number, etag] : upload.parts) {
        const bool there = std::ranges::any_of(page->parts, [&](const catalog::part_record& p) {
          const std::string_view md5(reinterpret_cast<const char*>(p.part.md5.data()), 16);
          return p.part.number == number && storage::crypto::to_hex(md5) == etag;
        });
        if (!there) fault("upload " + name + " has lost part " + std::to_string(number));
      }
    }
  }

  // Reference counts and indexes, recounted from the records.
  void check_accounts() {
    if (!store_.cat.drain_garbage(std::chrono::seconds(10))) {
      return fault("the reclaimer does not come to an end");
    }
    test::memory_database::entries all;
    store_.db->read_blocking([&](const storage::kv::snapshot& s) {
      const auto cursor = s.scan("", "");
      for (bool more = cursor->seek(""); more; more = cursor->next()) {
        all.emplace(std::string(cursor->key()), std::string(cursor->value()));
      }
    });
    const std::string wrong = test::bookkeeper(all).fault();
    if (!wrong.empty()) fault("the accounts: " + wrong);
  }

  static std::string joined(const std::set<std::string>& states) {
    std::string all;
    for (const std::string& state : states) all += (all.empty() ? "" : " or ") + state;
    return all;
  }

  opened& store_;
  const expectations& wanted_;
  std::vector<std::string> faults_;
};

}  // namespace

verdict check_state(const std::filesystem::path& data, const expectations& wanted) {
  verdict out;
  const auto began = std::chrono::steady_clock::now();
  std::unique_ptr<opened> store;
  try {
    store = std::make_unique<opened>(data);
  } catch (const std::exception& refused) {
    out.refusal = refused.what();
    if (out.refusal.empty()) out.faults.push_back("a refusal without a name");
    return out;
  }
  out.open_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  try {
    out.faults = comparison(*store, wanted).run();
  } catch (const std::exception& fault) {
    out.faults.push_back(std::string("thrown: ") + fault.what());
  }
  return out;
}

}  // namespace torhaus::faults
