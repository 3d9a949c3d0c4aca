// The reference: S3 as AWS documents it, done in the simplest way, one request after the other. It
// says what an answer must be and keeps what the request did. What only a server can choose (ids of
// versions and uploads, tokens) it takes from the answer that was seen, and says what is wrong with
// it.
#pragma once

#include <set>

#include "tests/model/rules/access.hpp"
#include "tests/model/rules/request.hpp"

namespace torhaus::model {

// Of a project. 0: no limit.
struct quota {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};

class reference {
 public:
  explicit reference(std::size_t least_part) : least_part_(least_part) {}

  // What the answer must be. `seen` is what the server said; only names that it gave are taken.
  answer apply(const request& r, const answer& seen, sys_micros now);

  std::map<std::string, bucket> buckets;
  quota limit;
  // Every caller asks as whom: the name that listings show. Set once.
  std::string owner_id;
  std::map<caller, std::string> initiators;

 private:
  answer dispatch(const request&, const answer& seen);

  // Buckets: buckets.cpp.
  answer create_bucket(const request&);
  answer delete_bucket(const request&);
  answer list_buckets(const request&) const;
  answer get_versioning(const bucket&) const;
  answer put_versioning(const request&, bucket&);
  answer get_lock_configuration(const bucket&) const;
  answer put_lock_configuration(const request&, bucket&);

  // Objects: objects.cpp, deletes.cpp, copies.cpp.
  answer put(const request&, const answer& seen, bucket&);
  answer read(const request&, bucket&);
  answer copy(const request&, const answer& seen, bucket&);
  answer remove(const request&, const answer& seen, bucket&);
  answer remove_many(const request&, const answer& seen, bucket&);
  struct removal {
    std::string code = {};
    bool marker = false;  // made or removed
    std::string id = {};  // to be told; empty: none
  };
  removal remove_one(const request&, const named_version&, const std::string& fresh, bucket&);

  // Tags and locks: attributes.cpp.
  answer get_tags(const request&, bucket&);
  answer put_tags(const request&, bucket&);
  answer get_retention(const request&, bucket&);
  answer put_retention(const request&, bucket&);
  answer get_hold(const request&, bucket&);
  answer put_hold(const request&, bucket&);

  // Multipart uploads: multipart.cpp.
  answer create_upload(const request&, const answer& seen, bucket&);
  answer upload_part(const request&, bucket&);
  answer copy_part(const request&, bucket&);
  answer complete(const request&, const answer& seen, bucket&);
  answer completed(const request&, const bucket&, const version&) const;
  answer abort(const request&, bucket&);
  answer list_parts(const request&, bucket&) const;

  // Listings: listings.cpp.
  answer list_uploads(const request&, const bucket&) const;
  answer list_objects(const request&, const bucket&) const;
  answer list_versions(const request&, const bucket&) const;

  // Shared: shared.cpp.
  struct found {
    version* there = nullptr;
    std::string error = {};
  };
  static found find(bucket&, const std::string& key, const std::optional<std::string>& version);
  // Of a version to be read; an error is an answer of its own.
  answer missing(const request&, const std::string& error) const;
  answer marker_answer(const request&, const version&) const;
  // Empty, or the code that the write is refused with.
  std::string check_conditions_of(const request&, bucket&) const;
  std::string check_write(const request&, bucket&, std::size_t size,
                          std::int64_t freed_part_bytes = 0) const;
  bool room(const bucket&, const std::string& replaced_key, std::int64_t objects,
            std::int64_t bytes) const;
  std::string fresh_version(const bucket&, const std::string& given);
  void tell_version(answer&, const bucket&, const version&) const;
  object_lock lock_of(const request&, const bucket&) const;

  std::size_t least_part_;
  sys_micros now_{};
  std::set<std::string> ids_;  // of versions and uploads, ever
};

// The name of what a server named in an answer that was not seen, or named wrongly.
inline const std::string unseen_id = "(a new id)";

// "200", or "404 NoSuchKey": the status of each code.
answer failure(const std::string& code);
std::string etag_of(const std::string& bytes);
// In base64, of a whole object. The names are AWS's: CRC32, CRC32C, CRC64NVME, SHA1, SHA256.
std::string checksum_of(const std::string& algorithm, const std::string& bytes);
// "x-amz-checksum-crc32"
std::string checksum_header_of(const std::string& algorithm);
std::string in_quotes(const std::string& etag);
// Dates in documents and headers are whole seconds.
std::string iso(sys_micros);
std::string http_time(sys_micros);
// With its fraction, when it has one.
std::string exact(sys_micros);
bool is_version_id(const std::string&);
// XML 1.0 has no control characters: a key with some is shown, but not by these bytes.
std::string as_document_says(const std::string& key);
// "", or "failed", or "not modified": AWS, "Conditional reads".
std::string check_read(const condition&, const version&, sys_micros now);
// Why the conditions of a write cannot be asked for: empty, or the code.
std::string check_asking(const request&);
// AWS, "Conditional writes": empty, or the code.
std::string check_condition(const condition&, const version* newest);

}  // namespace torhaus::model
