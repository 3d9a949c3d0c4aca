#include "gateway/s3/settings/encryption.hpp"

#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

result<void> read_default(const xml::element& e, bucket_encryption& out) {
  const auto algorithm = e.text_of("SSEAlgorithm");
  if (!algorithm) return errc::malformed_xml;
  if (*algorithm == "aws:kms:dsse") {
    return error(errc::not_implemented,
                 "SSEAlgorithm " + *algorithm + " is not implemented by this server.");
  }
  if (*algorithm != "AES256" && *algorithm != "aws:kms") return errc::malformed_xml;
  out.kind = *algorithm == "AES256" ? encryption_kind::s3 : encryption_kind::kms;
  const auto key = e.text_of("KMSMasterKeyID");
  if (!key || key->empty()) return {};
  if (out.kind != encryption_kind::kms) {
    return missing_argument(
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
        "aws:kms:dsse",
        "ApplyServerSideEncryptionByDefault");
  }
  out.key_id = *key;
  return {};
}

result<void> read_blocked(const xml::element& e, bucket_encryption& out) {
  for (const xml::element& type : e.children()) {
    if (type.name() != "EncryptionType") return errc::malformed_xml;
    const std::string text = type.text();
    if (text != "SSE-C" && text != "NONE") return errc::malformed_xml;
    (text == "SSE-C" ? out.blocks_customer_keys : out.permits_customer_keys) = true;
  }
  return {};
}

}  // namespace

result<bucket_encryption> parse_bucket_encryption(const std::string& document) {
  auto doc = xml::document::parse(document, "ServerSideEncryptionConfiguration");
  if (!doc) return std::move(doc).error();
  const auto rules = doc->root().children();
  // AWS: one rule.
  if (rules.size() != 1 || rules.front().name() != "Rule") return errc::malformed_xml;
  bucket_encryption out;
  bool any = false;
  for (const xml::element& e : rules.front().children()) {
    result<void> read;
    if (e.name() == "ApplyServerSideEncryptionByDefault") {
      read = read_default(e, out);
    } else if (e.name() == "BlockedEncryptionTypes") {
      read = read_blocked(e, out);
    } else if (e.name() == "BucketKeyEnabled") {
      const std::string flag = e.text();
      if (flag != "true" && flag != "false") return errc::malformed_xml;
      out.bucket_key = flag == "true";
    } else {
      return errc::malformed_xml;
    }
    if (!read) return std::move(read).error();
    any = true;
  }
  if (!any) return errc::malformed_xml;
  return out;
}

std::string write_bucket_encryption(const bucket_encryption& e) {
  xml::writer doc("ServerSideEncryptionConfiguration");
  doc.open("Rule").open("ApplyServerSideEncryptionByDefault");
  doc.text("SSEAlgorithm", algorithm_name(e.kind));
  if (!e.key_id.empty()) doc.text("KMSMasterKeyID", e.key_id);
  doc.close("ApplyServerSideEncryptionByDefault").flag("BucketKeyEnabled", e.bucket_key);
  if (e.blocks_customer_keys || e.permits_customer_keys) {
    doc.open("BlockedEncryptionTypes");
    doc.text("EncryptionType", e.blocks_customer_keys ? "SSE-C" : "NONE");
    doc.close("BlockedEncryptionTypes");
  }
  doc.close("Rule");
  return std::move(doc).take();
}

}  // namespace torhaus::gateway::s3
