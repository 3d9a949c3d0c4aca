// The configuration: one TOML file, each key overridable by an environment variable
// TORHAUS_<SECTION>_<KEY>, and both by the command line. An unknown key or a bad value stops the
// start and says where and why.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/server.hpp"
#include "gateway/workers/webhooks.hpp"
#include "storage/base/log.hpp"

namespace torhaus::gateway::cli {

struct endpoint {
  std::string address;  // "127.0.0.1", "::1"
  std::uint16_t port = 0;
};

struct config {
  std::filesystem::path data;  // the data directory; required
  std::vector<endpoint> listen = {{"127.0.0.1", 9000}};
  endpoint admin_listen{"127.0.0.1", 9001};
  std::string zone = "default";  // network zone of the S3 listeners
  std::string region = "eu-central-1";
  // Signatures made for these are accepted too: most clients sign for us-east-1 when nobody told
  // them.
  std::vector<std::string> other_regions = {"us-east-1"};
  bool any_region = false;  // whatever region a signature names is taken, none included
  std::vector<std::string> base_domains;     // virtual-host style below these names
  std::vector<std::string> website_domains;  // below these names buckets are websites
  std::string public_endpoint;               // "https://s3.example.org"
  bool post_form_sigv2 = false;              // forms signed with Signature Version 2 are taken
  std::vector<std::string> trusted_proxies;  // addresses or CIDR
  bool allow_plain_http = false;             // plain HTTP beyond loopback
  std::filesystem::path master_key_file;     // default: DATA.master-key beside the data directory
  unsigned threads = 0;                      // 0: one a core
  // Buffers of all bodies on their way; beyond it each has the least.
  std::uint64_t transfer_memory = std::uint64_t{256} << 20;
  unsigned workers = 0;  // pool for file I/O and hashing; 0: twice the cores

  bool encrypt_by_default = false;     // s3.default_encryption = "AES256"
  bool allow_sse_c_over_http = false;  // customers' keys without TLS
  std::vector<std::string>
      issuers;                 // OIDC issuers that agencies may register; nobody else is asked
  std::string issuer_ca_file;  // PEM; empty: the system's

  std::optional<http::tls_files> tls;
  http::limits limit;
  // Of one agency. In work at once, 0: any number, nothing: half of limit.connections; a second, 0:
  // any number.
  std::optional<std::uint64_t> agency_requests;
  std::uint64_t agency_request_rate = 0;

  std::uint64_t reserve_bytes = std::uint64_t{64} << 20;  // free space kept on the disk

  std::chrono::seconds logging_interval{300};  // between deliveries of access logs
  std::vector<workers::webhook> webhooks;      // where event notifications may go
  std::chrono::seconds event_max_age{86'400};  // what could not be delivered is given up then
  std::uint64_t event_max_queued = 100'000;    // of one webhook
  // What a new bucket has whose creator says nothing: AWS's defaults since 2023.
  std::string new_bucket_ownership = "BucketOwnerEnforced";
  bool new_bucket_public_access_block = true;
  std::chrono::milliseconds lifecycle_day = std::chrono::hours(24);
  std::chrono::milliseconds lifecycle_interval{};  // 0: an hour, or less with a shorter day

  bool audit_enabled = true;
  bool audit_wait_for_disk = false;  // administrative acts are answered when they are on the disk
  bool audit_required = false;       // refuse requests that cannot be written down
  std::chrono::milliseconds audit_sync{200};            // between syncs of the audit journal
  std::uint64_t audit_queue = std::uint64_t{16} << 20;  // bytes of records that wait for the disk
  unsigned audit_retention_days = 0;                    // 0: for ever

  std::uint64_t scrub_rate = std::uint64_t{32} << 20;  // bytes a second; 0: none by itself
  std::chrono::milliseconds scrub_interval = std::chrono::hours(7 * 24);

  log::level log_level = log::level::info;
  std::string log_file;  // empty: standard error
};

// Variables whose names begin with TORHAUS_; tests give their own.
using environment = std::map<std::string, std::string>;
environment process_environment();

// Throws config_error: "FILE:LINE: KEY: expected …" for a value, "…: unknown key" for a stranger.
class config_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `file` may be empty. Variables that begin with TORHAUS_ and name no key stop the start as well,
// except for those that other parts read (root credentials, CLI).
config load_config(const std::filesystem::path& file, const environment&);

// "ADDR:PORT", "[::1]:9000", ":9000" (every address, both families are two listeners). Throws
// config_error.
endpoint parse_endpoint(std::string_view text);
// "30s", "5m", "2h", "250ms" → rounded to what the caller's unit holds. Throws config_error.
std::chrono::milliseconds parse_duration(std::string_view text);
// "65536", "64KiB", "1GiB", "10MB". Throws config_error.
std::uint64_t parse_size(std::string_view text);

// "a, b" → a and b.
std::vector<std::string> split_list(const std::string& text);

// Refuses what would be unsafe: plain HTTP beyond loopback without the switch, no data directory.
void check_safe(const config&);

}  // namespace torhaus::gateway::cli
