#include "tests/unit/gateway/http/running_server.hpp"

#include "storage/base/log.hpp"

namespace torhaus::test {
namespace {

constexpr std::uint64_t pattern_period = 251;

http::response text_response(unsigned status, std::string text) {
  http::response r;
  r.status = status;
  r.body = std::move(text);
  return r;
}

http::response of_error(const error& why) {
  http::response r = text_response(status_of(why.code()), std::string(code_of(why.code())));
  r.close = true;
  return r;
}

}  // namespace

task<http::response> scripted_handler::handle(http::request& call) {
  {
    const std::lock_guard lock(mutex_);
    last_ = {call.method, call.target, std::string(call.path), std::string(call.query), call.host,
             call.from,   {}};
    for (const auto& [name, value] : call.headers) last_.headers.emplace_back(name, value);
  }
  ++calls_;
  const auto found = actions_.find(call.path);
  if (found == actions_.end()) co_return text_response(200, "hello");
  co_return co_await found->second(call);
}

http::response scripted_handler::refuse(const error& why, const http::origin& from,
                                        std::string_view) {
  const std::lock_guard lock(mutex_);
  refused_from_ = from;
  refusals_.emplace_back(code_of(why.code()));
  return text_response(status_of(why.code()), std::string(code_of(why.code())));
}

http::origin scripted_handler::refused_from() const {
  const std::lock_guard lock(mutex_);
  return refused_from_;
}

seen_request scripted_handler::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::vector<std::string> scripted_handler::refusals() const {
  const std::lock_guard lock(mutex_);
  return refusals_;
}

task<http::response> echo(http::request& call, std::size_t step) {
  std::string all;
  std::vector<std::byte> buffer(step);
  while (true) {
    const auto n = co_await call.body->read(buffer);
    if (!n) co_return of_error(n.error());
    if (*n == 0) co_return text_response(200, std::move(all));
    all.append(reinterpret_cast<const char*>(buffer.data()), *n);
  }
}

std::string digest_text(std::string_view bytes) {
  std::uint64_t state = 14695981039346656037ULL;
  for (const char c : bytes) {
    state = (state ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return std::to_string(bytes.size()) + " " + std::to_string(state);
}

task<http::response> digest_body(http::request& call) {
  std::string all;
  std::vector<std::byte> buffer(64 * 1024);
  while (true) {
    const auto n = co_await call.body->read(buffer);
    if (!n) co_return of_error(n.error());
    if (*n == 0) co_return text_response(200, digest_text(all));
    all.append(reinterpret_cast<const char*>(buffer.data()), *n);
  }
}

std::string pattern(std::uint64_t from, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) {
    out[i] = static_cast<char>((from + i) % pattern_period);
  }
  return out;
}

task<result<std::span<const std::byte>>> pattern_source::next() {
  if (at_ >= fail_after_) co_return error(errc::internal_error).because("told to fail");
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(piece_, size_ - at_));
  bytes_ = pattern(at_, n);
  at_ += n;
  co_return std::as_bytes(std::span(bytes_));
}

task<void> gate::pass() {
  ++waiting_;
  timer pause(co_await asio::this_coro::executor);
  while (!open_) {
    pause.expires_after(std::chrono::milliseconds(2));
    co_await pause.async_wait(use_task);
  }
}

running_server::running_server(http::server_options o,
                               const std::function<void(scripted_handler&)>& script) {
  // Refusals are what many tests are about; their log lines would bury a failure.
  static const bool quiet = [] {
    log::configure(log::level::error, "/dev/null");
    return true;
  }();
  (void)quiet;
  if (o.listeners.empty()) o.listeners.emplace_back().address = "127.0.0.1";
  for (http::listener& l : o.listeners) l.handler = &handler;
  if (o.threads == 0) o.threads = 2;
  handler.on("/echo", [](http::request& call) { return echo(call); });
  handler.on("/digest", digest_body);
  if (script) script(handler);
  server = http::make_server(std::move(o));
  server->start();
}

running_server::~running_server() {
  if (server) server->stop();
}

}  // namespace torhaus::test
