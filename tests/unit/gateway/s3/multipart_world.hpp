// What the tests of multipart uploads say to a gateway.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace torhaus::test {

struct listed_part {
  std::uint32_t number = 0;
  std::string etag;
  std::string more = {};  // further elements
};

// One bucket, "bauamt". Parts of five bytes are large enough.
struct multipart_world : gateway_world {
  explicit multipart_world(std::uint64_t min_part_bytes = 5) : gateway_world(min_part_bytes) {
    make_bucket("bauamt");
  }

  std::string start(const std::string& path, header_list headers = {}) {
    const answer a = post(path, "uploads", "", std::move(headers));
    if (a.status != 200) throw std::runtime_error("no upload: " + a.outcome());
    return a.element("UploadId");
  }
  answer part(const std::string& path, const std::string& upload, std::uint32_t number,
              const std::string& body, header_list headers = {}) {
    return send({.method = "PUT",
                 .path = path,
                 .query = "partNumber=" + std::to_string(number) + "&uploadId=" + upload,
                 .headers = std::move(headers),
                 .body = body},
                owner);
  }
  static std::string completion(const std::vector<listed_part>& parts) {
    std::string body =
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (const listed_part& p : parts) {
      body += "<Part><PartNumber>" + std::to_string(p.number) + "</PartNumber><ETag>" + p.etag +
              "</ETag>" + p.more + "</Part>";
    }
    return body + "</CompleteMultipartUpload>";
  }
  answer complete(const std::string& path, const std::string& upload,
                  const std::vector<listed_part>& parts, header_list headers = {}) {
    return post(path, "uploadId=" + upload, completion(parts), std::move(headers));
  }

  static std::string etag_text(const std::string& bytes) {
    return "\"" + etag_of(bytes).text() + "\"";
  }
  // MD5 of the parts' MD5s, and how many they are.
  static std::string multipart_etag(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& p : parts) {
      all += digest(storage::crypto::algorithm::md5, p).bytes();
    }
    return "\"" + etag_of(all).text() + "-" + std::to_string(parts.size()) + "\"";
  }
  // The digest of the parts' digests, and how many they are.
  static std::string composite(storage::crypto::algorithm a,
                               const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& p : parts) all += digest(a, p).bytes();
    return base64(a, all) + "-" + std::to_string(parts.size());
  }
};

}  // namespace torhaus::test
