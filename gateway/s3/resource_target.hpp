// Requests to S3 Control, which come to the same listener: the path holds the version of that API,
// a collection and an ARN, and x-amz-account-id says whose resource it is. Terraform reads and
// writes the tags of buckets there.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListTagsForResource.html
#pragma once

#include <string>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/s3/target.hpp"

namespace torhaus::gateway::s3 {

// Whether the request goes to S3 Control. A bucket may have the name of the API's version, but no
// request to S3 has x-amz-account-id, which must be signed like every x-amz-* header. Clients put
// the account before the endpoint's name, where S3 has the bucket in virtual-host style.
bool names_resource(const http::request&, const std::vector<std::string>& base_domains);

// The bucket that "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3ABUCKET" names, the path of a request that
// names_resource() says yes to. Errors: not_implemented for other collections; no_such_resource for
// an ARN of something else; invalid_uri.
result<target> parse_resource_target(std::string_view path, std::string_view query);

}  // namespace torhaus::gateway::s3
