#include "gateway/cli/webhook_keys.hpp"

#include <algorithm>

namespace torhaus::gateway::cli {
namespace {

constexpr std::size_t max_webhooks = 64;  // each has a thread

workers::webhook& webhook_named(config& c, const std::string& name) {
  const bool plain = std::ranges::all_of(name, [](char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-';
  });
  if (name.empty() || name.size() > 64 || !plain) {
    throw config_error("\"" + name + "\": expected a name of 1 to 64 of a-z, 0-9 and -");
  }
  const auto known = std::ranges::find(c.webhooks, name, &workers::webhook::name);
  if (known != c.webhooks.end()) return *known;
  if (c.webhooks.size() == max_webhooks) throw config_error("expected at most 64 webhooks");
  c.webhooks.push_back({});
  c.webhooks.back().name = name;
  return c.webhooks.back();
}

std::vector<std::string> accounts_of(const std::vector<std::string>& values) {
  for (const std::string& account : values) {
    const bool digits =
        std::ranges::all_of(account, [](char ch) { return ch >= '0' && ch <= '9'; });
    if (account.size() != 12 || !digits) {
      throw config_error("\"" + account + "\": expected account ids of 12 digits");
    }
  }
  return values;
}

}  // namespace

void set_webhook(config& c, const std::string& name, std::string_view field,
                 const std::vector<std::string>& values) {
  workers::webhook& hook = webhook_named(c, name);
  if (field == "accounts") {
    hook.accounts = accounts_of(values);
    return;
  }
  std::string* const text = field == "url"       ? &hook.url
                            : field == "token"   ? &hook.token
                            : field == "secret"  ? &hook.secret
                            : field == "ca_file" ? &hook.ca_file
                                                 : nullptr;
  if (text == nullptr) throw config_error("unknown key");
  if (values.size() != 1) throw config_error("expected one value");
  const bool printable =
      std::ranges::all_of(values[0], [](char ch) { return ch >= ' ' && ch < 0x7f; });
  if (!printable) throw config_error("expected printable ASCII");
  *text = values[0];
  if (text != &hook.url) return;
  if (const auto good = workers::parse_webhook_url(hook.url); !good) {
    throw config_error(std::string(good.error().message()) +
                       "; expected a URL such as https://hooks.example.org/s3");
  }
}

bool set_webhook_variable(config& c, std::string_view variable, const std::string& value) {
  constexpr std::string_view lead = "TORHAUS_NOTIFICATION_WEBHOOKS_";
  if (!variable.starts_with(lead)) return false;
  variable.remove_prefix(lead.size());
  std::string lower(variable);
  for (char& ch : lower) ch = ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch;
  for (const std::string field : {"url", "token", "secret", "ca_file", "accounts"}) {
    if (!lower.ends_with("_" + field)) continue;
    std::string name = lower.substr(0, lower.size() - field.size() - 1);
    std::ranges::replace(name, '_', '-');
    std::vector<std::string> values{value};
    if (field == "accounts") values = split_list(value);
    set_webhook(c, name, field, values);
    return true;
  }
  return false;
}

void check_webhooks(const config& c) {
  for (const workers::webhook& hook : c.webhooks) {
    if (hook.url.empty()) {
      throw config_error("notification.webhooks." + hook.name + ".url: expected a URL");
    }
  }
}

}  // namespace torhaus::gateway::cli
