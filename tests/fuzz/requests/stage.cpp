#include "tests/fuzz/requests/stage.hpp"

#include <algorithm>

#include "gateway/s3/operations.hpp"
#include "tests/fuzz/requests/document.hpp"
#include "tests/model/conformance/wire.hpp"

namespace torhaus::fuzz {
namespace {

using model::wire_answer;
using model::wire_request;

// A store serves so many programs; it would grow, and slow down, with more.
constexpr std::uint64_t programs_of_a_store = 64;
constexpr unsigned not_implemented = 501;

std::string header_of(const wire_answer& a, std::string_view wanted) {
  for (const auto& [name, value] : a.headers) {
    if (gateway::http::equal_ignoring_case(name, wanted)) return value;
  }
  return "";
}

// Elements' texts are what later calls may name.
void remember(names& known, const wire_answer& a) {
  for (const auto& [name, element] : {std::pair{"$UPLOAD", "UploadId"},
                                      {"$TOKEN", "NextContinuationToken"},
                                      {"$VERSION", "VersionId"}}) {
    if (std::string text = element_text(a.body, element); !text.empty()) known[name] = text;
  }
  if (const std::string id = header_of(a, "x-amz-version-id"); !id.empty()) known["$VERSION"] = id;
  if (const std::string tag = header_of(a, "etag"); !tag.empty()) known["$ETAG"] = tag;
}

bool is_document(const wire_answer& a) {
  return header_of(a, "content-type").starts_with("application/xml");
}

}  // namespace

stage::stage() = default;

stage::seen stage::send(const wire_request& w) {
  seen s;
  const std::string id = book_.next_id();
  s.answer = world_->send_as_it_is(w, id);
  const unsigned status = s.answer.status;
  if (status == 0 || (status >= 500 && status != not_implemented)) {
    s.fault = "answered " + std::to_string(status) + ": " + s.answer.body;
  }
  if (status >= 400 && w.method != "HEAD" && s.fault.empty()) {
    s.code = element_text(s.answer.body, "Code");
    s.fault = document_fault(s.answer.body);
    if (s.code.empty()) s.fault = "an error without a code: " + s.answer.body;
  }
  if (status >= 400 && w.method == "HEAD" && !s.answer.body.empty()) {
    s.fault = "a body in the answer of HEAD";
  }
  book_.answered(id, status, s.code);
  return s;
}

std::string stage::broken(const call& c, model::side_by_side& rules) {
  const auto drawn = rules.drawn(c.step);
  if (!drawn || drawn->who == model::caller::anonymous) return "";
  wire_request w = model::to_wire(*drawn);
  w.cut = false;
  if (!can_break(w, c.signed_as, c.how)) return "";
  sign_and_break(w, c, world_->keys_of(drawn->who), world_->clock.now());
  const seen s = send(w);
  if (!s.fault.empty()) return s.fault;
  if (fits(c.how, w.method, s.answer.status, s.code)) return "";
  return "a broken request was answered " + std::to_string(s.answer.status) + " " + s.code;
}

std::string stage::free(const call& c, const std::string& mark, names& known) {
  wire_request w = built(c, mark, known);
  const model::caller who = caller_of(c);
  const form as = who == model::caller::anonymous ? form::anonymous : c.signed_as;
  const auto keys = world_->keys_of(who == model::caller::anonymous ? model::caller::owner : who);
  sign(w, as, keys, world_->clock.now());
  const seen s = send(w);
  if (!s.fault.empty()) return s.fault;
  remember(known, s.answer);
  const auto rows = gateway::s3::operations();
  const bool bytes = rows[c.row % rows.size()].name == "GetObject";
  if (s.answer.status >= 300 || bytes || s.answer.body.empty() || !is_document(s.answer)) return "";
  return document_fault(s.answer.body);
}

std::string stage::one(const call& c, model::side_by_side& rules, const std::string& mark,
                       names& known) {
  if (c.what == kind::broken) return broken(c, rules);
  if (c.what == kind::free) return free(c, mark, known);
  try {
    rules.one(c.step);
  } catch (const model::difference& found) {
    return found.what();
  }
  return "";
}

// What must be so when nobody asks for anything any more.
std::string stage::left_behind() {
  if (auto fault = world_->accounting_fault(); !fault.empty()) return fault;
  if (const auto all = world_->findings(); !all.empty()) return "verify: " + all.front();
  if (const auto open = world_->readers_left(); open > 0) {
    return std::to_string(open) + " read transactions are left open";
  }
  return book_.fault();
}

std::string stage::play_calls(const program& p) {
  const std::uint64_t number = played_ % programs_of_a_store;
  const std::string mark = "frei" + std::to_string(number);
  const model::setting where = model::random_setting(number + 1, number);
  model::side_by_side rules(*world_, where, true);
  names known;
  try {
    rules.begin();
    for (const char* bucket : {"-a", "-b"}) {
      world_->send({.method = "PUT", .path = "/" + mark + bucket}, model::caller::owner);
    }
    for (const call& c : p) {
      told_ += text_of(c) + "\n";
      if (auto fault = one(c, rules, mark, known); !fault.empty()) return fault;
    }
    told_ += "the last check\n";
    rules.check_all();
  } catch (const std::exception& found) {
    return found.what();
  }
  return left_behind();
}

std::string stage::play(const program& p) {
  if (played_ % programs_of_a_store == 0) {
    world_.reset();
    world_ = std::make_unique<model::store_world>(1, &book_.trail());
  }
  told_.clear();
  std::string fault = play_calls(p);
  ++played_;
  return fault.empty() ? "" : told_ + fault;
}

}  // namespace torhaus::fuzz
