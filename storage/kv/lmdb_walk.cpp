#include "storage/kv/lmdb_walk.hpp"

#include <cstring>

namespace torhaus::storage::kv {
namespace {

std::uint64_t number_in(std::string_view bytes, std::size_t at) {
  std::uint64_t n = 0;
  std::memcpy(&n, bytes.data() + at, sizeof n);
  return n;
}

constexpr std::size_t number_bytes = sizeof(std::uint64_t);

}  // namespace

bool page_walk::before(std::string_view a, std::string_view b) const {
  if (what_ != content::numbers || a.size() != number_bytes || b.size() != number_bytes) {
    return a < b;
  }
  return number_in(a, 0) < number_in(b, 0);
}

void page_walk::report(bool of_structure, std::string what) {
  seen_.found.push_back({of_structure, std::move(what)});
}

void page_walk::run(const tree_record& tree, std::string_view from) {
  from_ = from;
  rest_.reset();
  height_ = tree.height;
  if (height_ > 0) visit(tree.root, 1, {}, std::nullopt);
}

void page_walk::visit(std::uint64_t number, unsigned level, std::string_view low, bound high) {
  const bool leaf = level == height_;
  if (leaf && skip_leaves_) return;
  std::uint64_t& left = leaf ? leaves_left_ : branches_left_;
  if (left == 0) {
    if (!rest_) rest_ = low;
    return;
  }
  --left;
  try {
    map_.touch(number);
    seen_.bytes += map_.page_bytes();
    const page p = map_.open(number, leaf ? page::kind::leaf : page::kind::branch);
    look_at(p, low, high);
    if (leaf) {
      look_at_leaf(p);
    } else {
      look_below(p, level, low, high);
    }
  } catch (const damaged_store& fault) {
    report(true, fault.what());
  }
}

// The keys' order and bounds; a branch's first key stands for everything that is lower.
void page_walk::look_at(const page& p, std::string_view low, bound high) {
  const unsigned first = p.is_leaf() ? 0 : 1;
  for (unsigned i = first + 1; i < p.count(); ++i) {
    if (!before(p.key(i - 1), p.key(i))) p.damaged("its keys are out of order");
  }
  if (first >= p.count()) return;
  const bool low_enough = !high || before(p.key(p.count() - 1), *high);
  if (before(p.key(first), low) || !low_enough) p.damaged("its keys belong elsewhere");
}

void page_walk::look_below(const page& p, unsigned level, std::string_view low, bound high) {
  for (unsigned i = 0; i < p.count(); ++i) {
    const std::string_view begin = i > 0 ? p.key(i) : low;
    const bound end = i + 1 < p.count() ? bound(p.key(i + 1)) : high;
    if (end && !before(from_, *end)) continue;
    visit(p.child(i), level + 1, begin, end);
    if (rest_) return;
  }
}

void page_walk::look_at_leaf(const page& p) {
  for (unsigned i = 0; i < p.count(); ++i) {
    if (const std::uint64_t run = map_.run_of(p, i); run != 0) {
      map_.touch(run);
      const std::uint64_t pages = map_.run_pages(map_.value(p, i).size());
      map_.touch(run, pages);
      seen_.bytes += pages * map_.page_bytes();
    }
    const std::string_view value = map_.value(p, i);
    if (what_ == content::numbers) {
      look_at_numbers(p, i);
    } else if (what_ == content::records) {
      tree_record::of(value);
    } else if (!is_whole(where_, p.key(i), value)) {
      try {
        checked_value(where_, p.key(i), value);
      } catch (const damaged_record& fault) {
        report(false, std::string(fault.what()) + ", page " + std::to_string(p.number()));
      }
    }
  }
}

// A list of free pages: how many, then their numbers, falling.
void page_walk::look_at_numbers(const page& leaf, unsigned index) {
  const std::string_view list = map_.value(leaf, index);
  if (leaf.key(index).size() != number_bytes || list.size() < number_bytes) {
    leaf.damaged("a list of free pages is too short");
  }
  const std::uint64_t count = number_in(list, 0);
  if (count != list.size() / number_bytes - 1) leaf.damaged("a list of free pages is cut off");
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::uint64_t number = number_in(list, static_cast<std::size_t>(i) * number_bytes);
    const bool falling = i == 1 || number < number_in(list, (i - 1) * number_bytes);
    if (number < 2 || !falling) leaf.damaged("a list of free pages is no such list");
  }
  free_pages_ += count;
}

}  // namespace torhaus::storage::kv
