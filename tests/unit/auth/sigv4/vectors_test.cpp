// The published Signature Version 4 vectors, one folder each. They lie beside the repository
// (../shared/sigv4-vectors/v4) or where TORHAUS_SIGV4_VECTORS says; without them this test says so
// and passes.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "auth/sigv4/verifier.hpp"
#include "storage/crypto/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/auth/sigv4/request_builder.hpp"

namespace vectors_test {

using namespace torhaus::auth::sigv4;
using namespace torhaus::auth::sigv4::test;
namespace fs = std::filesystem;

namespace {

std::optional<fs::path> vectors_folder() {
  if (const char* told = std::getenv("TORHAUS_SIGV4_VECTORS")) return fs::path(told);
  // tests/unit/auth/sigv4/vectors_test.cpp: the repository is five steps up.
  fs::path root = fs::path(__FILE__);
  for (int step = 0; step < 5; ++step) root = root.parent_path();
  const fs::path beside = root.parent_path() / "shared" / "sigv4-vectors" / "v4";
  if (fs::is_directory(beside)) return beside;
  return std::nullopt;
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in);
  std::string out(std::istreambuf_iterator<char>(in), {});
  return out;
}

// The flat values of context.json: "name": "text" or "name": word.
std::string json_value(const std::string& json, const std::string& name) {
  const std::size_t at = json.find('"' + name + '"');
  if (at == std::string::npos) return {};
  std::size_t begin = json.find(':', at) + 1;
  begin = json.find_first_not_of(" \"", begin);
  return json.substr(begin, json.find_first_of("\",\n}", begin) - begin);
}

struct vector_case {
  owned_request call;
  std::string body;
};

// Only here: white space after a line's end continues a header, the path is taken raw.
vector_case parse_request(const std::string& text) {
  vector_case out;
  std::size_t at = text.find('\n');
  std::string line = text.substr(0, at);
  const std::size_t target = line.find(' ') + 1;
  const std::string whole = line.substr(target, line.rfind(" HTTP/1.1") - target);
  const std::size_t question = std::min(whole.find('?'), whole.size());
  out.call.method = line.substr(0, target - 1);
  out.call.path = whole.substr(0, question);
  if (question < whole.size()) out.call.query = whole.substr(question + 1);
  for (++at; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) break;
    if (line.front() == ' ') {
      out.call.headers.back().second += "\n" + line;
    } else {
      const std::size_t colon = line.find(':');
      out.call.add(line.substr(0, colon), line.substr(colon + 1));
    }
  }
  if (at < text.size()) out.body = text.substr(at);
  return out;
}

std::string hex_sha256(std::string_view text) {
  return torhaus::storage::crypto::to_hex(
      torhaus::storage::crypto::digest_of(torhaus::storage::crypto::algorithm::sha256, text)
          .bytes());
}

// The one before the last line of a canonical request.
std::string signed_headers_of(const std::string& canonical) {
  const std::size_t end = canonical.rfind('\n');
  const std::size_t begin = canonical.rfind('\n', end - 1) + 1;
  return canonical.substr(begin, end - begin);
}

class one_vector {
 public:
  explicit one_vector(fs::path folder) : folder_(std::move(folder)) {
    const std::string context = read_file(folder_ / "context.json");
    who_ = {json_value(context, "access_key_id"), json_value(context, "secret_access_key"),
            json_value(context, "token"), json_value(context, "region"),
            json_value(context, "service")};
    std::string time = json_value(context, "timestamp");
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    timestamp_ = time;
    style_ = json_value(context, "normalize") == "true" ? path_style::normalized_twice
                                                        : path_style::encoded_twice;
    signs_body_ = json_value(context, "sign_body") == "true";
    omits_token_ = json_value(context, "omit_session_token") == "true";
  }

  // The canonical request, string to sign and signature of "header" or "query".
  void check_form(const std::string& form) {
    vector_case sent = parse_request(read_file(folder_ / (form + "-signed-request.txt")));
    const std::string expected = read_file(folder_ / (form + "-canonical-request.txt"));
    std::string query = canonical_query(sent.call.query, "X-Amz-Signature");
    if (omits_token_) query = canonical_query(query, "X-Amz-Security-Token");
    const std::string payload = hex_sha256(signs_body_ ? sent.body : "");
    const request_view view = sent.call.view();
    const std::string canonical =
        canonical_request({view.method, canonical_path(view.raw_path, style_), query,
                           signed_headers_of(expected), "", payload},
                          view.headers);
    CHECK(canonical == expected);
    const scope where{timestamp_.substr(0, 8), who_.region, who_.service};
    const std::string to_sign = string_to_sign(timestamp_, where.text(), canonical);
    CHECK(to_sign == read_file(folder_ / (form + "-string-to-sign.txt")));
    CHECK(signing_key::derive(who_.secret, where).sign(to_sign) ==
          read_file(folder_ / (form + "-signature.txt")));
    if (!omits_token_) check_verifier(sent, payload);
  }

 private:
  void check_verifier(vector_case& sent, const std::string& payload) {
    sent.call.body_hash = payload;
    const auto claim =
        parse_credentials(sent.call.view(), {{who_.region}, {who_.service}}, at(timestamp_));
    REQUIRE(claim);
    REQUIRE(claim->has_value());
    CHECK((*claim)->access_key_id == who_.access_key_id);
    CHECK((*claim)->session_token == who_.session_token);
    verifier checker;
    CHECK(checker.verify(sent.call.view(), **claim, who_.secret));
    const auto wrong = checker.verify(sent.call.view(), **claim, who_.secret + "x");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code() == torhaus::errc::signature_does_not_match);
  }

  fs::path folder_;
  signer_identity who_;
  std::string timestamp_;
  path_style style_ = path_style::normalized_twice;
  bool signs_body_ = false;
  bool omits_token_ = false;
};

}  // namespace

TEST_CASE("the_published_vectors_give_the_published_signatures") {
  const auto folder = vectors_folder();
  if (!folder) {
    std::cout << "published signing vectors: not there, skipped\n";
    return;
  }
  std::size_t checked = 0;
  for (const auto& entry : fs::directory_iterator(*folder)) {
    if (!entry.is_directory()) continue;
    INFO(entry.path().filename().string());
    one_vector vector(entry.path());
    vector.check_form("header");
    vector.check_form("query");
    ++checked;
  }
  CHECK(checked > 0);
  std::cout << "published signing vectors: " << checked << " checked in both forms\n";
}

}  // namespace vectors_test
