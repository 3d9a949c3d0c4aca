#include "tests/model/histories/server_target.hpp"

#include "tests/model/conformance/wire.hpp"

namespace torhaus::model {

namespace {

std::string key_name(int key) { return "key/" + std::to_string(key); }

std::string plain(const std::string& etag) {
  return etag.size() > 1 ? etag.substr(1, etag.size() - 2) : etag;
}

std::string field(const document::entry& e, const char* name) {
  const auto found = e.fields.find(name);
  return found == e.fields.end() ? "" : found->second;
}

}  // namespace

server_target::line& server_target::line_of(int client) {
  const std::lock_guard lock(lines_lock_);
  return lines_[client];
}

std::optional<answer> server_target::send(line& l, const request& r) {
  const wire_request w = to_wire(r);
  const std::string bytes = server_.signed_bytes(w);
  try {
    if (!l.connection) l.connection = std::make_unique<test::tcp_client>(server_.port());
    if (!l.connection->try_send(bytes)) throw std::runtime_error("cut");
    const test::http_answer got = l.connection->answer(w.method);
    if (got.status == 0 || !got.whole) throw std::runtime_error("cut");
    wire_answer seen;
    seen.status = got.status;
    seen.headers = header_list_of(got.head);
    seen.body = got.body;
    return from_wire(r, seen);
  } catch (const std::exception&) {
    l.connection.reset();
    return std::nullopt;
  }
}

answer server_target::must(line& l, const request& r) {
  const auto a = send(l, r);
  if (!a || a->status >= 300) {
    throw std::runtime_error("the server refuses: " + (a ? std::to_string(a->status) : "cut off"));
  }
  return *a;
}

void server_target::begin(const std::string& bucket, kind_of_bucket kind, int keys) {
  bucket_ = bucket;
  keys_ = keys;
  versioned_ = kind == kind_of_bucket::versioned;
  line& l = line_of(-1);
  l.connection.reset();
  request r;
  r.what = verb::create_bucket;
  r.bucket = bucket;
  must(l, r);
  if (!versioned_) return;
  r.what = verb::put_versioning;
  r.state = versioning::enabled;
  must(l, r);
}

// The upload and its part are no part of the completion.
void server_target::prepare(int client, call& c) {
  if (c.what != action::put || !c.in_parts) return;
  const std::shared_lock up(alive_);
  line& l = line_of(client);
  request r;
  r.bucket = bucket_;
  r.key = key_name(c.key);
  r.what = verb::create_upload;
  auto a = send(l, r);
  // After a crash the old connection is of no use.
  if (!a) a = send(l, r);
  if (!a) throw std::runtime_error("no upload");
  l.upload = a->text("UploadId");
  r.what = verb::upload_part;
  r.upload = l.upload;
  r.part_number = 1;
  r.body = contents_.bytes(c.value);
  a = send(l, r);
  // Cut off in the middle: what is completed then is not there.
  l.part_etag = a ? plain(a->header("ETag")) : etag_of(r.body);
}

request server_target::request_of(const call& c, const line& l) const {
  request r;
  r.bucket = bucket_;
  r.key = key_name(c.key);
  if (c.condition == only_if::absent) r.when.none_match = "*";
  if (c.condition == only_if::matches) r.when.match = contents_.etag(c.matched);
  if (!c.version.empty()) r.version = c.version;
  switch (c.what) {
    case action::put:
      r.what = c.in_parts ? verb::complete : verb::put;
      if (!c.in_parts) r.body = contents_.bytes(c.value);
      r.upload = l.upload;
      if (c.in_parts) r.parts = {{1, l.part_etag}};
      break;
    case action::remove:
    case action::remove_version:
      r.what = verb::remove;
      break;
    case action::read:
    case action::read_version:
      r.what = c.head ? verb::head : verb::get;
      break;
    case action::list_versions:
      r.what = verb::list_versions;
      r.page.prefix = r.key;
      break;
    case action::list:
      r.what = verb::list_v2;
      break;
    case action::remove_many:
      r.what = verb::remove_many;
      for (int key = 0; key < keys_; ++key) r.objects.push_back({key_name(key), std::nullopt});
      break;
  }
  return r;
}

// Whose bytes they are: ETag and bytes must be of one value.
int server_target::value_of(const answer& a) const {
  const int value = contents_.find(plain(a.header("ETag")));
  return value >= 0 && contents_.bytes(value) == a.bytes ? value : not_ours;
}

outcome server_target::outcome_of(const call& c, const answer& a) const {
  outcome o;
  if (a.status >= 500) return o;
  const bool watched = c.in_parts && c.condition != only_if::always;
  o.is = a.status == 412              ? verdict::refused
         : a.status == 404            ? verdict::missing
         : a.status == 409 && watched ? verdict::disturbed
         : a.status < 300             ? verdict::done
                                      : verdict::unknown;
  if (o.is == verdict::unknown) {
    throw std::runtime_error("an answer that nobody asked for: " + std::to_string(a.status) + " " +
                             a.code);
  }
  if (o.is != verdict::done) return o;
  o.version = a.header("x-amz-version-id");
  const bool reads = c.what == action::read || c.what == action::read_version;
  if (reads) o.value = c.head ? contents_.find(plain(a.header("ETag"))) : value_of(a);
  for (const document::entry& e : a.body.entries) {
    if (c.what != action::list_versions) break;
    const bool marker = e.name == "DeleteMarker";
    const int value = marker ? nothing : contents_.find(plain(field(e, "ETag")));
    o.listed.push_back({value, field(e, "VersionId")});
  }
  return o;
}

answers server_target::answers_of(const call& c, const answer& a) const {
  if (c.what != action::list && c.what != action::remove_many) return {{c, outcome_of(c, a)}};
  answers all;
  for (int key = 0; key < keys_; ++key) {
    call part = c;
    part.key = key;
    part.what = c.what == action::list ? action::read : action::remove;
    outcome o;
    if (a.status < 300) o.is = verdict::done;
    for (const document::entry& e : a.body.entries) {
      if (field(e, "Key") != key_name(key)) continue;
      if (c.what == action::list) o.value = contents_.find(plain(field(e, "ETag")));
      o.version = field(e, "DeleteMarkerVersionId");
    }
    all.emplace_back(part, o);
  }
  return all;
}

answers server_target::perform(int client, const call& c) {
  {
    const std::shared_lock up(alive_);
  }
  line& l = line_of(client);
  const auto a = send(l, request_of(c, l));
  if (a) return answers_of(c, *a);
  answer cut;
  cut.status = 500;
  return answers_of(c, cut);
}

void server_target::crash() {
  const std::unique_lock down(alive_);
  server_.kill_and_start();
}

}  // namespace torhaus::model
