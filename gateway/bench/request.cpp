#include "gateway/bench/request.hpp"

#include "auth/sigv4/timestamp.hpp"

namespace torhaus::gateway::bench {

namespace sigv4 = auth::sigv4;

request_writer::request_writer(const target& to, const clock_source& clock)
    : target_(to),
      clock_(clock),
      host_(to.host_header()),
      sign_(!to.who.access_key_id.empty()),
      names_("host;x-amz-content-sha256;x-amz-date"),
      names_with_crc_("host;x-amz-checksum-crc64nvme;x-amz-content-sha256;x-amz-date") {
  if (to.who.session_token.empty()) return;
  names_ += ";x-amz-security-token";
  names_with_crc_ += ";x-amz-security-token";
}

void request_writer::renew() {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
  if (now == second_) return;
  second_ = now;
  stamp_ = sigv4::format_basic(now);
  const std::string day = stamp_.substr(0, 8);
  if (day == scope_.date) return;
  scope_ = {day, target_.region, "s3"};
  scope_text_ = scope_.text();
  key_ = sigv4::signing_key::derive(target_.who.secret, scope_);
  authorization_ = "Authorization: ";
  authorization_ += sigv4::algorithm_name;
  authorization_ += " Credential=" + target_.who.access_key_id + "/" + scope_text_;
}

std::string_view request_writer::signed_names(const request& r) const {
  return r.crc64nvme.empty() ? names_ : names_with_crc_;
}

// As the canonical request wants them, in the order of their names; on the wire they stand alike.
void request_writer::append_signed_headers(std::string& out, const request& r) const {
  if (!r.content_md5.empty()) out.append("content-md5:").append(r.content_md5).append("\n");
  out.append("host:").append(host_).append("\n");
  if (!r.crc64nvme.empty()) {
    out.append("x-amz-checksum-crc64nvme:").append(r.crc64nvme).append("\n");
  }
  out.append("x-amz-content-sha256:").append(r.payload_hash).append("\n");
  out.append("x-amz-date:").append(stamp_).append("\n");
  if (!target_.who.session_token.empty()) {
    out.append("x-amz-security-token:").append(target_.who.session_token).append("\n");
  }
}

void request_writer::write(std::string& out, const request& r) {
  out.assign(r.method).append(" ").append(r.path);
  if (!r.query.empty()) out.append("?").append(r.query);
  out.append(" HTTP/1.1\r\n");
  if (sign_) {
    renew();
    canonical_.assign(r.method).append("\n").append(r.path).append("\n");
    canonical_.append(r.query).append("\n");
    const std::size_t headers = canonical_.size();
    append_signed_headers(canonical_, r);
    for (std::size_t at = headers; at < canonical_.size();) {
      const std::size_t end = canonical_.find('\n', at);
      out.append(canonical_, at, end - at).append("\r\n");
      at = end + 1;
    }
    std::string names = r.content_md5.empty() ? "" : "content-md5;";
    names += signed_names(r);
    canonical_.append("\n").append(names).append("\n").append(r.payload_hash);
    out.append(authorization_).append(", SignedHeaders=").append(names).append(", Signature=");
    out.append(key_.sign(sigv4::string_to_sign(stamp_, scope_text_, canonical_))).append("\r\n");
  } else {
    out.append("host:").append(host_).append("\r\n");
    if (!r.content_md5.empty()) out.append("content-md5:").append(r.content_md5).append("\r\n");
  }
  if (r.body_bytes > 0 || r.method == "PUT" || r.method == "POST") {
    out.append("content-length:").append(std::to_string(r.body_bytes)).append("\r\n");
  }
  out.append("\r\n");
}

}  // namespace torhaus::gateway::bench
