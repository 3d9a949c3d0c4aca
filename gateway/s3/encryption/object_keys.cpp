#include "gateway/s3/encryption/object_keys.hpp"

#include "gateway/s3/parameters.hpp"
#include "storage/blob/encrypted.hpp"
#include "storage/crypto/chunk_cipher.hpp"
#include "storage/crypto/digest.hpp"
#include "storage/crypto/key_wrap.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
namespace crypto = storage::crypto;
using crypto::secret_key;

// What a wrapped data key is bound to. The bucket and not the key, so that an object can be renamed
// without its data key.
std::string bound_context(const catalog::bucket_record& bucket, const encryption_record& record) {
  std::string context = "arn:aws:s3:::" + bucket.name;
  if (record.kind == encryption_kind::kms) context += '\0' + record.context;
  return context;
}

std::string default_key_arn(const services& s, const catalog::bucket_record& bucket) {
  return "arn:aws:kms:" + s.region + ":" + bucket.owner_account + ":" +
         std::string(auth::keys::kms_default_key);
}

std::string provider_key(const encryption_record& record) {
  return record.kind == encryption_kind::s3 ? std::string(auth::keys::s3_managed_key)
                                            : record.key_id;
}

error mismatch() {
  return error(errc::invalid_request,
               "The provided encryption parameters did not match the ones used originally.");
}

// AWS says so too when the upload asked for none and the part brings some.
error mismatch_of_part() {
  return error(errc::invalid_request,
               "The multipart upload initiate requested encryption. Subsequent part requests must "
               "include the appropriate encryption parameters.");
}

error needs_signature() {
  return error(errc::invalid_argument,
               "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS "
               "Signature Version 4.");
}

// How a write is encrypted, before any key is made; nullopt: not at all.
struct chosen_encryption {
  encryption_record record;
  std::optional<customer_key> key;
};

result<std::optional<chosen_encryption>> choose(const context& ctx, bool must_encrypt) {
  auto asked = read_encryption_request(ctx);
  if (!asked) return std::move(asked).error();
  const std::optional<bucket_encryption>& standard = ctx.settings->encryption;
  chosen_encryption chosen;
  if (asked->kind) {
    chosen.record.kind = *asked->kind;
    chosen.record.key_id = asked->key_id;
    chosen.record.context = asked->context;
  } else if (standard) {
    chosen.record.kind = standard->kind;
    chosen.record.key_id = standard->key_id;
  } else if (!ctx.service.encrypt_by_default && !must_encrypt) {
    return std::optional<chosen_encryption>();
  }
  if (chosen.record.kind == encryption_kind::customer && standard &&
      standard->blocks_customer_keys) {
    return error(errc::access_denied,
                 "Server Side Encryption with Customer provided keys is blocked on this bucket.");
  }
  if (chosen.record.kind == encryption_kind::kms) {
    if (ctx.caller.anonymous()) return needs_signature();
    // A bucket's default key is meant for requests that say aws:kms and no more, too.
    if (chosen.record.key_id.empty() && standard) chosen.record.key_id = standard->key_id;
    if (chosen.record.key_id.empty()) {
      chosen.record.key_id = default_key_arn(ctx.service, *ctx.bucket);
    }
    if (chosen.record.key_id == auth::keys::s3_managed_key) {
      return error(errc::kms_not_found, "Key '" + chosen.record.key_id + "' does not exist");
    }
    chosen.record.bucket_key = asked->bucket_key.value_or(standard && standard->bucket_key);
  }
  chosen.key = std::move(asked->key);
  return std::optional<chosen_encryption>(std::move(chosen));
}

// Wraps the data key under a key of the key store, and stores how.
task<result<void>> keep_wrapped(const services& s, const catalog::bucket_record& bucket,
                                encryption_record& record, object_encryption& made) {
  auto wrapped =
      co_await s.keys->wrap(provider_key(record), bound_context(bucket, record), *made.data_key);
  if (!wrapped) co_return std::move(wrapped).error();
  record.wrapped = std::move(*wrapped);
  made.record = encode(record);
  co_return result<void>();
}

