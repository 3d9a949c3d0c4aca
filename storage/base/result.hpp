// result<T>: a value or an error. Small on purpose; see storage/README.md for why it is our own.
#pragma once

#include <cassert>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "storage/base/error.hpp"

namespace torhaus {

template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;

  template <class U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, result> &&
             !std::is_same_v<std::remove_cvref_t<U>, error>)
  result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  result(torhaus::error failure) : state_(std::in_place_index<1>, std::move(failure)) {}
  result(errc code) : state_(std::in_place_index<1>, torhaus::error(code)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // Asking for what is not there is a broken invariant: std::get throws.
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const torhaus::error& error() const& { return std::get<1>(state_); }
  torhaus::error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, torhaus::error> state_;
};

template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;

  result() = default;
  result(torhaus::error failure) : failure_(std::move(failure)) {}
  result(errc code) : failure_(torhaus::error(code)) {}

  bool has_value() const noexcept { return !failure_; }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const { assert(has_value()); }

  const torhaus::error& error() const& { return failure_.value(); }
  torhaus::error&& error() && { return std::move(failure_).value(); }

 private:
  std::optional<torhaus::error> failure_;
};

}  // namespace torhaus
