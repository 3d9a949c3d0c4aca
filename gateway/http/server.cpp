#include "gateway/http/server.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <boost/asio/ip/v6_only.hpp>

#include "gateway/http/session.hpp"
#include "gateway/http/tls.hpp"
#include "storage/base/thread_name.hpp"

namespace torhaus::gateway::http {
namespace {

using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;

struct bound_listener {
  listener what;
  std::unique_ptr<acceptor> socket;
  std::unique_ptr<tls_certificates> tls;
  std::vector<const session_setup*> setups;  // one a lane
};

// Beyond the limit of connections so many at once are told why; more are only closed.
constexpr std::uint64_t turned_away_at_once = 64;
// What was cut off still has to notice. A handler that waits for something else than its client may
// not.
constexpr std::chrono::seconds cut_time{5};

class tcp_server final : public server {
 public:
  explicit tcp_server(server_options o) : o_(std::move(o)), proxies_(o_.trusted_proxies) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned threads = o_.threads > 0 ? o_.threads : cores;
    for (unsigned i = 0; i < threads; ++i) lanes_.push_back(std::make_unique<lane>());
    for (listener& l : o_.listeners) bind(std::move(l));
  }

  ~tcp_server() override { stop(); }

  void start() override {
    for (auto& l : lanes_) spawn(*l, l->keep_sweeping());
    for (auto& b : bound_) spawn(*lanes_[0], accept(*b));
    spawn(*lanes_[0], watch_certificates());
    for (auto& l : lanes_) {
      threads_.push_back(named_thread("connections", [&context = l->context] {
        const auto guard = asio::make_work_guard(context);
        context.run();
      }));
    }
  }

  std::uint16_t port(std::size_t i) const override {
    return bound_.at(i)->socket->local_endpoint().port();
  }

  void stop() override {
    if (stopped_.exchange(true)) return;
    for (auto& l : lanes_) l->stopping = true;
    if (!threads_.empty()) {
      asio::post(lanes_[0]->context, [this] { close_listeners(); });
      sweep_all();
      if (!wait_for_connections(o_.limit.stop_time)) {
        for (auto& l : lanes_) l->cutting = true;
        sweep_all();
        wait_for_connections(std::min(cut_time, o_.limit.stop_time));
      }
    }
    for (auto& l : lanes_) l->context.stop();
    for (std::thread& t : threads_) t.join();
    // When no connection was open the lane may have ended before it came to this.
    close_listeners();
  }

  std::vector<executor> executors() override {
    std::vector<executor> all;
    for (auto& l : lanes_) all.push_back(l->context.get_executor());
    return all;
  }

  statistics stats() const override {
    constexpr auto relaxed = std::memory_order_relaxed;
    return {count_.open.load(relaxed),     count_.accepted.load(relaxed),
            count_.refused.load(relaxed),  count_.malformed.load(relaxed),
            count_.bytes_in.load(relaxed), count_.bytes_out.load(relaxed)};
  }

 private:
  void bind(listener l) {
    const std::string name = l.address + ":" + std::to_string(l.port);
    auto made = std::make_unique<bound_listener>();
    if (l.tls) made->tls = std::make_unique<tls_certificates>(*l.tls);
    made->socket = std::make_unique<acceptor>(lanes_[0]->context.get_executor());
    try {
      const asio::ip::tcp::endpoint at(asio::ip::make_address(l.address), l.port);
      made->socket->open(at.protocol());
      made->socket->set_option(asio::socket_base::reuse_address(true));
      if (at.address().is_v6()) made->socket->set_option(asio::ip::v6_only(true));
      made->socket->bind(at);
      made->socket->listen(4096);
    } catch (const boost::system::system_error& problem) {
      throw std::runtime_error("cannot listen on " + name + ": " + problem.code().message());
    }
    for (auto& home : lanes_) {
      made->setups.push_back(
          &setups_.emplace_back(*home, o_.limit, proxies_, count_, *l.handler, l.zone));
    }
    made->what = std::move(l);
    bound_.push_back(std::move(made));
  }

  void close_listeners() {
    boost::system::error_code ignored;
    for (auto& b : bound_) b->socket->close(ignored);
  }

  // Coroutines of the server itself; they end with their lane's context.
  void spawn(lane& on, task<void> work) {
    asio::co_spawn(on.context, std::move(work), [](std::exception_ptr e) {
      if (!e) return;
      try {
        std::rethrow_exception(e);
      } catch (const std::exception& fault) {
        log::error("server_task_failed", {{"cause", fault.what()}});
      }
    });
  }

