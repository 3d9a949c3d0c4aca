#include "tests/fuzz/requests/program.hpp"

#include <algorithm>

#include "gateway/s3/operations.hpp"

namespace torhaus::fuzz {
namespace {

class reader {
 public:
  explicit reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  bool more() const { return !rest_.empty(); }
  // Whether all that was asked for was there.
  bool whole() const { return whole_; }
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t n = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      whole_ = whole_ && !rest_.empty();
      n = n << 8 | (rest_.empty() ? 0U : rest_.front());
      if (!rest_.empty()) rest_ = rest_.subspan(1);
    }
    return n;
  }
  template <class E>
  E choice() {
    return static_cast<E>(number(1) % static_cast<std::uint32_t>(E::count));
  }
  std::string text(std::size_t length_bytes) {
    const std::size_t wanted = number(length_bytes);
    whole_ = whole_ && wanted <= rest_.size();
    const std::size_t n = std::min(wanted, rest_.size());
    std::string out(reinterpret_cast<const char*>(rest_.data()), n);
    rest_ = rest_.subspan(n);
    return out;
  }
  pair_list pairs() {
    pair_list all;
    for (std::size_t n = number(1) % (most_pairs + 1); n > 0 && more(); --n) {
      std::string name = text(1);
      all.emplace_back(std::move(name), text(1));
    }
    return all;
  }

 private:
  std::span<const std::uint8_t> rest_;
  bool whole_ = true;
};

class writer {
 public:
  void number(std::uint32_t n, std::size_t bytes) {
    for (std::size_t i = bytes; i > 0; --i) {
      out.push_back(static_cast<std::uint8_t>(n >> (8 * (i - 1))));
    }
  }
  template <class E>
  void choice(E e) {
    number(static_cast<std::uint32_t>(e), 1);
  }
  void text(const std::string& t, std::size_t length_bytes) {
    const std::size_t most = (std::size_t{1} << (8 * length_bytes)) - 1;
    const std::size_t n = std::min(t.size(), most);
    number(static_cast<std::uint32_t>(n), length_bytes);
    out.insert(out.end(), t.begin(), t.begin() + static_cast<std::ptrdiff_t>(n));
  }
  void pairs(const pair_list& all) {
    const std::size_t n = std::min(all.size(), most_pairs);
    number(static_cast<std::uint32_t>(n), 1);
    for (std::size_t i = 0; i < n; ++i) {
      text(all[i].first, 1);
      text(all[i].second, 1);
    }
  }
  std::vector<std::uint8_t> out;
};

call read_call(reader& in) {
  call c;
  c.what = in.choice<kind>();
  c.signed_as = in.choice<form>();
  c.how = in.choice<breaking>();
  c.where = in.number(2);
  if (c.what != kind::free) {
    c.step.what = static_cast<std::uint8_t>(in.number(1) % model::kinds_of_step());
    for (std::uint32_t& pick : c.step.pick) pick = in.number(4);
    return c;
  }
  c.row = static_cast<std::uint8_t>(in.number(1));
  c.who = static_cast<std::uint8_t>(in.number(1));
  c.bucket = static_cast<std::uint8_t>(in.number(1));
  c.key = in.text(1);
  c.query = in.pairs();
  c.headers = in.pairs();
  c.body = in.text(2);
  return c;
}

void write_call(writer& w, const call& c) {
  w.choice(c.what);
  w.choice(c.signed_as);
  w.choice(c.how);
  w.number(c.where, 2);
  if (c.what != kind::free) {
    w.number(c.step.what, 1);
    for (const std::uint32_t pick : c.step.pick) w.number(pick, 4);
    return;
  }
  w.number(c.row, 1);
  w.number(c.who, 1);
  w.number(c.bucket, 1);
  w.text(c.key, 1);
  w.pairs(c.query);
  w.pairs(c.headers);
  w.text(c.body, 2);
}

}  // namespace

program decode(std::span<const std::uint8_t> bytes) {
  reader in(bytes);
  program all;
  while (in.more() && all.size() < most_calls) {
    call c = read_call(in);
    if (in.whole()) all.push_back(std::move(c));
  }
  return all;
}

std::vector<std::uint8_t> encode(const program& all, std::size_t most_bytes) {
  writer w;
  for (const call& c : all) {
    writer one;
    write_call(one, c);
    if (w.out.size() + one.out.size() > most_bytes) continue;
    w.out.insert(w.out.end(), one.out.begin(), one.out.end());
  }
  return std::move(w.out);
}

std::string text_of(const call& c) {
  if (c.what != kind::free) {
    std::string out = (c.what == kind::ruled ? "ruled " : "broken ") + model::name_of(c.step);
    if (c.what == kind::ruled) return out;
    return out + ", form " + std::to_string(static_cast<int>(c.signed_as)) + ", breaking " +
           std::to_string(static_cast<int>(c.how)) + " at " + std::to_string(c.where);
  }
  const auto rows = gateway::s3::operations();
  return "free " + std::string(rows[c.row % rows.size()].name) + ", form " +
         std::to_string(static_cast<int>(c.signed_as));
}

}  // namespace torhaus::fuzz
