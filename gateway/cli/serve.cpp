// torhaus serve: runs the gateway until SIGTERM or SIGINT. SIGHUP opens the log file anew.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gateway/cli/command.hpp"
#include "gateway/cli/installation.hpp"
#include "storage/base/log.hpp"

namespace torhaus::gateway::cli {
namespace {

struct serve_arguments {
  std::string config_file;
  std::string data;
  std::vector<std::string> listen;
  std::string admin_listen;
};

config effective_config(const serve_arguments& given, const environment& env) {
  config c = load_config(given.config_file, env);
  if (!given.data.empty()) c.data = given.data;
  if (!given.listen.empty()) {
    c.listen.clear();
    for (const std::string& text : given.listen) c.listen.push_back(parse_endpoint(text));
  }
  if (!given.admin_listen.empty()) c.admin_listen = parse_endpoint(given.admin_listen);
  check_safe(c);
  return c;
}

std::optional<std::string> value_of(const environment& env, const std::string& name) {
  const auto at = env.find(name);
  if (at == env.end()) return std::nullopt;
  return at->second;
}

// What a secret variable said is overwritten where the kernel shows it to others, and no child of
// ours inherits it.
void forget_variable(const std::string& name) {
  char* value = std::getenv(name.c_str());
  if (value == nullptr) return;
  ::explicit_bzero(value, std::strlen(value));
  ::unsetenv(name.c_str());
}

// So many that a crowd of them leaves descriptors for files, with which others are served.
std::size_t affordable_connections(rlim_t descriptors) {
  constexpr rlim_t least_for_files = 256;
  const rlim_t for_files = std::max(least_for_files, descriptors / 4);
  return descriptors > for_files ? static_cast<std::size_t>(descriptors - for_files) : 1;
}

// Secrets are in memory: no core dumps, no ptrace by the same user. Descriptors: as many as
// allowed.
void prepare_process(http::limits& limit) {
  ::prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    limit.connections = std::min(limit.connections, affordable_connections(files.rlim_cur));
  }
  std::signal(SIGPIPE, SIG_IGN);
}

void wait_for_end() {
  asio::io_context waiting(1);
  asio::signal_set signals(waiting, SIGTERM, SIGINT, SIGHUP);
  std::function<void()> wait = [&] {
    signals.async_wait([&](boost::system::error_code failed, int which) {
      if (failed) return;
      if (which == SIGHUP) {
        log::reopen();
        log::info("log_reopened");
        wait();
        return;
      }
      log::info("stopping", {{"signal", which}});
    });
  };
  wait();
  waiting.run();
}

void show_new_root(const installation::made_root& root) {
  std::printf(
      "Root credentials were made now and are shown this once:\n"
      "  AWS_ACCESS_KEY_ID=%s\n  AWS_SECRET_ACCESS_KEY=%s\n",
      root.access_key_id.c_str(), root.secret.c_str());
  std::fflush(stdout);
}

int serve(const serve_arguments& given) {
  const environment env = process_environment();
  forget_variable("TORHAUS_ROOT_SECRET_KEY");
  config c = effective_config(given, env);
  const std::size_t wanted = c.limit.connections;
  prepare_process(c.limit);
  log::configure(c.log_level, c.log_file);
  log::info("starting", {{"version", TORHAUS_VERSION}, {"data", c.data.string()}});
  if (c.limit.connections < wanted) {
    log::warning("fewer_connections",
                 {{"wanted", wanted},
                  {"allowed", c.limit.connections},
                  {"why", "the limit of open files (LimitNOFILE, ulimit -n)"}});
  }
  const auto began = std::chrono::steady_clock::now();
  installation server(
      c, {value_of(env, "TORHAUS_ROOT_ACCESS_KEY"), value_of(env, "TORHAUS_ROOT_SECRET_KEY")});
  server.start();
  if (server.new_root()) show_new_root(*server.new_root());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  for (const endpoint& e : c.listen) {
    log::info("serving", {{"address", e.address},
                          {"port", unsigned{e.port}},
                          {"tls", c.tls.has_value()},
                          {"start_ms", static_cast<std::int64_t>(took.count())}});
  }
  wait_for_end();
  server.stop();
  log::info("stopped");
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("serve", "Run the gateway");
  const auto given = std::make_shared<serve_arguments>();
  command->add_option("--config", given->config_file, "TOML configuration file")
      ->check(CLI::ExistingFile);
  command->add_option("--data", given->data, "Data directory (made when it is not there)");
  command->add_option("--listen", given->listen,
                      "ADDRESS:PORT of the S3 listener; may be repeated");
  command->add_option("--admin-listen", given->admin_listen,
                      "ADDRESS:PORT of the admin listener (default 127.0.0.1:9001)");
  command->callback([given, &exit_code] { exit_code = serve(*given); });
}

}  // namespace torhaus::gateway::cli
