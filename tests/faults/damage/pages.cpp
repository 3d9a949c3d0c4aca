#include "tests/faults/damage/pages.hpp"

#include "storage/kv/lmdb_pages.hpp"

namespace torhaus::faults {
namespace {

namespace kv = storage::kv;

void walk(const kv::page_map& map, const char* base, std::uint64_t number, unsigned height,
          used_pages& found) {
  const auto offset = [&](std::string_view part) {
    return used_pages::stretch{static_cast<std::uint64_t>(part.data() - base), part.size()};
  };
  if (height > 1) {
    found.branches.push_back(number);
    const kv::page branch = map.open(number, kv::page::kind::branch);
    for (unsigned i = 0; i < branch.count(); ++i) {
      walk(map, base, branch.child(i), height - 1, found);
    }
    return;
  }
  found.leaves.push_back(number);
  const kv::page leaf = map.open(number, kv::page::kind::leaf);
  for (unsigned i = 0; i < leaf.count(); ++i) {
    found.keys.push_back(offset(leaf.key(i)));
    found.values.push_back(offset(map.value(leaf, i)));
  }
}

}  // namespace

used_pages pages_in_use(const std::string& file) {
  used_pages found;
  const kv::page_map map(-1, file.data(), used_pages::page_bytes);
  const kv::meta_record meta = map.meta();
  const kv::page main = map.open(meta.main.root, kv::page::kind::leaf);
  for (unsigned i = 0; i < main.count(); ++i) {
    const auto tree = kv::tree_record::of(map.value(main, i));
    if (tree.height > 0) walk(map, file.data(), tree.root, tree.height, found);
  }
  return found;
}

}  // namespace torhaus::faults
