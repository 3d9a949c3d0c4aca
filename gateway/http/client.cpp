#include "gateway/http/client.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <charconv>

#include "gateway/http/characters.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::http {
namespace {

namespace beast = boost::beast;
using tcp_stream = beast::basic_stream<asio::ip::tcp, executor>;

constexpr std::uint64_t max_body_bytes = std::uint64_t{16} << 20;

struct url {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;

  std::uint16_t usual_port() const { return tls ? 443 : 80; }
};

error no_url(const std::string& endpoint) {
  return error(errc::bad_request, "\"" + endpoint + "\" is not http://HOST:PORT");
}

// ":PORT" or nothing, which is the scheme's own port.
bool parse_port(std::string_view text, url& into) {
  into.port = into.usual_port();
  if (text.empty()) return true;
  const auto [end, failed] = std::from_chars(text.data() + 1, text.data() + text.size(), into.port);
  return text.front() == ':' && text.size() > 1 && failed == std::errc() &&
         end == text.data() + text.size();
}

result<url> parse(const std::string& endpoint) {
  url u;
  std::string_view rest = endpoint;
  u.tls = rest.starts_with("https://");
  if (!u.tls && !rest.starts_with("http://")) return no_url(endpoint);
  rest.remove_prefix(u.tls ? 8 : 7);
  rest = rest.substr(0, rest.find('/'));
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return no_url(endpoint);
    u.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    u.host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(u.host.size());
  }
  if (u.host.empty() || !std::ranges::all_of(u.host, is_host_character)) return no_url(endpoint);
  if (!parse_port(rest, u)) return no_url(endpoint);
  return u;
}

bool is_address(const std::string& host) {
  beast::error_code ec;
  asio::ip::make_address(host, ec);
  return !ec;
}

template <class Stream>
task<client_response> exchange(Stream& stream, const client_request& call) {
  beast::http::request<beast::http::string_body> out;
  out.method_string(call.method);
  out.target(call.target);
  out.version(11);
  for (const auto& [name, value] : call.headers) out.set(name, value);
  out.body() = call.body;
  out.prepare_payload();
  co_await beast::http::async_write(stream, out, use_task);
  beast::flat_buffer buffer;
  beast::http::response_parser<beast::http::string_body> in;
  in.body_limit(max_body_bytes);
  in.skip(call.method == "HEAD");
  co_await beast::http::async_read(stream, buffer, in, use_task);
  client_response answer;
  answer.status = in.get().result_int();
  answer.body = std::move(in.get().body());
  co_return answer;
}

asio::ssl::context trust(const std::string& ca_file) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  beast::error_code ec;
  if (ca_file.empty()) {
    context.set_default_verify_paths(ec);
  } else {
    context.load_verify_file(ca_file, ec);
  }
  if (ec) throw std::runtime_error(ca_file + ": " + ec.message());
  return context;
}

// `where` and `call` live in send(), which outlives the coroutine.
task<client_response> call_server(const url& where, const client_request& call) {
  const executor home = co_await asio::this_coro::executor;
  asio::ip::basic_resolver<asio::ip::tcp, executor> resolver(home);
  const auto found =
      co_await resolver.async_resolve(where.host, std::to_string(where.port), use_task);
  if (!where.tls) {
    tcp_stream stream(home);
    stream.expires_after(call.time_limit);
    co_await stream.async_connect(found, use_task);
    co_return co_await exchange(stream, call);
  }
  asio::ssl::context context = trust(call.ca_file);
  beast::ssl_stream<tcp_stream> stream(home, context);
  stream.set_verify_callback(asio::ssl::host_name_verification(where.host));
  // RFC 6066: no address is a server name.
  if (!is_address(where.host)) {
    SSL_set_tlsext_host_name(stream.native_handle(), where.host.c_str());
  }
  beast::get_lowest_layer(stream).expires_after(call.time_limit);
  co_await beast::get_lowest_layer(stream).async_connect(found, use_task);
  co_await stream.async_handshake(asio::ssl::stream_base::client, use_task);
  co_return co_await exchange(stream, call);
}

constexpr std::string_view too_late = "no answer in time";

// For the operator: without the place in the source that system_error::what() adds.
std::string text_of(const std::exception_ptr& e) {
  try {
    std::rethrow_exception(e);
  } catch (const boost::system::system_error& fault) {
    if (fault.code() == beast::error::timeout) return std::string(too_late);
    return fault.code().message();
  } catch (const std::exception& fault) {
    return fault.what();
  }
}

}  // namespace

result<std::string> host_of_endpoint(const std::string& endpoint) {
  const auto u = parse(endpoint);
  if (!u) return u.error();
  const bool v6 = u->host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + u->host + "]" : u->host;
  return u->port == u->usual_port() ? host : host + ":" + std::to_string(u->port);
}

result<client_response> send(const client_request& call) {
  const auto where = parse(call.endpoint);
  if (!where) return where.error();
  asio::io_context context(1);
  std::optional<client_response> answer;
  std::string problem(too_late);
  asio::co_spawn(context, call_server(*where, call),
                 [&](const std::exception_ptr& e, client_response got) {
                   if (e) {
                     problem = text_of(e);
                   } else {
                     answer = std::move(got);
                   }
                 });
  // The stream's own limit comes first; this one is for the look-up of the name.
  context.run_for(call.time_limit + std::chrono::seconds(5));
  if (answer) return std::move(*answer);
  return error(errc::service_unavailable, call.endpoint + ": " + problem);
}

}  // namespace torhaus::gateway::http
