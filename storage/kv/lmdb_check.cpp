#include "storage/kv/lmdb_check.hpp"

#include <sys/mman.h>

#include <array>
#include <stdexcept>

#include "storage/kv/batch_transaction.hpp"
#include "storage/kv/lmdb_walk.hpp"

namespace torhaus::storage::kv {
namespace {

// At the start: enough for all branches of some million entries, and read in no time.
constexpr std::uint64_t branches_at_start = 256;
// Of one stretch: 8 MiB of leaves.
constexpr std::uint64_t leaves_a_stretch = 2048;
// That the counting of one stretch passes at most.
constexpr std::uint64_t entries_a_stretch = 1'000'000;

using work = store_state::work;

// Where the walk is, as it is told to the caller: area, whether it counts, key.
struct progress {
  place at;
  bool counts = true;

  static progress of(std::string_view position) {
    progress p;
    if (position.size() < 2) return p;
    p.at.where = position[0] == '1' ? area::tails : area::root;
    p.counts = position[1] == '+';
    p.at.key = position.substr(2);
    return p;
  }
  std::string text() const {
    return std::string(at.where == area::tails ? "1" : "0") + (counts ? "+" : "-") + at.key;
  }
};

class whole_file {
 public:
  whole_file(int file, std::size_t bytes)
      : bytes_(bytes), at_(::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0)) {
    if (at_ == MAP_FAILED) throw std::runtime_error("the metadata cannot be mapped");
  }
  ~whole_file() { ::munmap(at_, bytes_); }
  whole_file(const whole_file&) = delete;
  whole_file& operator=(const whole_file&) = delete;
  const char* data() const { return static_cast<const char*>(at_); }

 private:
  std::size_t bytes_;
  void* at_;
};

void throw_first(const page_walk& walk) {
  for (const checked_store::flaw& f : walk.seen().found) throw damaged_store(f.what);
}

void add(checked_store::stretch& to, const checked_store::stretch& more) {
  to.bytes += more.bytes;
  to.found.insert(to.found.end(), more.found.begin(), more.found.end());
}

// What stands beside the entries: the lists of free pages, the records of the trees, the state; and
// whether each page is in one of them.
void check_frame(environment& env, MDB_txn* txn, checked_store::stretch& seen) {
  const page_map& map = env.pages();
  const auto meta = map.meta(mdb_txn_id(txn));
  if (!meta) return;  // two commits have passed since; the next pass comes again
  page_walk free(map, page_walk::content::numbers);
  free.run(meta->free, {});
  add(seen, free.seen());
  page_walk trees(map, page_walk::content::records);
  trees.run(meta->main, {});
  add(seen, trees.seen());
  if (!seen.found.empty()) return;
  const page_reader reader(map, txn, env.dbs().main);
  page_walk state(map, page_walk::content::entries, area::check);
  state.run(reader.tree(area::check), {});
  add(seen, state.seen());
  std::uint64_t pages = 2 + free.free_pages() + meta->free.pages + meta->main.pages;
  for (const area a : {area::root, area::tails, area::check}) pages += reader.tree(a).pages;
  if (pages == meta->last_page + 1) return;
  seen.found.push_back({true, "the metadata have " + std::to_string(meta->last_page + 1) +
                                  " pages, of which " + std::to_string(pages) +
                                  " are in use or free"});
}

// Calls fn with the state, to be changed; false when that was not possible.
bool change(const write_call& write, const std::function<bool(lmdb_transaction&)>& fn) {
  bool changed = false;
  const auto written = write([&](transaction& t) {
    // On a disk without room it is a transaction that weighs; there is nothing to be counted then.
    auto* const own = dynamic_cast<batch_transaction*>(&t);
    changed = own != nullptr && fn(own->written_out());
    return changed;
  });
  return written && changed;
}

bool begin_counting(const write_call& write) {
  return change(write, [](lmdb_transaction& t) {
    store_state& s = t.change_state();
    s.doing = work::walking;
    s.reached = {};
    s.passed = {};
    return true;
  });
}

// Counts what lies between the place that was reached and `to`.
bool count_on(const write_call& write, const place& from, const place& to) {
  return change(write, [&](lmdb_transaction& t) {
    const store_state& now = t.physical().state();
    if (now.doing != work::walking || now.reached.where != from.where ||
        now.reached.key != from.key) {
      return false;
    }
    tally passed = now.passed;
    const auto at = t.physical().open(from.where);
    std::uint64_t left = entries_a_stretch;
    for (bool more = at->seek(from.key); more; more = at->next()) {
      if (!to.is_behind(from.where, at->key())) break;
      if (left-- == 0) return false;
      passed.add(stored_checksum(at->stored()));
    }
    store_state& s = t.change_state();
    s.passed = passed;
    s.reached = to;
    return true;
  });
}

void compare(const write_call& write, checked_store::stretch& seen) {
  std::string wrong;
  change(write, [&](lmdb_transaction& t) {
    store_state& s = t.change_state();
    wrong.clear();
    if (s.doing != work::walking) return false;
    if (s.unsure) {
      s.all = s.passed;
      s.unsure = false;
    } else if (s.passed.entries != s.all.entries) {
      wrong = std::to_string(s.all.entries) + " metadata entries were stored, " +
              std::to_string(s.passed.entries) + " are there";
    } else if (s.passed.sum != s.all.sum) {
      wrong = "some metadata entries are those of an earlier day";
    }
    s.doing = work::none;
    s.reached = {};
    s.passed = {};
    return true;
  });
  if (!wrong.empty()) seen.found.push_back({false, std::move(wrong)});
}

bool has_structural(const checked_store::stretch& s) {
  for (const checked_store::flaw& f : s.found) {
    if (f.of_structure) return true;
  }
  return false;
}

}  // namespace

