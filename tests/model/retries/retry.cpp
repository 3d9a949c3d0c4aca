#include "tests/model/retries/retry.hpp"

#include <array>
#include <random>
#include <thread>

#include "tests/model/conformance/compare.hpp"
#include "tests/model/conformance/wire.hpp"
#include "tests/model/rules/reference.hpp"
#include "tests/unit/gateway/http/clients.hpp"

namespace torhaus::model {

namespace {

constexpr std::size_t least_part = std::size_t{5} << 20;

enum class cut : std::uint8_t { answered, behind_the_request, reset, a_moment_later, within };
constexpr std::array cut_names = {"when the answer is there", "behind the request", "by a reset",
                                  "a moment later", "within the request"};

struct kind {
  const char* name;
  verb what;
  bool absent = false;   // If-None-Match: *
  bool matches = false;  // If-Match with the ETag that is there
};
constexpr std::array kinds = {
    kind{"put", verb::put},
    kind{"put if absent", verb::put, true},
    kind{"put if it matches", verb::put, false, true},
    kind{"copy", verb::copy},
    kind{"copy if absent", verb::copy, true},
    kind{"delete", verb::remove},
    kind{"delete if it matches", verb::remove, false, true},
    kind{"delete many", verb::remove_many},
    kind{"complete", verb::complete},
    kind{"complete if absent", verb::complete, true},
    kind{"complete if it matches", verb::complete, false, true},
    kind{"part", verb::upload_part},
    kind{"create upload", verb::create_upload},
    kind{"abort", verb::abort},
    kind{"tags", verb::put_tags},
    kind{"versioning", verb::put_versioning},
    kind{"create bucket", verb::create_bucket},
    kind{"delete bucket", verb::delete_bucket},
};

// Times and ids of a request whose answer nobody read are not known.
void forget(answer& a) {
  const auto forget_id = [](std::string& text) {
    if (text == unseen_id) text = anything;
  };
  for (auto& [name, value] : a.headers) forget_id(value);
  for (auto& [name, value] : a.body.fields) forget_id(value);
  for (document::entry& e : a.body.entries) {
    for (auto& [name, value] : e.fields) forget_id(value);
  }
  for (const char* name : {"LastModified", "Initiated"}) {
    a.body.fields.erase(name);
    for (document::entry& e : a.body.entries) e.fields.erase(name);
  }
  a.headers.erase("Last-Modified");
}

// One of the orders in which it may have happened.
struct possibility {
  const char* how;
  reference rules;
  answer second = {};
};

class attempt {
 public:
  attempt(const served& server, std::uint64_t number, std::uint64_t seed)
      : server_(server),
        dice_(seed),
        bucket_("retries-" + std::to_string(number)),
        kind_(kinds.at(dice_() % kinds.size())),
        how_(static_cast<cut>(dice_() % 2 == 0 ? 0 : 1 + dice_() % 4)),
        rules_(least_part) {
    rules_.owner_id = anything;
    rules_.initiators[caller::owner] = anything;
  }

  retry_outcome run();

 private:
  request about(verb v) const {
    request r;
    r.what = v;
    r.bucket = bucket_;
    r.key = "key";
    return r;
  }
  answer send(const request&);
  void ask(const request&);
  void prepare();
  request make();
  void cut_off(const request&);
  std::vector<possibility> possibilities(const request&, const answer& second);
  std::string differs(possibility&, const answer& second);
  bool stored_as(possibility&, std::string& why);

