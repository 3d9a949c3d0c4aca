#include "tests/fuzz/requests/mutator.hpp"

#include <algorithm>

#include "gateway/s3/operations.hpp"
#include "tests/fuzz/requests/vocabulary.hpp"

namespace torhaus::fuzz {
namespace {

constexpr std::size_t most_value = 200;
constexpr std::size_t most_body = 3000;
constexpr std::uint32_t keys_of_a_program = 4;

class hand {
 public:
  hand(program& p, dice& d, const bend& b) : p_(p), d_(d), bend_(b) {}

  // Something to begin with.
  void fill() {
    for (std::size_t n = 4 + one_of(8); n > 0; --n) insert();
  }

  void change() {
    switch (one_of(8)) {
      case 0:
      case 1:
        return insert();
      case 2:
        if (p_.size() > 1) p_.erase(p_.begin() + place());
        return;
      case 3:
        if (p_.size() < most_calls) p_.insert(p_.begin() + place(), p_[one_of(p_.size())]);
        return;
      case 4:
        std::swap(p_[one_of(p_.size())], p_[one_of(p_.size())]);
        return;
      default:
        return p_[one_of(p_.size())].what == kind::free ? change_free() : change_step();
    }
  }

 private:
  std::size_t one_of(std::size_t sides) { return d_() % sides; }
  bool rarely(std::size_t sides) { return one_of(sides) == 0; }
  std::ptrdiff_t place() { return static_cast<std::ptrdiff_t>(one_of(p_.size())); }
  template <class Words>
  const auto& any(const Words& words) {
    return words[one_of(words.size())];
  }
  call& any_of(bool free) {
    for (std::size_t look = 0; look < 8; ++look) {
      call& c = p_[one_of(p_.size())];
      if ((c.what == kind::free) == free) return c;
    }
    return p_.front();
  }

  void insert() {
    if (p_.size() >= most_calls) return;
    call c;
    c.what = rarely(3) ? kind::free : rarely(3) ? kind::broken : kind::ruled;
    fresh_signing(c);
    if (c.what == kind::free) {
      fresh_free(c);
    } else {
      fresh_step(c);
    }
    p_.insert(p_.begin() + (p_.empty() ? 0 : place() + 1), c);
  }

  void fresh_signing(call& c) {
    c.signed_as = rarely(2) ? form::header : static_cast<form>(one_of(size_of<form>));
    c.how = static_cast<breaking>(one_of(size_of<breaking>));
    c.where = static_cast<std::uint32_t>(one_of(1 << 16));
  }
  template <class E>
  static constexpr std::size_t size_of = static_cast<std::size_t>(E::count);

  // Steps of one program are about the same few keys.
  void fresh_step(call& c) {
    const std::vector<model::step> all = model::random_steps(d_());
    c.step = all[one_of(all.size())];
    std::uint32_t first = c.step.pick[7];
    for (const call& other : p_) {
      if (other.what != kind::free) first = other.step.pick[7];
    }
    c.step.pick[7] = first;
    c.step.pick[1] = first + static_cast<std::uint32_t>(one_of(keys_of_a_program));
    c.step.pick[6] = c.step.pick[6] / 16 * 16 + keys_of_a_program;
  }

  void change_step() {
    call& c = any_of(false);
    switch (one_of(5)) {
      case 0:
        return fresh_step(c);
      case 1:
        return fresh_signing(c);
      case 2:
        c.what = c.what == kind::ruled ? kind::broken : kind::ruled;
        return;
      default:
        c.step.pick[one_of(6)] = static_cast<std::uint32_t>(d_());
    }
  }

  void fresh_free(call& c) {
    c.row = static_cast<std::uint8_t>(one_of(gateway::s3::operations().size()));
    c.who = static_cast<std::uint8_t>(rarely(3) ? one_of(8) : 0);
    c.bucket = static_cast<std::uint8_t>(rarely(8) ? one_of(4) : 0);
    c.key = any(keys());
    c.query.clear();
    c.headers.clear();
    c.body.clear();
    document(c);
    for (std::size_t n = one_of(3); n > 0; --n) c.headers.push_back(pair(headers()));
    if (rarely(2)) c.query.push_back(pair(parameters()));
  }

  pair_list::value_type pair(std::span<const word> words) {
    const word& w = any(words);
    return {std::string(w.name), std::string(w.value)};
  }

  // One that its operation wants, mostly.
  void document(call& c) {
    const auto rows = gateway::s3::operations();
    const auto& row = rows[c.row % rows.size()];
    std::string_view wanted = row.sub_resource;
    if (row.name == "CreateBucket") wanted = "create";
    if (row.body == gateway::s3::body_kind::form) {
      wanted = "form";
      c.headers.emplace_back("content-type", "multipart/form-data; boundary=b");
    }
    std::vector<std::string_view> fitting;
    for (const word& w : documents()) {
      if (w.name == wanted || rarely(200)) fitting.push_back(w.value);
    }
    if (row.method != "PUT" && row.method != "POST") return;
    c.body = fitting.empty() ? std::string(one_of(40), 'x') : any(fitting);
    if (rarely(4)) c.bucket = static_cast<std::uint8_t>(c.bucket | long_body);
  }

  void change_pairs(pair_list& all, std::span<const word> words) {
    switch (all.empty() ? 0 : one_of(4)) {
      case 0:
        if (all.size() < most_pairs) all.push_back(pair(words));
        return;
      case 1:
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(one_of(all.size())));
        return;
      case 2: {
        auto& chosen = all[one_of(all.size())];
        chosen.second = bend_(chosen.second, most_value);
        return;
      }
      default:
        all[one_of(all.size())].second = any(words).value;
    }
  }

  void change_free() {
    call& c = any_of(true);
    switch (one_of(9)) {
      case 0:
        return fresh_free(c);
      case 1:
        return fresh_signing(c);
      case 2:
        c.key = rarely(2) ? bend_(c.key, most_value) : std::string(any(keys()));
        return;
      case 3:
        return change_pairs(c.query, parameters());
      case 4:
      case 5:
        return change_pairs(c.headers, headers());
      case 6:
        return document(c);
      case 7:
        c.who = static_cast<std::uint8_t>(one_of(8));
        return;
      default:
        c.body = bend_(c.body, most_body);
    }
  }

  program& p_;
  dice& d_;
  const bend& bend_;
};

}  // namespace

void mutate(program& p, dice& d, const bend& b) {
  hand h(p, d, b);
  if (p.empty()) h.fill();
  for (std::size_t n = 1 + d() % 4; n > 0; --n) h.change();
}

program crossed(const program& a, const program& b, dice& d) {
  program out(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(d() % (a.size() + 1)));
  if (!b.empty())
    out.insert(out.end(), b.begin() + static_cast<std::ptrdiff_t>(d() % b.size()), b.end());
  if (out.size() > most_calls) out.resize(most_calls);
  return out;
}

}  // namespace torhaus::fuzz