void check_roots(MDB_env* env, const std::filesystem::path& file) {
  MDB_stat stat{};
  int fd = -1;
  require(mdb_env_stat(env, &stat), "env_stat");
  require(mdb_env_get_fd(env, &fd), "get_fd");
  const auto bytes = static_cast<std::size_t>(std::filesystem::file_size(file));
  if (bytes < 2 * std::size_t{stat.ms_psize}) return;  // about to be made
  const whole_file mapped(fd, bytes);
  const page_map map(fd, mapped.data(), stat.ms_psize);
  const meta_record meta = map.meta();
  page_walk free(map, page_walk::content::numbers);
  free.limit_branches(branches_at_start);
  free.run(meta.free, {});
  throw_first(free);
  if (meta.main.height == 0) return;
  page_walk trees(map, page_walk::content::records);
  trees.run(meta.main, {});
  throw_first(trees);
  const page main = map.open(meta.main.root, page::kind::leaf);
  for (unsigned i = 0; i < main.count(); ++i) {
    page_walk below(map, page_walk::content::entries);
    below.limit_branches(branches_at_start);
    below.run(tree_record::of(map.value(main, i)), {});
    throw_first(below);
  }
}

bool check_stretch(environment& env, const write_call& write, std::string& position,
                   checked_store::stretch& seen) {
  progress p = progress::of(position);
  if (position.empty()) {
    env.read_raw([&](MDB_txn* txn) {
      try {
        check_frame(env, txn, seen);
      } catch (const damaged_store& fault) {
        seen.found.push_back({true, fault.what()});
      }
    });
    p.counts = !has_structural(seen) && begin_counting(write);
  }
  const place from = p.at;
  place to{from.where == area::root ? area::tails : area::check, {}};
  env.read_raw([&](MDB_txn* txn) {
    const page_reader reader(env.pages(), txn, env.dbs().main);
    page_walk walk(env.pages(), page_walk::content::entries, from.where);
    walk.limit_leaves(leaves_a_stretch);
    try {
      walk.run(reader.tree(from.where), from.key);
    } catch (const damaged_store& fault) {
      seen.found.push_back({true, fault.what()});
    }
    add(seen, walk.seen());
    if (walk.rest()) to = {from.where, *walk.rest()};
  });
  // LMDB does not follow pages that are damaged to count what is on them.
  p.counts = p.counts && !has_structural(seen) && count_on(write, from, to);
  p.at = to;
  position = p.text();
  if (to.where != area::check) return true;
  if (p.counts) compare(write, seen);
  return false;
}

}  // namespace torhaus::storage::kv