  const served& server_;
  std::mt19937_64 dice_;
  std::string bucket_;
  kind kind_;
  cut how_;
  reference rules_;
  std::string upload_;
  std::string etag_;
};

answer attempt::send(const request& r) {
  const wire_request w = to_wire(r);
  test::tcp_client client(server_.port());
  client.send(server_.signed_bytes(w));
  const test::http_answer got = client.answer(w.method);
  wire_answer seen;
  seen.status = got.status;
  seen.headers = header_list_of(got.head);
  seen.body = got.body;
  if (w.method == "HEAD") seen.length_of_absent_body = 0;
  return from_wire(r, seen);
}

// Of what is not cut off.
void attempt::ask(const request& r) {
  answer seen = send(r);
  answer wanted = rules_.apply(r, seen, sys_micros());
  forget(seen);
  forget(wanted);
  if (!same(wanted, seen)) {
    throw std::runtime_error("before the cut: the rules: " + shown(wanted) +
                             "\n  the server: " + shown(seen));
  }
  if (r.what == verb::create_upload) upload_ = seen.text("UploadId");
  if (r.what == verb::put) etag_ = etag_of(r.body);
}

// The bucket with versions or without, and what the request needs.
void attempt::prepare() {
  if (kind_.what == verb::create_bucket) return;
  ask(about(verb::create_bucket));
  if (kind_.what == verb::delete_bucket) return;
  if (dice_() % 2 == 0) ask(about(verb::put_versioning));
  const bool there = kind_.matches || kind_.what == verb::put_tags ||
                     (!kind_.absent && dice_() % 2 == 0) || kind_.what == verb::remove;
  request r = about(verb::put);
  r.body = "what was there";
  if (there) ask(r);
  r.key = "other";
  r.body = "another object";
  if (kind_.what == verb::copy || kind_.what == verb::remove_many) {
    const std::string kept = etag_;
    ask(r);
    etag_ = kept;
  }
  const bool in_parts =
      kind_.what == verb::complete || kind_.what == verb::upload_part || kind_.what == verb::abort;
  if (!in_parts) return;
  ask(about(verb::create_upload));
  r = about(verb::upload_part);
  r.upload = upload_;
  r.part_number = 1;
  r.body = "the part";
  ask(r);
}

request attempt::make() {
  request r = about(kind_.what);
  if (kind_.absent) r.when.none_match = "*";
  if (kind_.matches) r.when.match = etag_;
  r.upload = upload_;
  switch (kind_.what) {
    case verb::put:
      r.body = "new bytes " + std::string(dice_() % 4 == 0 ? 40'000 : 10, 'n');
      break;
    case verb::upload_part:
      r.part_number = 1;
      r.body = "the part anew";
      break;
    case verb::copy:
      r.from = {bucket_, "other"};
      break;
    case verb::complete:
      r.parts = {{1, etag_of("the part")}};
      break;
    case verb::remove_many:
      r.objects = {{"key", std::nullopt}, {"other", std::nullopt}};
      break;
    case verb::put_tags:
      r.tags = {{"name", "value"}};
      break;
    case verb::put_versioning:
      r.state = dice_() % 2 == 0 ? versioning::enabled : versioning::suspended;
      break;
    default:
      break;
  }
  return r;
}

void attempt::cut_off(const request& r) {
  const std::string bytes = server_.signed_bytes(to_wire(r));
  test::tcp_client client(server_.port());
  if (how_ == cut::within) {
    client.send(std::string_view(bytes).substr(0, 1 + dice_() % (bytes.size() - 1)));
    if (dice_() % 2 == 0) client.reset();
    return;
  }
  client.send(bytes);
  switch (how_) {
    case cut::answered:
      if (client.receive().empty()) throw std::runtime_error("no answer came");
      break;
    case cut::reset:
      client.reset();
      break;
    case cut::a_moment_later:
      std::this_thread::sleep_for(std::chrono::microseconds(dice_() % 2'000));
      break;
    default:
      break;
  }
}

// The answer that was not read is unknown, and so are the names in it.
std::vector<possibility> attempt::possibilities(const request& r, const answer& second) {
  std::vector<possibility> all;
  if (how_ != cut::within) {
    all.push_back({"once before", rules_});
    all.back().rules.apply(r, answer(), sys_micros());
    all.back().second = all.back().rules.apply(r, second, sys_micros());
  }
  if (how_ == cut::answered) return all;
  all.push_back({"not before", rules_});
  all.back().second = all.back().rules.apply(r, second, sys_micros());
  if (how_ == cut::within) return all;
  // Still under way when it was sent again.
  all.push_back({"once behind", all.back().rules, all.back().second});
  all.back().rules.apply(r, answer(), sys_micros());
  return all;
}

bool attempt::stored_as(possibility& p, std::string& why) {
  for (const verb v : {verb::get_versioning, verb::list_versions, verb::list_uploads}) {
    const request r = about(v);
    answer seen = send(r);
    answer wanted = p.rules.apply(r, seen, sys_micros());
    forget(seen);
    forget(wanted);
    if (same(wanted, seen)) continue;
    why = "the rules: " + shown(wanted) + "\n    the server: " + shown(seen);
    return false;
  }
  return true;
}

std::string attempt::differs(possibility& p, const answer& second) {
  answer wanted = p.second;
  answer seen = second;
  forget(wanted);
  forget(seen);
  if (!same(wanted, seen)) {
    return "the second answer by the rules: " + shown(wanted) +
           "\n    by the server: " + shown(seen);
  }
  std::string why;
  return stored_as(p, why) ? "" : "what is stored: " + why;
}

retry_outcome attempt::run() {
  retry_outcome out;
  out.what = std::string(kind_.name) + ", cut " + cut_names.at(static_cast<std::size_t>(how_));
  try {
    prepare();
    const request r = make();
    cut_off(r);
    const answer second = send(r);
    std::vector<possibility> all = possibilities(r, second);
    // What was still under way may happen while it is looked at.
    for (int looks = how_ == cut::answered ? 1 : 4; looks > 0; --looks) {
      out.fault.clear();
      for (possibility& p : all) {
        const std::string fault = differs(p, second);
        if (fault.empty()) return {out.what, ""};
        out.fault += "  if it happened " + std::string(p.how) + ": " + fault + "\n";
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  } catch (const std::exception& why) {
    out.fault = why.what();
  }
  return out;
}

}  // namespace

retry_outcome try_again(const served& server, std::uint64_t number, std::uint64_t seed) {
  return attempt(server, number, seed).run();
}

}  // namespace torhaus::model
