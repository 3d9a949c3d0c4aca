// Runs one coroutine to its end on an io_context of its own and hands back its value.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>

#include "storage/base/task.hpp"

namespace torhaus::test {

template <class T>
task<void> keep_value(task<T> work, std::optional<T>& out) {
  out.emplace(co_await std::move(work));
}

template <class T>
T run_task(task<T> work) {
  asio::io_context context(1);
  std::exception_ptr fault;
  std::optional<T> out;
  asio::co_spawn(context, keep_value(std::move(work), out),
                 [&](std::exception_ptr e) { fault = e; });
  // Until run() returns, not until the coroutine has ended: whoever resumed it last has then left
  // the context (resume_on), and it may go.
  context.run();
  if (fault) std::rethrow_exception(fault);
  if (!out) throw std::logic_error("the coroutine never ended");
  return std::move(*out);
}

}  // namespace torhaus::test
