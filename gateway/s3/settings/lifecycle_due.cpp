// From rules to what is due: cut-off times, names of tasks, and outlooks for answers.
#include <algorithm>

#include "gateway/s3/settings/lifecycle.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
using catalog::lifecycle_action;
using catalog::lifecycle_task;

// What a date or a lonely marker makes due at once is looked at again for so long.
constexpr auto look_back = std::chrono::minutes(10);
constexpr std::uint64_t small_object = 128 * 1024;
constexpr std::size_t name_bytes = 16;

void append_field(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out.push_back(':');
  out.append(text);
}

// Tasks that do the same to the same objects after the same time have the same name, so that an
// unchanged rule goes on where it was.
std::string name_of(const lifecycle_task& t, const lifecycle_time& when) {
  std::string all;
  append_field(all, std::to_string(static_cast<int>(t.action)));
  append_field(all, t.filter.prefix);
  for (const auto& [name, value] : t.filter.tags) {
    append_field(all, name);
    append_field(all, value);
  }
  append_field(all, t.filter.larger_than ? std::to_string(*t.filter.larger_than) : "-");
  append_field(all, t.filter.smaller_than ? std::to_string(*t.filter.smaller_than) : "-");
  append_field(all, std::to_string(t.newer_noncurrent));
  append_field(all, t.storage_class);
  append_field(all, when.days ? std::to_string(*when.days) : "-");
  append_field(all, when.date ? std::to_string(when.date->time_since_epoch().count()) : "-");
  const auto digest = storage::crypto::digest_of(storage::crypto::algorithm::sha256, all);
  return std::string(digest.bytes().substr(0, name_bytes));
}

class task_list {
 public:
  task_list(sys_micros now, std::chrono::milliseconds day) : now_(now), day_(day) {
    // Whole days end at midnight.
    last_end_ = day == whole_day ? std::chrono::floor<std::chrono::days>(now) : now;
  }

  void add(lifecycle_task task, const lifecycle_time& when) {
    if (when.date && *when.date > now_) return;
    if (when.days) {
      task.cutoff = last_end_ - *when.days * std::chrono::microseconds(day_);
    } else {
      task.cutoff = now_;
      task.look_back = look_back;
    }
    task.name = name_of(task, when);
    tasks_.push_back(std::move(task));
  }
  std::vector<lifecycle_task> take() && { return std::move(tasks_); }

 private:
  sys_micros now_;
  std::chrono::milliseconds day_;
  sys_micros last_end_;
  std::vector<lifecycle_task> tasks_;
};

lifecycle_task task_of(const lifecycle_rule& rule, lifecycle_action action) {
  lifecycle_task t;
  t.action = action;
  t.filter = rule.filter;
  t.rule_id = rule.id;
  return t;
}

// AWS: "Transition objects": what is small stays where it is, if the configuration says so.
void leave_small(lifecycle_task& t, const std::string& minimum) {
  const bool cold = t.storage_class == "GLACIER" || t.storage_class == "DEEP_ARCHIVE";
  if (minimum.empty() || (cold && minimum == "varies_by_storage_class")) return;
  if (t.filter.larger_than || t.filter.smaller_than) return;  // the rule has its own say
  t.filter.larger_than = small_object - 1;
}

void add_transitions(task_list& out, const lifecycle_rule& rule, const std::string& minimum,
                     std::vector<lifecycle_transition> transitions, lifecycle_action action) {
  // The last one is where an object ends that was never looked at before.
  std::ranges::sort(transitions, {},
                    [](const lifecycle_transition& t) { return t.when.days.value_or(0); });
  for (const lifecycle_transition& to : transitions) {
    lifecycle_task t = task_of(rule, action);
    t.storage_class = to.storage_class;
    t.newer_noncurrent = to.newer_noncurrent;
    leave_small(t, minimum);
    out.add(std::move(t), to.when);
  }
}

