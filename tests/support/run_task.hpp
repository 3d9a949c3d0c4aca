// Runs one coroutine to its end on an io_context of its own and hands back its value.
#pragma once

#include <exception>
#include <optional>

#include "storage/base/task.hpp"

namespace torhaus::test {

template <class T>
T run_task(task<T> work) {
  asio::io_context context(1);
  std::exception_ptr fault;
  std::optional<T> out;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr e, T value) {
    fault = e;
    if (!e) out.emplace(std::move(value));
  });
  const auto guard = asio::make_work_guard(context);
  while (!out && !fault) context.run_one();
  if (fault) std::rethrow_exception(fault);
  return std::move(*out);
}

}  // namespace torhaus::test