// Opens a data key with the customer's; nothing when it is another's.
std::optional<secret_key> open_with(const customer_key& key, const catalog::bucket_record& bucket,
                                    const encryption_record& record) {
  return crypto::unwrap_key(key.key, bound_context(bucket, record), record.wrapped);
}

task<result<secret_key>> unwrap(const context& ctx, const catalog::bucket_record& bucket,
                                const encryption_record& record) {
  co_return co_await ctx.service.keys->unwrap(provider_key(record), bound_context(bucket, record),
                                              record.wrapped);
}

// The customer's key for what is stored so: there where it is needed, and nowhere else.
result<std::optional<customer_key>> expect_customer_key(const context& ctx, encryption_kind kind,
                                                        bool encrypted, key_of whose) {
  auto key = read_customer_key(ctx, whose);
  if (!key) return key;
  const bool needed = encrypted && kind == encryption_kind::customer;
  if (needed && !*key) {
    return error(errc::invalid_request,
                 "The object was stored using a form of Server Side Encryption. The correct "
                 "parameters must be provided to retrieve the object.");
  }
  if (!needed && *key) {
    return error(errc::invalid_request,
                 "The encryption parameters are not applicable to this object.");
  }
  return key;
}

// Part headers speak of the upload: another kind than the upload's would be a claim.
result<void> check_part_method(const context& ctx, const encryption_request& asked, bool encrypted,
                               encryption_kind kind) {
  if (asked.kind == encryption_kind::customer || !asked.kind) return {};
  if (encrypted && *asked.kind == kind) return {};
  return refuse_write_encryption(ctx);
}

}  // namespace

task<result<object_encryption>> encryption_of_write(const context& ctx,
                                                    std::optional<secret_key> data_key) {
  auto chosen = choose(ctx, data_key.has_value());
  if (!chosen) co_return std::move(chosen).error();
  object_encryption made;
  if (!*chosen) co_return made;
  encryption_record& record = (*chosen)->record;
  made.data_key = data_key ? std::move(*data_key) : secret_key::random(*ctx.service.random);
  if (record.kind == encryption_kind::customer) {
    record.wrapped = crypto::wrap_key((*chosen)->key->key, bound_context(*ctx.bucket, record),
                                      *made.data_key, *ctx.service.random);
    made.record = encode(record);
    co_return made;
  }
  auto kept = co_await keep_wrapped(ctx.service, *ctx.bucket, record, made);
  if (!kept) co_return std::move(kept).error();
  co_return made;
}

task<result<object_encryption>> encryption_by_default(const services& s,
                                                      const catalog::bucket_record& bucket,
                                                      const bucket_settings& settings) {
  object_encryption made;
  const std::optional<bucket_encryption>& standard = settings.encryption;
  if (!standard && !s.encrypt_by_default) co_return made;
  encryption_record record;
  if (standard && standard->kind == encryption_kind::kms) {
    record.kind = encryption_kind::kms;
    record.key_id = standard->key_id.empty() ? default_key_arn(s, bucket) : standard->key_id;
    record.bucket_key = standard->bucket_key;
  }
  made.data_key = secret_key::random(*s.random);
  auto kept = co_await keep_wrapped(s, bucket, record, made);
  if (!kept) co_return std::move(kept).error();
  co_return made;
}

task<result<object_encryption>> encryption_of_part(const context& ctx,
                                                   const catalog::new_upload& upload) {
  const bool encrypted = !upload.encryption.empty();
  const encryption_record record =
      encrypted ? decode_encryption(upload.encryption) : encryption_record{};
  auto asked = read_encryption_request(ctx);
  if (!asked) co_return std::move(asked).error();
  if (auto ok = check_part_method(ctx, *asked, encrypted, record.kind); !ok) {
    co_return std::move(ok).error();
  }
  const bool customer = encrypted && record.kind == encryption_kind::customer;
  if (customer && !asked->key) co_return mismatch_of_part();
  if (!customer && asked->key) co_return mismatch_of_part();
  object_encryption part;
  if (!encrypted) co_return part;
  part.record = upload.encryption;
  if (customer) {
    part.data_key = open_with(*asked->key, *ctx.bucket, record);
    if (!part.data_key) co_return mismatch();
  } else {
    auto key = co_await unwrap(ctx, *ctx.bucket, record);
    if (!key) co_return std::move(key).error();
    part.data_key = std::move(*key);
  }
  co_return part;
}

