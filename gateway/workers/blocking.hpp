// Workers are threads of their own; this is their way into coroutines.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "storage/base/task.hpp"

namespace torhaus::gateway::workers {

// Runs one coroutine to its end on the calling thread. Not for threads that serve requests.
template <class T>
T wait_for(task<T> work) {
  asio::io_context context(1);
  std::optional<T> out;
  std::exception_ptr fault;
  const auto keep = [](task<T> what, std::optional<T>* into) -> task<void> {
    into->emplace(co_await std::move(what));
  };
  asio::co_spawn(context, keep(std::move(work), &out), [&](std::exception_ptr e) { fault = e; });
  context.run();
  if (fault) std::rethrow_exception(fault);
  if (!out) throw std::logic_error("a coroutine never ended");
  return std::move(*out);
}

}  // namespace torhaus::gateway::workers
