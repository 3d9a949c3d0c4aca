// The S3 requests of the bench over one connection. A `client` belongs to a connection, a `desk`
// holds what the connections of a thread share.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/bench/connection.hpp"
#include "gateway/bench/request.hpp"
#include "gateway/bench/settings.hpp"

namespace torhaus::gateway::bench {

// What all threads read and nobody changes.
struct plan {
  plan(const settings&, const clock_source&);

  const settings& s;
  const clock_source& clock;
  content bytes;
  remote server;
  std::string key_path;  // "/bucket/encoded-prefix"
  payload body;          // never automatic

  std::uint64_t size_of(std::uint64_t item) const { return s.sizes.pick(mix(item ^ s.seed)); }
  // The last part of object n's key; needs no encoding.
  std::string name_of(std::uint64_t n) const;
};

struct desk {
  explicit desk(const plan& p);

  const plan& all;
  request_writer writer;
  std::vector<char> scratch;
  // Of bodies that begin at the same place with the same length; bounded.
  struct digest {
    std::string sha256;  // hex
    std::string crc;     // base64
  };
  std::map<std::pair<std::size_t, std::uint64_t>, digest> digests;

  const digest& digest_of(std::size_t start, std::uint64_t bytes);
  // Those of all bodies where there is one size: what a client computes of a body beforehand is not
  // to be measured.
  void prepare_digests();
};

// What a request came to.
struct outcome {
  unsigned status = 0;
  bool as_wanted = false;
  bool right_bytes = true;
  std::uint64_t bytes = 0;
  std::string message;  // when it was not as wanted
};

class client {
 public:
  client(executor home, desk& shared)
      : desk_(shared), link_(home, shared.all.server, shared.scratch) {}

  // None throws for what the network or the server does; `item` says which bytes, `name` under
  // which key.
  task<outcome> put(std::uint64_t name, std::uint64_t item);
  // version: empty, or the id.
  task<outcome> get(std::uint64_t name, std::uint64_t item, std::string_view version);
  task<outcome> stat(std::uint64_t name, std::uint64_t item, std::string_view version);
  task<outcome> remove(std::uint64_t name);
  task<outcome> remove_batch(std::uint64_t first, unsigned count);
  // A page behind the name `after` (empty: from the beginning) that has to hold `wanted` names.
  task<outcome> list(std::string after, std::uint64_t wanted);

  // The three steps of an upload; create puts the id into `upload`.
  task<outcome> create_upload(std::uint64_t name, std::string& upload);
  task<outcome> put_part(std::uint64_t name, const std::string& upload, unsigned number,
                         std::uint64_t item, std::string& etag);
  task<outcome> complete_upload(std::uint64_t name, const std::string& upload,
                                const std::vector<std::string>& etags);

  // Any request with a small body; the answer's body goes to `text`.
  task<outcome> call(std::string_view method, std::string path, std::string query, std::string body,
                     std::string& text);

  std::string version_of_answer() const;
  connection& link() { return link_; }

 private:
  task<outcome> send_ring(std::string_view method, std::string_view query, std::uint64_t item,
                          std::uint64_t bytes);
  task<outcome> send(const request& r, const outgoing_body& body, response_parser::body expected,
                     answer_sink& sink, unsigned wanted);
  void set_path(std::uint64_t name);
  void set_version(std::string_view version);

  desk& desk_;
  connection link_;
  // Kept for their memory; one request at a time.
  std::string path_;
  std::string query_;
  std::string head_;
};

// DeleteObjects' body. Keys are XML-safe or escaped here; a version id may be empty.
std::string delete_document(const std::vector<std::pair<std::string, std::string>>& keys);

}  // namespace torhaus::gateway::bench
