#include "tests/model/histories/served.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "auth/sigv4/signer.hpp"
#include "tests/unit/gateway/http/clients.hpp"

namespace torhaus::model {

namespace {

constexpr const char* access_key = "TORHAUSMODEL00000001";
constexpr const char* secret_key = "the-secret-of-the-root-of-a-test";
constexpr const char* region = "de-test-1";
constexpr auto longest_start = std::chrono::seconds(60);

std::string tail_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream all;
  all << in.rdbuf();
  const std::string text = all.str();
  return text.substr(text.size() - std::min<std::size_t>(text.size(), 2'000));
}

}  // namespace

served::served(std::string program) : program_(std::move(program)) {
  port_ = test::unused_port();
  admin_port_ = test::unused_port();
  start();
}

served::~served() { end(SIGKILL); }

void served::start() {
  const std::string data = (folder_.path() / "data").string();
  const std::string log = (folder_.path() / "log").string();
  const std::string listen = "127.0.0.1:" + std::to_string(port_);
  const std::string admin = "127.0.0.1:" + std::to_string(admin_port_);
  std::vector<std::string> variables = {
      std::string("TORHAUS_ROOT_ACCESS_KEY=") + access_key,
      std::string("TORHAUS_ROOT_SECRET_KEY=") + secret_key,
      std::string("TORHAUS_REGION=") + region,
  };
  std::vector<std::string> arguments = {program_,   "serve", "--data",         data,
                                        "--listen", listen,  "--admin-listen", admin};
  std::vector<char*> environment;
  for (std::string& v : variables) environment.push_back(v.data());
  environment.push_back(nullptr);
  std::vector<char*> command;
  for (std::string& a : arguments) command.push_back(a.data());
  command.push_back(nullptr);
  const auto began = std::chrono::steady_clock::now();
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("cannot fork");
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // whatever ends the test
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execve(program_.c_str(), command.data(), environment.data());
    ::_exit(127);
  }
  while (!ready()) {
    int status = 0;
    const bool ended = ::waitpid(process_, &status, WNOHANG) == process_;
    if (ended) process_ = -1;
    if (ended || std::chrono::steady_clock::now() - began > longest_start) {
      throw std::runtime_error("the server does not start:\n" + tail_of(log));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  slowest_ = std::max(slowest_, took);
}

void served::end(int signal) {
  if (process_ <= 0) return;
  ::kill(process_, signal);
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
}

void served::kill_and_start() {
  end(SIGKILL);
  start();
}

std::string served::findings() {
  end(SIGKILL);
  const std::string data = (folder_.path() / "data").string();
  const std::string report = (folder_.path() / "report").string();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    const int out = ::open(report.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execl(program_.c_str(), program_.c_str(), "verify", "--data", data.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  return "torhaus verify: " + tail_of(report);
}

bool served::ready() const {
  try {
    test::tcp_client client(admin_port_);
    client.send("GET /-/health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    return client.answer().status == 200;
  } catch (const std::exception&) {
    return false;
  }
}

std::string served::signed_bytes(const wire_request& w) const {
  header_list headers = w.headers;
  headers.emplace_back("Host", "127.0.0.1:" + std::to_string(port_));
  headers.emplace_back("Content-Length", std::to_string(w.body.size()));
  std::vector<auth::sigv4::header_view> views;
  for (const auto& [name, value] : headers) views.push_back({name, value});
  const auth::sigv4::request_view view{
      .method = w.method, .raw_path = w.path, .raw_query = w.query, .headers = views};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto added = auth::sigv4::sign_headers(view, "UNSIGNED-PAYLOAD",
                                               {access_key, secret_key, "", region, "s3"}, now);
  headers.insert(headers.end(), added.begin(), added.end());
  std::string bytes = w.method + " " + w.path + (w.query.empty() ? "" : "?" + w.query);
  bytes += " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) bytes += name + ": " + value + "\r\n";
  return bytes + "\r\n" + w.body;
}

}  // namespace torhaus::model
