#include "gateway/bench/bucket.hpp"

#include <stdexcept>

#include "auth/sigv4/uri.hpp"
#include "gateway/bench/xml.hpp"

namespace torhaus::gateway::bench {
namespace {

using auth::sigv4::encode;
using auth::sigv4::slash;

// A bucket that never gets empty ends the tidying up: a billion keys.
constexpr unsigned most_pages = 1'000'000;

[[noreturn]] void fail(const std::string& what, const outcome& came) {
  throw std::runtime_error(what + ": " + came.message);
}

std::string location(const std::string& region) {
  if (region == "us-east-1") return {};
  std::string out =
      "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<LocationConstraint>";
  append_escaped(out, region);
  return out + "</LocationConstraint></CreateBucketConfiguration>";
}

constexpr std::string_view versioning =
    "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
    "<Status>Enabled</Status></VersioningConfiguration>";

}  // namespace

void bucket_keeper::run(task<void> (bucket_keeper::*step)(client&)) {
  asio::io_context context(1);
  desk shared(all_);
  client to(context.get_executor(), shared);
  std::exception_ptr fault;
  timer limit(context.get_executor());
  const auto ended = [&](const std::exception_ptr& e) {
    fault = e;
    limit.cancel();
  };
  asio::co_spawn(context, (this->*step)(to), ended);
  // One request at a time: who is late is found by looking now and then.
  std::function<void()> watch = [&] {
    limit.expires_after(std::chrono::seconds(1));
    limit.async_wait([&](const boost::system::error_code& stopped) {
      if (stopped) return;
      to.link().end_when_late(steady::now() - all_.s.time_limit);
      watch();
    });
  };
  watch();
  context.run();
  if (fault) std::rethrow_exception(fault);
}

void bucket_keeper::make() { run(&bucket_keeper::make_bucket); }
void bucket_keeper::remove() { run(&bucket_keeper::remove_all); }

task<void> bucket_keeper::make_bucket(client& to) {
  const target& where = all_.s.to;
  std::string text;
  std::string body = location(where.region);
  const outcome came = co_await to.call("PUT", where.bucket_path(), {}, std::move(body), text);
  made_ = came.as_wanted;
  // AWS: BucketAlreadyOwnedByYou, and BucketAlreadyExists of some others for one's own.
  if (!made_ && came.status != 409) fail("the bucket " + where.bucket, came);
  if (all_.s.load != workload::versioned) co_return;
  std::string on(versioning);
  const outcome set =
      co_await to.call("PUT", where.bucket_path(), "versioning=", std::move(on), text);
  if (!set.as_wanted) fail("versioning of " + where.bucket, set);
}

task<void> bucket_keeper::remove_all(client& to) {
  const settings& s = all_.s;
  const std::string prefix = "prefix=" + encode(s.prefix, slash::encoded);
  const bool versions = s.load == workload::versioned;
  const std::string query =
      versions ? "max-keys=1000&" + prefix + "&versions=" : "list-type=2&max-keys=1000&" + prefix;
  if (s.load == workload::multipart) co_await abort_uploads(to);
  // Each page is deleted before the first page is asked for again.
  for (unsigned i = 0; i < most_pages; ++i) {
    std::string text;
    std::string copy = query;
    const outcome came = co_await to.call("GET", s.to.bucket_path(), std::move(copy), {}, text);
    if (!came.as_wanted) fail("listing what was made", came);
    if (count_of(text, "<Key>") == 0) break;
    co_await remove_listed(to, std::move(text));
  }
  if (!made_) co_return;
  std::string text;
  const outcome gone = co_await to.call("DELETE", s.to.bucket_path(), {}, {}, text);
  // Somebody else may have put something into it meanwhile.
  if (!gone.as_wanted && gone.status != 409) fail("removing the bucket " + s.to.bucket, gone);
}

task<void> bucket_keeper::remove_listed(client& to, std::string listing) {
  const auto keys = entries_of(listing, {"Contents", "Version", "DeleteMarker"});
  std::string text;
  std::string document = delete_document(keys);
  const outcome came =
      co_await to.call("POST", all_.s.to.bucket_path(), "delete=", std::move(document), text);
  if (!came.as_wanted) fail("removing what was made", came);
  if (count_of(text, "<Error>") > 0) {
    throw std::runtime_error("removing what was made: " + element_of(text, "Message"));
  }
}

task<void> bucket_keeper::abort_uploads(client& to) {
  const settings& s = all_.s;
  for (unsigned i = 0; i < most_pages; ++i) {
    std::string text;
    std::string query = "prefix=" + encode(s.prefix, slash::encoded) + "&uploads=";
    const outcome came = co_await to.call("GET", s.to.bucket_path(), std::move(query), {}, text);
    if (!came.as_wanted) fail("listing unfinished uploads", came);
    const auto uploads = entries_of(text, {"Upload"});
    if (uploads.empty()) co_return;
    for (const auto& [key, id] : uploads) {
      std::string path = s.to.key_path() + encode(key, slash::kept);
      std::string of = "uploadId=" + encode(id, slash::encoded);
      std::string unused;
      const outcome gone = co_await to.call("DELETE", std::move(path), std::move(of), {}, unused);
      if (!gone.as_wanted && gone.status != 404) fail("ending an upload", gone);
    }
  }
}

}  // namespace torhaus::gateway::bench
