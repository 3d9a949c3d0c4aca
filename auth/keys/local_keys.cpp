#include "auth/keys/local_keys.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "auth/keys/schema.hpp"
#include "storage/base/codec.hpp"
#include "storage/crypto/digest.hpp"
#include "storage/crypto/key_wrap.hpp"

namespace torhaus::auth::keys {
namespace {

namespace crypto = storage::crypto;
using crypto::secret_key;
using storage::kv::snapshot;
using storage::kv::transaction;

constexpr std::string_view seal_purpose = "kms-key";
constexpr char wrap_version = 1;
constexpr std::size_t wrap_header_bytes = 5;
constexpr std::size_t max_description = 8192;  // AWS KMS: CreateKey
// Opened keys kept in memory; beyond that all are dropped and opened anew.
constexpr std::size_t max_cached = 4096;
// The alias by which SSE-KMS without a key id finds its key; names below "aws/" are kept for such.
constexpr std::string_view default_alias = "aws/s3";
constexpr std::string_view default_id = "aws-s3";

// A key ready for use.
struct open_key {
  std::string id;
  bool enabled = true;
  std::vector<secret_key> versions;  // oldest first
};

error not_found(std::string_view reference) {
  return error(errc::kms_not_found,
               "Key '" + std::string(reference.substr(0, 2048)) + "' does not exist");
}

error no_such_key_entity(std::string_view reference) {
  return error(errc::no_such_entity,
               "The key with name " + std::string(reference) + " cannot be found.");
}

bool made_of(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text, [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

result<void> check(const new_key& k) {
  const auto refuse = [](const char* name, const char* rule) {
    return error(errc::invalid_argument, std::string(name) + " " + rule).with("ArgumentName", name);
  };
  if (k.id.empty() || k.id.size() > 64 || !made_of(k.id, "_-")) {
    return refuse("id", "must have 1 to 64 characters of A-Z, a-z, 0-9, '_' and '-'");
  }
  if (k.alias.size() > 250 || !made_of(k.alias, "/_-") || k.alias.starts_with("aws/")) {
    return refuse("alias",
                  "must have at most 250 characters of A-Z, a-z, 0-9, '/', '_' and '-' and must "
                  "not begin with \"aws/\"");
  }
  if (k.description.size() > max_description) {
    return refuse("description", "must have at most 8192 characters");
  }
  return {};
}

std::optional<stored_key> load(const snapshot& s, const key_name& named) {
  std::string id = named.name;
  if (named.alias) {
    const auto target = s.get(alias_row(named.name));
    if (!target) return std::nullopt;
    id = *target;
  }
  const auto bytes = s.get(key_row(id));
  if (!bytes) return std::nullopt;
  return decode_key(*bytes);
}

std::string bound_context(const std::string& id, const std::string& context) {
  return id + '\0' + context;
}

class local_keys final : public key_provider {
 public:
  explicit local_keys(const local_key_options& o) : o_(o) {}

  task<result<data_key>> generate(std::string reference, std::string context) override {
    secret_key plain = secret_key::random(*o_.random);
    auto wrapped = co_await wrap(std::move(reference), std::move(context), plain);
    if (!wrapped) co_return std::move(wrapped).error();
    co_return data_key{std::move(plain), std::move(*wrapped)};
  }

  task<result<std::string>> wrap(std::string reference, std::string context,
                                 secret_key plain) override {
    const auto key = co_await usable(reference, true);
    if (!key) co_return key.error();
    const open_key& k = **key;
    std::string out(1, wrap_version);
    const std::size_t version = k.versions.size() - 1;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(version >> shift);
    out += crypto::wrap_key(k.versions.back(), bound_context(k.id, context), plain, *o_.random);
    co_return out;
  }

  task<result<secret_key>> unwrap(std::string reference, std::string context,
                                  std::string wrapped) override {
    const auto key = co_await usable(reference, false);
    if (!key) co_return key.error();
    const open_key& k = **key;
    const error closed =
        error(errc::internal_error).because("a data key wrapped by key " + k.id + " does not open");
    if (wrapped.size() <= wrap_header_bytes || wrapped[0] != wrap_version) co_return closed;
    std::size_t version = 0;
    for (std::size_t i = 1; i < wrap_header_bytes; ++i) {
      version = version << 8 | static_cast<unsigned char>(wrapped[i]);
    }
    if (version >= k.versions.size()) co_return closed;
    auto plain = crypto::unwrap_key(k.versions[version], bound_context(k.id, context),
                                    std::string_view(wrapped).substr(wrap_header_bytes));
    if (!plain) co_return closed;
    co_return std::move(*plain);
  }

  task<result<key_description>> create(new_key wanted) override {
    if (wanted.id.empty()) wanted.id = make_id();
    if (wanted.alias.starts_with("alias/")) wanted.alias.erase(0, 6);
    if (auto good = check(wanted); !good) co_return std::move(good).error();
    if (wanted.id == default_id) {
      co_return error(errc::entity_already_exists,
                      "The key " + wanted.id + " belongs to the installation.");
    }
    co_return co_await store_new(std::move(wanted));
  }

  task<result<key_description>> describe(std::string reference) override {
    const auto named = parse_reference(reference);
    if (!named) co_return no_such_key_entity(reference);
    const auto look = [&](const snapshot& s) -> result<key_description> {
      auto found = load(s, *named);
      if (!found) return no_such_key_entity(reference);
      return std::move(found->about);
    };
    co_return co_await o_.db->read(look);
  }

  task<result<std::vector<key_description>>> list(std::string after, std::size_t max) override {
    const auto look = [&](const snapshot& s) -> result<std::vector<key_description>> {
      std::vector<key_description> found;
      const std::string begin = key_row(after) + (after.empty() ? "" : std::string(1, '\0'));
      const auto rows = s.scan(begin, "Z");
      for (bool more = rows->seek(begin); more && found.size() < max; more = rows->next()) {
        found.push_back(decode_key(rows->value()).about);
      }
      return found;
    };
    co_return co_await o_.db->read(look);
  }

  task<result<key_description>> rotate(std::string reference) override {
    const secret_key fresh = secret_key::random(*o_.random);
    const sys_micros now = o_.clock->now();
    const auto turn = [&](stored_key& k) -> result<void> {
      k.sealed_versions.push_back(seal(k.about.id, k.sealed_versions.size(), fresh));
      k.about.rotated = now;
      return {};
    };
    co_return co_await change(reference, turn);
  }

  task<result<key_description>> set_enabled(std::string reference, bool enabled) override {
    const auto turn = [&](stored_key& k) -> result<void> {
      if (!enabled && k.about.id == s3_managed_key) {
        return error(errc::invalid_argument,
                     "The installation's own key cannot be disabled: every object under SSE-S3 "
                     "would be locked.");
      }
      k.about.enabled = enabled;
      return {};
    };
    co_return co_await change(reference, turn);
  }

 private:
  // The purpose keeps versions and ids apart: a sealed key moved elsewhere does not open.
  static std::string place_of(const std::string& id, std::size_t version) {
    return std::to_string(version) + ":" + id;
  }
  std::string seal(const std::string& id, std::size_t version, const secret_key& key) const {
    return o_.sealer->seal(seal_purpose, place_of(id, version), key.view());
  }

  std::string make_id() const {
    std::string raw(16, '\0');
    o_.random->fill(std::as_writable_bytes(std::span(raw)));
    raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x40);  // RFC 9562: a random UUID
    raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
    std::string id = crypto::to_hex(raw);
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
    return id;
  }

  task<result<key_description>> store_new(new_key wanted) {
    const secret_key material = secret_key::random(*o_.random);
    stored_key record;
    record.about.id = wanted.id;
    if (!wanted.alias.empty()) record.about.alias = "alias/" + wanted.alias;
    record.about.description = wanted.description;
    record.about.created = record.about.rotated = o_.clock->now();
    record.sealed_versions.push_back(seal(wanted.id, 0, material));
    const auto work = [&](transaction& t) -> result<key_description> {
      if (t.get(key_row(wanted.id))) {
        return error(errc::entity_already_exists, "The key " + wanted.id + " already exists.");
      }
      if (!wanted.alias.empty()) {
        if (t.get(alias_row(wanted.alias))) {
          return error(errc::entity_already_exists,
                       "The alias " + wanted.alias + " already exists.");
        }
        t.put(alias_row(wanted.alias), wanted.id);
      }
      t.put(key_row(wanted.id), encode(record));
      return record.about;
    };
    co_return co_await o_.db->write(work);
  }

  // Rewrites one key; no opened key outlives it.
  template <class Turn>
  task<result<key_description>> change(const std::string& reference, const Turn& turn) {
    const auto named = parse_reference(reference);
    if (!named) co_return no_such_key_entity(reference);
    const auto work = [&](transaction& t) -> result<key_description> {
      auto k = load(t, *named);
      if (!k) return no_such_key_entity(reference);
      if (auto done = turn(*k); !done) return std::move(done).error();
      t.put(key_row(k->about.id), encode(*k));
      k->about.versions = static_cast<std::uint32_t>(k->sealed_versions.size());
      return std::move(k->about);
    };
    auto outcome = co_await o_.db->write(work);
    const std::lock_guard lock(mutex_);
    ++generation_;
    opened_.clear();
    co_return outcome;
  }

  // The key, opened and enabled. `make`: the installation's own keys come into being with their
  // first use.
  task<result<std::shared_ptr<const open_key>>> usable(const std::string& reference, bool make) {
    auto key = co_await find(reference);
    if (!key && make && co_await make_own(reference)) key = co_await find(reference);
    if (!key) co_return not_found(reference);
    if (!key->enabled) {
      co_return error(errc::kms_disabled, reference + " is disabled.");
    }
    co_return key;
  }

  task<bool> make_own(std::string reference) {
    new_key own;
    if (reference == s3_managed_key) {
      own.id = s3_managed_key;
      own.description = "Objects under SSE-S3";
    } else if (const auto named = parse_reference(reference);
               named && (named->alias ? named->name == default_alias : named->name == default_id)) {
      own.id = default_id;
      own.alias = default_alias;
      own.description = "Objects under SSE-KMS whose request names no key";
    } else {
      co_return false;
    }
    const auto made = co_await store_new(std::move(own));
    // Another request may have been faster.
    co_return made || made.error().code() == errc::entity_already_exists;
  }

  task<std::shared_ptr<const open_key>> find(const std::string& reference) {
    std::uint64_t generation = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto at = opened_.find(reference);
      if (at != opened_.end()) co_return at->second;
      generation = generation_;
    }
    const auto named = parse_reference(reference);
    if (!named) co_return nullptr;
    const auto look = [&](const snapshot& s) { return load(s, *named); };
    const auto stored = co_await o_.db->read(look);
    if (!stored) co_return nullptr;
    auto key = open(*stored);
    const std::lock_guard lock(mutex_);
    if (generation == generation_) {
      if (opened_.size() >= max_cached) opened_.clear();
      opened_.insert_or_assign(reference, key);
    }
    co_return key;
  }

  std::shared_ptr<const open_key> open(const stored_key& stored) const {
    auto key = std::make_shared<open_key>();
    key->id = stored.about.id;
    key->enabled = stored.about.enabled;
    for (std::size_t i = 0; i < stored.sealed_versions.size(); ++i) {
      auto material =
          o_.sealer->open(seal_purpose, place_of(key->id, i), stored.sealed_versions[i]);
      if (!material) {
        throw damaged_record("key " + key->id +
                             " does not open under this installation's master key");
      }
      key->versions.emplace_back(*material);
      crypto::wipe(std::as_writable_bytes(std::span(*material)));
    }
    return key;
  }

  local_key_options o_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::map<std::string, std::shared_ptr<const open_key>, std::less<>> opened_;
};

}  // namespace

std::unique_ptr<key_provider> open_local_keys(const local_key_options& options) {
  return std::make_unique<local_keys>(options);
}

}  // namespace torhaus::auth::keys
