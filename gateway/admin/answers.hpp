// How functions of routes answer: entities, pages, nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/routes.hpp"

namespace torhaus::gateway::admin {

// Lists come in pages; "next" is the `after` of the next one, or null.
inline constexpr std::size_t page_size = 1000;

inline admin_answer page_of(std::string_view name, boost::json::array items, std::string next) {
  boost::json::object body;
  const bool more = items.size() >= page_size;
  body[name] = std::move(items);
  body["next"] = more ? boost::json::value(std::move(next)) : boost::json::value(nullptr);
  return {200, std::move(body)};
}

template <class Entity>
admin_answer page(std::string_view name, const std::vector<Entity>& found, std::string next) {
  boost::json::array items;
  for (const Entity& e : found) items.push_back(to_json(e));
  return page_of(name, std::move(items), std::move(next));
}

template <class Entity>
result<admin_answer> answer(unsigned status, const result<Entity>& outcome) {
  if (!outcome) return outcome.error();
  return admin_answer{status, to_json(*outcome)};
}
template <class Entity>
result<admin_answer> answer(unsigned status, const result<Entity>& outcome, sys_micros now) {
  if (!outcome) return outcome.error();
  return admin_answer{status, to_json(*outcome, now)};
}

inline result<admin_answer> answer(const result<void>& outcome) {
  if (!outcome) return outcome.error();
  return admin_answer{204, nullptr};
}

}  // namespace torhaus::gateway::admin
