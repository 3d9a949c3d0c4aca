// The server without its sockets: real handlers over the real catalog, on LMDB and files in a
// temporary directory, with the project and the members that the rules speak of. It can be closed
// and opened again at any moment.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/keys/local_keys.hpp"
#include "auth/projects/quotas.hpp"
#include "auth/sigv4/signer.hpp"
#include "gateway/s3/service.hpp"
#include "storage/crypto/sealing.hpp"
#include "tests/model/conformance/scratch.hpp"
#include "tests/model/rules/request.hpp"
#include "tests/support/catalog_world.hpp"
#include "tests/unit/gateway/s3/text_body.hpp"

namespace torhaus::model {

using header_list = std::vector<std::pair<std::string, std::string>>;

// An HTTP request as text, and what came back.
struct wire_request {
  std::string method = "GET";
  std::string path = {};  // percent-encoded
  std::string query = {};
  header_list headers = {};
  std::string body = {};
  bool cut = false;
};

struct wire_answer {
  unsigned status = 0;
  header_list headers = {};
  std::string body = {};
  std::optional<std::uint64_t> length_of_absent_body = {};
};

class store_world {
 public:
  static constexpr std::size_t least_part = 5;
  // The project whose members all callers but the stranger are.
  static constexpr const char* project = "trasse";

  // `trail` may be null, and must outlive it.
  explicit store_world(std::uint64_t seed, gateway::audit::trail* trail = nullptr);
  ~store_world();
  store_world(const store_world&) = delete;
  store_world& operator=(const store_world&) = delete;

  void reopen();
  // Signed in its headers, unless the caller is anonymous.
  wire_answer send(wire_request, caller);
  // As it stands; its Host and its signature are its own affair. `id` must outlive the call.
  wire_answer send_as_it_is(const wire_request&, std::string_view id);
  // With whose keys a caller signs; nobody is anonymous here.
  auth::sigv4::signer_identity keys_of(caller) const;
  // Makes the project of a bucket name ready: its owner is the owner, its quota as given.
  void limit_project(const std::string& id, std::uint64_t objects, std::uint64_t bytes);
  // Recounts references and usage; empty: all is in order.
  std::string accounting_fault();
  // What `torhaus verify` would say: one line a finding.
  std::vector<std::string> findings();
  // Read transactions that are open, once what goes on beside requests has had its time.
  std::uint64_t readers_left();

  std::string owner_id() const { return owner_id_; }
  // What listings of uploads show of a caller.
  std::string initiator(caller who) const { return people_.at(who).arn; }

  test::fake_clock clock{sys_micros(std::chrono::microseconds(1'790'000'000'000'000))};

 private:
  struct person {
    std::string access_key_id;
    std::string secret;
    std::string arn;
  };
  struct parts;

  void make_people();
  void make_person(caller who, const std::string& agency, const std::string& user);

  gateway::audit::trail* trail_;
  scratch_folder folder_;
  test::seeded_random random_;
  std::map<caller, person> people_;
  std::string owner_id_;
  std::unique_ptr<parts> parts_;
};

}  // namespace torhaus::model
