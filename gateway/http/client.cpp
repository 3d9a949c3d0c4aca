#include "gateway/http/client.hpp"

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

#include "storage/base/task.hpp"

namespace torhaus::gateway::http {
namespace {

namespace beast = boost::beast;
using tcp_stream = beast::basic_stream<asio::ip::tcp, executor>;

constexpr std::uint64_t max_body_bytes = std::uint64_t{16} << 20;

struct url {
  bool tls = false;
  std::string host;
  std::string port;
  bool port_given = false;
};

result<url> parse(const std::string& endpoint) {
  url u;
  std::string_view rest = endpoint;
  u.tls = rest.starts_with("https://");
  if (!u.tls && !rest.starts_with("http://")) {
    return error(errc::bad_request, "\"" + endpoint + "\" is not http://HOST:PORT");
  }
  rest.remove_prefix(u.tls ? 8 : 7);
  rest = rest.substr(0, rest.find('/'));
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  u.host = std::string(rest.substr(0, colon));
  if (u.host.starts_with('[')) u.host = u.host.substr(1, u.host.size() - 2);
  u.port_given = colon != std::string_view::npos;
  u.port = u.port_given ? std::string(rest.substr(colon + 1)) : (u.tls ? "443" : "80");
  if (u.host.empty() || u.port.empty()) {
    return error(errc::bad_request, "\"" + endpoint + "\" is not http://HOST:PORT");
  }
  return u;
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
  co_await beast::http::async_read(stream, buffer, in, use_task);
  client_response answer;
  answer.status = in.get().result_int();
  answer.body = std::move(in.get().body());
  co_return answer;
}

task<client_response> call_server(const url& where, const client_request& call) {
  const executor home = co_await asio::this_coro::executor;
  asio::ip::basic_resolver<asio::ip::tcp, executor> resolver(home);
  const auto found = co_await resolver.async_resolve(where.host, where.port, use_task);
  if (!where.tls) {
    tcp_stream stream(home);
    stream.expires_after(call.time_limit);
    co_await stream.async_connect(found, use_task);
    co_return co_await exchange(stream, call);
  }
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_verify_mode(asio::ssl::verify_peer);
  if (call.ca_file.empty()) {
    context.set_default_verify_paths();
  } else {
    context.load_verify_file(call.ca_file);
  }
  beast::ssl_stream<tcp_stream> stream(home, context);
  stream.set_verify_callback(asio::ssl::host_name_verification(where.host));
  SSL_set_tlsext_host_name(stream.native_handle(), where.host.c_str());
  beast::get_lowest_layer(stream).expires_after(call.time_limit);
  co_await beast::get_lowest_layer(stream).async_connect(found, use_task);
  co_await stream.async_handshake(asio::ssl::stream_base::client, use_task);
  co_return co_await exchange(stream, call);
}

}  // namespace

result<std::string> host_of_endpoint(const std::string& endpoint) {
  const auto u = parse(endpoint);
  if (!u) return u.error();
  const bool v6 = u->host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + u->host + "]" : u->host;
  return u->port_given ? host + ":" + u->port : host;
}

result<client_response> send(const client_request& call) {
  const auto where = parse(call.endpoint);
  if (!where) return where.error();
  asio::io_context context(1);
  std::optional<client_response> answer;
  std::string problem = "no answer in time";
  asio::co_spawn(context, call_server(*where, call),
                 [&](const std::exception_ptr& e, client_response got) {
                   if (!e) {
                     answer = std::move(got);
                     return;
                   }
                   try {
                     std::rethrow_exception(e);
                   } catch (const std::exception& fault) {
                     problem = fault.what();
                   }
                 });
  context.run_for(call.time_limit + std::chrono::seconds(5));
  if (answer) return std::move(*answer);
  return error(errc::service_unavailable, call.endpoint + ": " + problem);
}

}  // namespace torhaus::gateway::http
