// The table of configuration keys, and how file and environment fill it.
#include "gateway/cli/config.hpp"

#include "gateway/cli/webhook_keys.hpp"

#include <toml++/toml.h>
#include <unistd.h>
#include <set>

#include "auth/sts/issuer_list.hpp"
#include "gateway/s3/settings/ownership.hpp"

namespace torhaus::gateway::cli {
namespace {

// A value as text, or as a list of texts, whatever it was in the file.
using texts = std::vector<std::string>;

struct key {
  std::string name;  // "limits.idle_time"
  bool list = false;
  std::function<void(config&, const texts&)> set;  // throws config_error
};

template <class Number>
Number parse_number(const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t bytes = 0;
  try {
    bytes = parse_size(text);
  } catch (const config_error&) {
    bytes = UINT64_MAX;
  }
  if (bytes < least || bytes > most) {
    throw config_error("\"" + text + "\": expected a number from " + std::to_string(least) +
                       " to " + std::to_string(most));
  }
  return static_cast<Number>(bytes);
}

bool parse_flag(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw config_error("\"" + text + "\": expected true or false");
}

std::chrono::seconds parse_seconds(const std::string& text) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(parse_duration(text));
  if (whole.count() < 1) throw config_error("\"" + text + "\": expected at least 1s");
  return whole;
}

std::chrono::milliseconds parse_positive(const std::string& text) {
  const auto time = parse_duration(text);
  if (time.count() < 1) throw config_error("\"" + text + "\": expected at least 1ms");
  return time;
}

log::level parse_level(const std::string& text) {
  if (text == "debug") return log::level::debug;
  if (text == "info") return log::level::info;
  if (text == "warning") return log::level::warning;
  if (text == "error") return log::level::error;
  throw config_error("\"" + text + "\": expected debug, info, warning or error");
}

http::tls_files& tls_of(config& c) {
  if (!c.tls) c.tls.emplace();
  return *c.tls;
}

void set_endpoints(config& c, const texts& t) {
  c.listen.clear();
  for (const std::string& text : t) c.listen.push_back(parse_endpoint(text));
}

std::vector<key> server_keys() {
  return {
      {"data", false, [](config& c, const texts& t) { c.data = t[0]; }},
      {"listen", true, set_endpoints},
      {"admin_listen", false,
       [](config& c, const texts& t) { c.admin_listen = parse_endpoint(t[0]); }},
      {"zone", false, [](config& c, const texts& t) { c.zone = t[0]; }},
      {"region", false, [](config& c, const texts& t) { c.region = t[0]; }},
      {"any_region", false, [](config& c, const texts& t) { c.any_region = parse_flag(t[0]); }},
      {"other_regions", true, [](config& c, const texts& t) { c.other_regions = t; }},
      {"base_domains", true, [](config& c, const texts& t) { c.base_domains = t; }},
      {"website_domains", true, [](config& c, const texts& t) { c.website_domains = t; }},
      {"public_endpoint", false, [](config& c, const texts& t) { c.public_endpoint = t[0]; }},
      {"s3.post_form_sigv2", false,
       [](config& c, const texts& t) { c.post_form_sigv2 = parse_flag(t[0]); }},
      {"trusted_proxies", true, [](config& c, const texts& t) { c.trusted_proxies = t; }},
      {"allow_plain_http", false,
       [](config& c, const texts& t) { c.allow_plain_http = parse_flag(t[0]); }},
      {"master_key_file", false, [](config& c, const texts& t) { c.master_key_file = t[0]; }},
      {"threads", false,
       [](config& c, const texts& t) { c.threads = parse_number<unsigned>(t[0], 0, 256); }},
      {"workers", false,
       [](config& c, const texts& t) { c.workers = parse_number<unsigned>(t[0], 0, 1024); }},
      {"tls.certificate", false, [](config& c, const texts& t) { tls_of(c).certificate = t[0]; }},
      {"tls.key", false, [](config& c, const texts& t) { tls_of(c).key = t[0]; }},
      {"storage.reserve", false,
       [](config& c, const texts& t) { c.reserve_bytes = parse_size(t[0]); }},
      {"lifecycle.day", false,
       [](config& c, const texts& t) { c.lifecycle_day = parse_positive(t[0]); }},
      {"scrub.rate", false,
       [](config& c, const texts& t) {
         c.scrub_rate = parse_number<std::uint64_t>(t[0], 0, std::uint64_t{1} << 40);
       }},
      {"scrub.interval", false,
       [](config& c, const texts& t) { c.scrub_interval = parse_positive(t[0]); }},
      {"lifecycle.interval", false,
       [](config& c, const texts& t) { c.lifecycle_interval = parse_positive(t[0]); }},
      {"log.level", false, [](config& c, const texts& t) { c.log_level = parse_level(t[0]); }},
      {"log.file", false, [](config& c, const texts& t) { c.log_file = t[0]; }},
  };
}

std::vector<key> worker_keys() {
  return {
      {"logging.interval", false,
       [](config& c, const texts& t) { c.logging_interval = parse_seconds(t[0]); }},
      {"notification.max_age", false,
       [](config& c, const texts& t) { c.event_max_age = parse_seconds(t[0]); }},
      {"notification.max_queued", false,
       [](config& c, const texts& t) {
         c.event_max_queued = parse_number<std::uint64_t>(t[0], 1, 10'000'000);
       }},
  };
}

std::string parse_ownership(const std::string& text) {
  if (s3::parse_ownership_name(text)) return text;
  throw config_error("\"" + text +
                     "\": expected BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter");
}

std::vector<key> limit_keys() {
  return {
      {"limits.head", false,
       [](config& c, const texts& t) {
         c.limit.head_bytes = parse_number<std::size_t>(t[0], 8192, 1 << 20);
       }},
      {"limits.connections", false,
       [](config& c, const texts& t) {
         c.limit.connections = parse_number<std::size_t>(t[0], 1, 1'000'000);
       }},
      {"limits.head_time", false,
       [](config& c, const texts& t) { c.limit.head_time = parse_seconds(t[0]); }},
      {"limits.idle_time", false,
       [](config& c, const texts& t) { c.limit.idle_time = parse_seconds(t[0]); }},
      {"limits.body_idle_time", false,
       [](config& c, const texts& t) { c.limit.body_idle_time = parse_seconds(t[0]); }},
      {"limits.body_min_rate", false,
       [](config& c, const texts& t) { c.limit.body_min_bytes_per_second = parse_size(t[0]); }},
      {"limits.transfer_memory", false,
       [](config& c, const texts& t) { c.transfer_memory = parse_size(t[0]); }},
      {"limits.agency_requests", false,
       [](config& c, const texts& t) {
         c.agency_requests = parse_number<std::uint64_t>(t[0], 0, 1'000'000);
       }},
      {"limits.agency_request_rate", false,
       [](config& c, const texts& t) {
         c.agency_request_rate = parse_number<std::uint64_t>(t[0], 0, 10'000'000);
       }},
      {"limits.stop_time", false,
       [](config& c, const texts& t) { c.limit.stop_time = parse_seconds(t[0]); }},
  };
}

bool parse_default_encryption(const std::string& text) {
  if (text == "AES256") return true;
  if (text == "none") return false;
  throw config_error("\"" + text + "\": expected AES256 or none");
}

texts parse_issuers(const texts& urls) {
  try {
    const auth::sts::issuer_list good(urls);
  } catch (const std::invalid_argument& bad) {
    throw config_error(bad.what());
  }
  return urls;
}

std::vector<key> s3_keys() {
  return {
      {"s3.default_encryption", false,
       [](config& c, const texts& t) { c.encrypt_by_default = parse_default_encryption(t[0]); }},
      {"s3.new_bucket_ownership", false,
       [](config& c, const texts& t) { c.new_bucket_ownership = parse_ownership(t[0]); }},
      {"s3.new_bucket_public_access_block", false,
       [](config& c, const texts& t) { c.new_bucket_public_access_block = parse_flag(t[0]); }},
      {"sts.issuers", true, [](config& c, const texts& t) { c.issuers = parse_issuers(t); }},
      {"sts.issuer_ca_file", false, [](config& c, const texts& t) { c.issuer_ca_file = t[0]; }},
      {"s3.allow_sse_c_over_http", false,
       [](config& c, const texts& t) { c.allow_sse_c_over_http = parse_flag(t[0]); }},
  };
}

std::vector<key> audit_keys() {
  return {
      {"audit.enabled", false,
       [](config& c, const texts& t) { c.audit_enabled = parse_flag(t[0]); }},
      {"audit.required", false,
       [](config& c, const texts& t) { c.audit_required = parse_flag(t[0]); }},
      {"audit.wait_for_disk", false,
       [](config& c, const texts& t) { c.audit_wait_for_disk = parse_flag(t[0]); }},
      {"audit.sync", false, [](config& c, const texts& t) { c.audit_sync = parse_duration(t[0]); }},
      {"audit.queue", false,
       [](config& c, const texts& t) {
         c.audit_queue =
             parse_number<std::uint64_t>(t[0], std::uint64_t{1} << 20, std::uint64_t{1} << 30);
       }},
      {"audit.retention_days", false,
       [](config& c, const texts& t) {
         c.audit_retention_days = parse_number<unsigned>(t[0], 0, 36'500);
       }},
  };
}

std::map<std::string, key> all_keys() {
  std::map<std::string, key> keys;
  for (auto& part : {server_keys(), s3_keys(), worker_keys(), audit_keys(), limit_keys()}) {
    for (const key& k : part) keys.emplace(k.name, k);
  }
  return keys;
}

std::string variable_of(const std::string& name) {
  std::string variable = "TORHAUS_";
  for (const char c : name) {
    variable += c == '.' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return variable;
}

std::string where(const std::filesystem::path& file, const toml::node& node) {
  return file.string() + ":" + std::to_string(node.source().begin.line) + ": ";
}

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

texts texts_of(bool listed, const toml::node& node) {
  if (const auto text = scalar_text(node)) return {*text};
  texts parts;
  if (const auto* list = node.as_array(); list != nullptr && listed) {
    for (const toml::node& item : *list) {
      const auto text = scalar_text(item);
      if (!text) throw config_error("expected a list of strings");
      parts.push_back(*text);
    }
    return parts;
  }
  throw config_error(listed ? "expected a string or a list of strings" : "expected one value");
}

// [notification.webhooks.NAME]
void apply_webhooks(config& c, const toml::table& hooks, const std::filesystem::path& file) {
  for (const auto& [name, node] : hooks) {
    const std::string full = "notification.webhooks." + std::string(name.str());
    const auto* fields = node.as_table();
    if (fields == nullptr) throw config_error(where(file, node) + full + ": expected a table");
    for (const auto& [field, value] : *fields) {
      try {
        const bool listed = field.str() == "accounts";
        set_webhook(c, std::string(name.str()), field.str(), texts_of(listed, value));
      } catch (const config_error& bad) {
        throw config_error(where(file, value) + full + "." + std::string(field.str()) + ": " +
                           bad.what());
      }
    }
  }
}

void apply_table(config& c, const std::map<std::string, key>& keys, const toml::table& table,
                 const std::string& prefix, const std::filesystem::path& file) {
  for (const auto& [name, node] : table) {
    const std::string full = prefix + std::string(name.str());
    if (const auto* inner = node.as_table(); inner != nullptr && prefix.empty()) {
      apply_table(c, keys, *inner, full + ".", file);
      continue;
    }
    if (const auto* hooks = node.as_table(); hooks != nullptr && full == "notification.webhooks") {
      apply_webhooks(c, *hooks, file);
      continue;
    }
    const auto known = keys.find(full);
    if (known == keys.end()) throw config_error(where(file, node) + full + ": unknown key");
    try {
      known->second.set(c, texts_of(known->second.list, node));
    } catch (const config_error& bad) {
      throw config_error(where(file, node) + full + ": " + bad.what());
    }
  }
}

// Read by other parts: root credentials by serve, the endpoint by the admin commands.
bool read_elsewhere(const std::string& variable) {
  static const std::set<std::string> others = {"TORHAUS_ROOT_ACCESS_KEY", "TORHAUS_ROOT_SECRET_KEY",
                                               "TORHAUS_ENDPOINT"};
  return others.contains(variable);
}

void apply_environment(config& c, const std::map<std::string, key>& keys, const environment& env) {
  std::map<std::string, const key*> by_variable;
  for (const auto& [name, k] : keys) by_variable.emplace(variable_of(name), &k);
  for (const auto& [variable, value] : env) {
    const auto known = by_variable.find(variable);
    if (known == by_variable.end()) {
      if (read_elsewhere(variable)) continue;
      bool is_webhook = false;
      try {
        is_webhook = set_webhook_variable(c, variable, value);
      } catch (const config_error& bad) {
        throw config_error(variable + ": " + bad.what());
      }
      if (is_webhook) continue;
      throw config_error(variable + ": unknown key");
    }
    const key& k = *known->second;
    try {
      k.set(c, k.list ? split_list(value) : texts{value});
    } catch (const config_error& bad) {
      throw config_error(variable + ": " + bad.what());
    }
  }
}

}  // namespace

environment process_environment() {
  environment found;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry(*at);
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with("TORHAUS_") || equals == std::string_view::npos) continue;
    found.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return found;
}

config load_config(const std::filesystem::path& file, const environment& env) {
  config c;
  const auto keys = all_keys();
  if (!file.empty()) {
    try {
      apply_table(c, keys, toml::parse_file(file.string()), "", file);
    } catch (const toml::parse_error& bad) {
      throw config_error(file.string() + ":" + std::to_string(bad.source().begin.line) + ": " +
                         std::string(bad.description()));
    }
  }
  apply_environment(c, keys, env);
  if (c.tls && (c.tls->certificate.empty() || c.tls->key.empty())) {
    throw config_error("tls: expected both certificate and key");
  }
  check_webhooks(c);
  return c;
}

}  // namespace torhaus::gateway::cli