bool matches(const catalog::lifecycle_filter& f, std::string_view key, std::uint64_t size,
             const std::vector<catalog::name_value>& tags) {
  if (!key.starts_with(f.prefix)) return false;
  if (f.larger_than && size <= *f.larger_than) return false;
  if (f.smaller_than && size >= *f.smaller_than) return false;
  return std::ranges::all_of(f.tags, [&](const catalog::name_value& tag) {
    return std::ranges::find(tags, tag) != tags.end();
  });
}

sys_micros end_of(sys_micros begin, std::uint32_t days) {
  return std::chrono::ceil<std::chrono::days>(begin + std::chrono::days(days));
}

void take_earlier(std::optional<lifecycle_outlook>& first, sys_micros at, const std::string& id) {
  if (!first || at < first->at) first = lifecycle_outlook{at, id};
}

}  // namespace

std::vector<lifecycle_task> due_tasks(const lifecycle_configuration& c, sys_micros now,
                                      std::chrono::milliseconds day) {
  task_list out(now, day);
  for (const lifecycle_rule& rule : c.rules) {
    if (!rule.enabled) continue;
    add_transitions(out, rule, c.minimum_size, rule.transitions,
                    lifecycle_action::transition_current);
    add_transitions(out, rule, c.minimum_size, rule.noncurrent_transitions,
                    lifecycle_action::transition_noncurrent);
    if (rule.expiration) {
      const bool marker = rule.expiration->expired_marker.value_or(false);
      const bool timed = !rule.expiration->expired_marker;
      if (marker) out.add(task_of(rule, lifecycle_action::remove_expired_marker), {});
      if (timed) out.add(task_of(rule, lifecycle_action::expire_current), rule.expiration->when);
    }
    if (rule.noncurrent_days) {
      lifecycle_task t = task_of(rule, lifecycle_action::expire_noncurrent);
      t.newer_noncurrent = rule.newer_noncurrent;
      out.add(std::move(t), {rule.noncurrent_days, std::nullopt});
    }
    if (rule.abort_days) {
      out.add(task_of(rule, lifecycle_action::abort_upload), {rule.abort_days, std::nullopt});
    }
  }
  return std::move(out).take();
}

std::vector<lifecycle_rule> retention_rules(std::uint32_t days) {
  lifecycle_rule leaves;
  leaves.id = "project-retention";
  leaves.enabled = true;
  leaves.expiration.emplace();
  leaves.expiration->when.days = days;
  leaves.noncurrent_days = days;
  leaves.abort_days = days;
  // A delete marker that nothing is left under is nobody's object.
  lifecycle_rule markers;
  markers.id = "project-retention-markers";
  markers.enabled = true;
  markers.expiration.emplace();
  markers.expiration->expired_marker = true;
  return {std::move(leaves), std::move(markers)};
}

std::optional<lifecycle_outlook> expiry_of(std::span<const lifecycle_rule> rules,
                                           std::string_view key, std::uint64_t size,
                                           const std::vector<catalog::name_value>& tags,
                                           sys_micros modified) {
  std::optional<lifecycle_outlook> first;
  for (const lifecycle_rule& rule : rules) {
    if (!rule.enabled || !rule.expiration || !matches(rule.filter, key, size, tags)) continue;
    const lifecycle_time& when = rule.expiration->when;
    if (when.days) take_earlier(first, end_of(modified, *when.days), rule.id);
    if (when.date) take_earlier(first, *when.date, rule.id);
  }
  return first;
}

std::optional<lifecycle_outlook> abort_of(std::span<const lifecycle_rule> rules,
                                          std::string_view key, sys_micros initiated) {
  std::optional<lifecycle_outlook> first;
  for (const lifecycle_rule& rule : rules) {
    if (!rule.enabled || !rule.abort_days || !key.starts_with(rule.filter.prefix)) continue;
    take_earlier(first, end_of(initiated, *rule.abort_days), rule.id);
  }
  return first;
}

}  // namespace torhaus::gateway::s3
