// Cross-origin requests: the preflight of a browser, and what the answer to the request itself
// says. https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html; the Fetch standard, "CORS
// protocol".
#pragma once

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// Answers OPTIONS. Errors as S3: bad_request without Origin or Access-Control-Request-Method,
// access_forbidden where no rule allows the request.
result<http::response> answer_preflight(const context&);

// Adds Access-Control-* and Vary to an answer when a rule of the bucket allows the request's origin
// and method; otherwise adds nothing, so that no page on another origin can read it.
void append_cors_headers(http::response&, const http::request&, const bucket_settings&);

// The same for whatever a request was answered. The rules are those that let it in: a page that
// deletes them, or the bucket with them, is to see that it did. `met` is null for a request that
// was refused before the bucket's settings were read; they are read then.
task<void> say_cors(const services&, http::response&, const http::request&, const target&,
                    const bucket_settings* met);

}  // namespace torhaus::gateway::s3