  std::size_t least_loaded() const {
    std::size_t best = 0;
    for (std::size_t n = 1; n < lanes_.size(); ++n) {
      if (lanes_[n]->load.load(std::memory_order_relaxed) <
          lanes_[best]->load.load(std::memory_order_relaxed)) {
        best = n;
      }
    }
    return best;
  }

  task<void> accept(bound_listener& from) {
    timer pause(lanes_[0]->context.get_executor());
    while (!stopped_) {
      const session_setup& setup = *from.setups[least_loaded()];
      boost::system::error_code ec;
      tcp_socket socket = co_await from.socket->async_accept(setup.home.context.get_executor(),
                                                             asio::redirect_error(use_task, ec));
      if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) co_return;
      if (ec) {
        // Out of descriptors, most likely: those in use come back; spinning would not help them.
        log::warning("accept_failed", {{"cause", ec.message()}});
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(use_task);
        continue;
      }
      admit(std::move(socket), setup, from);
    }
  }

  void admit(tcp_socket socket, const session_setup& setup, const bound_listener& from) {
    const std::uint64_t turned_away = count_.turned_away.load();
    const bool too_many = count_.open.load() >= o_.limit.connections + turned_away;
    if (too_many) {
      count_.refused.fetch_add(1, std::memory_order_relaxed);
      if (turned_away >= turned_away_at_once) return;
      count_.turned_away.fetch_add(1);
    } else {
      count_.accepted.fetch_add(1, std::memory_order_relaxed);
    }
    count_.open.fetch_add(1);
    setup.home.load.fetch_add(1, std::memory_order_relaxed);
    if (from.tls) {
      asio::post(setup.home.context, [this, &setup, too_many, s = std::move(socket),
                                      context = from.tls->current()]() mutable {
        // OpenSSL's stream holds on to the context that it was made from.
        serve(std::make_unique<session<tls_stream>>(setup, std::move(s), context->native_handle()),
              setup.home, too_many);
      });
    } else {
      asio::post(setup.home.context, [this, &setup, too_many, s = std::move(socket)]() mutable {
        serve(std::make_unique<session<plain_stream>>(setup, std::move(s)), setup.home, too_many);
      });
    }
  }

  // On the lane's thread. The session belongs to what is called at its end, so that no frame of a
  // coroutine holds it.
  template <class Session>
  void serve(std::unique_ptr<Session> owned, lane& home, bool too_many) {
    Session& s = *owned;
    asio::co_spawn(home.context, too_many ? s.turn_away() : s.run(),
                   [this, &home, too_many, owned = std::move(owned)](std::exception_ptr e) mutable {
                     owned.reset();
                     home.load.fetch_sub(1, std::memory_order_relaxed);
                     if (e) log::error("connection_failed", {{"cause", text_of_fault(e)}});
                     const std::lock_guard lock(mutex_);
                     if (too_many) count_.turned_away.fetch_sub(1);
                     count_.open.fetch_sub(1);
                     all_gone_.notify_all();
                   });
  }

  static std::string text_of_fault(const std::exception_ptr& e) {
    try {
      std::rethrow_exception(e);
    } catch (const std::exception& fault) {
      return fault.what();
    } catch (...) {
      return "unknown";
    }
  }

  task<void> watch_certificates() {
    timer pause(lanes_[0]->context.get_executor());
    while (!stopped_) {
      pause.expires_after(std::chrono::seconds(2));
      co_await pause.async_wait(use_task);
      for (auto& b : bound_) {
        if (b->tls) b->tls->refresh();
      }
    }
  }

  void sweep_all() {
    for (auto& l : lanes_) {
      asio::post(l->context, [&home = *l] { home.sweep(); });
    }
  }

  bool wait_for_connections(std::chrono::seconds limit) {
    std::unique_lock lock(mutex_);
    return all_gone_.wait_for(lock, limit, [this] { return count_.open.load() == 0; });
  }

  server_options o_;
  proxy_list proxies_;
  counters count_;
  std::deque<session_setup> setups_;
  std::vector<std::unique_ptr<lane>> lanes_;
  std::vector<std::unique_ptr<bound_listener>> bound_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable all_gone_;
  std::atomic<bool> stopped_{false};
};

}  // namespace

std::unique_ptr<server> make_server(server_options o) {
  return std::make_unique<tcp_server>(std::move(o));
}

}  // namespace torhaus::gateway::http
