// One S3 request by its meaning, and an answer by what counts of it: the same type for what the
// rules expect and for what a server was seen to say.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/model/rules/state.hpp"

namespace torhaus::model {

enum class verb : std::uint8_t {
  head_bucket,
  delete_bucket,
  create_bucket,
  list_buckets,
  get_versioning,
  put_versioning,
  get_lock_configuration,
  put_lock_configuration,
  put,
  get,
  head,
  copy,
  remove,
  remove_many,
  get_tags,
  put_tags,
  delete_tags,
  get_retention,
  put_retention,
  get_hold,
  put_hold,
  create_upload,
  upload_part,
  copy_part,
  complete,
  abort,
  list_parts,
  list_uploads,
  list_v1,
  list_v2,
  list_versions,
};

// Who asks: the owner of the project, members of other agencies by their role, and two who are
// none.
enum class caller : std::uint8_t {
  owner,
  reader,
  contributor,
  editor,
  depositor,
  manager,
  stranger,
  anonymous,
};

struct condition {
  std::optional<std::string> match;  // an ETag without quotation marks, or "*"
  std::optional<std::string> none_match;
  std::optional<sys_micros> modified_since;
  std::optional<sys_micros> unmodified_since;
};

struct range {
  std::optional<std::uint64_t> first;  // none: the last `last` bytes
  std::optional<std::uint64_t> last;   // none: to the end
};

struct listed_part {
  unsigned number = 0;
  std::string etag;
};

struct named_version {
  std::string key;
  std::optional<std::string> version;
};

struct source {
  std::string bucket = {};
  std::string key = {};
  std::optional<std::string> version = {};
  condition when = {};
};

struct page_request {
  std::string prefix = {};
  std::string delimiter = {};
  std::string marker = {};  // V1 marker, key-marker
  std::string start_after = {};
  std::optional<std::string> within = {};  // version-id-marker, upload-id-marker
  std::size_t max = 1000;
  // A page that goes on: where the one before ended, and how the server spelled that.
  std::string after = {};
  std::string token = {};
};

struct request {
  verb what = verb::head_bucket;
  caller who = caller::owner;
  std::string bucket = {};
  std::string key = {};
  std::optional<std::string> version = {};
  condition when = {};
  std::string body = {};
  bool wrong_digest = false;
  std::string algorithm = {};  // of a checksum that is sent along, or that a copy shall have
  bool wrong_checksum = false;
  bool tell_checksum = false;  // x-amz-checksum-mode: ENABLED
  bool cut = false;            // the body ends before its announced length
  std::string content_type = {};
  tag_list metadata = {};
  tag_list tags = {};
  bool replace_metadata = false;
  bool replace_tags = false;
  object_lock lock = {};
  bool bypass = false;
  std::optional<model::range> range = {};
  std::optional<unsigned> part_number = {};
  std::string upload = {};
  std::vector<listed_part> parts = {};
  std::vector<named_version> objects = {};
  bool quiet = false;
  source from = {};
  page_request page = {};
  versioning state = versioning::enabled;
  default_retention retention = {};
};

// An XML document without its order: texts by path, and its repeated elements in a row.
struct document {
  using texts = std::map<std::string, std::string>;
  struct entry {
    std::string name;
    texts fields;
    bool operator==(const entry&) const = default;
  };
  std::string name = {};
  texts fields = {};
  std::vector<entry> entries = {};
};

struct answer {
  unsigned status = 200;
  std::string code = {};  // of an error with a body
  std::map<std::string, std::string> headers = {};
  std::string bytes = {};
  document body = {};

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
  std::string text(const std::string& path) const {
    const auto found = body.fields.find(path);
    return found == body.fields.end() ? "" : found->second;
  }
};

// A text that only has to be there.
inline const std::string anything = "(anything)";

}  // namespace torhaus::model
