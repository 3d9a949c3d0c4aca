#include "gateway/s3/settings/request_payment.hpp"

#include "gateway/s3/xml/reader.hpp"

namespace torhaus::gateway::s3 {

result<request_payment> parse_request_payment(std::string_view document) {
  const auto doc = xml::document::parse(document, "RequestPaymentConfiguration");
  if (!doc) return doc.error();
  const auto payer = doc->root().text_of("Payer");
  if (payer == "Requester") return request_payment{true};
  if (payer == "BucketOwner") return request_payment{false};
  return errc::malformed_xml;
}

}  // namespace torhaus::gateway::s3
