#include "storage/kv/lmdb_pages.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace torhaus::storage::kv {
namespace {

constexpr std::size_t header_bytes = 16;
constexpr std::uint16_t branch_flag = 0x01;
constexpr std::uint16_t leaf_flag = 0x02;
constexpr std::uint16_t run_flag = 0x04;
constexpr std::uint16_t meta_flag = 0x08;
constexpr std::uint16_t node_on_run = 0x01;
constexpr std::uint32_t meta_magic = 0xBEEFC0DE;
constexpr std::uint32_t data_version = 1;

template <class Number>
Number load(const char* from) {
  Number n = 0;
  std::memcpy(&n, from, sizeof n);
  return n;
}

[[noreturn]] void damaged_page(std::uint64_t number, const std::string& why) {
  throw damaged_store("page " + std::to_string(number) + " of the metadata is damaged: " + why);
}

}  // namespace

tree_record tree_record::of(std::string_view record) {
  if (record.size() != bytes) throw damaged_store("the record of a tree has another length");
  tree_record t;
  t.height = load<std::uint16_t>(record.data() + 6);
  for (const unsigned at : {8U, 16U, 24U}) t.pages += load<std::uint64_t>(record.data() + at);
  t.entries = load<std::uint64_t>(record.data() + 32);
  t.root = load<std::uint64_t>(record.data() + 40);
  if (t.height > max_height || (t.height == 0) != (t.root == no_page)) {
    throw damaged_store("the record of a tree is damaged");
  }
  return t;
}

void check_size_of_pages(const std::filesystem::path& file) {
  // Magic number, version, two numbers of eight bytes, the size.
  constexpr std::size_t size_at = 24;
  constexpr std::uint32_t least = 512;
  constexpr std::uint32_t most = 65536;
  std::ifstream in(file, std::ios::binary);
  std::uint32_t first = 0;
  for (const std::uint64_t root : {0U, 1U}) {
    // The second root page lies where the first one says that it ends.
    in.seekg(static_cast<std::streamoff>(root * first + header_bytes));
    std::array<char, size_at + sizeof first> begin{};
    if (!in.read(begin.data(), begin.size())) return;
    if (load<std::uint32_t>(begin.data()) != meta_magic) return;
    const auto size = load<std::uint32_t>(begin.data() + size_at);
    const bool usual = size >= least && size <= most && std::has_single_bit(size);
    if (!usual || (root == 1 && size != first)) {
      damaged_page(root, "it tells a wrong size of pages");
    }
    first = size;
  }
}

void page::damaged(const char* why) const { damaged_page(number_, why); }

std::uint64_t page::child(unsigned index) const {
  const std::size_t at = node(index);
  return load<std::uint32_t>(bytes_ + at) | std::uint64_t{u16(at + 4)} << 32;
}

void page::check_filled() const {
  std::size_t filled = 0;
  for (unsigned i = 0; i < count_; ++i) {
    const std::size_t at = node(i);
    std::size_t bytes = node_header_bytes + u16(at + 6);
    if (kind_ == kind::leaf) {
      const bool elsewhere = (u16(at + 4) & node_on_run) != 0;
      bytes += elsewhere ? sizeof(std::uint64_t) : load<std::uint32_t>(bytes_ + at);
    }
    filled += bytes + bytes % 2;
  }
  if (filled != page_bytes_ - upper_) damaged("its nodes are not all there");
}

void page_map::attach(MDB_env* env, MDB_txn* txn, MDB_dbi main) {
  MDB_stat stat{};
  require(mdb_env_stat(env, &stat), "env_stat");
  page_bytes_ = stat.ms_psize;
  require(mdb_env_get_fd(env, &file_), "get_fd");
  // LMDB does not say where its map is, but where a record in it is. The root pages say on which
  // page that must be: three named trees fit on one.
  std::vector<char> roots(2 * page_bytes_);
  if (::pread(file_, roots.data(), roots.size(), 0) != static_cast<ssize_t>(roots.size())) {
    damaged_page(0, "it cannot be read");
  }
  base_ = roots.data();
  const meta_record newest = meta();
  MDB_val key = to_val("root");
  MDB_val record{};
  require(mdb_get(txn, main, &key, &record), "get");
  if (newest.main.height != 1) damaged_page(newest.main.root, "the tree of trees has grown");
  const auto where = reinterpret_cast<std::uintptr_t>(record.mv_data);
  const char* const holder = reinterpret_cast<const char*>(where - where % page_bytes_);
  if (load<std::uint64_t>(holder) != newest.main.root) {
    damaged_page(newest.main.root, "it has another number");
  }
  base_ = holder - newest.main.root * page_bytes_;
  if (std::memcmp(base_, roots.data(), roots.size()) != 0) damaged_page(0, "it is not in the map");
}