result<void> check_completion_encryption(const context& ctx, const catalog::new_upload& upload) {
  const bool encrypted = !upload.encryption.empty();
  const encryption_record record =
      encrypted ? decode_encryption(upload.encryption) : encryption_record{};
  const auto asked = read_encryption_request(ctx);
  if (!asked) return asked.error();
  if (auto ok = check_part_method(ctx, *asked, encrypted, record.kind); !ok) return ok;
  const bool customer = encrypted && record.kind == encryption_kind::customer;
  if (!customer && asked->key) return mismatch_of_part();
  if (!customer) return {};
  if (!asked->key) return upload.checksum_algorithm ? mismatch_of_part() : result<void>();
  return open_with(*asked->key, *ctx.bucket, record) ? result<void>() : mismatch();
}

task<result<std::optional<secret_key>>> data_key_of(const context& ctx,
                                                    const catalog::bucket_record& bucket,
                                                    const catalog::object_version& version,
                                                    key_of whose) {
  const bool encrypted = !version.encryption.empty();
  const encryption_record record =
      encrypted ? decode_encryption(version.encryption) : encryption_record{};
  auto customer = expect_customer_key(ctx, record.kind, encrypted, whose);
  if (!customer) co_return std::move(customer).error();
  std::optional<secret_key> key;
  if (!encrypted) co_return key;
  if (record.kind == encryption_kind::customer) {
    key = open_with(**customer, bucket, record);
    if (!key) co_return wrong_customer_key();
    co_return key;
  }
  if (record.kind == encryption_kind::kms && ctx.caller.anonymous()) co_return needs_signature();
  auto opened = co_await unwrap(ctx, bucket, record);
  if (!opened) co_return std::move(opened).error();
  key = std::move(*opened);
  co_return key;
}

result<void> check_customer_key(const context& ctx, const catalog::bucket_record& bucket,
                                const catalog::object_version& version) {
  const bool encrypted = !version.encryption.empty();
  const encryption_record record =
      encrypted ? decode_encryption(version.encryption) : encryption_record{};
  const auto customer = expect_customer_key(ctx, record.kind, encrypted, key_of::object);
  if (!customer) return customer.error();
  if (*customer && !open_with(**customer, bucket, record)) return wrong_customer_key();
  return {};
}

std::unique_ptr<storage::blob::writer> open_writer(const services& s,
                                                   std::optional<std::uint64_t> length,
                                                   const object_encryption& encryption) {
  if (!encryption.data_key) return s.blobs->create(length);
  if (length) length = crypto::sealed_size(*length);
  return storage::blob::encrypting(s.blobs->create(length), *encryption.data_key, *s.pool,
                                   *s.random);
}

std::unique_ptr<storage::blob::writer> open_writer(const context& ctx,
                                                   std::optional<std::uint64_t> length,
                                                   const object_encryption& encryption) {
  return open_writer(ctx.service, length, encryption);
}

void append_encryption_headers(http::response& r, const context& ctx, std::string_view stored,
                               answer_to to) {
  if (stored.empty()) return;
  const encryption_record record = decode_encryption(stored);
  if (record.kind == encryption_kind::customer) {
    if (to == answer_to::completion) return;
    r.set("x-amz-server-side-encryption-customer-algorithm", "AES256");
    // Whoever gets here has shown the key; its MD5 is stored nowhere.
    const auto key = read_customer_key(ctx, key_of::object);
    if (key && *key) r.set("x-amz-server-side-encryption-customer-key-MD5", (*key)->md5);
    return;
  }
  r.set("x-amz-server-side-encryption", std::string(algorithm_name(record.kind)));
  if (record.kind != encryption_kind::kms) return;
  r.set("x-amz-server-side-encryption-aws-kms-key-id", record.key_id);
  if (record.bucket_key) r.set("x-amz-server-side-encryption-bucket-key-enabled", "true");
  if (to == answer_to::write && !record.context.empty()) {
    r.set("x-amz-server-side-encryption-context", crypto::to_base64(record.context));
  }
}

}  // namespace torhaus::gateway::s3
