// What a handler gets: the caller's identity, the decoded target, the bucket it was allowed into,
// the body and the services. Handlers are called by pipeline.cpp only, after every check that all
// operations share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.hpp"
#include "auth/authorizer.hpp"
#include "auth/keys/key_provider.hpp"
#include "auth/projects/store.hpp"
#include "gateway/http/message.hpp"
#include "gateway/s3/operations.hpp"
#include "gateway/s3/settings/settings_cache.hpp"
#include "gateway/s3/target.hpp"
#include "storage/blob/store.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::storage::crypto {
class md5_team;
}

namespace torhaus::gateway::s3 {

class access_log;
class agency_shares;
class event_sink;
class rename_tokens;
class transfer_memory;
class turns;

// What a bucket has that is made without a word about it (s3.new_bucket_… of the configuration).
struct new_bucket_defaults {
  auth::object_ownership ownership = auth::object_ownership::bucket_owner_enforced;
  bool block_public_access = true;
};

// Whom a new object belongs to, and its ACL as it is stored.
struct object_ownership_facts {
  std::string owner_canonical_id;
  std::string acl;
};

// The installation, as handlers see it. Built once by cli/serve; outlives all requests.
struct services {
  storage::catalog::catalog* catalog = nullptr;
  settings_cache* settings = nullptr;
  storage::blob::store* blobs = nullptr;
  auth::identity::store* identities = nullptr;
  auth::projects::store* projects = nullptr;
  auth::authenticator* authenticator = nullptr;
  auth::authorizer* authorizer = nullptr;
  auth::keys::key_provider* keys = nullptr;
  worker_pool* pool = nullptr;
  storage::crypto::md5_team* md5 = nullptr;  // null: each body's MD5 by itself
  transfer_memory* memory = nullptr;         // null: every body gets large buffers
  clock_source* clock = &system_clock_source();
  random_source* random = &system_random_source();
  std::string region;                        // "eu-central-1" style name of this installation
  std::vector<std::string> base_domains;     // for virtual-host style
  std::vector<std::string> website_domains;  // names below which buckets are websites
  std::string public_endpoint;  // "https://s3.example.org", or empty: as the request came
  // SSE-S3 for objects of buckets without a default of their own.
  bool encrypt_by_default = false;
  bool allow_sse_c_over_http = false;
  new_bucket_defaults new_buckets;
  access_log* access_logs = nullptr;  // null: none are kept
  event_sink* events = nullptr;       // null: nobody can be told of events
  agency_shares* shares = nullptr;    // null: no agency has a limit
  turns* large_work = nullptr;        // null: large operations run on the connection's thread
  rename_tokens* renames = nullptr;   // null: client tokens are checked for form only
  std::function<bool()> ready;        // whether requests can be served; empty: always
};

namespace form {
struct upload;
}

// The object's bytes after the payload framing (aws-chunked) is taken off and checked. Made by
// body/payload.cpp.
class payload;

struct context {
  const services& service;
  http::request& call;
  const target& where;
  const operation& what;
  const auth::authenticated& caller;
  // The target's bucket; set for every operation on a bucket or object except CreateBucket.
  std::optional<storage::catalog::bucket_record> bucket;
  std::shared_ptr<const bucket_settings> settings;  // of that bucket
  // The project of that bucket; in CreateBucket the one that covers the name. Null: none.
  auth::projects::project_pointer project;
  std::string xml_body;     // body_kind::xml, already checked against its digests
  payload* body = nullptr;  // body_kind::stream and form
  std::string& error_code;  // what the log tells of this request; empty while nothing failed
  const form::upload* form = nullptr;  // body_kind::form
  // Set for the operations that make an object: PutObject, CopyObject, PostObject and
  // CreateMultipartUpload.
  object_ownership_facts new_object = {};
  // The version that the permission was given for, where it hung on one; 0 where it was given
  // because there was none (access/permission.hpp).
  std::optional<storage::catalog::version_sequence> judged_version = std::nullopt;
  // What the last decision about this request rests on; points into the caller's and the bucket's
  // policies.
  mutable auth::reason decided_by = {};
  // Whether the caller writes as a depositor: what it writes must not be there.
  mutable bool new_keys_only = false;

  std::optional<std::string_view> header(std::string_view name) const { return call.find(name); }
  std::optional<std::string_view> parameter(std::string_view name) const {
    return where.parameter(name);
  }

  // Asks about a second action or resource (copy source, each key of DeleteObjects). The bucket is
  // looked up by the caller, and `object` where it has been. The arguments must live until the task
  // has ended.
  task<result<void>> may(std::string_view action, const storage::catalog::bucket_record& other,
                         std::string_view key,
                         std::optional<std::string_view> version_id = std::nullopt,
                         const storage::catalog::object_version* object = nullptr) const;
  // access_denied unless the caller may list the bucket with that key as the prefix: nobody else is
  // told that a key is missing (AWS: GetObject and CopyObject, permissions).
  task<result<void>> may_know_what_is_missing(const storage::catalog::bucket_record& other,
                                              std::string_view key) const;
  // The same as may() for the target's own bucket and an action that its owner decides about,
  // whoever owns the object (auth::decided_by_object_owner).
  result<void> may_here(std::string_view action, std::string_view key) const;

  // The account number of the agency that this request counts for: the caller's, or of who comes
  // without a name the one that owns the bucket. Empty: nobody's.
  std::string_view share_of() const {
    if (!caller.anonymous()) return caller.who().account;
    return bucket ? std::string_view(bucket->owner_account) : std::string_view();
  }

  // The error as a response, for the few that carry headers of their own. Others are returned.
  http::response refused(const error&) const;
};

}  // namespace torhaus::gateway::s3