meta_record page_map::meta_of(std::uint64_t which) const {
  const char* const p = base_ + which * page_bytes_;
  const char* const m = p + header_bytes;
  if (load<std::uint64_t>(p) != which || (load<std::uint16_t>(p + 10) & meta_flag) == 0 ||
      load<std::uint32_t>(m) != meta_magic || load<std::uint32_t>(m + 4) != data_version) {
    damaged_page(which, "it is no root page, or that of another version of LMDB");
  }
  meta_record r;
  r.free = tree_record::of({m + 24, tree_record::bytes});
  r.main = tree_record::of({m + 72, tree_record::bytes});
  r.last_page = load<std::uint64_t>(m + 120);
  r.transaction = load<std::uint64_t>(m + 128);
  return r;
}

meta_record page_map::meta() const {
  const meta_record a = meta_of(0);
  const meta_record b = meta_of(1);
  const std::uint64_t apart =
      a.transaction > b.transaction ? a.transaction - b.transaction : b.transaction - a.transaction;
  // Commits write the two in turn.
  if (apart > 1 || (apart == 0 && a.transaction > 1) ||
      (apart == 1 && (a.transaction % 2 != 0 || b.transaction % 2 != 1))) {
    throw damaged_store("a root page of the metadata is damaged: they are those of the commits " +
                        std::to_string(a.transaction) + " and " + std::to_string(b.transaction));
  }
  return a.transaction > b.transaction ? a : b;
}

std::optional<meta_record> page_map::meta(std::uint64_t transaction) const {
  const meta_record r = meta_of(transaction % 2);
  if (r.transaction != transaction) return std::nullopt;
  return r;
}

std::uint64_t page_map::last_page() const {
  constexpr std::size_t at = header_bytes + 120;
  return std::max(load<std::uint64_t>(base_ + at), load<std::uint64_t>(base_ + page_bytes_ + at));
}

const char* page_map::at(std::uint64_t number) const {
  if (number < 2 || number > last_page()) damaged_page(number, "there is no such page");
  return base_ + number * page_bytes_;
}

page page_map::open(std::uint64_t number, page::kind wanted) const {
  page p;
  p.bytes_ = at(number);
  p.page_bytes_ = page_bytes_;
  p.number_ = number;
  p.kind_ = wanted;
  if (load<std::uint64_t>(p.bytes_) != number) damaged_page(number, "it is another page");
  if (p.u16(10) != (wanted == page::kind::leaf ? leaf_flag : branch_flag)) {
    damaged_page(number, wanted == page::kind::leaf ? "it is no leaf" : "it is no branch");
  }
  const std::size_t lower = p.u16(12);
  p.upper_ = p.u16(14);
  if (lower < header_bytes + 2 || lower % 2 != 0 || lower > p.upper_ || p.upper_ > page_bytes_) {
    damaged_page(number, "its nodes do not fit");
  }
  p.count_ = static_cast<unsigned>((lower - header_bytes) / 2);
  return p;
}

std::uint64_t page_map::run_of(const page& leaf, unsigned index) const {
  const std::size_t at = leaf.node(index);
  if ((leaf.u16(at + 4) & node_on_run) == 0) return 0;
  const std::size_t data = at + page::node_header_bytes + leaf.key(index).size();
  if (data + sizeof(std::uint64_t) > page_bytes_) leaf.damaged("a value runs over its end");
  return load<std::uint64_t>(leaf.bytes_ + data);
}

std::uint64_t page_map::run_pages(std::size_t value_bytes) const {
  return (header_bytes - 1 + value_bytes) / page_bytes_ + 1;
}

std::string_view page_map::value(const page& leaf, unsigned index) const {
  const std::size_t node = leaf.node(index);
  const std::size_t size = load<std::uint32_t>(leaf.bytes_ + node);
  const std::uint64_t run = run_of(leaf, index);
  if (run == 0) {
    const std::size_t data = node + page::node_header_bytes + leaf.key(index).size();
    if (data + size > page_bytes_) leaf.damaged("a value runs over its end");
    return {leaf.bytes_ + data, size};
  }
  const std::uint64_t pages = run_pages(size);
  const char* const first = at(run);
  at(run + pages - 1);
  if (load<std::uint64_t>(first) != run || load<std::uint16_t>(first + 10) != run_flag ||
      load<std::uint32_t>(first + 12) < pages) {
    damaged_page(run, "it is not the value that belongs there");
  }
  return {first + header_bytes, size};
}

void page_map::touch(std::uint64_t number, std::uint64_t pages) const {
  at(number);
  at(number + pages - 1);
  std::vector<char> bytes(page_bytes_);
  for (std::uint64_t n = number; n < number + pages; ++n) {
    const auto from = static_cast<off_t>(n * page_bytes_);
    const ssize_t got = ::pread(file_, bytes.data(), bytes.size(), from);
    if (got == static_cast<ssize_t>(bytes.size())) continue;
    damaged_page(n, got < 0 ? std::strerror(errno) : "the file ends before it");
  }
}

}  // namespace torhaus::storage::kv
