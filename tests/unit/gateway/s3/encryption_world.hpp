// What the tests of encryption say to a gateway: keys, headers, and what lies in the stores.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/gateway/s3/multipart_world.hpp"

namespace torhaus::test {

inline constexpr std::size_t chunk = 64 * 1024;

// Text that is easily found again where it should not be.
inline std::string plain_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "PLAIN " + std::to_string(text.size()) + ' ';
  text.resize(size);
  return text;
}

struct encryption_world : multipart_world {
  encryption_world() {
    services.allow_sse_c_over_http = true;
    for (const char* id : {"testkey-1", "testkey-2"}) {
      auth::keys::new_key wanted;
      wanted.id = id;
      if (!run_task(keys->create(wanted))) throw std::runtime_error("no key");
    }
  }

  static header_list sse_s3() { return {{"x-amz-server-side-encryption", "AES256"}}; }
  static header_list sse_kms(const std::string& id = "testkey-1") {
    return {{"x-amz-server-side-encryption", "aws:kms"},
            {"x-amz-server-side-encryption-aws-kms-key-id", id}};
  }
  static header_list sse_c(char key = 'k', const std::string& prefix = "x-amz-") {
    const std::string raw(32, key);
    const std::string names = prefix + "server-side-encryption-customer-";
    return {{names + "algorithm", "AES256"},
            {names + "key", storage::crypto::to_base64(raw)},
            {names + "key-MD5", base64(storage::crypto::algorithm::md5, raw)}};
  }
  static header_list source_sse_c(char key = 'k') { return sse_c(key, "x-amz-copy-source-"); }
  static header_list joined(header_list a, const header_list& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  answer copy(const std::string& to, const std::string& from, header_list more = {}) {
    more.emplace_back("x-amz-copy-source", from);
    return put(to, "", std::move(more));
  }

  // Whether the text lies anywhere in the stores as it is.
  bool at_rest(const std::string& text) const {
    for (const auto& [id, bytes] : world.store.copy()) {
      if (bytes.find(text) != std::string::npos) return true;
    }
    for (const auto* db : {&world.db, &identity_db}) {
      for (const auto& [key, value] : db->copy()) {
        if (value.find(text) != std::string::npos) return true;
      }
    }
    return false;
  }
  void flip_all(std::size_t at) {
    for (const auto& id : world.store.ids()) world.store.flip_bit(id, at);
  }
};

}  // namespace torhaus::test
